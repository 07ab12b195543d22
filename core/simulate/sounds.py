"""Sounds as values, and their samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy.signal import butter, sosfilt

from core.arrays import Floats

TOP_HZ = 12000.0
"""Voices hold nothing above."""
GAIN_POINTS = 12
FADE_SHARE = 0.2
WOBBLE_S = 0.0012
"""How quickly an irregular voice changes its pitch."""
BELOW_CENTRE = 0.6
"""How much more slowly harmonics weaken below the centre than above it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One unbroken voiced sound: a stack of harmonics over a moving fundamental.

    Parameters
    ----------
    duration_s : float
    f0_hz : tuple of float
        Fundamental at evenly spaced moments from start to end, hertz.
    centre_hz, width_oct : float
        Where the harmonics are strongest, and the octaves above over which they fall by 10 dB.
    noise : float
        Standard deviation of the pitch from moment to moment, relative: 0 is a
        clear tone, 0.3 a harsh noise.
    flutter_hz : float
        Rate of amplitude modulation, hertz; 0: none.
    level_db : float
    seed : int
        Seed of phase and irregularity: equal notes sound equal.
    """

    duration_s: float
    f0_hz: tuple[float, ...]
    centre_hz: float = 3000.0
    width_oct: float = 1.0
    noise: float = 0.0
    flutter_hz: float = 0.0
    level_db: float = 0.0
    seed: int = 0

    def render(self, sample_rate_hz: int) -> Floats:
        """Samples, shape (n,), root mean square near 0.1 at 0 dB."""
        count = max(8, round(self.duration_s * sample_rate_hz))
        along = np.linspace(0.0, 1.0, count)
        f0_hz = self._glide(along)
        rng = np.random.Generator(np.random.PCG64(self.seed))
        start = rng.uniform(0.0, 2.0 * np.pi)
        if self.noise > 0:
            wobble = rng.standard_normal(2 + int(self.duration_s / WOBBLE_S))
            f0_hz *= 1.0 + self.noise * np.interp(along, np.linspace(0, 1, len(wobble)), wobble)
        phase = start + np.cumsum(f0_hz) * (2.0 * np.pi / sample_rate_hz)
        wave = self._harmonics(phase, along, min(TOP_HZ, 0.48 * sample_rate_hz))
        wave *= _envelope(count, sample_rate_hz)
        if self.flutter_hz > 0:
            wave *= 0.55 + 0.45 * np.cos(2.0 * np.pi * self.flutter_hz * self.duration_s * along)
        loudness = np.sqrt(np.mean(wave**2)) + 1e-12
        return np.asarray(wave * (0.1 * 10.0 ** (self.level_db / 20.0) / loudness))

    def _glide(self, along: Floats) -> Floats:
        """Fundamental at relative moments, eased through the given ones, hertz."""
        if len(self.f0_hz) == 1:
            return np.full(len(along), self.f0_hz[0])
        position = along * (len(self.f0_hz) - 1)
        piece = np.minimum(position.astype(np.intp), len(self.f0_hz) - 2)
        eased = 0.5 - 0.5 * np.cos(np.pi * (position - piece))
        f0_hz = np.asarray(self.f0_hz)
        return np.asarray(f0_hz[piece] + eased * (f0_hz[piece + 1] - f0_hz[piece]))

    def _harmonics(self, phase: Floats, along: Floats, top_hz: float) -> Floats:
        """Sum of sin(k phase), each k weighted where its frequency lies."""
        coarse = np.linspace(0.0, 1.0, GAIN_POINTS)
        coarse_hz = self._glide(coarse)
        wave = np.zeros(len(phase))
        twice_cos = 2.0 * np.cos(phase)
        before, current = np.zeros(len(phase)), np.sin(phase)
        for k in range(1, int(top_hz / coarse_hz.min()) + 1):
            octaves = np.log2(k * coarse_hz / self.centre_hz) / self.width_oct
            octaves = np.where(octaves < 0, BELOW_CENTRE * octaves, octaves)
            level_db = np.maximum(-10.0 * octaves**2, -60.0)
            gain = np.where(k * coarse_hz < top_hz, 10.0 ** (level_db / 20.0), 0.0)
            if gain.max() > 1e-2 or k == 1:
                wave += np.interp(along, coarse, gain) * current
            before, current = current, twice_cos * current - before
        return wave


@dataclass(frozen=True, slots=True)
class Burst:
    """Noise in a band, struck once or repeatedly: hops, wing beats, seeds, drops.

    Parameters
    ----------
    duration_s : float
    low_hz, high_hz : float
        Band edges, hertz.
    decay_s : float
        Time in which a stroke falls by 1/e, seconds.
    rate_hz : float
        Strokes per second; 0: a single one.
    level_db : float
    seed : int
    """

    duration_s: float
    low_hz: float
    high_hz: float
    decay_s: float
    rate_hz: float = 0.0
    level_db: float = 0.0
    seed: int = 0

    def render(self, sample_rate_hz: int) -> Floats:
        """Samples, shape (n,), loudest strokes near 0.1 at 0 dB."""
        count = max(16, round(self.duration_s * sample_rate_hz))
        rng = np.random.Generator(np.random.PCG64(self.seed))
        time_s = np.arange(count) / sample_rate_hz
        if self.rate_hz > 0:
            period_s = 1.0 / self.rate_hz
            stroke = np.floor(time_s / period_s).astype(np.intp)
            force = 10.0 ** (rng.uniform(-12.0, 0.0, int(stroke[-1]) + 1) / 20.0)
            shape = force[stroke] * np.exp(-(time_s - stroke * period_s) / self.decay_s)
        else:
            shape = np.exp(-time_s / self.decay_s)
        noise = sosfilt(
            _band(self.low_hz, self.high_hz, sample_rate_hz), rng.standard_normal(count)
        )
        noise /= np.sqrt(np.mean(noise**2)) + 1e-12
        fade = min(count // 2, round(FADE_SHARE * count))
        shape[-fade:] *= np.linspace(1.0, 0.0, fade)
        return np.asarray(noise * shape * (0.1 * 10.0 ** (self.level_db / 20.0)))


class Audible(Protocol):
    """What can sound: a `Note`, a `Burst`, or a piece of a recording."""

    @property
    def duration_s(self) -> float:
        """Length, seconds."""
        ...

    def render(self, sample_rate_hz: int) -> Floats:
        """Samples, shape (n,)."""
        ...


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that happens in the world.

    Parameters
    ----------
    onset_s : float
        When, on the clock of channel 0, seconds.
    source : int
        Which animal or place it comes from.
    what : Audible
    heard : tuple of bool
        Whether each recorder hears it.
    word : str
        What a person would call it; empty where nobody would.
    goes_on : bool
        Whether it belongs to the same event as the sound before it.
    """

    onset_s: float
    source: int
    what: Audible
    heard: tuple[bool, bool]
    word: str = ""
    goes_on: bool = False


def _envelope(count: int, sample_rate_hz: int) -> Floats:
    """Quick attack, slower release, gently arched body."""
    attack = min(count // 3, round(0.005 * sample_rate_hz))
    release = min(count // 2, round(0.015 * sample_rate_hz))
    shape = 0.6 + 0.4 * np.sin(np.linspace(0.15, 1.0, count) * np.pi)
    shape[:attack] *= 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, attack))
    shape[count - release :] *= 0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, release))
    return shape


@lru_cache(maxsize=256)
def _band(low_hz: float, high_hz: float, sample_rate_hz: int) -> Floats:
    edges_hz = (low_hz, min(high_hz, 0.48 * sample_rate_hz))
    return np.asarray(butter(2, edges_hz, "bandpass", fs=sample_rate_hz, output="sos"))
