from __future__ import annotations

from pathlib import Path as FilePath

import numpy as np
import pytest
import soundfile as sf
from scipy.signal import resample_poly

from core.align.path import OffsetPath, Refinement
from core.align.waveforms.refine import places_sd_s, refine
from core.audio.recording import Recording, open_recording
from core.steps import reported, result_of


def bursts(rate_hz: int, seconds: float, seed: int) -> np.ndarray:
    """Broadband bursts, ten a second, in silence."""
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=round(seconds * rate_hz))
    on = np.repeat(rng.uniform(size=round(seconds * 20)) < 0.4, rate_hz // 20)
    return 0.1 * samples[: len(on)] * on


def pair(tmp_path: FilePath, rate_hz: int, offset_s: np.ndarray, world_seed: int = 1) -> Recording:
    """Channel 1 hears the same (or other) bursts, late by a bent offset, in noise."""
    rng = np.random.default_rng(5)
    zero = bursts(rate_hz, 30.0, seed=1)
    world = bursts(rate_hz, 30.0, seed=world_seed)
    time_s = np.arange(len(world)) / rate_hz
    late = time_s + np.interp(time_s, np.arange(30.0), offset_s)
    one = np.interp(time_s, late, world)
    path = tmp_path / "pair.wav"
    noise = rng.normal(scale=3e-3, size=(len(zero), 2))
    sf.write(path, np.stack([zero, one], axis=1) + noise, rate_hz, subtype="FLOAT")
    return open_recording(path)


def rough(offset_s: np.ndarray, error_s: float, sd_s: float = 0.008) -> OffsetPath:
    guess = offset_s + error_s
    return OffsetPath(guess, guess - 1.96 * sd_s, guess + 1.96 * sd_s)


def refined(recording: Recording, path: OffsetPath) -> Refinement:
    shares = []
    result = result_of(reported(refine(recording, np.arange(30.0), path), shares.append))
    assert shares == sorted(shares)
    return result


@pytest.mark.parametrize("rate_hz", [16000, 44100])
def test_coherent_sound_is_placed_within_a_millisecond(tmp_path, rate_hz):
    offset_s = 0.3 + 0.004 * np.sin(np.arange(30.0) / 5)
    recording = pair(tmp_path, rate_hz, offset_s)
    path = rough(offset_s, 0.009)
    result = refined(recording, path).applied(path)
    inside = slice(2, 28)
    assert np.abs(result.offset_s - offset_s)[inside].max() < 0.001
    assert np.all((result.low_s <= result.offset_s) & (result.offset_s <= result.high_s))


def test_coherent_sound_is_found_in_the_block_where_the_path_is_sure(tmp_path):
    rows_s = np.arange(60.0)
    sound = np.concatenate([np.zeros(40 * 16000), bursts(16000, 20.0, seed=1)])
    noise = np.random.default_rng(5).normal(scale=3e-3, size=(len(sound), 2))
    sf.write(tmp_path / "a.wav", np.stack([sound, sound], axis=1) + noise, 16000, subtype="FLOAT")
    sd_s = np.where(rows_s < 40, 0.008, 0.004)
    path = OffsetPath(np.full(60, 3e-3), 3e-3 - 1.96 * sd_s, 3e-3 + 1.96 * sd_s)
    found = result_of(refine(open_recording(tmp_path / "a.wav"), rows_s, path))
    assert np.abs(found.offset_s[42:58]).max() < 1e-3


def test_recorders_of_different_rates_are_compared(tmp_path):
    offset_s = np.full(30, 0.3)
    both, _ = sf.read(pair(tmp_path, 48_000, offset_s).paths[0])
    sf.write(tmp_path / "zero.wav", both[:, 0], 48_000, subtype="FLOAT")
    sf.write(tmp_path / "one.wav", resample_poly(both[:, 1], 147, 160), 44_100, subtype="FLOAT")
    recording = open_recording(tmp_path / "zero.wav", tmp_path / "one.wav")
    path = rough(offset_s, 0.009)
    result = refined(recording, path).applied(path)
    assert np.abs(result.offset_s - offset_s)[2:28].max() < 0.001


def test_other_sound_changes_next_to_nothing(tmp_path):
    offset_s = np.full(30, 0.3)
    path = rough(offset_s, 0.004)
    recordings = (pair(tmp_path, 16000, offset_s, seed) for seed in range(2, 14))
    moved = [refined(one, path).applied(path).offset_s != path.offset_s for one in recordings]
    assert np.mean(moved) < 0.1


def test_an_unsure_path_is_left_alone(tmp_path):
    """Within 30 ms of a path that may be 200 ms off, a peak means nothing."""
    offset_s = np.full(30, 0.3)
    path = rough(offset_s, 0.004, sd_s=0.1)
    result = refined(pair(tmp_path, 16000, offset_s), path)
    assert np.isnan(result.offset_s).all()


def test_a_path_led_elsewhere_forgets_the_refinement():
    path = rough(np.full(4, 0.3), 0.0)
    result = Refinement(np.array([0.305, np.nan, 0.4, 0.298]), np.full(4, 1e-5)).applied(path)
    np.testing.assert_allclose(result.offset_s, [0.305, 0.3, 0.3, 0.298], atol=1e-6)


def test_path_and_waveforms_count_by_their_precisions():
    """Product of two normal distributions, in closed form."""
    path = rough(np.full(1, 0.3), 0.0, sd_s=0.006)
    result = Refinement(np.array([0.308]), np.array([0.003])).applied(path)
    precision = 0.006**-2 + 0.003**-2
    assert result.offset_s == pytest.approx((0.3 * 0.006**-2 + 0.308 * 0.003**-2) / precision)
    assert result.high_s - result.offset_s == pytest.approx(1.96 * precision**-0.5)


def test_sounds_from_many_places_make_waveforms_less_sure():
    clock_s = 0.3 + 0.002 * np.sin(np.arange(60) / 8)
    rng = np.random.default_rng(0)
    assert places_sd_s(clock_s) < 0.002
    assert places_sd_s(clock_s + rng.normal(scale=0.001, size=60)) > 0.005
    assert places_sd_s(np.where(np.arange(60) < 3, clock_s, np.nan)) == pytest.approx(0.004)
