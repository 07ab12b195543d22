"""Build the program for those who have no Python, and on Linux what it is handed out as.

    python packaging/bundle/build.py            dist/finchsync/, and on Linux a tarball and a .deb

Needs the extra ``bundle``. A ``site/`` that mkdocs made goes in. With SOURCE_DATE_EPOCH set,
files in the tarball and the package carry that time.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from core import __version__  # noqa: E402

DIST, BUILD = ROOT / "dist", ROOT / "build"
LINUX = ROOT / "packaging" / "linux"
_NEEDED = ("libc6", "libegl1", "libgl1", "libfontconfig1", "libxkbcommon0")
"""Of Debian, which the program takes from the system."""


def main() -> None:
    """Freeze, then pack where it is packed here; Windows and macOS have tools of their own."""
    spec = str(Path(__file__).with_name("finchsync.spec"))
    where = ("--distpath", str(DIST), "--workpath", str(BUILD))
    command = (sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR")
    subprocess.run([*command, *where, spec], check=True)
    if sys.platform == "linux":
        for made in (_tarball(), _deb()):
            print(f"{made.stat().st_size / 1e6:.0f} MB  {made}")


def _tarball() -> Path:
    made = DIST / f"finchsync-{__version__}-linux-{platform.machine()}.tar.xz"
    same = ("--sort=name", "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{_moment()}")
    faster = os.environ | {"XZ_OPT": "-3"}
    subprocess.run(
        ["tar", "-cJf", str(made), *same, "-C", str(DIST), "finchsync"], check=True, env=faster
    )
    return made


def _deb() -> Path:
    """The folder in /opt, a command, and what lets a desktop open sessions with it."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    root = BUILD / "deb"
    shutil.rmtree(root, ignore_errors=True)
    share = root / "usr" / "share"
    shutil.copytree(DIST / "finchsync", root / "opt" / "finchsync", symlinks=True)
    for source, place in (
        (LINUX / "finchsync.desktop", share / "applications"),
        (LINUX / "finchsync.xml", share / "mime" / "packages"),
        (ROOT / "resources/icons/finchsync.svg", share / "icons" / "hicolor" / "scalable" / "apps"),
        (ROOT / "LICENSE", share / "doc" / "finchsync" / "copyright"),
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.name != "copyright":
            place.mkdir()
        shutil.copy(source, place)
    command = root / "usr" / "bin" / "finchsync"
    command.parent.mkdir()
    command.symlink_to("../../opt/finchsync/finchsync")
    kib = sum(path.lstat().st_size for path in root.rglob("*")) // 1024
    control = root / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(
        f"Package: finchsync\nVersion: {__version__}\nArchitecture: {machine}\n"
        f"Installed-Size: {kib}\nDepends: {', '.join(_NEEDED)}\nSection: sound\n"
        "Priority: optional\nMaintainer: The FinchSync developers\n"
        "Description: align two-recorder recordings whose clocks drift\n"
        " Shows both spectrograms, aligns them along a path that need not be a straight\n"
        " line, and says for every keypoint how sure it is and why.\n"
    )
    made = DIST / f"finchsync_{__version__}_{machine}.deb"
    moment = os.environ | {"SOURCE_DATE_EPOCH": str(_moment())}
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "-z3", "--build", str(root), str(made)],
        check=True,
        env=moment,
        stdout=subprocess.DEVNULL,
    )
    return made


def _moment() -> int:
    return int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())


if __name__ == "__main__":
    main()
