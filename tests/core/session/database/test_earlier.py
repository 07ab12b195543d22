"""Sessions that know the same audio are found by it, read as they are, and left as they were."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.audio.channels import ChannelSource
from core.audio.recording import Recording
from core.errors import InputError
from core.keypoints import ReviewState, machine_keypoints
from core.session import (
    FileStamp,
    RecordingState,
    Session,
    SessionFile,
    SessionRecording,
    Whereabouts,
    find_earlier,
    read_snapshot,
    taken_over,
)

STAMP = FileStamp(1, 1)
ACCEPTED = ReviewState.ACCEPTED
TIME_0_S = np.arange(9.0)


def known(path: Path) -> SessionRecording:
    """A stereo file whose fingerprint is its name."""
    sources = ChannelSource(path, 0, 8000, 8000, 2), ChannelSource(path, 1, 8000, 8000, 2)
    recording = Recording(path.name, sources)
    return SessionRecording(recording, f"print of {path.name}", (STAMP, STAMP), path.parent)


def make(path: Path, folder: Path, reviewed: int = 2) -> Path:
    """A session of a.wav, with decisions, and of b.wav."""
    folder.mkdir(exist_ok=True)
    files = [folder / name for name in ("a.wav", "b.wav")]
    for file in files:
        file.touch()
    state = RecordingState.new(machine_keypoints(TIME_0_S, TIME_0_S + 0.5))
    with SessionFile.create(path) as session_file:
        session, change = Session().add([(known(file), state) for file in files])
        session_file.commit(change)
        for index in range(reviewed):
            keypoints = session.states[1].keypoints.review(index, ACCEPTED)
            session, change = session.edit(1, keypoints, "Accept")
            session_file.commit(change)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cage"


@pytest.fixture
def session(tmp_path: Path, folder: Path) -> Path:
    return make(tmp_path / "one.finchsync", folder)


def test_a_session_is_found_by_its_audio_and_left_as_it_was(session: Path) -> None:
    before = session.read_bytes()
    (found,) = find_earlier([session], {"print of a.wav", "print of x.wav"})
    assert found.session == session
    assert found.reviewed == {1: 2}
    assert found.reviewed_elsewhere == 0
    assert found.decided_at is not None
    (found,) = find_earlier([session], {"print of b.wav"})
    assert found.reviewed == {2: 0}
    assert found.reviewed_elsewhere == 2
    assert found.has_decisions
    assert list(find_earlier([session], {"print of x.wav"})) == []
    assert len(read_snapshot(session).done) == 2
    assert session.read_bytes() == before
    assert list(session.parent.glob("*.finchsync*")) == [session], "nothing is left beside it"


def test_a_session_is_read_from_the_folder_that_one_stands_in(
    session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(session.parent)
    assert len(read_snapshot(Path(session.name)).done) == 2


def test_where_the_audio_is(session: Path, folder: Path, tmp_path: Path) -> None:
    (found,) = find_earlier([session], {"print of a.wav"})
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert found.whereabouts([known(link / "a.wav").recording]) is Whereabouts.HERE
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "a.wav").touch()
    opened = [known(copy / "a.wav").recording]
    assert found.whereabouts(opened) is Whereabouts.COPIED
    (folder / "a.wav").unlink()
    assert found.whereabouts(opened) is Whereabouts.COPIED, "b.wav is where it was"
    (folder / "b.wav").unlink()
    assert found.whereabouts(opened) is Whereabouts.MOVED


def test_a_session_of_an_older_version_is_read_without_being_changed(
    session: Path, to_first_version: tuple[str, ...]
) -> None:
    with closing(sqlite3.connect(session)) as connection:
        for statement in to_first_version:
            connection.execute(statement)
        connection.commit()
    before = session.read_bytes()
    (found,) = find_earlier([session], {"print of a.wav"})
    assert found.reviewed == {1: 2}
    assert read_snapshot(session).states[1].keypoints.state[:2] == (ACCEPTED, ACCEPTED)
    assert session.read_bytes() == before


def test_the_newest_change_of_a_session_that_is_open_is_seen(session: Path) -> None:
    with SessionFile.open(session) as file:
        value = file.read()
        keypoints = value.states[2].keypoints.review(0, ACCEPTED)
        value, change = value.edit(2, keypoints, "Accept")
        file.commit(change)
        (found,) = find_earlier([session], {"print of b.wav"})
        assert found.reviewed == {2: 1}
        assert len(read_snapshot(session).done) == 3
        value, change = value.undo()
        file.commit(change)


def test_what_is_no_session_is_passed_over_or_refused(session: Path, tmp_path: Path) -> None:
    others = {
        "empty": b"",
        "letter": b"Dear bird",
        "torn": session.read_bytes()[:3000],
    }
    for name, content in others.items():
        (tmp_path / name).write_bytes(content)
    with closing(sqlite3.connect(tmp_path / "foreign")) as connection:
        connection.execute("CREATE TABLE recording (fingerprint TEXT)")
        connection.execute("INSERT INTO recording VALUES ('print of a.wav')")
        connection.commit()
    paths = [tmp_path / name for name in (*others, "foreign", "gone")] + [tmp_path]
    assert [found.session for found in find_earlier([*paths, session], {"print of a.wav"})] == [
        session
    ]
    for path in paths:
        with pytest.raises(InputError):
            read_snapshot(path)


def test_decisions_here_stand_and_the_rest_is_taken_over() -> None:
    here = machine_keypoints(TIME_0_S, TIME_0_S + 0.1).move(2, 2.9)
    there = machine_keypoints(TIME_0_S, TIME_0_S + 0.5).review([1, 2], ACCEPTED).move(3, 3.3)
    after = taken_over(here, there)
    np.testing.assert_allclose(after.time_1_s[:4], [0.5, 1.5, 2.9, 3.3])
    assert after.state[1] is ACCEPTED
    assert after.state[2] is ReviewState.CORRECTED
    other = replace(there, time_0_s=TIME_0_S + 0.25)
    with pytest.raises(ValueError, match="other keypoints"):
        taken_over(here, other)
