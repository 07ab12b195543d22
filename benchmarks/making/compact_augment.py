"""What may happen to a channel on its way: drawn anew for every crop, in mel power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.making.compact_scenes import log_mel_of
from core.audio.spectra.levels import BANDS, RATE_HZ

Frames = NDArray[np.float32]

NOISE_S = 200.0
LEAST_POWER = 1e-14
LOUD_PERCENTILE = 99


@dataclass(frozen=True, eq=False)
class Augmenter:
    """Filters, fades, strange sounds and noise.

    Parameters
    ----------
    rng : numpy.random.Generator
    noise : ndarray of float32, shape (T, BANDS)
        Mel power of white noise, of unit mean.
    """

    rng: np.random.Generator
    noise: Frames

    @classmethod
    def of(cls, rng: np.random.Generator) -> Augmenter:
        """With noise of its own."""
        white = rng.standard_normal(round(NOISE_S * RATE_HZ), dtype=np.float32)
        power = np.exp(log_mel_of(white))
        return cls(rng, power / power.mean())

    def __call__(self, power: Frames, strange: Frames) -> Frames:
        """A channel as another sensor might have heard it.

        Parameters
        ----------
        power : ndarray of float32, shape (T, BANDS)
        strange : ndarray of float32, shape (T, BANDS)
            Another recording, of which some may be heard in this channel only.
        """
        loud = _loudness(power)
        for chance, change in (
            (0.6, self._equalised),
            (0.25, self._low_passed),
            (0.25, self._faded),
        ):
            if self.rng.random() < chance:
                power = change(power)
        if self.rng.random() < 0.5:
            power = power + strange * (loud / _loudness(strange) * self._gain(-20.0, 0.0))
        if self.rng.random() < 0.7:
            power = self._noisy(power, loud)
        if self.rng.random() < 0.15:
            power = self._without_band(power)
        return np.maximum(power, np.float32(LEAST_POWER)).astype(np.float32)

    def _gain(self, low_db: float, high_db: float) -> float:
        return float(10.0 ** (self.rng.uniform(low_db, high_db) / 10.0))

    def _curve(self, length: int, corners: int, spread_db: float) -> Frames:
        """A smooth random gain."""
        at = self.rng.normal(0.0, spread_db, corners)
        curve_db = np.interp(np.linspace(0, corners - 1, length), np.arange(corners), at)
        return np.asarray(10.0 ** (curve_db / 10.0), dtype=np.float32)

    def _equalised(self, power: Frames) -> Frames:
        return power * self._curve(BANDS, 6, 5.0)

    def _low_passed(self, power: Frames) -> Frames:
        above = np.clip(np.arange(BANDS) - self.rng.uniform(16, 36), 0, None)
        return power * 10.0 ** (-above * self.rng.uniform(0.5, 2.5) / 10.0)

    def _faded(self, power: Frames) -> Frames:
        corners = max(2, len(power) // int(self.rng.integers(30, 200)))
        return power * self._curve(len(power), corners, 4.0)[:, None]

    def _noisy(self, power: Frames, loud: float) -> Frames:
        start = self.rng.integers(len(self.noise) - len(power))
        noise = self.noise[start : start + len(power)]
        if self.rng.random() < 0.5:
            tilt = 10.0 ** (0.015 * self.rng.normal() * (np.arange(BANDS) - BANDS / 2))
            noise = noise * (tilt / tilt.mean())
        noise = noise * (loud * self._gain(-35.0, 0.0))
        turn = np.cos(self.rng.uniform(0.0, 2 * np.pi, power.shape))
        return power + noise + 1.8 * np.sqrt(power * noise) * turn

    def _without_band(self, power: Frames) -> Frames:
        first = int(self.rng.integers(BANDS - 8))
        power = power.copy()
        power[:, first : first + int(self.rng.integers(2, 8))] *= 1e-3
        return power


def _loudness(power: Frames) -> float:
    return float(np.percentile(power.sum(axis=1), LOUD_PERCENTILE)) / BANDS + 1e-12
