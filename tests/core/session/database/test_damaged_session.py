"""Session files that were damaged, or made to do harm: refused in a line, never changed."""

from __future__ import annotations

import os
import sqlite3
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import InputError
from core.session import Session, SessionFile, find_earlier, read_snapshot
from core.session.database.connection import connect, in_bounds
from core.session.database.refusals import in_words

ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"


def _read(path: Path) -> Session:
    with SessionFile.open(path) as file:
        return file.read()


def _sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5000:20000] = b"\xa5" * 15000
    path.write_bytes(content)


def _without_checks(statement: str) -> Callable[[Path], object]:
    return lambda path: _sql(path, "PRAGMA ignore_check_constraints = ON", statement)


def _with_edit(changes: bytes) -> Callable[[Path], object]:
    return _without_checks(
        f"UPDATE edit SET changes = x'{zlib.compress(changes).hex()}' WHERE number = 1"
    )


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut short": (_cut, "is damaged"),
    "overwritten": (_overwritten, "is damaged"),
    "no SQLite": (lambda p: p.write_bytes(b"chirp " * 999), "is not a FinchSync session"),
    "empty": (lambda p: p.write_bytes(b""), "is an empty file"),
    "gone": (lambda p: p.unlink(), "there is no such file"),
    "a view in place of a table": (
        lambda p: _sql(
            p,
            "ALTER TABLE edit RENAME TO other",
            "CREATE VIEW edit AS WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) "
            "SELECT other.* FROM other, t",
        ),
        "has no table edit as it should be",
    ),
    "a trigger": (
        lambda p: _sql(p, f"CREATE TRIGGER t AFTER UPDATE ON keypoint BEGIN {ENDLESS}; END"),
        "holds the trigger t, which FinchSync did not put in; take it out",
    ),
    "an index": (
        lambda p: _sql(p, "CREATE INDEX i ON recording (abs(taken_out))"),
        "holds the index i",
    ),
    "another column": (
        lambda p: _sql(p, "ALTER TABLE edit ADD COLUMN c AS (hex(zeroblob(1000000000)))"),
        "has no table edit as it should be",
    ),
    "a version below all": (lambda p: _sql(p, "PRAGMA user_version = -1"), "is damaged"),
    "a table is gone": (_without_checks("DROP TABLE edit"), "has no table edit as it should be"),
    "foreign database": (
        lambda p: _sql(p, "PRAGMA application_id = 7"),
        "is a database of another program",
    ),
    "unknown state": (
        _without_checks("UPDATE keypoint SET state = 'hatched' WHERE position = 3"),
        "is damaged (CHECK constraint failed in keypoint)",
    ),
    "a time that is none": (
        _without_checks("UPDATE keypoint SET time_1_s = 'noon' WHERE position = 3"),
        "recording 0.wav makes no sense",
    ),
    "a keypoint is missing": (
        _without_checks("DELETE FROM keypoint WHERE recording = 2 AND position = 3"),
        "recording 1.wav makes no sense in it (keypoints are missing)",
    ),
    "a channel is missing": (
        _without_checks("DELETE FROM channel WHERE recording = 2 AND channel = 0"),
        "recording 1.wav makes no sense",
    ),
    "text that is none": (
        _without_checks("UPDATE keypoint SET reason = CAST(x'ff' AS TEXT) WHERE position = 3"),
        "birds.finchsync",
    ),
    "an edit of nonsense": (
        _without_checks("UPDATE edit SET changes = x'00' WHERE number = 1"),
        "edit 1 makes no sense",
    ),
    "an edit that is nested too deep": (
        _with_edit(b"[" * 99_999),
        "edit 1 makes no sense in it (nested too deep)",
    ),
    "an edit that grows to gigabytes": (
        _with_edit(b" " * 30_000_000),
        "edit 1 makes no sense in it (it is cut short, or longer than its keypoints can make it)",
    ),
    "an edit that is a list": (_with_edit(b"[1]"), "edit 1 makes no sense"),
    "an edit with rows that are a list": (
        _with_edit(b'{"position": [], "before": [], "after": []}'),
        "edit 1 makes no sense",
    ),
    "an edit of a run that never was": (
        _without_checks("UPDATE edit SET run = 77 WHERE number = 1"),
        "edit 1 makes no sense",
    ),
    "warnings that are none": (
        lambda p: _sql(p, "UPDATE model_run SET warnings = '{'"),
        "makes no sense",
    ),
    "a rate of nothing": (
        _without_checks("UPDATE channel SET sample_rate_hz = 0 WHERE recording = 2"),
        "recording 1.wav makes no sense",
    ),
    "a path that cannot be one": (
        _without_checks("UPDATE recording SET folder = 'a' || char(0) WHERE id = 2"),
        "recording 1.wav makes no sense",
    ),
    "a name in bytes": (
        _without_checks("UPDATE recording SET fingerprint = x'00ff' WHERE id = 2"),
        "recording 1.wav makes no sense",
    ),
    "a time in the far future": (
        _without_checks("UPDATE keypoint SET time_1_s = 1e18 WHERE position = 3"),
        "recording 0.wav makes no sense in it (a number that is too large)",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_cannot_be_read_is_refused_in_one_line(
    damage: str, path: Path, reviewed: Session
) -> None:
    spoil, said = DAMAGE[damage]
    spoil(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(InputError) as error:
        _read(path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    with pytest.raises(InputError):
        read_snapshot(path)
    # What is only looked through may do without what is damaged.
    for work in find_earlier([path], [reviewed.recordings[1].fingerprint]):
        assert work.known.keys() == reviewed.recordings.keys()
    assert (path.read_bytes() if path.exists() else None) == before
    assert not list(path.parent.glob("*.lock"))


def test_a_read_that_does_not_end_is_ended(path: Path, reviewed: Session) -> None:
    with closing(connect(path)) as connection:
        with (
            pytest.raises(InputError, match="more work than a file of its size"),
            in_words(path),
            in_bounds(connection, path),
        ):
            connection.execute(ENDLESS).fetchone()
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_what_was_shown_last_is_no_reason_to_refuse(path: Path, reviewed: Session) -> None:
    _sql(path, "UPDATE session SET shown_recording = 2, shown_keypoint = 'last'")
    assert _read(path).shown.keypoint == -1
    _sql(path, "UPDATE session SET shown_recording = 99")
    assert _read(path).shown is None


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("suffix", [".lock", "-wal", "-shm", "-journal"])
def test_nothing_is_written_through_a_link_beside_a_session(
    path: Path, reviewed: Session, tmp_path: Path, suffix: str
) -> None:
    own = tmp_path / "thesis.txt"
    own.write_text("precious", encoding="utf-8")
    for target in (own, tmp_path / "nowhere"):
        link = path.with_name(path.name + suffix)
        link.symlink_to(target)
        with pytest.raises(InputError, match="move it away"):
            SessionFile.open(path)
        assert link.is_symlink()
        link.unlink()
    assert own.read_text(encoding="utf-8") == "precious"
    assert not (tmp_path / "nowhere").exists()
    assert _read(path).done


@pytest.mark.parametrize("content", ["my own notes", "process 7 on a since 2026-01-01 10:00 ?\n"])
def test_a_file_of_the_name_of_the_lock_stays_as_it_is(
    path: Path, reviewed: Session, content: str
) -> None:
    own = path.with_name(path.name + ".lock")
    own.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="is no lock of FinchSync's"):
        SessionFile.open(path)
    assert own.read_text(encoding="utf-8") == content
    own.write_text("process 7 on a.b since 2026-01-01 10:00", encoding="utf-8")
    with SessionFile.open(path):
        assert own.read_bytes().startswith(b"process %d on" % os.getpid())
    assert not own.exists()
