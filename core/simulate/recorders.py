"""How two recorders hear the world: paths, filters, clocks and noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, firwin2, resample_poly, sosfilt

from core.arrays import Floats
from core.simulate.sounds import Sound
from core.simulate.spec import Chance, SceneSpec, rng_for
from core.time_map import TimeMap

Samples = NDArray[np.float32]
Shape = Literal["lowpass", "highpass", "bandpass"]

EQ_S = 0.012
EQ_DB = 10.0
LOW_CUT_HZ = 250.0
RADIO_TOP_HZ = 9000.0
DIRECT_GAP_S = 0.002
OVERSAMPLING = 4
RETIME_BLOCK = 1 << 17
RETIME_GUARD = 32
STANDSTILL = 20.0
"""Rate above which channel-1 time runs through a gap without sound."""


@dataclass(frozen=True, slots=True)
class Path:
    """The way from one source to one recorder.

    Parameters
    ----------
    response : ndarray, shape (n,), float32
        Gain, filters and echoes, as an impulse response.
    lead : int
        Samples of it before the direct sound.
    travel_s : float
        When the direct sound arrives, against the reference source, seconds.
    """

    response: Samples
    lead: int
    travel_s: float


def draw_paths(
    kind: str, spec: SceneSpec, seed: int, sources: int, sample_rate_hz: int
) -> list[tuple[Path, Path]]:
    """Paths from every source to channel 0 and channel 1.

    In the aviary, source 0 wears channel 1: it is loud there, dry, and its
    arrival is what the time map refers to; all others are faint.
    """
    rng = rng_for(seed, Chance.ACOUSTICS)
    worn = kind == "zebra_finch"
    filters = [_equaliser(rng, sample_rate_hz, worn=worn and channel == 1) for channel in (0, 1)]
    t60_s = rng.uniform(*spec.reverb_s)
    travel_ms = spec.travel_ms if spec.travel_ms is not None else (4.0 if worn else 20.0)
    paths = []
    for source in range(sources):
        own = rng_for(seed, Chance.ACOUSTICS, source)
        wearer = worn and source == 0
        reference = wearer or (sources == 1)
        difference_s = 0.0 if reference else own.uniform(-travel_ms, travel_ms) * 1e-3
        gains_db = [own.uniform(-6.0, 3.0), own.uniform(-6.0, 3.0)]
        echo_db = [own.uniform(-12.0, -4.0) - (0.0 if worn else 5.0) for _ in range(2)]
        if worn:
            gains_db[1] = 4.0 if wearer else own.uniform(-20.0, -9.0)
            echo_db[1] = -22.0 if wearer else -8.0
        pair = []
        for channel in (0, 1):
            echo = _room(own, t60_s, echo_db[channel], sample_rate_hz)
            response = fftconvolve(filters[channel], echo) * 10.0 ** (gains_db[channel] / 20.0)
            travel_s = difference_s * (channel - 0.5)
            pair.append(Path(response.astype(np.float32), len(filters[channel]) // 2, travel_s))
        paths.append((pair[0], pair[1]))
    return paths


def hear(
    sounds: Sequence[Sound],
    paths: Sequence[tuple[Path, Path]],
    spans: tuple[tuple[float, int], tuple[float, int]],
    sample_rate_hz: int,
) -> tuple[Samples, Samples]:
    """What arrives at both recorders, on the clock of the world.

    Parameters
    ----------
    sounds : sequence of Sound
    paths : sequence of pairs of Path
        By source.
    spans : pair of (float, int)
        For each recorder the world time of its first sample, seconds, and the count.
    sample_rate_hz : int

    Returns
    -------
    pair of ndarray, float32
    """
    streams = (np.zeros(spans[0][1], dtype=np.float32), np.zeros(spans[1][1], dtype=np.float32))
    for sound in sounds:
        dry = sound.what.render(sample_rate_hz).astype(np.float32)
        for channel in np.flatnonzero(sound.heard):
            path, stream = paths[sound.source][channel], streams[channel]
            delay_s = sound.onset_s + path.travel_s - spans[channel][0]
            at = round(delay_s * sample_rate_hz) - path.lead
            first, last = max(0, at), min(len(stream), at + len(dry) + len(path.response) - 1)
            if last > first:
                wave = fftconvolve(dry, path.response)
                stream[first:last] += wave[first - at : last - at]
    return streams


def retime(
    world: Samples, start_s: float, time_map: TimeMap, count: int, sample_rate_hz: int
) -> Samples:
    """Read a stream on the clock of the world with the clock of channel 1.

    Four-fold oversampling, then cubic interpolation. Moments in which the
    world stands still (a gap in channel 1) are silent.

    Parameters
    ----------
    world : ndarray
        Samples from world time `start_s` on.
    start_s : float
    time_map : TimeMap
    count : int
        Frames of channel 1.
    sample_rate_hz : int

    Returns
    -------
    ndarray, shape (count,), float32
    """
    output = np.zeros(count, dtype=np.float32)
    for first in range(0, count, RETIME_BLOCK):
        frames = np.arange(first, min(count, first + RETIME_BLOCK))
        moments_s = time_map.to_channel_0(frames / sample_rate_hz)
        position = (moments_s - start_s) * sample_rate_hz
        low = max(0, int(position[0]) - RETIME_GUARD)
        high = min(len(world), int(position[-1]) + RETIME_GUARD)
        fine = resample_poly(world[low:high], OVERSAMPLING, 1)
        at = np.clip((position - low) * OVERSAMPLING, 1.0, len(fine) - 3.0)
        index = at.astype(np.intp)
        values = _cubic(fine, index, (at - index).astype(np.float32))
        still = np.diff(moments_s, append=moments_s[-1] + 1.0) * sample_rate_hz < 1.0 / STANDSTILL
        output[frames] = np.where(still, 0.0, values)
    return output


def draw_noise(kind: str, seed: int, channel: int, count: int, sample_rate_hz: int) -> Samples:
    """What a recorder adds of its own, at any level; float32, shape (count,)."""
    rng = rng_for(seed, Chance.NOISE, channel)
    white = rng.standard_normal(count, dtype=np.float32)
    if kind == "zebra_finch" and channel == 1:
        return _radio_noise(rng, white, sample_rate_hz)
    noise = _filtered(white, 1, 200.0, "lowpass", sample_rate_hz) * 6.0
    noise += _filtered(white, 1, 2500.0, "lowpass", sample_rate_hz) + 0.15 * white
    noise = _filtered(noise, 2, 150.0, "highpass", sample_rate_hz)
    if kind == "aru":
        noise *= _wander(rng, count, sample_rate_hz, 2.0, 6.0)
        noise += _insects(rng, count, sample_rate_hz)
    return noise


def _radio_noise(rng: np.random.Generator, white: Samples, sample_rate_hz: int) -> Samples:
    """Noise of an FM receiver, rising with frequency and with every fade, over body rumble."""
    count = len(white)
    hiss = _filtered(white, 1, 3000.0, "highpass", sample_rate_hz) + 0.2 * white
    if sample_rate_hz > 2 * RADIO_TOP_HZ:
        hiss = _filtered(hiss, 2, RADIO_TOP_HZ, "lowpass", sample_rate_hz)
    hiss *= _wander(rng, count, sample_rate_hz, 1.5, 3.0)
    rumble = _filtered(white, 1, (200.0, 700.0), "bandpass", sample_rate_hz)
    rumble *= _wander(rng, count, sample_rate_hz, 0.07, 11.0)
    return _fades(rng, count, sample_rate_hz) * hiss + 0.8 * rumble


def _fades(rng: np.random.Generator, count: int, sample_rate_hz: int) -> Samples:
    """Noise level that jumps as the reception does, 0 to 12 dB."""
    gain = np.ones(count, dtype=np.float32)
    now_s = rng.exponential(6.0)
    while now_s * sample_rate_hz < count:
        length_s = 0.1 + rng.exponential(1.5)
        first, last = round(now_s * sample_rate_hz), round((now_s + length_s) * sample_rate_hz)
        gain[first:last] = 10.0 ** (rng.uniform(2.0, 12.0) / 20.0)
        now_s += length_s + rng.exponential(8.0)
    return gain


def _insects(rng: np.random.Generator, count: int, sample_rate_hz: int) -> Samples:
    """A cricket that chirps on and on, near this recorder only."""
    time_s = np.arange(count, dtype=np.float64) / sample_rate_hz
    tone_hz, pulse_hz, chirp_hz = rng.uniform(4000, 6500), rng.uniform(25, 50), rng.uniform(1, 3)
    sings = np.modf(chirp_hz * time_s)[0] < 0.4
    time_s = time_s[sings]
    chirps = np.zeros(count, dtype=np.float32)
    pulses = np.sin(np.pi * pulse_hz * time_s) ** 2
    chirps[sings] = rng.uniform(0.1, 0.5) * np.sin(2.0 * np.pi * tone_hz * time_s) * pulses
    return chirps


def _wander(
    rng: np.random.Generator, count: int, sample_rate_hz: int, step_s: float, spread_db: float
) -> Samples:
    """Slowly wandering gain: a new level every `step_s` seconds, linear between."""
    points = int(count / sample_rate_hz / step_s) + 2
    levels = 10.0 ** (rng.normal(0.0, spread_db / 2.0, points) / 20.0)
    position = np.arange(count, dtype=np.float64) / (sample_rate_hz * step_s)
    return np.interp(position, np.arange(points), levels).astype(np.float32)


def _equaliser(rng: np.random.Generator, sample_rate_hz: int, *, worn: bool) -> Floats:
    """Zero-phase filter of a recorder: random response; a worn one also loses its treble."""
    half = round(EQ_S * sample_rate_hz / 2)
    nyquist_hz = sample_rate_hz / 2
    points_hz = np.geomspace(100.0, nyquist_hz, 24)
    knots_hz = np.geomspace(100.0, nyquist_hz, 6)
    level_db = np.interp(np.log(points_hz), np.log(knots_hz), rng.uniform(-EQ_DB, EQ_DB, 6))
    level_db -= np.interp(np.log(1500.0), np.log(points_hz), level_db)
    corner_hz, octave_db = rng.uniform(2000.0, 4500.0), rng.uniform(12.0, 24.0)
    if worn:
        level_db -= octave_db * np.log2(1.0 + (points_hz / corner_hz) ** 2) / 2.0
    level_db -= 12.0 * np.log2(1.0 + (LOW_CUT_HZ / points_hz) ** 2)
    gain = 10.0 ** (level_db / 20.0)
    return np.asarray(
        firwin2(2 * half + 1, np.append(0.0, points_hz), np.append(0.0, gain), fs=sample_rate_hz)
    )


def _room(rng: np.random.Generator, t60_s: float, echo_db: float, sample_rate_hz: int) -> Floats:
    """Direct sound and a decaying diffuse tail `echo_db` against it."""
    count = max(2, round(0.8 * t60_s * sample_rate_hz))
    time_s = np.arange(count) / sample_rate_hz
    tail = rng.standard_normal(count) * 10.0 ** (-3.0 * time_s / t60_s)
    tail[: round(DIRECT_GAP_S * sample_rate_hz)] = 0.0
    energy = np.sqrt(np.sum(tail**2)) + 1e-12
    response = tail * (10.0 ** (echo_db / 20.0) / energy)
    response[0] = 1.0
    return np.asarray(response)


def _filtered(
    x: Samples, order: int, edges_hz: float | tuple[float, float], shape: Shape, sample_rate_hz: int
) -> Samples:
    sos = butter(order, edges_hz, shape, fs=sample_rate_hz, output="sos").astype(np.float32)
    return np.asarray(sosfilt(sos, x), dtype=np.float32)


def _cubic(y: Samples, index: NDArray[np.intp], part: Samples) -> Samples:
    """Four-point Lagrange interpolation at ``index + part``."""
    a, b, c, d = y[index - 1], y[index], y[index + 1], y[index + 2]
    p, q, r = part + 1, part - 1, part - 2
    return np.asarray(
        -a * part * q * r / 6 + b * p * q * r / 2 - c * p * part * r / 2 + d * p * part * q / 6,
        dtype=np.float32,
    )
