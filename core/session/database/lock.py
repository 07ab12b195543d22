"""One window a session: a lock of the operating system that ends with the process."""

from __future__ import annotations

import os
import re
import socket
import stat
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from core.errors import InputError, system_reason

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

SUFFIX = ".lock"
_FAR = 1 << 20
"""Windows keeps others from reading locked bytes, so one far behind the text is locked."""
_MOST_TEXT = 400
_OWN_TEXT = re.compile(rb"process \d+ on .* since \d{4}-\d\d-\d\d \d\d:\d\d")
_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_TRIES = 20
"""A window may close the session just now; where files have no lasting numbers, it looks so."""


class SessionLock:
    """A locked file beside a session; the text in it says who holds it.

    The file alone means nothing: after a crash it may stay behind, and the next window takes
    it over. A link, or a file of that name that holds anything else, is left as it is.

    Parameters
    ----------
    session : Path
        The session file.

    Raises
    ------
    InputError
        If another window holds the session, something else has the name of the lock, or the
        folder cannot be written.
    """

    def __init__(self, session: Path) -> None:
        self._path = session.with_name(session.name + SUFFIX)
        self._handle: int | None = None
        try:
            self._handle = _locked(session, self._path)
            text = f"process {os.getpid()} on {socket.gethostname()} since {_moment()}"
            os.ftruncate(self._handle, 0)
            os.write(self._handle, text.encode("utf-8", "replace"))
        except OSError as error:
            self.release()
            raise InputError(
                session,
                f"cannot be opened for editing ({system_reason(error)})",
                "copy it into a folder that you can write to, and open the copy",
            ) from error

    def release(self) -> None:
        """Let others open the session; may be called again."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        if sys.platform == "win32":
            os.close(handle)
            with suppress(OSError):
                self._path.unlink()
        else:
            # Gone before it is free: whoever waits for it sees that it is another file.
            with suppress(OSError):
                if _is_still(self._path, handle):
                    self._path.unlink()
            os.close(handle)


def is_held(session: Path) -> bool:
    """Whether a window has a session open; False where that cannot be found out."""
    try:
        handle = os.open(session.with_name(session.name + SUFFIX), _FLAGS)
    except OSError:
        return False
    try:
        _take(handle)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _locked(session: Path, path: Path) -> int:
    for _ in range(_TRIES):
        if path.is_symlink():
            raise _in_the_way(session, path)
        handle = os.open(path, _FLAGS | os.O_CREAT, 0o666)
        try:
            _take(handle)
        except (BlockingIOError, PermissionError):
            holder = os.read(handle, _MOST_TEXT).decode("utf-8", "replace").strip()
            os.close(handle)
            raise InputError(
                session,
                f"is open in another window ({holder or 'which has just opened it'})",
                "close it there, or copy the session and open the copy",
            ) from None
        except OSError:
            os.close(handle)
            raise
        if _is_still(path, handle):
            if _is_ours(handle):
                return handle
            os.close(handle)
            raise _in_the_way(session, path)
        os.close(handle)
    raise OSError("nothing can be locked there")


def _is_ours(handle: int) -> bool:
    """Whether a file is a lock that a window left behind, or one that is new."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_TEXT:
        return False
    text = os.read(handle, _MOST_TEXT)
    os.lseek(handle, 0, os.SEEK_SET)
    return not text or _OWN_TEXT.fullmatch(text) is not None


def _in_the_way(session: Path, path: Path) -> InputError:
    return InputError(
        path, f"is no lock of FinchSync's, and {session.name} needs it to be", "move it away"
    )


def _take(handle: int) -> None:
    if sys.platform == "win32":
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _moment() -> str:
    return datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M")
