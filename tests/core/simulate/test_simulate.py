import hashlib
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import correlate, correlation_lags

from core.errors import InputError
from core.simulate import KINDS, DriftSpec, SceneSpec, Stems, render_stems, simulate_scene
from core.simulate.drift import draw_time_map
from core.simulate.recorders import retime
from core.simulate.scene import active_power
from core.time_map import TimeMap

RATE = 16000
PLAIN = SceneSpec(shared_share=1.0, travel_ms=0.0, bumps=0.0)
DRIFTS = {
    "moderate": DriftSpec.moderate(),
    "hard": DriftSpec.hard(),
    "linear": DriftSpec.linear(),
    "field": DriftSpec.field(),
    "none": DriftSpec.none(),
}


def digest(samples: np.ndarray) -> str:
    return hashlib.sha256(samples.tobytes()).hexdigest()


@pytest.fixture(scope="module", params=KINDS)
def stems(request: pytest.FixtureRequest) -> Stems:
    drift = DriftSpec(offset_s=(0.5, 2.0), jumps=2)
    return render_stems(request.param, 5, 40.0, RATE, drift, PLAIN)


@pytest.mark.parametrize("kind", KINDS)
def test_same_arguments_same_samples(kind: str) -> None:
    first, again, other = (simulate_scene(kind, seed, 6.0) for seed in (3, 3, 4))
    assert digest(first.samples) == digest(again.samples) != digest(other.samples)
    assert first.metadata == again.metadata


def test_parts_do_not_reshuffle_each_other() -> None:
    spec = replace(PLAIN, bumps=1.0)
    base = render_stems("zebra_finch", 2, 6.0, RATE, DriftSpec.linear(), spec)
    quiet = render_stems("zebra_finch", 2, 6.0, RATE, DriftSpec.linear(), PLAIN)
    assert digest(base.voices) == digest(quiet.voices)
    assert digest(base.noise) == digest(quiet.noise)
    assert base.bumps.any()
    assert not quiet.bumps.any()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [16000, 48000])
@pytest.mark.parametrize("duration_s", [0.01, 3.3])
def test_shape_and_range(kind: str, rate: int, duration_s: float) -> None:
    scene = simulate_scene(kind, 1, duration_s, sample_rate_hz=rate)
    assert scene.samples.shape == (round(duration_s * rate), 2)
    assert scene.samples.dtype == np.float32
    assert np.isfinite(scene.samples).all()
    assert 0.1 < np.abs(scene.samples).max() < 1.0


@pytest.mark.parametrize("duration_s", [0.5, 20.0, 120.0, 3600.0])
@pytest.mark.parametrize("regime", DRIFTS)
def test_maps_increase_and_stay_within_bounds(regime: str, duration_s: float) -> None:
    for seed in range(20):
        drift = DRIFTS[regime]
        offset_s = draw_time_map(drift, seed, duration_s).offset_s(np.linspace(0, duration_s, 999))
        assert np.abs(offset_s).max() <= drift.max_offset_s


def test_regimes_differ_as_named() -> None:
    def offsets_s(drift: DriftSpec, seed: int) -> np.ndarray:
        return draw_time_map(drift, seed, 120.0).offset_s(np.arange(121.0))

    for seed in range(10):
        assert not offsets_s(DriftSpec.none(), seed).any()
        assert np.abs(np.diff(offsets_s(DriftSpec.linear(), seed), 2)).max() < 1e-9
        assert np.abs(np.diff(offsets_s(DriftSpec.moderate(), seed), 2)).max() > 1e-6
        assert np.abs(offsets_s(DriftSpec.field(), seed)).max() < 0.8 + 0.24 + 0.02


@pytest.mark.parametrize("jumps", [0, 1, 3])
def test_jumps_are_there_when_asked_for(jumps: int) -> None:
    for seed in range(10):
        time_map = draw_time_map(replace(DriftSpec.linear(), jumps=jumps), seed, 120.0)
        steps_s = np.diff(time_map.offset_s(np.arange(0.0, 120.0, 0.5)))
        assert np.sum(np.abs(steps_s - np.median(steps_s)) > 0.009) in range(jumps, 2 * jumps + 1)


