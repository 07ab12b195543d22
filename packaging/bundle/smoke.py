"""Try a bundled program as somebody would who has no Python: every way in, and on Linux the window.

    python packaging/bundle/smoke.py dist/finchsync/finchsync [--report bundle.json]

The program sees an empty home, and a PATH with nothing in it. On Linux the window is opened on a
display of its own (Xvfb), aligns, exports and is closed by its keys (xdotool).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

PATIENCE_S = 120.0
STARTS = 5
LONGEST_S = 10.0
"""To the first paint, on a machine with other work; a quiet one should take less than 2."""


def main() -> None:
    """Run all of it; ends with an error at the first thing that does not work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--report", type=Path)
    args = parser.parse_args()
    program = args.program.resolve()
    with tempfile.TemporaryDirectory() as folder:
        user = User(program, Path(folder))
        told = {"unpacked_mb": _size_mb(program.parent), **commands(user)}
        if sys.platform == "linux":
            told |= windows(user)
    print(json.dumps(told, indent=1))
    if args.report:
        args.report.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


class User:
    """Somebody with a home, and no Python.

    Parameters
    ----------
    program : Path
    folder : Path
        Empty.
    """

    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.home = folder / "home"
        (folder / "nothing").mkdir()
        self.home.mkdir()
        # Windows cannot load its own libraries without these.
        kept = ("SYSTEMROOT", "WINDIR", "TEMP", "TMP", "NUMBER_OF_PROCESSORS")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ} | {
            "PATH": str(folder / "nothing"),
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "LOCALAPPDATA": str(self.home),
            "APPDATA": str(self.home),
            "LC_ALL": "C.UTF-8",
        }

    def start(self, *words: object, **more: str) -> subprocess.Popen[str]:
        """The program, with `more` in its environment."""
        command = [str(self.program), *map(str, words)]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *words: object) -> str:
        """What a command prints; it must succeed."""
        process = self.start(*words, QT_QPA_PLATFORM="offscreen")
        out, err = process.communicate(timeout=5 * PATIENCE_S)
        assert process.returncode == 0, f"{words}: {process.returncode}\n{out}\n{err}"
        return out


def commands(user: User) -> dict[str, object]:
    """All that needs no screen: children of the program among it."""
    started_s = time.perf_counter()
    version = user.run("--version").split()[-1]
    took_s = time.perf_counter() - started_s
    doctor = json.loads(user.run("doctor", "--json"))
    assert doctor["screen and sound"]["Qt platform"] == "offscreen", doctor
    assert "compact.npz" in doctor["models"]["model files"], doctor
    user.run("demo", "--headless")
    assert (user.folder / "demo-output" / "window.png").stat().st_size > 50_000
    user.run("simulate", "set", "--files", 2, "--duration", 20)
    (user.folder / "set" / "annotations.csv").unlink()
    user.run("align", "set", "--jobs", 2, "-o", "two.csv")
    user.run("align", "set", "-o", "one.csv")
    one, two = ((user.folder / name).read_bytes() for name in ("one.csv", "two.csv"))
    assert one == two, "two processes came to something else than one"
    user.run("export", "one.csv", "--format", "textgrid", "-o", "labels")
    assert len([*(user.folder / "labels").iterdir()]) >= 2
    return {"version": version, "version_s": round(took_s, 2)}


def windows(user: User) -> dict[str, object]:
    """The window: how soon it is there, and a day's work in it."""
    with _display(user.folder) as (display, screen):
        cold = [_first_paint(user, display, screen, cold=True) for _ in range(STARTS)]
        warm = [_first_paint(user, display, screen, cold=False) for _ in range(STARTS)]
        _align_and_export(user, display)
    told = {}
    for name, starts in (("cold", cold), ("warm", warm)):
        took_s, worked_s = map(statistics.median, zip(*starts, strict=True))
        told[f"first_paint_{name}_s"] = round(took_s, 2)
        told[f"first_paint_{name}_processor_s"] = round(worked_s, 2)
    assert told["first_paint_cold_s"] <= LONGEST_S, told
    return told


@contextmanager
def _display(folder: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """A display of its own, and the file that holds its picture."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1366x768x24", "-fbdir", str(folder)],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with open(read, encoding="ascii") as told:
            yield {"DISPLAY": f":{told.readline().strip()}"}, folder / "Xvfb_screen0"
    finally:
        server.terminate()
        server.wait()


def _first_paint(
    user: User, display: Mapping[str, str], screen: Path, *, cold: bool
) -> tuple[float, float]:
    """Seconds from the start to the first picture on the screen, which is black before.

    And how much of them the program had a processor for: the rest it waited, for the disk or for
    others.
    """
    if cold:
        _forget(user.program.parent)
    started_s = time.perf_counter()
    process = user.start(**display)
    try:
        _until(lambda: _is_painted(screen), process, 0.01)
        took_s = time.perf_counter() - started_s
        ticks = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return took_s, (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
    finally:
        process.terminate()
        process.communicate()
        _until(lambda: not _is_painted(screen), None, 0.05)


def _is_painted(screen: Path) -> bool:
    """Whether a line across the middle of the picture has several colours."""
    with screen.open("rb") as file:
        file.seek(-384 * 1366 * 4, os.SEEK_END)
        line = file.read(1366 * 4)
    return len({line[at : at + 3] for at in range(0, len(line), 4)}) > 3


def _forget(folder: Path) -> None:
    """Let the system forget what it has read of the program, as after a start of the machine."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _align_and_export(user: User, display: Mapping[str, str]) -> None:
    """Open a folder, have it aligned, export by Ctrl+E and Enter, quit by Ctrl+Q."""
    process = user.start("set", **display)

    def window(title: str) -> str:
        said = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | display,
        )
        return said.stdout.split("\n")[0]

    def press(title: str, key: str) -> None:
        _until(lambda: bool(window(title)), process, 0.2)
        time.sleep(0.5)
        do = ["xdotool", "windowfocus", "--sync", window(title), "key", key]
        subprocess.run(do, check=True, env=os.environ | display)

    try:
        _until(lambda: _aligned(user.home) >= 2, process, 0.5)
        press("FinchSync", "ctrl+e")
        press("Export", "Return")
        _until(lambda: any(user.folder.glob("set/**/finchsync.csv")), process, 0.2)
        press("FinchSync", "ctrl+q")
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, f"{process.returncode}\n{out}\n{err}"
    finally:
        process.kill()


def _aligned(home: Path) -> int:
    """How many recordings a session of the user's holds an alignment of."""
    import sqlite3

    for path in home.rglob("*.finchsync"):
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as session:
            try:
                return session.execute("SELECT count(*) FROM model_run").fetchone()[0]
            except sqlite3.OperationalError:
                return 0
    return 0


def _until(
    is_so: Callable[[], bool], process: subprocess.Popen[str] | None, pause_s: float
) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until_s, "nothing came of it"
        if process is not None and process.poll() is not None:
            raise AssertionError(f"it ended with {process.returncode}: {process.communicate()}")
        time.sleep(pause_s)


def _size_mb(folder: Path) -> float:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return round(sum(path.stat().st_size for path in files) / 1e6, 1)


if __name__ == "__main__":
    main()
