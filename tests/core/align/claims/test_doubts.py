"""What is named as a possible reason where nothing matches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import align
from core.align.claims.doubts import of_sample_rates
from core.align.scores import CandidateScores, PredictionScores
from core.audio.channels import ChannelSource
from core.audio.recording import Recording, open_recording

HIGH = "most of the sound is above 8 kHz, which is not compared"
_WRONG = "one file may be labelled with a wrong sample rate"


def _bursts(rate_hz: int, high_hz: float, duration_s: float = 12.0) -> np.ndarray:
    """Short calls, all above `high_hz`, and what noise a recorder adds; shape (frames,)."""
    rng = np.random.default_rng(7)
    sound = np.zeros(round(duration_s * rate_hz))
    for start_s in np.sort(rng.uniform(0.2, duration_s - 0.5, 40)):
        time_s = np.arange(round(0.05 * rate_hz)) / rate_hz
        sweep_hz = high_hz * (1.0 + rng.uniform(0.1, 0.3) + rng.uniform(-2, 2) * time_s)
        at = round(start_s * rate_hz)
        sound[at : at + len(time_s)] += np.hanning(len(time_s)) * np.sin(
            2 * np.pi * sweep_hz * time_s
        )
    return sound


def _open(path: Path, sound: np.ndarray, rate_hz: int, noise: float = 0.002) -> Recording:
    noises = np.random.default_rng(1).normal(scale=noise, size=(len(sound), 2))
    sf.write(path, 0.3 * sound[:, None] + noises, rate_hz, subtype="FLOAT")
    return open_recording(path)


def test_sound_too_high_to_be_compared_is_named_where_nothing_matches(tmp_path: Path) -> None:
    result = align(_open(tmp_path / "bats.wav", _bursts(96_000, 25_000.0), 96_000))
    assert "nothing in common" in result.warnings[-2]
    assert result.warnings[-1] == HIGH


def test_it_is_no_matter_where_the_rest_matches(tmp_path: Path) -> None:
    both = 3 * _bursts(96_000, 25_000.0) + _bursts(96_000, 3_000.0)
    result = align(_open(tmp_path / "both.wav", both, 96_000))
    assert result.evidence.doubts == (HIGH,)
    assert HIGH not in result.warnings
    assert result.mean_confidence > 0.8


def test_a_wrong_label_is_named_where_nothing_matches(tmp_path: Path) -> None:
    sound = _bursts(48_000, 3_000.0)
    paths = tmp_path / "0.wav", tmp_path / "1.wav"
    for path, label_hz in zip(paths, (48_000, 44_100), strict=True):
        sf.write(path, 0.3 * sound, label_hz)
    result = align(open_recording(*paths))
    assert result.warnings[-1] == "one file may be labelled with a wrong sample rate (48000/44100)"


def _pair(*channels: tuple[int, float]) -> Recording:
    first, second = (
        ChannelSource(Path(f"{number}.wav"), 0, rate_hz, round(rate_hz * length_s), 1)
        for number, (rate_hz, length_s) in enumerate(channels)
    )
    return Recording("0.wav", (first, second))


def _line(drift_ppm: float) -> CandidateScores:
    zero = np.zeros(1)
    whole = np.zeros(1, dtype=np.int64)
    scores = PredictionScores(zero, zero, zero, zero, whole, whole)
    return CandidateScores(zero, np.array([drift_ppm]), scores)


@pytest.mark.parametrize(
    ("channels", "drift_ppm", "rates"),
    [
        # As long as each other by their samples, or by the line that fits best.
        (((48_000, 600.0), (44_100, 600.0 * 48 / 44.1)), 0.0, "48000/44100"),
        (((44_100, 600.0), (44_100, 600.0 * 48 / 44.1)), 0.0, "48000/44100"),
        (((48_000, 600.0), (48_000, 555.0)), -81_250.0, "48000/44100"),
        (((250_000, 60.0), (256_000, 50.0)), 1e6 * (250 / 256 - 1), "256000/250000"),
        (((24_000, 60.0), (24_000, 120.0)), 0.0, "48000/24000"),
        (((48_000, 600.0), (44_100, 600.0)), 0.0, None),
        (((48_000, 600.0), (48_000, 600.1)), 300.0, None),
        (((8_000, 60.0), (48_000, 66.0)), 30_000.0, None),
    ],
)
def test_the_ratio_of_two_common_rates_is_known(channels, drift_ppm: float, rates) -> None:
    found = of_sample_rates(_pair(*channels), _line(drift_ppm))
    assert found == (() if rates is None else (f"{_WRONG} ({rates})",))


def test_channels_of_one_file_share_their_rate() -> None:
    pair = _pair((48_000, 600.0), (48_000, 600.0))
    one = replace(pair, channels=(pair.channels[0], replace(pair.channels[0], channel=1)))
    assert of_sample_rates(one, _line(88_435.0)) == ()
