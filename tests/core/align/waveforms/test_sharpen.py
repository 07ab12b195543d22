"""Coherent sound is read between the milliseconds; what comes from many places is left alone."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf
from scipy.stats import norm

from core.align.aligner import align
from core.align.path import Refinement
from core.align.waveforms.sharpen import _filtered, _looked_back, sharpen
from core.audio.recording import Recording, open_recording
from core.simulate import SceneSpec, simulate_scene
from core.steps import result_of

RATE_HZ = 16000


def heard_twice(path, offset_s, duration_s=40.0, seed=0, silent_s=(0.0, 0.0)) -> Recording:
    """Noise bursts, and the same ones on a clock that is `offset_s` of its time late."""
    rng = np.random.default_rng(seed)
    count = round(duration_s * RATE_HZ)
    sound = rng.normal(scale=0.1, size=2 * count)
    sound *= np.repeat(rng.random(2 * count // 1600) < 0.5, 1600)
    sound[slice(*(round((5.0 + at_s) * RATE_HZ) for at_s in silent_s))] = 0.0
    time_s = np.arange(count) / RATE_HZ
    late_s = offset_s(time_s)
    fine = np.fft.irfft(np.fft.rfft(sound), 16 * count) * 8
    moved = np.interp((time_s - late_s + 5.0) * 8 * RATE_HZ, np.arange(len(fine)), fine)
    still = sound[5 * RATE_HZ : 5 * RATE_HZ + count]
    noise = rng.normal(scale=0.003, size=(count, 2))
    sf.write(path, np.stack([still, moved], axis=1) + noise, RATE_HZ, subtype="FLOAT")
    return open_recording(path)


def clock(time_s: np.ndarray) -> np.ndarray:
    return 0.3 + 2e-4 * time_s + 2e-3 * np.sin(time_s / 15)


def rough(offset_s: np.ndarray, scatter_s: float) -> Refinement:
    grid_s = np.round(offset_s + np.random.default_rng(1).normal(0, scatter_s, len(offset_s)), 3)
    return Refinement(grid_s, np.full(len(grid_s), 0.001))


def test_a_coherent_clock_is_read_to_a_tenth_of_a_millisecond(tmp_path):
    rows_s = np.arange(40.0)
    recording = heard_twice(tmp_path / "a.wav", clock)
    found = result_of(sharpen(recording, rows_s, rough(clock(rows_s), 3e-4)))
    # a sound at time t of channel 0 lies where t + offset(t) = t'; the offset is slow
    truth_s = clock(rows_s + clock(rows_s))
    assert np.abs(found.offset_s - truth_s)[2:-2].max() < 1e-4
    assert found.sd_s.max() < 1e-3


def test_a_dropped_buffer_is_not_smoothed_away(tmp_path):
    def jumps(time_s):
        return clock(time_s) + 0.02 * (time_s > 20.3)

    rows_s = np.arange(40.0)
    recording = heard_twice(tmp_path / "a.wav", jumps)
    found = result_of(sharpen(recording, rows_s, rough(jumps(rows_s), 3e-4)))
    assert np.abs(found.offset_s - jumps(rows_s))[np.r_[2:19, 23:38]].max() < 3e-4


def bends_in_silence(time_s: np.ndarray) -> np.ndarray:
    return clock(time_s) + 8e-3 * np.clip((time_s - 18) / 16, 0.0, 1.0) ** 2


def test_sound_beyond_a_silence_is_found_where_the_clock_did_not_lead(tmp_path):
    rows_s = np.arange(40.0)
    recording = heard_twice(tmp_path / "a.wav", bends_in_silence, silent_s=(18.0, 34.0))
    first = rough(bends_in_silence(rows_s), 3e-4)
    first.offset_s[18:] = first.sd_s[18:] = np.nan
    found = result_of(sharpen(recording, rows_s, first))
    assert np.abs(found.offset_s - bends_in_silence(rows_s))[35:39].max() < 2e-4


def test_sounds_that_only_one_recorder_heard_do_not_bend_the_clock(tmp_path):
    rows_s = np.arange(40.0)
    samples = [
        sf.read(heard_twice(tmp_path / f"{seed}.wav", clock, seed=seed).channels[0].path)[0]
        for seed in (0, 1)
    ]
    samples[0][25 * RATE_HZ :, 1] = samples[1][25 * RATE_HZ :, 1]
    sf.write(tmp_path / "a.wav", samples[0], RATE_HZ, subtype="FLOAT")
    first = rough(clock(rows_s), 3e-4)
    first.offset_s[25:] = first.sd_s[25:] = np.nan
    found = result_of(sharpen(open_recording(tmp_path / "a.wav"), rows_s, first))
    line_s = np.polyval(np.polyfit(rows_s[15:24], clock(rows_s[15:24]), 1), rows_s)
    assert np.abs(found.offset_s - line_s)[25:].max() < 1e-3


def test_one_echo_does_not_bend_the_clock(tmp_path):
    rows_s = np.arange(40.0)
    heard_twice(tmp_path / "a.wav", clock, silent_s=(16.0, 20.0))
    samples, _ = sf.read(tmp_path / "a.wav")
    second = slice(round(20.3 * RATE_HZ), round(21.0 * RATE_HZ))
    samples[second, 1] = np.roll(samples[second, 1], round(0.004 * RATE_HZ))
    sf.write(tmp_path / "a.wav", samples, RATE_HZ, subtype="FLOAT")
    first = rough(clock(rows_s), 3e-4)
    found = result_of(sharpen(open_recording(tmp_path / "a.wav"), rows_s, first))
    assert np.abs(found.offset_s - clock(rows_s))[2:38].max() < 5e-4


def test_sound_from_many_places_is_left_as_it_was(tmp_path):
    rows_s = np.arange(40.0)
    first = rough(clock(rows_s), 4e-3)
    found = result_of(sharpen(heard_twice(tmp_path / "a.wav", clock), rows_s, first))
    np.testing.assert_array_equal(found.offset_s, first.offset_s)


def test_rows_without_refinement_stay_without(tmp_path):
    none = Refinement.none(40)
    found = result_of(sharpen(heard_twice(tmp_path / "a.wav", clock), np.arange(40.0), none))
    assert np.isnan(found.offset_s).all()


@pytest.mark.parametrize(("snr_db", "seed"), [(10.0, 3503), (0.0, 3402)])
def test_a_field_pair_with_one_source_is_aligned_within_a_third_of_a_millisecond(
    snr_db, seed, tmp_path
):
    scene = simulate_scene("aru", seed, 100.0, snr_db=snr_db, spec=SceneSpec(sources=1))
    sf.write(tmp_path / "a.wav", scene.samples, scene.sample_rate_hz)
    truth = scene.keypoints()
    result = align(open_recording(tmp_path / "a.wav"), truth.time_0_s)
    assert np.abs(result.keypoints.time_1_s - truth.time_1_s).mean() < 1 / 3000


def _by_matrices(time_0_s, offset_s, read_sd_s, wander):
    """The textbook's filter and smoother."""
    step = np.array([[1.0, 1.0], [0.0, 1.0]])
    walk = wander**2 * np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]])
    mean, cov = np.array([np.nanmedian(offset_s), 0.0]), np.diag([100.0, 1e-2])
    ahead, known, log_likelihood = [], [], 0.0
    for row, read_s in enumerate(offset_s):
        if row:
            mean, cov = step @ mean, step @ cov @ step.T + walk
        ahead.append((mean, cov))
        if np.isfinite(read_s):
            variance = cov[0, 0] + read_sd_s[row] ** 2
            log_likelihood += norm.logpdf(read_s, mean[0], np.sqrt(variance))
            gain = cov[:, 0] / variance
            mean, cov = mean + gain * (read_s - mean[0]), cov - np.outer(gain, cov[0])
        known.append((mean, cov))
    found = [(mean, cov)]
    for (mean_1, cov_1), (mean_0, cov_0) in zip(ahead[:0:-1], known[-2::-1], strict=True):
        back = np.linalg.solve(cov_1, step @ cov_0).T
        mean, cov = mean_0 + back @ (mean - mean_1), cov_0 + back @ (cov - cov_1) @ back.T
        found.append((mean, cov))
    smooth = np.array([(m[0], np.sqrt(c[0, 0])) for m, c in found[::-1]])
    return *smooth.T, log_likelihood


@pytest.mark.parametrize("wander", [1e-5, 6e-3])
def test_a_clock_is_followed_as_the_textbook_has_it(wander):
    rng = np.random.default_rng(8)
    rows_s = np.arange(120.0)
    offset_s = 0.3 + 1e-4 * rows_s + rng.normal(scale=5e-4, size=len(rows_s))
    offset_s[rng.random(len(rows_s)) < 0.3] = np.nan
    sd_s = rng.uniform(3e-4, 3e-3, len(rows_s))
    way = _filtered(rows_s, offset_s, sd_s, wander)
    smooth_s, smooth_sd_s, log_likelihood = _by_matrices(rows_s, offset_s, sd_s, wander)
    found_s, found_sd_s = _looked_back(rows_s, way)
    np.testing.assert_allclose(found_s, smooth_s, atol=1e-12)
    np.testing.assert_allclose(found_sd_s, smooth_sd_s, rtol=1e-6)
    constant = 0.5 * np.log(2 * np.pi) * np.isfinite(offset_s).sum()
    assert way.log_likelihood == pytest.approx(log_likelihood + constant)
