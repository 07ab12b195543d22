"""Paths in a session file: beside the file if possible, and where things were last seen."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from core.formats.files import checked


def stored(path: Path, home: Path) -> tuple[str | None, str]:
    """A path as it goes into the file.

    Parameters
    ----------
    path : Path
    home : Path
        Folder of the session file.

    Returns
    -------
    tuple of (str or None, str)
        From the session's folder, with slashes, or None if no such way leads there (another
        drive); and the whole path.
    """
    whole = Path(os.path.realpath(path.parent)) / path.name
    try:
        return Path(os.path.relpath(whole, os.path.realpath(home))).as_posix(), str(whole)
    except ValueError:
        return None, str(whole)


def beside(relative: str | None, home: Path) -> Path | None:
    """The place that a stored relative path means for a session in folder `home`."""
    if relative is None:
        return None
    return Path(os.path.normpath(home / PurePosixPath(checked.text(relative))))


def nearest(relative: str | None, whole: str, home: Path) -> Path:
    """The place beside the session if something is there, or else where it was last seen."""
    near, last = beside(relative, home), Path(checked.text(whole))
    return near if near is not None and os.path.exists(near) else last  # noqa: PTH110 (any path)


def is_there(path: Path) -> bool:
    """Whether there is a file; in a folder that may not be looked into, there is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_source_there(path: Path) -> bool:
    """Whether there is a file, or a folder of consecutive files."""
    try:
        return path.exists()
    except OSError:
        return False
