"""Writing files and folders so that they are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from core.errors import InputError, system_reason

if sys.platform != "win32":
    import fcntl

_TRIES, _PAUSE_S = 6, 0.2


def check_writable(path: Path, *, overwrite: bool = False) -> None:
    """Refuse a place that cannot be written, before any work is done for it.

    Parameters
    ----------
    path : Path
        The file to be written.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the folder is missing or read-only, something other than a file is
        in the way, or the file exists and may not be replaced.
    """
    folder = path.parent
    try:
        if path.exists() and not path.is_file():
            raise InputError(path, "is not a file that can be replaced", "choose a file name")
        if path.exists() and not overwrite:
            raise InputError(
                path, "already exists", "choose another name, or replace it (--overwrite)"
            )
        if not folder.is_dir():
            raise InputError(folder, "there is no such folder", "create it or choose another")
    except OSError as error:
        raise _unwritable(path, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(folder, "this folder cannot be written", "choose another")


@contextmanager
def write_whole(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Write beside `path` under a passing name, then put it in place in one step.

    If anything goes wrong in between, `path` is as it was before and the
    passing file is gone.

    Parameters
    ----------
    path : Path
    overwrite : bool
        Whether an existing file may be replaced.

    Yields
    ------
    BinaryIO
        Where to write.

    Raises
    ------
    InputError
        As `check_writable`, or if the disk refuses.
    """
    check_writable(path, overwrite=overwrite)
    # A link stays a link: what it points to is replaced.
    target = Path(os.path.realpath(path))
    passing = _passing_name(target)
    try:
        with passing.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        check_writable(path, overwrite=overwrite)
        _put_in_place(passing, target)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        passing.unlink(missing_ok=True)


def write_files(
    files: Mapping[Path, bytes],
    *,
    overwrite: bool = False,
    replaceable: Collection[Path] = (),
) -> None:
    """Write several files, all or none: each is on the disk before the first is put in place.

    Two processes that write the same files do so one after the other, so that what lies there
    in the end is of one of them.

    Parameters
    ----------
    files : mapping of Path to bytes
    overwrite : bool
        Whether existing files may be replaced.
    replaceable : collection of Path
        Those that may be replaced in any case.

    Raises
    ------
    InputError
        As `write_whole`.
    """
    with ExitStack() as turns, ExitStack() as places:
        for path, content in files.items():
            may = overwrite or path in replaceable
            file = places.enter_context(write_whole(path, overwrite=may))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        for folder in sorted({os.path.realpath(path.parent) for path in files}):
            turns.enter_context(_in_turn(folder))


@contextmanager
def _in_turn(folder: str) -> Iterator[None]:
    """Wait until no other process puts files in place there, where the system can lock folders."""
    if sys.platform == "win32":
        yield
        return
    with ExitStack() as opened:
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            opened.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot be made ({system_reason(error)})"
        raise InputError(folder, what, "choose another folder") from error


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Fill a folder beside `path` under a passing name, then give it its name.

    If anything goes wrong in between, `path` is as it was before and the
    passing folder is gone. Folders above `path` are made where missing.

    Parameters
    ----------
    path : Path
        May be there already if it is an empty folder.

    Yields
    ------
    Path
        The folder to fill.

    Raises
    ------
    InputError
        If `path` is something else, or the disk refuses.
    """
    try:
        if path.exists() and not (path.is_dir() and next(path.iterdir(), None) is None):
            raise InputError(path, "is there and not an empty folder", "choose a new folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        target = Path(os.path.realpath(path))
        passing = _passing_name(target)
        passing.mkdir()
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        yield passing
        if target.exists():
            target.rmdir()
        _put_in_place(passing, target)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        shutil.rmtree(passing, ignore_errors=True)


def _put_in_place(passing: Path, target: Path) -> None:
    """Rename a file or folder to `target`; on Windows no program may have either open.

    Raises
    ------
    InputError
        If one has it open for more than a second; virus scanners have it so for a moment.
    OSError
        If the disk refuses.
    """
    if sys.platform != "win32":
        passing.replace(target)
        return
    for _ in range(_TRIES):
        try:
            passing.replace(target)
        except PermissionError as error:
            refusal = error
            time.sleep(_PAUSE_S)
        else:
            return
    raise InputError(
        target, "is open in another program (Excel?)", "close it there and try again"
    ) from refusal


def _passing_name(target: Path) -> Path:
    return target.with_name(f".finchsync-{os.getpid()}-{secrets.token_hex(4)}.tmp")


def _unwritable(path: Path, error: OSError) -> InputError:
    reason = system_reason(error)
    return InputError(path, f"cannot be written ({reason})", "choose another place")
