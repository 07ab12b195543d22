"""FinchSync's own net: what a frame sounds like, every 10 ms, whichever sensor heard it.

Small enough for plain numpy: no more than a few matrix products a frame. It is trained
by ``benchmarks/fit_compact.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TAPS = 5

_EPS = 1e-10
_FLOOR_EVERY = 4
_FLOOR_SHARE = 0.3
_OVER_FLOOR = 4.0
_LEVEL_SCALE = 0.5
_NORM_EPS = 1e-5
_GELU = 0.7978845608

Frames = NDArray[np.float32]
Logs = NDArray[np.float32] | NDArray[np.float16]


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
            hidden += self._convolved(f"block{number}", heard, dilation)
        out = self._convolved("head", _gelu(self._normal(len(self.dilations), hidden)), 1)
        gate = 1.0 / (1.0 + np.exp(-out[:, 0]))
        length = np.sqrt(_energy(out[:, 1:]))
        return np.asarray(out[:, 1:] * (gate / np.maximum(length, 1e-12))[:, None])

    def _convolved(self, name: str, frames: Frames, dilation: int) -> Frames:
        kernel = self.weights[name]
        reach = len(kernel) // 2 * dilation
        padded = np.zeros((len(frames) + 2 * reach, frames.shape[1]), dtype=np.float32)
        padded[reach : reach + len(frames)] = frames
        out = padded[: len(frames)] @ kernel[0]
        for tap in range(1, len(kernel)):
            out += padded[tap * dilation : tap * dilation + len(frames)] @ kernel[tap]
        out += self.weights[f"{name}.bias"]
        return np.asarray(out)

    def _normal(self, number: int, hidden: Frames) -> Frames:
        """Each frame with zero mean and unit spread, then scaled and shifted."""
        size = hidden.shape[1]
        normal = hidden - (hidden @ np.full(size, 1 / size, dtype=np.float32))[:, None]
        normal /= np.sqrt(_energy(normal) / size + np.float32(_NORM_EPS))[:, None]
        normal *= self.weights[f"norm{number}"]
        normal += self.weights[f"norm{number}.bias"]
        return normal


def noise_floor(log_power: Logs) -> Frames:
    """The log power that each band of a recording rarely falls below, shape (BANDS,)."""
    return np.asarray(
        np.quantile(log_power[::_FLOOR_EVERY].astype(np.float32), _FLOOR_SHARE, axis=0),
        dtype=np.float32,
    )


def band_levels(log_power: Logs, floor: Frames) -> Frames:
    """Compressed levels over each band's own noise floor.

    Parameters
    ----------
    log_power : ndarray of float16 or float32, shape (T, BANDS)
        Of some frames of a recording; see `core.audio.levels.log_mel`.
    floor : ndarray of float32, shape (BANDS,)
        Of the whole recording; see `noise_floor`.

    Returns
    -------
    ndarray of float32, shape (T, BANDS)
    """
    over = np.exp(log_power - np.log(_OVER_FLOOR * np.exp(floor) + np.float32(_EPS)))
    return np.asarray(np.float32(_LEVEL_SCALE) * np.log1p(over))


def _gelu(x: Frames) -> Frames:
    """Gaussian error linear unit, by the hyperbolic tangent (Hendrycks and Gimpel 2016)."""
    out = x * x
    out *= _GELU * 0.044715
    out += _GELU
    out *= x
    np.tanh(out, out=out)
    out += 1.0
    out *= x
    out *= 0.5
    return out


def _energy(frames: Frames) -> Frames:
    return np.asarray(np.einsum("td,td->t", frames, frames))
