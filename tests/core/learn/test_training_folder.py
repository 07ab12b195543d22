"""A folder to train on is read as it is by all that reads folders, and nothing else is in it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.audio.sources import Source
from core.errors import InputError
from core.evaluate import evaluate
from core.formats.files.wav import write_wav
from core.formats.tables.biodcase import read_csv
from core.formats.tables.folder_tables import TABLE_NAME, tables_of
from core.formats.tables.reviewed import read_reviewed
from core.keypoints import KeypointSet, ReviewState
from core.learn.corrections import Corrected, Corrections
from core.learn.training_folder import write_training_folder
from core.steps import result_of

TIME_S = np.arange(4.0)


def _corrected(*paths: Path | Source) -> Corrected:
    recording = open_recording(*paths)
    kept = KeypointSet(TIME_S, TIME_S + 0.25, (ReviewState.CORRECTED,) * 4)
    return Corrected(recording, recording.fingerprint(), kept)


def _noise(path: Path, channels: int, frames: int = 40_000, rate_hz: int = 8000) -> Path:
    path.parent.mkdir(exist_ok=True)
    rng = np.random.default_rng(len(path.as_posix()))
    sound = rng.normal(scale=0.1, size=(frames, channels)).astype(np.float32)
    write_wav(path, sound, rate_hz)
    return path


@pytest.fixture
def corrections(tmp_path: Path) -> Corrections:
    """Two recordings of one name in two places."""
    places = [_noise(tmp_path / name / "a.wav", 2) for name in ("first", "second")]
    return Corrections(tuple(map(_corrected, places)))


@pytest.mark.parametrize("copies", [False, True])
def test_recordings_of_several_places_are_one_folder(corrections, tmp_path, copies):
    out = tmp_path / "out"
    notes = result_of(write_training_folder(out, corrections, copies=copies))
    assert sorted(path.name for path in (out / "audio").iterdir()) == ["a.wav", "a_2.wav"]
    assert notes == ("a.wav is called a_2.wav there",)
    assert (out / "audio" / "a.wav").is_symlink() is not copies
    table = read_csv(out / TABLE_NAME)
    assert tables_of(out).table == out / TABLE_NAME
    assert evaluate(table.files, table.files).overall.mae_ms == 0.0
    reviewed = read_reviewed(out)
    assert reviewed.path == out / TABLE_NAME
    for name, each in reviewed.recordings.items():
        assert each.fingerprint == open_recording(out / "audio" / name).fingerprint()
        assert len(each.keypoints.settled()) == 4


def test_two_mono_files_become_one_that_the_baselines_read(tmp_path):
    first = _noise(tmp_path / "m" / "zero.wav", 1)
    second = _noise(tmp_path / "m" / "one.wav", 1, 44_000, rate_hz=16_000)
    found = Corrections((_corrected(first, second),))
    result_of(write_training_folder(tmp_path / "out", found))
    samples, rate_hz = sf.read(tmp_path / "out" / "audio" / "zero.wav")
    assert rate_hz == 8000
    assert samples.shape == (40_000, 2)
    np.testing.assert_allclose(samples[:, 0], sf.read(first)[0], atol=1e-6)
    assert np.abs(samples[:21_000, 1]).max() > 0.1
    assert np.abs(samples[22_100:, 1]).max() == 0.0


def test_two_channels_of_many_become_a_stereo_file(tmp_path):
    many = _noise(tmp_path / "m" / "many.wav", 5)
    found = Corrections((_corrected(Source(many, 3), Source(many, 1)),))
    result_of(write_training_folder(tmp_path / "out", found))
    samples, _ = sf.read(tmp_path / "out" / "audio" / "many.wav")
    np.testing.assert_allclose(samples, sf.read(many)[0][:, [3, 1]], atol=1e-6)


def test_what_is_there_stays_and_what_was_stopped_leaves_nothing(corrections, tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not an empty folder"):
        result_of(write_training_folder(taken, corrections))
    before = sorted(tmp_path.rglob("*"))
    steps = write_training_folder(tmp_path / "out", corrections)
    list(islice(steps, 2))
    steps.close()
    assert sorted(tmp_path.rglob("*")) == before


def test_without_anything_reviewed_there_is_no_folder(tmp_path):
    with pytest.raises(InputError, match="no reviewed keypoint"):
        result_of(write_training_folder(tmp_path / "out", Corrections(())))
    assert not (tmp_path / "out").exists()


def test_originals_are_only_read(corrections, tmp_path):
    originals = [each.recording.paths[0] for each in corrections.recordings]
    before = [path.read_bytes() for path in originals]
    result_of(write_training_folder(tmp_path / "out", replace(corrections), copies=True))
    assert [path.read_bytes() for path in originals] == before
