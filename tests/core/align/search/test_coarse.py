from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import AlignOptions, align
from core.audio.recording import open_recording
from core.simulate import DriftSpec, simulate_scene


@pytest.mark.parametrize("late_s", [37.0, -52.0])
def test_minutes_apart_are_found(late_s, tmp_path):
    """Channel 1 was started `late_s` before (positive) or after channel 0."""
    scene = simulate_scene("zebra_finch", seed=3, duration_s=150.0, snr_db=15.0)
    cut = round(abs(late_s) * scene.sample_rate_hz)
    zero, one = scene.samples[:, 0], scene.samples[:, 1]
    if late_s > 0:
        zero = zero[cut:]
    else:
        one = one[cut:]
    first, second = tmp_path / "room.wav", tmp_path / "bird.wav"
    sf.write(first, zero, 16000)
    sf.write(second, one, 16000)
    result = align(open_recording(first, second), options=AlignOptions(max_offset_s=90.0))

    world_s = result.keypoints.time_0_s + max(late_s, 0.0)
    truth_s = scene.time_map.to_channel_1(world_s) - max(-late_s, 0.0)
    covered = (truth_s > 1) & (truth_s < len(one) / 16000 - 1)
    assert covered.sum() > 60
    error_s = np.abs(result.keypoints.time_1_s - truth_s)[covered]
    assert error_s.mean() < 0.02
    assert result.keypoints.confidence[covered].mean() > 0.9


def test_where_channel_1_has_not_begun_the_path_waits(tmp_path):
    """Noise is followed nowhere: the band would move faster than any clock."""
    scene = simulate_scene("zebra_finch", seed=9203, duration_s=240.0, snr_db=10.0)
    first, second = tmp_path / "room.wav", tmp_path / "bird.wav"
    sf.write(first, scene.samples[:, 0], 16000)
    sf.write(second, scene.samples[130 * 16000 :, 1], 16000)
    result = align(open_recording(first, second), options=AlignOptions(max_offset_s=600.0))
    truth_s = scene.time_map.to_channel_1(result.keypoints.time_0_s) - 130.0
    covered = (truth_s > 1) & (truth_s < 109)
    assert np.abs(result.keypoints.time_1_s - truth_s)[covered].max() < 0.05
    assert result.keypoints.confidence[covered].mean() > 0.9
    assert result.keypoints.reason[0] == "before channel 1 begins"


def test_both_sides_of_a_restart_are_found(tmp_path):
    """What came before it is 26 s of 75: too little for a coarse search of its own."""
    scene = simulate_scene("zebra_finch", 10, 75.0, snr_db=10.0, drift=DriftSpec.none())
    rate_hz, one = scene.sample_rate_hz, scene.samples[:, 1]
    first, second = tmp_path / "room.wav", tmp_path / "bird.wav"
    sf.write(first, scene.samples[:, 0], rate_hz)
    sf.write(second, np.concatenate([one[: 26 * rate_hz], one[35 * rate_hz :]]), rate_hz)
    keypoints = align(
        open_recording(first, second), options=AlignOptions(max_offset_s=30.0)
    ).keypoints
    offset_s, before = keypoints.time_1_s - keypoints.time_0_s, keypoints.time_0_s < 25
    after = keypoints.time_0_s > 36
    assert offset_s[before] == pytest.approx(np.zeros(before.sum()), abs=0.05)
    assert offset_s[after] == pytest.approx(np.full(after.sum(), -9.0), abs=0.05)
