"""Files that are no session of this program, and what SQLite refuses, in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import InputError, system_reason
from core.session.database import reading, schema
from core.session.database.connection import SIDE_FILES, beside

_GIVE = "give a .finchsync file"
_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID_AT = 68
_DAMAGED = "is damaged"

_SAID: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: (
        "does not fit on the disk, which is full",
        "free some space and try again; what was saved before is safe",
    ),
    sqlite3.SQLITE_IOERR: (
        "cannot be written or read (disk I/O error)",
        "check the disk and its free space, and try again; what was saved before is safe",
    ),
    sqlite3.SQLITE_READONLY: (
        "is read-only",
        "copy it into a folder that you can write to, and open the copy",
    ),
    sqlite3.SQLITE_BUSY: ("is in use by another program", "close it there and try again"),
    sqlite3.SQLITE_LOCKED: ("is in use by another program", "close it there and try again"),
    sqlite3.SQLITE_CORRUPT: (_DAMAGED, reading.ASK_FOR_A_COPY),
    sqlite3.SQLITE_NOTADB: (_DAMAGED, reading.ASK_FOR_A_COPY),
    sqlite3.SQLITE_INTERRUPT: (
        f"{_DAMAGED} (reading it takes more work than a file of its size can need)",
        reading.ASK_FOR_A_COPY,
    ),
}


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What SQLite and the disk refuse, for a person."""
    try:
        yield
    except sqlite3.Error as error:
        if isinstance(error, sqlite3.ProgrammingError):
            raise
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        unknown = f"cannot be used as a session ({error})", reading.ASK_FOR_A_COPY
        what, fix = _SAID.get(code & 0xFF, unknown)
        raise InputError(path, what, fix) from error
    except UnicodeDecodeError as error:
        raise InputError(path, f"{_DAMAGED} ({error})", reading.ASK_FOR_A_COPY) from error
    except UnicodeEncodeError as error:
        name = ascii(error.object[error.start : error.end])
        raise InputError(
            path, f"cannot hold the name {name}, which is not valid Unicode", "rename that file"
        ) from error


def refuse_no_file(path: Path) -> None:
    """Refuse a path at which no file is."""
    if path.is_dir():
        raise InputError(path, "is a folder", _GIVE)
    if not path.is_file():
        raise InputError(path, "there is no such file", "check the path")


def refuse_links(path: Path) -> None:
    """Refuse links where SQLite keeps files of its own: it would write through them."""
    for suffix in SIDE_FILES:
        file = beside(path, suffix)
        if file.is_symlink():
            raise InputError(
                file, f"is a link, and {path.name} keeps its newest edits there", "move it away"
            )


def refuse_foreign(path: Path) -> None:
    """Refuse what no session is, before SQLite may touch it."""
    try:
        with path.open("r+b") as file:
            head = file.read(_APPLICATION_ID_AT + 4)
    except OSError as error:
        raise InputError(
            path,
            f"cannot be opened for editing ({system_reason(error)})",
            "copy it into a folder that you can write to, and open the copy",
        ) from error
    if not head:
        raise InputError(path, "is an empty file", _GIVE)
    if not head.startswith(_MAGIC):
        raise InputError(path, "is not a FinchSync session", _GIVE)
    if int.from_bytes(head[_APPLICATION_ID_AT:], "big") != schema.APPLICATION_ID:
        raise InputError(path, "is a database of another program", _GIVE)


def refuse_other_tables(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse a file that is not made of the tables of its version, as they were made.

    A view, a trigger or an index that somebody put in would be run where the tables are used.
    """
    version = schema.schema_version(connection)
    _refuse_unknown(path, version)
    own, found = schema.own_tables(version), schema.tables(connection)
    for (kind, name), statement in own.items():
        if found.pop((kind, name), None) != statement:
            raise InputError(path, f"has no {kind} {name} as it should be", reading.ASK_FOR_A_COPY)
    for kind, name in found:
        raise InputError(
            path,
            f"holds the {kind} {name}, which FinchSync did not put in",
            f"take it out (DROP {kind.upper()} in sqlite3), or {reading.ASK_FOR_A_COPY}",
        )


def _refuse_unknown(path: Path, version: int) -> None:
    known = len(schema.MIGRATIONS)
    if version < 0:
        raise InputError(path, _DAMAGED, reading.ASK_FOR_A_COPY)
    if version > known:
        raise InputError(
            path,
            f"was made by a newer FinchSync (schema {version}; this one reads {known})",
            "update FinchSync",
        )


def refuse_damaged(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse a file whose pages do not hang together."""
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise InputError(path, f"{_DAMAGED} ({said})", reading.ASK_FOR_A_COPY)
