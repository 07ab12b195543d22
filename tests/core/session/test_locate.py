"""Audio that stayed, moved, changed or is gone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from core.audio.recording import open_recording
from core.errors import InputError
from core.keypoints import machine_keypoints
from core.session import (
    ImportedTable,
    Located,
    Place,
    RecordingState,
    Session,
    SessionFile,
    identify,
    locate,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "project"


@pytest.fixture
def path(home: Path, make_audio) -> Path:
    """A session with a stereo file and a pair of mono files, all beside it."""
    stereo = open_recording(make_audio("project/audio/a.wav", seed=1))
    pair = open_recording(
        make_audio("project/audio/left.wav", channels=1, seed=2),
        make_audio("project/audio/right.wav", channels=1, seed=3),
    )
    table = home / "annotations.csv"
    table.write_text("Filename,Time Channel 0,Time Channel 1\na.wav,0,0\n")
    state = RecordingState.new(machine_keypoints([0, 1], [0, 1]))
    imported = ImportedTable.of(table)
    recordings = identify(stereo, home, imported), identify(pair, home)
    with SessionFile.create(home / "birds.finchsync") as file:
        file.commit(Session().add((known, state) for known in recordings)[1])
    return home / "birds.finchsync"


def _read(path: Path) -> Session:
    with SessionFile.open(path) as file:
        return file.read()


def _found(path: Path, *folders: Path) -> dict[int, Located]:
    steps = list(locate(_read(path).recordings, folders))
    found = [step for step in steps if isinstance(step, Located)]
    assert sorted(step.recording for step in found) == [1, 2]
    return {step.recording: step for step in found}


def _places(found: dict[int, Located]) -> list[Place]:
    return [found[1].place, found[2].place]


def test_audio_that_stayed_is_found_without_a_change(path: Path) -> None:
    found = _found(path)
    assert _places(found) == [Place.FOUND] * 2
    assert {key: located.known for key, located in found.items()} == _read(path).recordings


def test_touched_audio_is_known_by_its_content(path: Path, home: Path) -> None:
    os.utime(home / "audio" / "a.wav", (1, 1))
    found = _found(path)
    assert found[1].place is Place.FOUND
    assert found[1].known.stamps != _read(path).recordings[1].stamps


def test_a_folder_that_moved_as_a_whole_is_followed(path: Path, home: Path) -> None:
    moved = home.rename(home.with_name("archive"))
    path = moved / path.name
    found = _found(path)
    assert _places(found) == [Place.MOVED] * 2
    assert found[1].known.recording.paths == (moved / "audio" / "a.wav",)
    assert (found[1].known.folder, found[1].known.imported.path) == (
        moved,
        moved / "annotations.csv",
    )
    with SessionFile.open(path) as file:
        _, change = file.read().relocate({key: f.known for key, f in found.items()})
        file.commit(change)
    assert _places(_found(path)) == [Place.FOUND] * 2


def test_a_copy_of_the_session_alone_finds_audio_where_it_was(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "deep" / "inside" / path.name
    other.parent.mkdir(parents=True)
    shutil.copy(path, other)
    assert _places(_found(other)) == [Place.FOUND] * 2


def test_audio_elsewhere_is_found_by_name_and_content(path: Path, home: Path, make_audio) -> None:
    disk = home.with_name("disk")
    make_audio("disk/decoy/a.wav", seed=9)
    (home / "audio").rename(disk / "recorder")
    assert _places(_found(path)) == [Place.MISSING] * 2
    assert "a.wav cannot be found" in _found(path)[1].problem
    found = _found(path, disk)
    assert _places(found) == [Place.MOVED] * 2
    assert found[1].known.recording.paths == (disk / "recorder" / "a.wav",)
    assert len(found[2].known.recording.paths) == 2
    assert found[1].known.recording.read(1).size


def test_other_audio_under_the_name_is_told_and_taken_only_if_wanted(
    path: Path, make_audio
) -> None:
    make_audio("project/audio/a.wav", seed=7, duration_s=5.0)
    found = _found(path)
    assert _places(found) == [Place.CHANGED, Place.FOUND]
    assert "is not the audio that the keypoints were made on" in found[1].problem
    assert found[1].known.recording.duration_s == 5.0
    with SessionFile.open(path) as file:
        file.commit(file.read().relocate({1: found[1].known})[1])
    assert _places(_found(path)) == [Place.FOUND] * 2


def test_the_right_audio_elsewhere_is_better_than_other_audio_in_place(
    path: Path, home: Path, make_audio
) -> None:
    (home.with_name("disk")).mkdir()
    (home / "audio" / "a.wav").rename(home.with_name("disk") / "a.wav")
    make_audio("project/audio/a.wav", seed=7)
    assert _found(path, home.with_name("disk"))[1].place is Place.MOVED


def test_what_can_no_longer_be_read_is_told(path: Path, home: Path) -> None:
    (home / "audio" / "a.wav").write_bytes(b"chirp")
    (home / "audio" / "right.wav").unlink()
    found = _found(path)
    assert _places(found) == [Place.CHANGED, Place.MISSING]
    assert not found[1].is_readable
    assert "is not audio" in found[1].problem
    assert "right.wav" in found[2].problem
    assert "left.wav" not in found[2].problem


def test_audio_that_goes_before_it_is_known_is_refused(make_audio, tmp_path: Path) -> None:
    recording = open_recording(make_audio("gone.wav"))
    recording.paths[0].unlink()
    with pytest.raises(InputError, match=r"gone\.wav: cannot be read any more"):
        identify(recording, tmp_path)
