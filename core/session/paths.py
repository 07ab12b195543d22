"""Paths in a session file: beside the file if possible, and where things were last seen."""

from __future__ import annotations

from pathlib import Path

from core.formats.files import checked
from core.formats.files.places import is_source_there, place_at, relative_place, whole_place


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
    return relative_place(path, home), str(whole_place(path))


def beside(relative: str | None, home: Path) -> Path | None:
    """The place that a stored relative path means for a session in folder `home`."""
    if relative is None:
        return None
    return place_at(checked.text(relative), home)


def nearest(relative: str | None, whole: str, home: Path) -> Path:
    """The place beside the session if something is there, or else where it was last seen."""
    near, last = beside(relative, home), Path(checked.text(whole))
    return near if near is not None and is_source_there(near) else last


def is_there(path: Path) -> bool:
    """Whether there is a file; in a folder that may not be looked into, there is none."""
    try:
        return path.is_file()
    except OSError:
        return False
