"""Reading files whole: ordinary files only, and none that the memory could not hold."""

from __future__ import annotations

import stat
from pathlib import Path

from core.errors import InputError, refuse_undecodable, system_reason

LARGEST_BYTES = 512 << 20
"""Some fifteen million keypoints, a grid of four thousand hours; reading them takes 7 GB."""


def read_whole(path: Path) -> bytes:
    """The content of a file.

    Raises
    ------
    InputError
        If it is missing, unreadable, a folder, a pipe or a device, larger than
        `LARGEST_BYTES`, or its path is no Unicode; all before anything is read.
    """
    return _read(path, -1, LARGEST_BYTES)


def read_start(path: Path, size_bytes: int) -> bytes:
    """The first bytes of a file of any length; errors as in `read_whole`."""
    return _read(path, size_bytes, None)


def _read(path: Path, size_bytes: int, largest_bytes: int | None) -> bytes:
    refuse_undecodable(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(path, "is a folder", "give a file")
        if not stat.S_ISREG(status.st_mode):
            raise InputError(path, "is a pipe or a device", "give an ordinary file")
        if largest_bytes is not None and status.st_size > largest_bytes:
            raise InputError(
                path,
                f"is {status.st_size >> 20:,} MiB large, more than {largest_bytes >> 20} MiB",
                "divide it into several files",
            )
        with path.open("rb") as file:
            return file.read(size_bytes)
    except OSError as error:
        raise InputError(
            path, f"cannot be read ({system_reason(error)})", "check the path"
        ) from error
