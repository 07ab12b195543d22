"""Where a file lies, as another one says it: from its own folder, so that both may move."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath


def relative_place(path: Path, home: Path) -> str | None:
    """The way from a folder to a file, with slashes; None if none leads there (another drive).

    Parameters
    ----------
    path : Path
        Of a file, which may be a link; links in the way to it are followed.
    home : Path
    """
    try:
        way = os.path.relpath(whole_place(path), os.path.realpath(home))
    except ValueError:
        return None
    return Path(way).as_posix()


def whole_place(path: Path) -> Path:
    """The whole path of a file, which may be a link."""
    return Path(os.path.realpath(path.parent)) / path.name


def place_text(path: Path, home: Path) -> str:
    """As `relative_place`, or the whole path where no such way leads."""
    return relative_place(path, home) or str(whole_place(path))


def place_at(place: str, home: Path) -> Path:
    """What `place_text` meant.

    Where the folder is reached through a link, the way is gone from where the link is or from
    where it leads, whichever leads to something.

    Parameters
    ----------
    place : str
    home : Path
    """
    ways = (os.path.normpath(folder / PurePosixPath(place)) for folder in (home, home.resolve()))
    near, whole = map(Path, ways)
    return whole if is_source_there(whole) and not is_source_there(near) else near


def is_source_there(path: Path) -> bool:
    """Whether there is a file, or a folder of consecutive files."""
    return os.path.exists(path)  # noqa: PTH110 (a folder that may not be looked into is no error)
