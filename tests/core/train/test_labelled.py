from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.audio.same_sound import alike
from core.formats.biodcase import BiodcaseTable, write_csv
from core.formats.folder_tables import TABLE_NAME
from core.formats.wav import write_wav
from core.nets.clips import ReadClips, channel_clips
from core.simulate import simulate_scene
from core.simulate.spec import DriftSpec
from core.train.labelled import read_labelled
from core.train.same_sound import course, shared


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 48_000])
@pytest.mark.parametrize("around", [0, 16_000])
def test_clips_are_read_where_they_are_asked_for(tmp_path, rate_hz, around):
    """In any order, beyond the ends too, as from the whole channel at once."""
    rng = np.random.default_rng(0)
    sf.write(tmp_path / "a.wav", 0.1 * rng.standard_normal((round(9.3 * rate_hz), 2)), rate_hz)
    recording = open_recording(tmp_path / "a.wav")
    whole = channel_clips(recording, 1)
    read = ReadClips(recording, 1, recording.fingerprint())
    start = np.array([100_000, 0, 5_000, 99_999, 40_123, 140_000, 300_000])
    expected, found = whole.cut(start, around), read.cut(start, around)
    np.testing.assert_allclose(found, expected, atol=2e-4)
    assert np.abs(expected[:3]).max() > 0.1
    assert read.duration_s == pytest.approx(9.3, abs=1e-3)
    assert read.fingerprint == whole.fingerprint
    assert read.cut(np.empty(0, dtype=np.int64)).shape == (0, 16_000)


def test_a_folder_is_opened_without_its_sound(place, monkeypatch):
    monkeypatch.setattr("core.audio.recording.Recording.blocks", None)
    assert [r.name for r in read_labelled(place.train)] == [f"train_{n}.wav" for n in (1, 2, 3)]


@pytest.fixture(scope="module")
def drifted(tmp_path_factory):
    """Three recordings of one scene under other drifts, gains and formats, and one of another."""
    folder = tmp_path_factory.mktemp("drifted")
    (folder / "audio").mkdir()
    truth = {}
    for name, seed, drift_seed, gain in (
        ("a.wav", 1, 1, 1.0),
        ("b.wav", 1, 2, 0.3),
        ("c.wav", 2, 1, 1.0),
    ):
        scene = simulate_scene("zebra_finch", seed, 20.0, drift=DriftSpec.moderate())
        samples = gain * scene.samples
        if drift_seed == 2:
            samples[:, 1] = np.roll(samples[:, 1], 3000)
        write_wav(folder / "audio" / name, samples, scene.sample_rate_hz)
        truth[name] = scene.keypoints(step_s=1.0)
    write_csv(folder / TABLE_NAME, BiodcaseTable(truth))
    return read_labelled(folder)


def test_a_recording_is_known_again_under_another_drift(drifted):
    a, b, c = drifted
    assert a.clips[0].fingerprint != b.clips[0].fingerprint
    assert shared([a], [b, c]) == ("b.wav",)
    assert shared([c], [a, b]) == ()
    assert alike(course(a), course(c)) < 0.7
