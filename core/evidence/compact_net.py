"""FinchSync's own net: what a frame sounds like, every 10 ms, whichever sensor heard it.

Small enough for plain numpy: no more than a few matrix products a frame. It is trained
by ``benchmarks/fit_compact.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.audio.mel import mel_bank
from core.audio.power import frame_power
from core.audio.recording import Samples

RATE_HZ = 16_000
HOP = 160
"""Samples between frames: 10 ms, as the aligner's features."""
FRAME_S = HOP / RATE_HZ
BANDS = 48
TAPS = 5

_FFT = 512
_EPS = 1e-10
_FLOOR_EVERY = 4
_FLOOR_SHARE = 0.3
_OVER_FLOOR = 4.0
_LEVEL_SCALE = 0.5
_NORM_EPS = 1e-5

Frames = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CompactNet:
    """A residual convolutional net over band levels, one embedding a frame.

    The length of an embedding says how much its frame tells: a gate between 0 and 1.

    Parameters
    ----------
    weights : mapping of str to ndarray of float32
        ``stem`` (TAPS, BANDS, W), ``block0`` and on (TAPS, W, W), ``head`` (1, W, D + 1), each
        with its ``.bias``; ``norm0`` and on (W,), with ``.bias``: before every block and the head.
    dilations : tuple of int
        Frames between the taps of each block.
    """

    weights: Mapping[str, Frames]
    dilations: tuple[int, ...]

    @property
    def reach(self) -> int:
        """Frames to either side that an embedding depends on."""
        return TAPS // 2 * (1 + sum(self.dilations))

    def __call__(self, levels: Frames) -> Frames:
        """Embeddings.

        Parameters
        ----------
        levels : ndarray of float32, shape (T, BANDS)
            From `band_levels`.

        Returns
        -------
        ndarray of float32, shape (T, D)
        """
        hidden = self._convolved("stem", levels, 1)
        for number, dilation in enumerate(self.dilations):
            heard = _gelu(self._normal(number, hidden))
            hidden = hidden + self._convolved(f"block{number}", heard, dilation)
        out = self._convolved("head", _gelu(self._normal(len(self.dilations), hidden)), 1)
        gate = 1.0 / (1.0 + np.exp(-out[:, :1]))
        length = np.linalg.norm(out[:, 1:], axis=1, keepdims=True)
        return np.asarray(out[:, 1:] * (gate / np.maximum(length, 1e-12)), dtype=np.float32)

    def _convolved(self, name: str, frames: Frames, dilation: int) -> Frames:
        kernel = self.weights[name]
        reach = len(kernel) // 2 * dilation
        padded = np.pad(frames, ((reach, reach), (0, 0)))
        out = np.repeat(self.weights[f"{name}.bias"][None], len(frames), axis=0)
        for tap, matrix in enumerate(kernel):
            out += padded[tap * dilation : tap * dilation + len(frames)] @ matrix
        return out

    def _normal(self, number: int, hidden: Frames) -> Frames:
        """Each frame with zero mean and unit spread, then scaled and shifted."""
        away = hidden - hidden.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.mean(np.square(away), axis=1, keepdims=True) + _NORM_EPS)
        normal = away / spread * self.weights[f"norm{number}"]
        return np.asarray(normal + self.weights[f"norm{number}.bias"])


def mel_power(blocks: Iterable[Samples]) -> Iterator[Frames]:
    """Power in 48 mel bands, frame t centred on t * 10 ms; block by block.

    Parameters
    ----------
    blocks : iterable of ndarray of float32
        Consecutive samples at 16 kHz.

    Yields
    ------
    ndarray of float32, shape (T, BANDS)
    """
    left = np.zeros(_FFT // 2, dtype=np.float32)
    for block in blocks:
        left = np.concatenate([left, block])
        power = frame_power(left, _FFT, HOP)
        yield power @ _BANK
        left = left[len(power) * HOP :]
    left = np.concatenate([left, np.zeros(_FFT // 2, dtype=np.float32)])
    yield frame_power(left, _FFT, HOP) @ _BANK


def noise_floor(power: Frames) -> Frames:
    """The level that each band of a recording rarely falls below, shape (BANDS,)."""
    return np.quantile(power[::_FLOOR_EVERY], _FLOOR_SHARE, axis=0).astype(np.float32)


def band_levels(power: Frames, floor: Frames) -> Frames:
    """Compressed levels over each band's own noise floor.

    Parameters
    ----------
    power : ndarray of float32, shape (T, BANDS)
        Of some frames of a recording.
    floor : ndarray of float32, shape (BANDS,)
        Of the whole recording.

    Returns
    -------
    ndarray of float32, shape (T, BANDS)
    """
    return np.asarray(_LEVEL_SCALE * np.log1p(power / (_OVER_FLOOR * floor + _EPS)))


def _gelu(x: Frames) -> Frames:
    """Gaussian error linear unit, by the hyperbolic tangent (Hendrycks and Gimpel 2016)."""
    return np.asarray(0.5 * x * (1.0 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x))))


_BANK = mel_bank(_FFT, RATE_HZ, BANDS, 100.0, 8000.0)
