"""Tables of a session file, and how older files become newer ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import cache

from core import __version__

APPLICATION_ID = int.from_bytes(b"FSyn", "big")
"""Stands in the header of every session file, so that no other SQLite file is taken for one."""

_VERSION_1 = """
CREATE TABLE session (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    finchsync TEXT NOT NULL,
    created_at TEXT NOT NULL,
    shown_recording INTEGER REFERENCES recording (id),
    shown_keypoint INTEGER NOT NULL DEFAULT -1
);
CREATE TABLE recording (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    folder_relative TEXT,
    folder TEXT NOT NULL,
    imported_relative TEXT,
    imported TEXT,
    imported_fingerprint TEXT,
    basis TEXT NOT NULL CHECK (basis IN ('path', 'line', 'imported'))
);
CREATE TABLE channel (
    recording INTEGER NOT NULL REFERENCES recording (id),
    channel INTEGER NOT NULL CHECK (channel IN (0, 1)),
    path_relative TEXT,
    path TEXT NOT NULL,
    file_channel INTEGER NOT NULL,
    sample_rate_hz INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    PRIMARY KEY (recording, channel)
) WITHOUT ROWID;
CREATE TABLE keypoint (
    recording INTEGER NOT NULL REFERENCES recording (id),
    position INTEGER NOT NULL,
    time_0_s REAL NOT NULL,
    time_0_text TEXT,
    time_1_s REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unreviewed', 'accepted', 'corrected', 'unalignable')),
    source TEXT NOT NULL CHECK (source IN ('machine', 'human')),
    confidence REAL,
    reason TEXT NOT NULL,
    proposed_time_1_s REAL NOT NULL,
    proposed_confidence REAL,
    proposed_reason TEXT NOT NULL,
    PRIMARY KEY (recording, position)
) WITHOUT ROWID;
CREATE TABLE edit (
    number INTEGER PRIMARY KEY,
    recording INTEGER NOT NULL REFERENCES recording (id),
    text TEXT NOT NULL,
    made_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('done', 'undone', 'dropped')),
    merge_key TEXT NOT NULL,
    run INTEGER NOT NULL,
    changes BLOB NOT NULL
);
CREATE TABLE model_run (
    number INTEGER PRIMARY KEY,
    recording INTEGER NOT NULL REFERENCES recording (id),
    started_at TEXT NOT NULL,
    duration_s REAL NOT NULL,
    finchsync TEXT NOT NULL,
    evidence TEXT NOT NULL,
    model TEXT NOT NULL,
    device TEXT NOT NULL,
    settings TEXT NOT NULL,
    needs_review INTEGER NOT NULL,
    mean_confidence REAL,
    tolerance_s REAL NOT NULL,
    alias_shift_s REAL,
    alias_margin REAL,
    warnings TEXT NOT NULL
);
CREATE TABLE run_keypoint (
    run INTEGER NOT NULL REFERENCES model_run (number),
    position INTEGER NOT NULL,
    time_1_s REAL NOT NULL,
    confidence REAL,
    reason TEXT NOT NULL,
    PRIMARY KEY (run, position)
) WITHOUT ROWID;
CREATE TABLE run_path (
    run INTEGER NOT NULL REFERENCES model_run (number),
    position INTEGER NOT NULL,
    time_0_s REAL NOT NULL,
    offset_s REAL,
    low_s REAL,
    high_s REAL,
    PRIMARY KEY (run, position)
) WITHOUT ROWID;
CREATE TABLE run_candidate (
    run INTEGER NOT NULL REFERENCES model_run (number),
    rank INTEGER NOT NULL,
    offset_s REAL NOT NULL,
    drift_ppm REAL NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (run, rank)
) WITHOUT ROWID;
"""


def _to_version_1(connection: sqlite3.Connection) -> None:
    for statement in _VERSION_1.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(
        "INSERT INTO session (one, finchsync, created_at) VALUES (1, ?, ?)",
        (__version__, datetime.now(UTC).isoformat()),
    )


def _to_version_2(connection: sqlite3.Connection) -> None:
    """Recordings can be taken out, and runs say which audio they were of."""
    connection.execute(
        "ALTER TABLE recording ADD COLUMN taken_out INTEGER NOT NULL DEFAULT 0 "
        "CHECK (taken_out IN (0, 1))"
    )
    connection.execute("ALTER TABLE model_run ADD COLUMN fingerprint TEXT NOT NULL DEFAULT ''")
    connection.execute(
        "UPDATE model_run SET fingerprint = "
        "(SELECT recording.fingerprint FROM recording WHERE recording.id = model_run.recording)"
    )


def _to_version_3(connection: sqlite3.Connection) -> None:
    """Recordings keep what was assumed of their files."""
    connection.execute("ALTER TABLE recording ADD COLUMN notes TEXT NOT NULL DEFAULT '[]'")


def _to_version_4(connection: sqlite3.Connection) -> None:
    """Runs keep the lines that the network alone ranks first, after those by all evidence."""
    connection.execute(
        "ALTER TABLE run_candidate ADD COLUMN ranked_by TEXT NOT NULL DEFAULT 'evidence' "
        "CHECK (ranked_by IN ('model', 'evidence'))"
    )


def _to_version_5(connection: sqlite3.Connection) -> None:
    """Recordings are of any channels, with what is known of the recorders."""
    connection.execute("ALTER TABLE channel ADD COLUMN file_channels INTEGER NOT NULL DEFAULT 1")
    # Until now a recording was one stereo file, or two mono files.
    connection.execute(
        "UPDATE channel SET file_channels = (SELECT count(*) FROM channel AS other WHERE "
        "other.recording = channel.recording AND other.path = channel.path)"
    )
    connection.execute("ALTER TABLE channel ADD COLUMN started_at TEXT")
    connection.execute("ALTER TABLE channel ADD COLUMN device TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE recording ADD COLUMN spacing_m REAL")


def _to_version_6(connection: sqlite3.Connection) -> None:
    """Recordings have sync points; runs say at which moments, since keypoints may become others."""
    connection.execute(
        "CREATE TABLE sync_point ("
        "recording INTEGER NOT NULL REFERENCES recording (id), position INTEGER NOT NULL, "
        "time_0_s REAL NOT NULL, time_1_s REAL NOT NULL, uncertainty_s REAL NOT NULL, "
        "kind TEXT NOT NULL, PRIMARY KEY (recording, position)) WITHOUT ROWID"
    )
    connection.execute("ALTER TABLE run_keypoint ADD COLUMN time_0_s REAL")
    connection.execute(
        "UPDATE run_keypoint SET time_0_s = (SELECT keypoint.time_0_s FROM keypoint "
        "JOIN model_run ON model_run.recording = keypoint.recording WHERE "
        "model_run.number = run_keypoint.run AND keypoint.position = run_keypoint.position)"
    )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _to_version_1,
    _to_version_2,
    _to_version_3,
    _to_version_4,
    _to_version_5,
    _to_version_6,
)
"""The n-th leads from version n to n + 1; version 0 is an empty file. Only ever add to it."""


def schema_version(connection: sqlite3.Connection) -> int:
    """The version a file is at; newer than this program if above ``len(MIGRATIONS)``."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def tables(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """What a file is made of: the statement that made each table, view, trigger or index.

    By kind and name; what SQLite makes for itself is left out.
    """
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return {
        (kind, name): " ".join(str(sql).split())
        for kind, name, sql in rows
        if kind not in ("table", "index") or not str(name).startswith("sqlite_")
    }


@cache
def own_tables(version: int) -> dict[tuple[str, str], str]:
    """As `tables`, of a file of a version as this program makes it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for step in MIGRATIONS[:version]:
            step(connection)
        return tables(connection)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file up to this program's version, whole or not at all."""
    found = schema_version(connection)
    if found >= len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in MIGRATIONS[found:]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
