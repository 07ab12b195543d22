"""The session on disk: one SQLite file, one transaction a change."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from core.errors import InputError
from core.formats.files.atomic import check_writable, write_whole
from core.session.database import reading, schema, writing
from core.session.database.connection import SIDE_FILES, beside, connect, in_bounds, make_durable
from core.session.database.lock import SessionLock
from core.session.database.refusals import (
    in_words,
    refuse_damaged,
    refuse_foreign,
    refuse_links,
    refuse_no_file,
    refuse_other_tables,
)
from core.session.edits.change import Change
from core.session.paths import is_there
from core.session.recordings import SessionRecording, at_paths
from core.session.session import Session


class SessionFile:
    """An open session file, which no other window can open meanwhile.

    May be used from any thread, but from one at a time. Make one with `create` or `open`.
    """

    def __init__(self, path: Path, lock: SessionLock) -> None:
        self._path = path
        self._lock = lock
        with in_words(path):
            self._connection = connect(path)
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    @classmethod
    def create(cls, path: Path | str) -> SessionFile:
        """Make an empty session and open it.

        Raises
        ------
        InputError
            If something is there already, the place cannot be written, or the disk is full.
        """
        path = _real(path)
        check_writable(path)
        with _locking(path) as lock:
            stray = beside(path, "-wal")
            if stray.exists():
                raise InputError(
                    stray,
                    "holds edits of a session that is no longer beside it",
                    f"put {path.name} back, remove this file, or choose another name",
                )
            with write_whole(path) as file, in_words(path):
                _build(Path(file.name))
            return cls(path, lock)

    @classmethod
    def open(cls, path: Path | str) -> SessionFile:
        """Open a session; one of an older version becomes one of this version.

        Raises
        ------
        InputError
            If there is no such file, it is no session or one from a newer version, is damaged,
            cannot be written, or is open in another window.
        """
        path = _real(path)
        refuse_no_file(path)
        with _locking(path) as lock:
            refuse_foreign(path)
            return cls(path, lock)

    @property
    def path(self) -> Path:
        """Where the session is; links are resolved."""
        return self._path

    def read(self) -> Session:
        """Everything that was committed.

        Raises
        ------
        InputError
            If the file is damaged.
        """
        with in_words(self._path), in_bounds(self._connection, self._path):
            return reading.read(self._connection, self._path)

    def commit(self, change: Change) -> None:
        """Write a change down in one transaction; it is on the disk when this returns.

        Changes must come in the order in which they were made. One that was refused left
        nothing behind and can be committed again.

        Raises
        ------
        InputError
            If the disk is full or refuses.
        ValueError
            If the change does not follow from what is in the file, or would let the machine
            overwrite what a person decided.
        """
        connection = self._connection
        with in_words(self._path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                writing.write(connection, self._path.parent, change)
                connection.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                raise ValueError(f"the change does not follow from the file: {error}") from error
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def save_as(self, path: Path | str, *, overwrite: bool = False) -> None:
        """Write a copy to open later; this file stays the open one.

        Raises
        ------
        InputError
            If it is the same file, is open in a window, exists and may not be replaced, or
            cannot be written.
        """
        path = _real(path)
        if path == self._path:
            raise InputError(path, "is the open session itself", "choose another name")
        check_writable(path, overwrite=overwrite)
        with in_words(self._path):
            known = reading.read_recordings(self._connection, self._path)
        moved = Change(relocated=tuple((key, _as_seen(known[key])) for key in known))
        with _locking(path) as lock:
            with write_whole(path, overwrite=overwrite) as file, in_words(path):
                self._connection.execute("VACUUM INTO ?", (file.name,))
                with closing(connect(Path(file.name))) as copy:
                    copy.execute("BEGIN")
                    writing.write(copy, path.parent, moved)
                    copy.execute("COMMIT")
                for suffix in SIDE_FILES:
                    beside(path, suffix).unlink(missing_ok=True)
            lock.release()

    def close(self) -> None:
        """Close the file and let others open it; may be called again."""
        with suppress(sqlite3.Error):
            self._connection.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        connection, path = self._connection, self._path
        with in_words(path):
            with in_bounds(connection, path):
                refuse_other_tables(path, connection)
                refuse_damaged(path, connection)
            make_durable(connection, path)
            connection.execute("PRAGMA foreign_keys = ON")
            schema.migrate(connection)


@contextmanager
def _locking(path: Path) -> Iterator[SessionLock]:
    """Hold the lock of a session; it stays held unless something goes wrong."""
    refuse_links(path)
    lock = SessionLock(path)
    try:
        yield lock
    except BaseException:
        lock.release()
        raise


def _build(path: Path) -> None:
    with closing(connect(path)) as connection:
        schema.migrate(connection)


def _real(path: Path | str) -> Path:
    return Path(os.path.realpath(path))


def _as_seen(known: SessionRecording) -> SessionRecording:
    """With the paths beside the session, if its audio is there."""
    if known.beside and all(map(is_there, known.beside)):
        return replace(known, recording=at_paths(known.recording, known.beside))
    return known
