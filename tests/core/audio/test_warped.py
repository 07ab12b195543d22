"""Resampling along a time map, against sounds whose formula is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import open_recording
from core.audio.warped import WarpedChannel
from core.time_map import TimeMap

DURATION_S = 2.0
LINE = TimeMap.linear(0.0312, 137.3)
_KNOTS_S = np.arange(4.0)
CURVE = TimeMap(_KNOTS_S, _KNOTS_S * (1 + 40e-6) + 0.02 + 2e-5 * np.sin(_KNOTS_S))


def _error_db(
    folder: Path, time_map: TimeMap, own_hz: int, rate_hz: int, low_hz: float, high_hz: float
) -> float:
    """A sine, or one that rises from one frequency to the other: its error against the formula."""
    rise = (high_hz - low_hz) / (2 * DURATION_S)

    def world(time_s: np.ndarray) -> np.ndarray:
        return 0.5 * np.sin(2 * np.pi * (low_hz * time_s + rise * time_s**2))

    clock_s = np.arange(round(DURATION_S * own_hz)) / own_hz
    heard = np.stack([np.zeros(len(clock_s)), world(time_map.to_channel_0(clock_s))], axis=1)
    path = folder / "sine.wav"
    sf.write(path, heard, own_hz, subtype="FLOAT")
    time_s = np.arange(round(0.2 * rate_hz), round((DURATION_S - 0.2) * rate_hz)) / rate_hz
    rate = 1 + 1e-6 * time_map.drift_ppm(time_s)
    channel = WarpedChannel(open_recording(path), 1)
    error = channel.at(time_map.to_channel_1(time_s), rate, 1 / rate_hz) - world(time_s)
    return float(10 * np.log10(np.mean(error**2) / np.mean(world(time_s) ** 2)))


@pytest.mark.parametrize(
    ("own_hz", "rate_hz"),
    [(48000, 48000), (44100, 48000), (48000, 44100), (192000, 48000), (22050, 48000)],
)
@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.88])
def test_sines_come_out_at_95_db_or_better(tmp_path, own_hz, rate_hz, part):
    hz = part * min(own_hz, rate_hz) / 2
    assert _error_db(tmp_path, LINE, own_hz, rate_hz, hz, hz) < -95


@pytest.mark.parametrize("time_map", [LINE, CURVE])
def test_a_sweep_comes_out_at_95_db_or_better(tmp_path, time_map):
    assert _error_db(tmp_path, time_map, 48000, 48000, 50.0, 0.88 * 24000) < -95


def test_nothing_comes_out_before_the_start_or_after_the_end(tmp_path):
    path = tmp_path / "loud.wav"
    sf.write(path, np.full((8000, 2), 0.9), 8000, subtype="FLOAT")
    time_s = np.arange(-8000, 16000) / 8000
    sound = WarpedChannel(open_recording(path), 1).at(time_s, np.ones(len(time_s)), 1 / 8000)
    assert np.all(sound[time_s < -0.01] == 0)
    assert np.all(sound[time_s > 1.01] == 0)
    np.testing.assert_allclose(sound[(time_s > 0.05) & (time_s < 0.95)], 0.9, atol=1e-5)
