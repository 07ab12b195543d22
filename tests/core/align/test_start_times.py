"""Recordings that began hours apart, as their names or headers tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import AlignOptions, align
from core.align.sections.plan import Bounds
from core.audio.recording import Recording, open_recording
from core.simulate import DriftSpec, simulate_scene

RATE_HZ = 16_000
SHARED_S = 60.0


@pytest.fixture(scope="module")
def heard() -> np.ndarray:
    """A minute that both recorders hear, with clocks that agree."""
    return simulate_scene("zebra_finch", 3, SHARED_S, drift=DriftSpec.none()).samples


def _pair(folder: Path, heard: np.ndarray, names: tuple[str, str], lead_s: float):
    """Channel 0 runs `lead_s` before it is joined by channel 1, which began 2.4 s before."""
    rng = np.random.default_rng(0)
    noise = 1e-3 * rng.normal(size=round(lead_s * RATE_HZ)).astype(np.float32)
    late = 1e-3 * rng.normal(size=round(2.4 * RATE_HZ)).astype(np.float32)
    paths = [folder / name for name in names]
    sf.write(paths[0], np.concatenate([noise, heard[:, 0]]), RATE_HZ)
    sf.write(paths[1], np.concatenate([late, heard[:, 1]]), RATE_HZ)
    return open_recording(*paths)


@pytest.mark.parametrize("section_s", [3600.0, 200.0])
def test_offsets_beyond_any_search_are_known_from_the_names(tmp_path, heard, section_s):
    names = "A_20230511_043000.wav", "B_20230511_044001.wav"
    recording = _pair(tmp_path, heard, names, 600.0)
    assert recording.expected_offsets_s == (-601.0,)
    assert recording.notes == ()
    found = align(recording, bounds=Bounds(section_s)).keypoints
    shared = found.time_0_s > 605
    np.testing.assert_allclose(found.offset_s[shared], -597.6, atol=0.05)
    assert np.median(found.confidence[shared]) > 0.8


def test_another_time_zone_is_told_and_not_searched(tmp_path, heard):
    names = "A_20230511_043000.wav", "B_20230511_063001.wav"
    recording = _pair(tmp_path, heard, names, 0.0)
    assert recording.expected_offsets_s == (-1.0,)
    assert "time zone" in recording.notes[0]
    found = align(recording, options=AlignOptions()).keypoints
    np.testing.assert_allclose(found.offset_s[5:-5], 2.4, atol=0.05)


@pytest.mark.slow
def test_where_both_readings_may_be_true_the_sound_decides(tmp_path, heard):
    """An hour apart by their names, which is a time zone in the one and the truth in the other."""
    rng = np.random.default_rng(1)
    hour = 1e-3 * rng.normal(size=3600 * RATE_HZ).astype(np.float32)
    for number, is_zone in enumerate((True, False)):
        folder = tmp_path / str(number)
        folder.mkdir()
        before, after = (hour, hour[:0]) if not is_zone else (hour[:0], hour)
        zero, one = folder / "A_20230511_043000.wav", folder / "B_20230511_053000.wav"
        sf.write(zero, np.concatenate([before, heard[:, 0], after]), RATE_HZ)
        sf.write(one, heard[:, 1], RATE_HZ)
        recording = open_recording(zero, one)
        assert recording.expected_offsets_s == (-3600.0, 0.0)
        found = align(recording).keypoints
        start_s = 0.0 if is_zone else 3600.0
        shared = (found.time_0_s > start_s + 5) & (found.time_0_s < start_s + 55)
        np.testing.assert_allclose(found.offset_s[shared], -start_s, atol=0.05)


@pytest.mark.parametrize("true_s", [0.0, -150.0])
def test_the_sound_decides_in_long_recordings_too(tmp_path, monkeypatch, true_s):
    """As above; these are worked on in sections, and further apart than any search reaches."""
    monkeypatch.setattr(Recording, "expected_offsets_s", (-150.0, 0.0))
    world = simulate_scene("zebra_finch", 3, 360.0, drift=DriftSpec.none()).samples
    length, later = 210 * RATE_HZ, round(-true_s * RATE_HZ)
    sf.write(tmp_path / "a.wav", world[:length, 0], RATE_HZ)
    sf.write(tmp_path / "b.wav", world[later : later + length, 1], RATE_HZ)
    recording = open_recording(tmp_path / "a.wav", tmp_path / "b.wav")
    found = align(recording, bounds=Bounds(section_s=70.0)).keypoints
    shared = found.time_0_s > 5 - true_s
    np.testing.assert_allclose(found.offset_s[shared][:-5], true_s, atol=0.05)


def test_recordings_that_share_no_moment_are_told(tmp_path, heard):
    names = "A_20230511_043000.wav", "B_20230512_171500.wav"
    recording = _pair(tmp_path, heard[: 5 * RATE_HZ], names, 0.0)
    assert recording.expected_offsets_s == (0.0,)
    assert "began 36 h 44 min after channel 0 had ended" in recording.notes[0]


def test_channels_of_one_file_began_together(tmp_path, heard):
    path = tmp_path / "20230511_043000.wav"
    sf.write(path, heard[: 5 * RATE_HZ], RATE_HZ)
    assert open_recording(path).expected_offsets_s == (0.0,)
