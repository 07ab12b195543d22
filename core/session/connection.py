"""Connections to a session file, whatever kind of disk it is on."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path, PurePath
from urllib.parse import quote

from core.errors import InputError
from core.session.network_share import is_on_share

_WAIT_S = 5.0


def connect(path: Path) -> sqlite3.Connection:
    """Connect to a file that is there, from any thread; `make_durable` goes before changes.

    Raises
    ------
    sqlite3.Error
        If SQLite refuses.
    """
    connection = sqlite3.connect(
        f"{uri_of(path)}?mode=rw",
        timeout=_WAIT_S,
        isolation_level=None,
        check_same_thread=False,
        uri=True,
    )
    if is_on_share(path):
        # The log of a session from another disk is read without the memory that SQLite would
        # share with other programs.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    return connection


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
