"""What may happen to a sound on its way into one sensor: filters, fades, noise.

As the compact net heard it in training (`benchmarks.making.compact_augment`), on samples. Far more
than the conservative changes of `core.train.samples.augment`: real sensors differ that much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchaudio.functional import add_noise, fftconvolve

from core.audio.channels import Samples
from core.nets.clips import Starts
from core.nets.encoders.config import SAMPLE_RATE_HZ

Curve = NDArray[np.float64]

_TAPS = 257
_CORNERS_HZ = np.array([0.0, 300.0, 800.0, 1600.0, 2800.0, 4500.0, 8000.0])
_FRAME = 160
_LOUD_SHARE = 0.99
"""Share of a clip's frames that are no louder than what noise is measured against."""
_BREATH = 1e-6
"""Added noise has no level beside digital silence."""


@dataclass(frozen=True, slots=True)
class SensorChange:
    """A change of its own for each channel; the same for all clips of one, but for the noise.

    Parameters
    ----------
    seed : int
        Of everything that is drawn.
    """

    seed: int

    @property
    def key(self) -> str:
        """Tells embeddings of changed clips apart; every change can come again."""
        return f"sensor{self.seed}"

    def applied(self, clips: Samples, channel: int, start: Starts) -> Samples:
        """Changed clips, shape (N, S); `start` are their first samples, shape (N,)."""
        rng = np.random.default_rng([self.seed, channel])
        heard = torch.from_numpy(clips)
        kernel = _kernel(_filter_db(rng))
        heard = fftconvolve(heard, kernel.expand(len(clips), -1), mode="same")
        fade_db = rng.normal(0.0, 4.0, 8) if rng.random() < 0.25 else None
        if fade_db is not None:
            moment = np.linspace(0, len(fade_db) - 1, clips.shape[1])
            heard = heard * _gain(np.interp(moment, np.arange(len(fade_db)), fade_db))
        if rng.random() < 0.7:
            below_db, tilt_db = rng.uniform(0.0, 35.0), rng.normal(0.0, 6.0) * (rng.random() < 0.5)
            heard = self._noisy(heard, channel, start, below_db, tilt_db)
        return heard.numpy()

    def _noisy(
        self, heard: Tensor, channel: int, start: Starts, below_db: float, tilt_db: float
    ) -> Tensor:
        """With noise this far below the loudest of each clip; drawn for each clip anew."""
        noise = np.empty(heard.shape, dtype=np.float32)
        for row, first in zip(noise, start, strict=True):
            row[:] = np.random.default_rng([self.seed, channel, int(first) + 1]).standard_normal(
                len(row), dtype=np.float32
            )
        tilt = _kernel(np.linspace(tilt_db, -tilt_db, len(_CORNERS_HZ)))
        hiss = fftconvolve(torch.from_numpy(noise), tilt.expand(len(noise), -1), mode="same")
        heard = heard + _BREATH * hiss
        power = heard.square().unfold(1, _FRAME, _FRAME).mean(dim=2)
        loud = torch.quantile(power, _LOUD_SHARE, dim=1)
        snr_db = below_db + 10 * torch.log10(heard.square().mean(dim=1) / loud)
        noisy: Tensor = add_noise(heard, hiss, snr_db)
        return noisy


def _filter_db(rng: np.random.Generator) -> Curve:
    """Gain at `_CORNERS_HZ`: equalised, low-passed, a band gone, each now and then."""
    gain_db = np.zeros(len(_CORNERS_HZ))
    if rng.random() < 0.6:
        gain_db += rng.normal(0.0, 5.0, len(gain_db))
    if rng.random() < 0.25:
        octaves = np.log2(np.maximum(_CORNERS_HZ / rng.uniform(1000.0, 5000.0), 1.0))
        gain_db -= rng.uniform(6.0, 24.0) * octaves
    if rng.random() < 0.15:
        gain_db[rng.integers(1, len(gain_db))] -= 30.0
    return gain_db


def _kernel(gain_db: Curve) -> Tensor:
    """A filter without delay that has these gains, shape (1, _TAPS)."""
    frequency_hz = np.linspace(0.0, SAMPLE_RATE_HZ / 2, _TAPS // 2 + 1)
    gain = 10 ** (np.interp(frequency_hz, _CORNERS_HZ, gain_db) / 20)
    taps = np.roll(np.fft.irfft(gain, _TAPS - 1), _TAPS // 2)
    return torch.from_numpy(np.append(taps, taps[0]) * np.hanning(_TAPS)).float()[None]


def _gain(level_db: Curve) -> Tensor:
    return torch.from_numpy(10 ** (level_db / 20)).float()
