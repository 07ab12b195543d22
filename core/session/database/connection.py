"""Connections to a session file, whatever kind of disk it is on."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from urllib.parse import quote

from core.errors import InputError
from core.session.database.network_share import is_on_share

SIDE_FILES = ("-wal", "-shm", "-journal")
"""Endings of what SQLite keeps beside a session."""

_WAIT_S = 5.0
_LONGEST_VALUE_BYTES = 1 << 26
_STEPS = 100_000
"""Of SQLite's machine, between two looks at how many there were."""
_LEAST_STEPS = 20_000_000
_STEPS_A_BYTE = 20
"""Reading all of a session takes one or two steps a byte."""


def connect(path: Path) -> sqlite3.Connection:
    """Connect to a file that is there, from any thread; `make_durable` goes before changes.

    Raises
    ------
    sqlite3.Error
        If SQLite refuses.
    """
    connection = connect_to(f"{uri_of(path.absolute())}?mode=rw", _WAIT_S)
    if is_on_share(path):
        # The log of a session from another disk is read without the memory that SQLite would
        # share with other programs.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    return connection


def connect_to(place: str, wait_s: float) -> sqlite3.Connection:
    """Connect to a place that SQLite knows, and trust nothing that is found there."""
    connection = sqlite3.connect(
        place, timeout=wait_s, isolation_level=None, check_same_thread=False, uri=True
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE_BYTES)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


@contextmanager
def in_bounds(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """End reads that take many times the work that a file of this size can need.

    Raises
    ------
    sqlite3.OperationalError
        With the code ``SQLITE_INTERRUPT``.
    """
    log = beside(path, "-wal")
    size = path.stat().st_size + (log.stat().st_size if log.exists() else 0)
    left = (_LEAST_STEPS + _STEPS_A_BYTE * size) // _STEPS

    def is_too_much() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    connection.set_progress_handler(is_too_much, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, _STEPS)


def beside(path: Path, suffix: str) -> Path:
    """One of the files that SQLite keeps beside a session."""
    return path.with_name(path.name + suffix)


def uri_of(path: PurePath) -> str:
    """A whole path as SQLite takes it: with no computer before the path, which it refuses."""
    slashed = path.as_posix()
    root = "" if slashed.startswith("/") else "/"
    return f"file://{root}{quote(os.fsencode(slashed), safe='/:')}"


def make_durable(connection: sqlite3.Connection, path: Path) -> None:
    """Have every change be on the disk when it is committed.

    On a disk of this computer changes go to a log. The log needs memory that all programs
    share, which there is not between computers: on a network share they go to a journal.

    Raises
    ------
    InputError
        If the session can be kept in neither of these ways.
    sqlite3.Error
        If SQLite refuses.
    """
    wanted = "delete" if is_on_share(path) else "wal"
    (mode,) = connection.execute(f"PRAGMA journal_mode = {wanted}").fetchone()
    if mode not in (wanted, "delete"):
        raise InputError(
            path,
            f"cannot be kept safely on this disk (its journal stays {mode!r})",
            "copy it to a disk of this computer, and open the copy",
        )
    connection.execute("PRAGMA locking_mode = NORMAL")
    connection.execute("PRAGMA synchronous = FULL")
    # macOS says that something is on the disk once the disk has heard of it.
    connection.execute("PRAGMA fullfsync = ON")