@pytest.mark.parametrize("rate", [16000, 48000])
def test_retimed_marker_lies_where_the_map_says(rate: int) -> None:
    time_map = draw_time_map(DriftSpec.hard(), 1, 20.0)
    moments_s = np.array([6.0, 8.317, 10.0, 13.5])
    start_s, world_s = -8.0, np.arange(-8.0, 28.0, 1.0 / rate)
    expected_s = time_map.to_channel_1(moments_s)
    for moment_s, due_s in zip(moments_s, expected_s, strict=True):
        marker = np.exp(-0.5 * ((world_s - moment_s) / 3e-4) ** 2).astype(np.float32)
        heard = retime(marker, start_s, time_map, 20 * rate, rate).astype(np.float64)
        centre_s = np.sum(heard * np.arange(len(heard))) / np.sum(heard) / rate
        assert abs(centre_s - due_s) < 1e-4


def test_retiming_keeps_a_tone_clean() -> None:
    rate, drift = 16000, 3e-3
    world_s = np.arange(-2.0, 14.0, 1.0 / rate)
    tone = np.sin(2 * np.pi * 6000.0 * world_s).astype(np.float32)
    heard = retime(tone, -2.0, TimeMap.linear(0.4, drift * 1e6), 10 * rate, rate)
    device_s = np.arange(10 * rate) / rate
    ideal = np.sin(2 * np.pi * 6000.0 * (device_s - 0.4) / (1.0 + drift))
    assert 20 * np.log10(np.std(heard - ideal) / np.std(ideal)) < -35


def test_both_channels_agree_along_the_map(stems: Stems) -> None:
    device_s = np.arange(len(stems.voices)) / RATE
    length, lags_s = 2 * RATE, []
    wanted_s = stems.time_map.to_channel_1(device_s)
    back = np.interp(wanted_s, device_s, stems.voices[:, 1], left=0.0, right=0.0)
    for first in range(0, len(back), length):
        a, b = stems.voices[first : first + length, 0], back[first : first + length]
        product = correlate(b, a)
        if product.max() > 0.3 * np.linalg.norm(a) * np.linalg.norm(b) > 0:
            lags_s.append(correlation_lags(len(b), len(a))[product.argmax()] / RATE)
    assert len(lags_s) >= 8
    assert np.abs(lags_s).max() < 1e-3


def test_signal_to_noise_ratio_is_as_defined(stems: Stems) -> None:
    silent = replace(stems, bumps=np.zeros_like(stems.bumps))
    for snr_db in (10.0, -5.0):
        mixed, clean = silent.mix(snr_db, RATE), silent.voices
        for channel in (0, 1):
            gain = np.dot(mixed[:, channel], clean[:, channel]) / np.sum(clean[:, channel] ** 2)
            noise = mixed[:, channel] / gain - clean[:, channel]
            ratio = active_power(clean[:, channel], RATE) / np.mean(noise**2)
            assert abs(10 * np.log10(ratio) - snr_db) < 1.5


def test_infinite_ratio_means_no_noise() -> None:
    scene = simulate_scene("aru", 0, 5.0, snr_db=math.inf, spec=SceneSpec(density=0.05, bumps=0.1))
    assert (np.abs(scene.samples[:, 0]) < 1e-6).mean() > 0.3


def test_channels_are_heard_to_their_ends() -> None:
    drift = replace(DriftSpec.none(), offset_s=(4.0, 4.0))
    for seed in (0, 1):
        voices = render_stems("aru", seed, 20.0, RATE, drift, SceneSpec(density=3.0)).voices
        ends = np.split(voices[:, 1], [4 * RATE, 16 * RATE])
        assert all(np.abs(part).max() > 0 for part in (ends[0], ends[2]))


