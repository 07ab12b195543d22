"""Files that are no session of this program, and what SQLite refuses, in words."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.errors import InputError, system_reason
from core.session import reading, schema

_GIVE = "give a .finchsync file"
_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID_AT = 68
_DAMAGED = "is damaged"
_LONGEST_S = 60.0
"""A session of a thousand recordings is read within a few seconds."""
_OPERATIONS = 100_000
"""Steps of SQLite between two looks at the clock."""

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
    sqlite3.SQLITE_INTERRUPT: ("takes too long to read: is it a session?", reading.ASK_FOR_A_COPY),
    sqlite3.SQLITE_CORRUPT: (_DAMAGED, reading.ASK_FOR_A_COPY),
    sqlite3.SQLITE_NOTADB: (_DAMAGED, reading.ASK_FOR_A_COPY),
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


def refuse_newer(path: Path, version: int) -> None:
    """Refuse a session of a schema version that this program does not know."""
    known = len(schema.MIGRATIONS)
    if version > known:
        raise InputError(
            path,
            f"was made by a newer FinchSync (schema {version}; this one reads {known})",
            "update FinchSync",
        )


@contextmanager
def in_time(connection: sqlite3.Connection) -> Iterator[None]:
    """Give up reading after a while: what hangs together by its own queries could read forever."""
    end_s = time.monotonic() + _LONGEST_S
    connection.set_progress_handler(lambda: time.monotonic() > end_s, _OPERATIONS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def refuse_other_layout(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse a file with other tables or columns than its version has, or views and triggers."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        schema.migrate(model, schema.schema_version(connection))
        found, expected = _layout(connection), _layout(model)
    said = [f"no such {name}" for name in expected if name not in found]
    said += [f"{name} is not a session's" for name in found if name not in expected]
    said += [f"{name} has other columns" for name in expected if found.get(name) != expected[name]]
    if said:
        raise InputError(path, f"{_DAMAGED} ({said[0]})", reading.ASK_FOR_A_COPY)


def _layout(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Columns of every table and view by name, and every trigger."""
    objects = connection.execute(
        "SELECT type, name FROM sqlite_schema WHERE type <> 'index' AND name NOT LIKE 'sqlite_%'"
    )
    return {
        f"{kind}: {name}": connection.execute(
            "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)", (name,)
        ).fetchall()
        for kind, name in objects.fetchall()
    }


def refuse_damaged(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse a file whose pages do not hang together."""
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise InputError(path, f"{_DAMAGED} ({said})", reading.ASK_FOR_A_COPY)
