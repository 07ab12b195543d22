"""Sessions that know the same audio already; they are only read."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from core.audio.recording import Recording
from core.errors import InputError
from core.session.database import reading, schema
from core.session.database.connection import connect_to, in_bounds, uri_of
from core.session.database.lock import is_held
from core.session.database.refusals import in_words, refuse_no_file, refuse_other_tables
from core.session.recordings import SessionRecording
from core.session.session import Session

_WAIT_S = 1.0
_LOGS = ("-wal", "-journal")


class Whereabouts(Enum):
    """Where the audio of an earlier session is, beside the same audio that is opened."""

    HERE = "here"
    """It is what is opened, perhaps by another way to it."""
    MOVED = "moved"
    """Nothing is left where it was."""
    COPIED = "copied"
    """It is in both places."""


@dataclass(frozen=True, slots=True)
class EarlierWork:
    """What a session holds of audio that is opened.

    Parameters
    ----------
    session : Path
    known : mapping of int to SessionRecording
        All its recordings, by their keys.
    reviewed : mapping of int to int
        How many keypoints were decided on, by key, of the recordings with this audio.
    reviewed_elsewhere : int
        How many were in its other recordings.
    decided_at : datetime or None
        When the last decision was made.
    """

    session: Path
    known: Mapping[int, SessionRecording]
    reviewed: Mapping[int, int]
    reviewed_elsewhere: int
    decided_at: datetime | None

    @property
    def has_decisions(self) -> bool:
        """Whether anything was decided in the session."""
        return bool(self.reviewed_elsewhere) or any(self.reviewed.values())

    def whereabouts(self, opened: Iterable[Recording]) -> Whereabouts:
        """Where its audio is; the same audio is opened from where `opened` says."""
        same = [self.known[key] for key in self.reviewed]
        here = {_file_at(path) for recording in opened for path in recording.paths}
        if any(_file_at(place) in here for known in same for place in _places(known)):
            return Whereabouts.HERE
        folders = {known.folder for known in same}
        left = (known for known in self.known.values() if known.folder in folders)
        is_left = any(_file_at(place) for known in left for place in _places(known))
        return Whereabouts.COPIED if is_left else Whereabouts.MOVED


def find_earlier(sessions: Iterable[Path], fingerprints: Collection[str]) -> Iterator[EarlierWork]:
    """Look through sessions for audio.

    Parameters
    ----------
    sessions : iterable of Path
        What cannot be read is passed over.
    fingerprints : collection of str
        Of the audio, as `Recording.fingerprint`.

    Yields
    ------
    EarlierWork
        One for each session that knows any of it.
    """
    wanted = frozenset(fingerprints)
    for path in sessions:
        try:
            with _reading(path) as connection:
                known = {row[0] for row in connection.execute("SELECT fingerprint FROM recording")}
                if not wanted.isdisjoint(known):
                    yield _earlier(connection, path, wanted)
        except (InputError, OSError):
            continue


def read_snapshot(path: Path) -> Session:
    """Everything a session holds at this moment, also while a window has it open.

    Raises
    ------
    InputError
        If it is no session, is damaged or was made by a newer program.
    """
    with _reading(path) as connection, _current(connection, path) as copy:
        return reading.read(copy, path)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A session as it was last committed: nothing is locked, migrated or left beside it."""
    refuse_no_file(path)
    # Where nobody writes and no log waits, the file alone is all there is.
    logs = [path.with_name(path.name + suffix) for suffix in _LOGS]
    is_still = not is_held(path) and not any(log.exists() for log in logs)
    mode = "mode=ro&immutable=1" if is_still else "mode=ro"
    place = f"{uri_of(path.absolute())}?{mode}"
    with in_words(path), closing(connect_to(place, _WAIT_S)) as connection:
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        if owner != schema.APPLICATION_ID:
            raise InputError(path, "is not a FinchSync session", "give a .finchsync file")
        with in_bounds(connection, path):
            refuse_other_tables(path, connection)
            yield connection


@contextmanager
def _current(connection: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    """A copy in memory, brought up to this program's version."""
    with closing(connect_to(":memory:", _WAIT_S)) as copy:
        connection.backup(copy)
        schema.migrate(copy)
        with in_bounds(copy, path):
            yield copy


def _earlier(connection: sqlite3.Connection, path: Path, wanted: frozenset[str]) -> EarlierWork:
    with _current(connection, path) as copy:
        known = reading.read_recordings(copy, path)
        counted = copy.execute(
            "SELECT recording, count(*) FROM keypoint WHERE state <> 'unreviewed' "
            "GROUP BY recording"
        )
        counts = dict(counted.fetchall())
        (last,) = copy.execute("SELECT max(made_at) FROM edit WHERE state = 'done'").fetchone()
    keys = [key for key, recording in known.items() if recording.fingerprint in wanted]
    reviewed = {key: counts.get(key, 0) for key in keys}
    elsewhere = sum(counts.values()) - sum(reviewed.values())
    with reading.judged(path, "a decision"):
        decided_at = None if last is None else reading.moment(last)
    return EarlierWork(path, known, reviewed, elsewhere, decided_at)


def _places(known: SessionRecording) -> Iterator[Path]:
    yield from dict.fromkeys((*known.beside, *known.recording.paths))


def _file_at(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to, whichever way it takes; None if to none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