def test_unshared_events_reach_one_recorder() -> None:
    lonely = replace(PLAIN, shared_share=0.0, reverb_s=(0.01, 0.01))
    voices = render_stems("aru", 3, 30.0, RATE, DriftSpec.none(), replace(lonely, sources=1)).voices
    frames = np.abs(voices).reshape(-1, RATE // 10, 2).max(axis=1) > 1e-4
    assert frames[:, 0].any()
    assert frames[:, 1].any()
    assert (frames[:, 0] & frames[:, 1]).mean() < 0.1


def test_fewer_events_in_a_sparse_scene() -> None:
    lively, sparse = (
        render_stems("zebra_finch", 1, 60.0, RATE, DriftSpec.none(), replace(PLAIN, density=d))
        for d in (1.0, 0.1)
    )
    assert np.sum(sparse.voices[:, 0] ** 2) < 0.5 * np.sum(lively.voices[:, 0] ** 2)


def test_travel_time_separates_sources() -> None:
    near, far = (
        render_stems("aru", 1, 10.0, RATE, DriftSpec.none(), replace(PLAIN, travel_ms=ms))
        for ms in (0.0, 20.0)
    )
    lags = []
    for stems in (near, far):
        product = correlate(stems.voices[:, 1], stems.voices[:, 0], method="fft")
        lags.append(abs(product.argmax() - len(stems.voices) + 1) / RATE)
    assert lags[0] < 1e-3 < lags[1] < 0.021


def test_stereotyped_song_repeats_itself_exactly() -> None:
    spec = replace(PLAIN, reverb_s=(0.05, 0.05))
    song = render_stems("zebra_finch", 6, 30.0, RATE, DriftSpec.none(), spec, stereotyped=True)
    wave = song.voices[:, 0]
    likeness = correlate(wave, wave, method="fft")[len(wave) - 1 :] / np.sum(wave**2)
    beats = np.flatnonzero(likeness[RATE // 3 :] > 0.5)
    assert len(beats) > 0
    assert (beats[0] + RATE // 3) / RATE < 2.0


def test_truth_is_clipped_to_the_recording() -> None:
    scene = simulate_scene(seed=0, duration_s=20.0)
    truth = scene.keypoints()
    assert np.array_equal(truth.time_0_s, np.arange(20.0))
    expected_s = np.clip(scene.time_map.to_channel_1(truth.time_0_s), 0.0, 20.0)
    assert np.array_equal(truth.time_1_s, expected_s)
    assert len(scene.keypoints(0.5)) == 40


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "parrot"},
        {"seed": -1},
        {"duration_s": 0.0},
        {"duration_s": -3.0},
        {"duration_s": math.nan},
        {"duration_s": 1e15},
        {"sample_rate_hz": 22050},
        {"snr_db": math.nan},
        {"kind": "aru", "stereotyped": True},
    ],
)
def test_arguments_that_cannot_be_used(arguments: dict[str, object]) -> None:
    with pytest.raises(InputError):
        simulate_scene(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "arguments",
    [
        {"offset_s": (2.0, 1.0)},
        {"bend_s": (-1.0, 1.0)},
        {"drift_ppm": (0.0, 2e5)},
        {"max_offset_s": 0.0},
        {"jumps": -1},
        {"jumps": 100},
    ],
)
def test_drifts_that_cannot_be(arguments: dict[str, object]) -> None:
    with pytest.raises(InputError):
        DriftSpec(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "arguments",
    [
        {"sources": 0},
        {"shared_share": 1.5},
        {"density": 0.0},
        {"bumps": -1.0},
        {"travel_ms": -1.0},
        {"reverb_s": (0.0, 1.0)},
    ],
)
def test_scenes_that_cannot_be(arguments: dict[str, object]) -> None:
    with pytest.raises(InputError):
        SceneSpec(**arguments)  # type: ignore[arg-type]
