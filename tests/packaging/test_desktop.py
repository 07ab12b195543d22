"""Every desktop is told the same: what FinchSync is called, and that sessions are its files."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from core.session.kept import SESSION_SUFFIX as SUFFIX

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


def test_linux_opens_sessions_with_it() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(PACKAGING / "linux" / "finchsync.desktop", encoding="utf-8")
    told = entry["Desktop Entry"]
    assert told["Exec"] == "finchsync %F"
    space = {"": "http://www.freedesktop.org/standards/shared-mime-info"}
    (kind,) = ET.parse(PACKAGING / "linux" / "finchsync.xml").getroot().findall("mime-type", space)
    assert told["MimeType"] == f"{kind.get('type')};"
    assert [glob.get("pattern") for glob in kind.findall("glob", space)] == [f"*{SUFFIX}"]


def test_windows_and_macos_open_sessions_with_it() -> None:
    setup = (PACKAGING / "windows" / "finchsync.iss").read_text("utf-8")
    assert f'Subkey: "Software\\Classes\\{SUFFIX}"' in setup
    spec = (PACKAGING / "bundle" / "finchsync.spec").read_text("utf-8")
    assert f'"CFBundleTypeExtensions": ["{SUFFIX[1:]}"]' in spec


@pytest.mark.skipif(
    shutil.which("desktop-file-validate") is None, reason="there is no desktop-file-validate"
)
def test_the_desktop_entry_is_valid() -> None:
    entry = PACKAGING / "linux" / "finchsync.desktop"
    subprocess.run(["desktop-file-validate", str(entry)], check=True)
