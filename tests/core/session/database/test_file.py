"""The session on disk: what comes back, what is refused, and what a full disk leaves behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from core.align.rankings import RankedBy
from core.audio.recording import open_recording
from core.errors import InputError
from core.keypoints import ReviewState, machine_keypoints
from core.session import (
    Basis,
    ImportedTable,
    Provenance,
    RankedCandidate,
    RecordingState,
    Run,
    Session,
    SessionFile,
    identify,
)
from core.session.database import schema
from core.session.edits.change import RowsWritten

REPOSITORY = Path(__file__).resolve().parents[4]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _read(path: Path) -> Session:
    with SessionFile.open(path) as file:
        return file.read()


def _refusal(path: Path) -> str:
    with pytest.raises(InputError) as error:
        SessionFile.open(path)
    return str(error.value)


def _sql(path: Path, *statements: str) -> list[tuple]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return [row for statement in statements for row in connection.execute(statement)]


# -- what comes back -------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_everything_committed_comes_back_at_any_moment(
    kill: ModuleType, path: Path, seed: int
) -> None:
    session, change = kill.new_session()
    with SessionFile.create(path) as file:
        file.commit(change)
        for number, step in enumerate(
            islice(kill.script(session, np.random.default_rng(seed)), 120)
        ):
            session, change = step
            file.commit(change)
            if number % 20 == 0:
                assert kill.content(file.read()) == kill.content(session)
    assert kill.content(_read(path)) == kill.content(session)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_undo_and_redo_go_on_after_a_restart(kill: ModuleType, path: Path, reviewed) -> None:
    while reviewed.done:
        with SessionFile.open(path) as file:
            reviewed, change = file.read().undo()
            file.commit(change)
    start = _read(path)
    assert (start.done, len(start.undone)) == ((), len(reviewed.undone))
    assert not any(state.keypoints.is_reviewed.any() for state in start.states.values())


def test_a_recording_comes_back_to_the_letter(make_audio, write_text, path: Path) -> None:
    table = write_text("annotations.csv", "Filename,Time Channel 0,Time Channel 1\n")
    recording = open_recording(make_audio("song bird.wav"))
    text = ("0.10", "1.000000000000000001", "2e0")
    keypoints = replace(machine_keypoints([0.1, 1, 2], [0.2, 1 / 3, 2.5]), time_0_text=text)
    known = identify(recording, path.parent, ImportedTable.of(table))
    _, change = Session().add([(known, RecordingState.new(keypoints, Basis.IMPORTED))])
    with SessionFile.create(path) as file:
        file.commit(change)
    back = _read(path)
    assert back.recordings[1] == replace(known, beside=recording.paths * 2)
    state = back.states[1]
    assert (state.keypoints.time_0_text, state.basis) == (text, Basis.IMPORTED)
    assert state.keypoints.time_1_s.tolist() == [0.2, 1 / 3, 2.5]
    assert np.isnan(state.keypoints.confidence).all()


@pytest.mark.usefixtures("fake_aligner")
def test_what_a_run_said_and_what_made_it_comes_back(make_audio, path: Path) -> None:
    recording = open_recording(make_audio())
    *_, alignment = import_module("core.cli.batch.run").align_steps(recording)
    made = Provenance(NOON, 0.5, "0.1.0", "spectral", "none", "cpu", {"max_offset_s": 5.0})
    state = RecordingState.new(alignment.keypoints)
    session, added = Session().add([(identify(recording, path.parent), state)])
    with SessionFile.create(path) as file:
        file.commit(added)
        file.commit(session.record_run(Run.of(1, alignment, made, "of the audio"), propose=True)[1])
    number, run = _read(path).runs[1]
    assert (number, run.made, run.alias) == (1, made, alignment.alias)
    assert (run.needs_review, run.warnings) == (True, alignment.warnings)
    assert run.keypoints.time_1_s.tolist() == alignment.keypoints.time_1_s.tolist()
    assert run.path.high_s.tolist() == alignment.path.high_s.tolist()
    assert run.candidates == (RankedCandidate(RankedBy.EVIDENCE, 0.0, 0.0, 0.0),)
    assert run.mean_confidence == pytest.approx(0.9)
    assert run.fingerprint == "of the audio"


def test_any_sqlite_tool_can_read_the_keypoints_while_a_window_is_open(
    make_audio, path: Path
) -> None:
    known = identify(open_recording(make_audio()), path.parent)
    keypoints = machine_keypoints([0, 1], [0.5, 1.5], [0.9, 0.2], ("clear", "silent"))
    session, change = Session().add([(known, RecordingState.new(keypoints))])
    with SessionFile.create(path) as file:
        file.commit(change)
        file.commit(session.edit(1, keypoints.move(1, 1.75), "Move keypoint 2")[1])
        rows = _sql(
            path,
            "SELECT time_0_s, time_1_s, state, confidence, reason, proposed_time_1_s FROM keypoint",
        )
        assert _sql(path, "SELECT number, text, state FROM edit") == [
            (1, "Move keypoint 2", "done")
        ]
    assert rows == [
        (0, 0.5, "unreviewed", 0.9, "clear", 0.5),
        (1, 1.75, "corrected", 0.2, "silent", 1.5),
    ]


def test_dropped_edits_stay_in_the_file(kill: ModuleType, path: Path) -> None:
    session, change = kill.new_session()
    with SessionFile.create(path) as file:
        file.commit(change)
        for index in range(3):
            keypoints = session.states[1].keypoints.move(index, 0.1)
            session, change = session.edit(1, keypoints, f"Move keypoint {index + 1}")
            file.commit(change)
            if index:
                session, change = session.undo()
                file.commit(change)
    states = [row for (row,) in _sql(path, "SELECT state FROM edit ORDER BY number")]
    assert states == ["done", "dropped", "undone"]


def test_the_machine_cannot_write_over_a_decision_even_if_asked(
    kill: ModuleType, path: Path
) -> None:
    session, change = kill.new_session()
    decided = session.states[1].keypoints.review(0, ReviewState.ACCEPTED)
    accepted, accept = session.edit(1, decided, "Accept keypoint 1")
    _, run = session.follow(1, machine_keypoints(decided.time_0_s, decided.time_0_s))
    assert isinstance(run.rows, RowsWritten)
    with SessionFile.create(path) as file:
        file.commit(change)
        file.commit(accept)
        with pytest.raises(ValueError, match="the machine may not write"):
            file.commit(run)
        assert kill.content(file.read()) == kill.content(accepted)


def test_a_copy_knows_its_audio_from_its_own_folder(make_audio, path: Path) -> None:
    audio = make_audio("audio/a.wav")
    known = identify(open_recording(audio), path.parent)
    state = RecordingState.new(machine_keypoints([0, 1], [0, 1]))
    copy = path.parent / "elsewhere" / "copy.finchsync"
    copy.parent.mkdir()
    with SessionFile.create(path) as file:
        file.commit(Session().add([(known, state)])[1])
        file.save_as(copy)
        with pytest.raises(InputError, match="already exists"):
            file.save_as(copy)
        file.save_as(copy, overwrite=True)
        with pytest.raises(InputError, match="is the open session itself"):
            file.save_as(path, overwrite=True)
    assert [row for (row,) in _sql(copy, "SELECT path_relative FROM channel")] == [
        "../audio/a.wav"
    ] * 2
    assert _read(copy).recordings[1].beside == (audio, audio)
    assert [file.name for file in copy.parent.iterdir()] == [copy.name]


# -- schema versions -------------------------------------------------------------------


def test_an_older_file_is_brought_up_to_date_and_a_newer_one_is_refused(
    path: Path, reviewed: Session, kill: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_colour(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE recording ADD COLUMN colour TEXT DEFAULT 'blue'")

    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, add_colour))
        assert kill.content(_read(path)) == kill.content(reviewed)
        assert _sql(path, "SELECT colour FROM recording") == [("blue",)] * 3
        assert _sql(path, "PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    version = len(schema.MIGRATIONS)
    assert f"a newer FinchSync (schema {version + 1}; this one reads {version})" in _refusal(path)


def test_a_file_of_the_first_version_opens_with_all_that_it_holds(
    path: Path, kill: ModuleType, to_first_version: tuple[str, ...]
) -> None:
    session, added = kill.new_session()
    session, run = kill._run(session, np.random.default_rng(1))
    with SessionFile.create(path) as file:
        file.commit(added)
        file.commit(run)
    _sql(path, *to_first_version)
    ((key, (number, made)),) = session.runs.items()
    by_evidence = replace(made, candidates=made.candidates[:1])
    session = replace(session, runs={key: (number, by_evidence)})
    assert kill.content(_read(path)) == kill.content(session)


def test_a_step_up_that_fails_leaves_the_file_as_it_was(
    path: Path, reviewed: Session, kill: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_half_way(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE keypoint")
        connection.execute("SELECT nonsense")

    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, fails_half_way))
        _refusal(path)
    assert kill.content(_read(path)) == kill.content(reviewed)


# -- one window ------------------------------------------------------------------------


def test_a_second_window_is_told_who_has_the_session(path: Path) -> None:
    with SessionFile.create(path):
        said = _refusal(path)
        assert f"is open in another window (process {os.getpid()} on " in said
        assert "since 20" in said
        code = "import sys; from core.session import SessionFile; SessionFile.open(sys.argv[1])"
        other = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, cwd=REPOSITORY
        )
        assert f"process {os.getpid()} on" in other.stderr
        assert "another window" in _refusal(path), "asking twice must not open it"
    SessionFile.open(path).close()


def test_a_copy_does_not_replace_a_session_that_is_open(path: Path) -> None:
    other = path.with_name("other.finchsync")
    with (
        SessionFile.create(path) as file,
        SessionFile.create(other),
        pytest.raises(InputError, match="is open in another window"),
    ):
        file.save_as(other, overwrite=True)


def test_the_lock_of_a_killed_process_stands_in_nobodys_way(path: Path) -> None:
    code = (
        "import sys, time; from core.session import SessionFile\n"
        "file = SessionFile.create(sys.argv[1]); print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdout=subprocess.PIPE, cwd=REPOSITORY
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"open"
        assert f"process {child.pid} on" in _refusal(path)
        child.kill()
    SessionFile.open(path).close()


# -- bad input -------------------------------------------------------------------------


def test_a_foreign_database_in_use_is_not_touched(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE birds (name)")
        before = {file: file.read_bytes() for file in tmp_path.iterdir()}
        assert "is a database of another program" in _refusal(foreign)
        assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_creating_never_replaces_anything(path: Path, tmp_path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(InputError, match="already exists"):
        SessionFile.create(path)
    assert path.read_text() == "precious"
    with pytest.raises(InputError, match="no such folder"):
        SessionFile.create(tmp_path / "nowhere" / "a.finchsync")
    with pytest.raises(InputError, match="is a folder"):
        SessionFile.open(tmp_path)
    stray = tmp_path / "new.finchsync-wal"
    stray.write_text("edits of a session that was moved away")
    with pytest.raises(InputError, match="no longer beside it"):
        SessionFile.create(tmp_path / "new.finchsync")


def test_a_name_that_is_no_text_is_refused_and_the_session_goes_on(
    kill: ModuleType, path: Path
) -> None:
    session, change = kill.new_session()
    known = session.recordings[1]
    nameless = replace(known, recording=replace(known.recording, name="finch\udcff.wav"))
    with SessionFile.create(path) as file:
        with pytest.raises(InputError, match="rename that file"):
            file.commit(Session().add([(nameless, session.states[1])])[1])
        file.commit(change)
    assert kill.content(_read(path)) == kill.content(session)


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_is_read_only_is_refused_with_a_way_on(
    what: str, path: Path, reviewed: Session, tmp_path: Path
) -> None:
    target, mode = (path, 0o444) if what == "file" else (tmp_path, 0o555)
    target.chmod(mode)
    try:
        if os.access(target, os.W_OK):
            pytest.skip("permissions do not bind this user")
        assert "copy it into a folder that you can write to" in _refusal(path)
    finally:
        target.chmod(0o755)
    assert _read(path).done


@contextmanager
def _full_disk(limit_bytes: int) -> Iterator[None]:
    """No file of this process can grow above a size."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_loses_nothing_and_a_later_try_works(kill: ModuleType, path: Path) -> None:
    session, change = kill.new_session()
    steps = kill.script(session, np.random.default_rng(1))
    with SessionFile.create(path) as file:
        file.commit(change)
        with _full_disk(300_000):
            for following, change in steps:
                try:
                    file.commit(change)
                except InputError as error:
                    said = str(error)
                    break
                session = following
        assert "what was saved before is safe" in said
        assert kill.content(file.read()) == kill.content(session)
        file.commit(change)
    assert kill.content(_read(path)) == kill.content(following)


def test_a_copy_that_does_not_fit_leaves_nothing_behind(path: Path, reviewed: Session) -> None:
    copy = path.with_name("copy.finchsync")
    with SessionFile.open(path) as file:
        with _full_disk(20_000), pytest.raises(InputError, match="try again"):
            file.save_as(copy)
        assert file.read().done
    assert [file.name for file in path.parent.iterdir()] == [path.name]
