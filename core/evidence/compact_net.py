"""FinchSync's own net: what a frame sounds like, every 10 ms, whichever sensor heard it.

Small enough for plain numpy: no more than a few matrix products a frame. It is trained
by ``benchmarks/making/fit_compact.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy
from numpy.typing import NDArray

from core.arrays import Floats32
from core.audio.spectra.fixed_point import FixedPoint
from core.audio.spectra.noise import quantiles

# The shipped weights were trained with these; where no source is given they were chosen by hand.

TAPS = 5
"""Frames that a convolution weighs."""
_EPS = 1e-10
"""Added to a band's floor, so that none is zero."""
FLOOR_EVERY = 4
"""Every so many frames tell the floor of all."""
FLOOR_SHARE = 0.3
"""Share of the frames that lie below a band's floor."""
OVER_FLOOR = 4.0
"""Power over the floor at which levels begin to grow with the logarithm: 6 dB."""
LEVEL_SCALE = 0.5
"""Factor of the levels."""
_NORM_EPS = 1e-5
"""Least variance of a frame in a norm, as PyTorch's layer norm has it."""
_GELU = 0.7978845608
"""Root of 2 / pi (Hendrycks and Gimpel 2016)."""
_HALF = np.float32(0.5)
"""What `_activate` leaves to the next weights."""

Logs = NDArray[np.float32] | NDArray[np.float16]


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

    def __init__(self, weights: Mapping[str, Floats32], dilations: tuple[int, ...]) -> None:
        self.dilations = dilations
        blocks = [f"block{number}" for number in range(len(dilations))]
        # What every block adds has no mean over the channels, so that no norm need take it out.
        self._stem = _Convolution(_centred(weights["stem"]), _centred(weights["stem.bias"]), 1)
        self._blocks = [
            _Convolution(
                _HALF * _centred(weights[name]), _centred(weights[f"{name}.bias"]), dilation
            )
            for name, dilation in zip(blocks, dilations, strict=True)
        ]
        self._head = _Convolution(_HALF * weights["head"], weights["head.bias"], 1)
        self._norms = [
            (weights[f"norm{number}"], weights[f"norm{number}.bias"])
            for number in range(len(blocks) + 1)
        ]

    @property
    def width(self) -> int:
        """Numbers of an embedding, D."""
        return self._head.width - 1

    @property
    def reach(self) -> int:
        """Frames to either side that an embedding depends on."""
        return self._stem.reach + sum(block.reach for block in self._blocks)

    def __call__(self, levels: Floats32, every: int = 1) -> Floats32:
        """Embeddings.

        Parameters
        ----------
        levels : ndarray of float32, shape (T, BANDS)
            From `band_levels`.
        every : int
            Embed every so many frames, from the first on: all dilations but the first are
            multiples of it.

        Returns
        -------
        ndarray of float32, shape (ceil(T / every), D)
        """
        return self.embedded(levels, every)[0]

    def embedded(
        self, levels: Floats32, every: int = 1, layers_every: int = 0
    ) -> tuple[Floats32, list[Floats32]]:
        """Embeddings, and on request all layers.

        Parameters
        ----------
        levels, every
            As for the call.
        layers_every : int
            Layers of every so many frames, a multiple of `every`; none at zero.

        Returns
        -------
        embedded : ndarray of float32, shape (ceil(T / every), D)
        layers : list of ndarray of float32, shape (ceil(T / layers_every), W or D)
            What goes into the blocks, what each adds up to, and the embeddings.
        """
        reach, around = self._stem.reach, max((block.reach for block in self._blocks), default=0)
        hidden = self._stem.out(len(levels))
        self._stem.add(np.pad(levels, ((reach, reach), (0, 0))), hidden)
        room = np.zeros((len(levels) + 2 * around, hidden.shape[1]), dtype=np.float32)
        spare = np.empty_like(hidden)
        apart = 1
        layers: list[Floats32] = []
        for block, norm in zip(self._blocks, self._norms, strict=False):
            if layers_every:
                layers.append(hidden[:: layers_every // apart].copy())
            end = around + len(hidden)
            _activate(hidden, *norm, room[around:end], spare[: len(hidden)])
            room[end : end + around] = 0
            hidden = np.ascontiguousarray(hidden[:: every // apart])
            block.add(room[around - block.reach // apart :], hidden, apart, every // apart)
            apart = every
        heard = room[: len(hidden)]
        _activate(hidden, *self._norms[-1], heard, spare[: len(hidden)])
        out = self._head.out(len(hidden))
        self._head.add(heard, out)
        found = gated(out)
        if layers_every:
            thinned = layers_every // apart
            layers += [hidden[::thinned], found[::thinned]]
        return found, layers


class _Convolution:
    """Weights (taps, in, out), a bias and the frames between taps."""

    def __init__(self, weights: Floats32, bias: Floats32, dilation: int) -> None:
        self._weights, self._bias, self._dilation = weights, bias, dilation
        self.reach = len(weights) // 2 * dilation
        self.width = int(weights.shape[2])

    def out(self, count: int) -> Floats32:
        """Zeros to add to, shape (count, out)."""
        return np.zeros((count, self.width), dtype=np.float32)

    def add(self, padded: Floats32, to: Floats32, apart: int = 1, every: int = 1) -> None:
        """Add the convolution of rows that begin `reach` before the first wanted, in place.

        Rows are `apart` frames apart; every so many of them is wanted.
        """
        to += self._bias
        for tap, weights in enumerate(self._weights):
            part = padded[tap * self._dilation // apart :][: every * len(to) : every]
            # BLAS counts from columns: the transposes are the arrays as they lie in memory.
            scipy.linalg.blas.sgemm(1.0, weights.T, part.T, beta=1.0, c=to.T, overwrite_c=True)


def _activate(
    hidden: Floats32, scale: Floats32, shift: Floats32, to: Floats32, spare: Floats32
) -> None:
    """Frames at unit spread, scaled, shifted and through the Gaussian error linear unit, doubled.

    By its hyperbolic tangent (Hendrycks and Gimpel 2016). What comes next has half the weights:
    a pass less. `spare` is overwritten: new memory costs as much as the work in it.
    """
    spread = np.sqrt(_energy(hidden) / np.float32(hidden.shape[1]) + np.float32(_NORM_EPS))
    np.multiply(hidden, (1 / spread)[:, None], out=to)
    to *= scale
    to += shift
    np.multiply(to, to, out=spare)
    spare *= _GELU * 0.044715
    spare += _GELU
    spare *= to
    np.tanh(spare, out=spare)
    spare += 1.0
    to *= spare


def _centred(weights: Floats32) -> Floats32:
    """Weights whose outputs have no mean."""
    return np.asarray(weights - weights.mean(axis=-1, keepdims=True))


def gated(out: Floats32) -> Floats32:
    """Directions as long as a gate says that they tell something.

    Parameters
    ----------
    out : ndarray of float32, shape (T, D + 1)
        Log odds of the gate, and the directions on any scale.

    Returns
    -------
    ndarray of float32, shape (T, D)
        No longer than one.
    """
    gate = 1.0 / (1.0 + np.exp(-out[:, 0]))
    length = np.sqrt(_energy(out[:, 1:]))
    shorter = (gate / np.maximum(length, 1e-12)).astype(np.float32)
    return np.asarray(out[:, 1:] * shorter[:, None])


def noise_floor(log_power: Logs | FixedPoint) -> Floats32:
    """The log power that each band of a recording rarely falls below.

    Parameters
    ----------
    log_power : ndarray or FixedPoint, shape (T, BANDS)
        Of a whole recording; see `core.audio.spectra.levels.log_mel`.

    Returns
    -------
    ndarray of float32, shape (BANDS,)
    """
    return quantiles(log_power[::FLOOR_EVERY].astype(np.float32), FLOOR_SHARE)[0]


def band_levels(log_power: Logs, floor: Floats32) -> Floats32:
    """Compressed levels over each band's own noise floor.

    Parameters
    ----------
    log_power : ndarray of float16 or float32, shape (T, BANDS)
        Of some frames of a recording; see `core.audio.spectra.levels.log_mel`.
    floor : ndarray of float32, shape (BANDS,)
        Of the whole recording; see `noise_floor`.

    Returns
    -------
    ndarray of float32, shape (T, BANDS)
    """
    over = np.exp(log_power - np.log(OVER_FLOOR * np.exp(floor) + np.float32(_EPS)))
    return np.asarray(np.float32(LEVEL_SCALE) * np.log1p(over))


def _energy(frames: Floats32) -> Floats32:
    return np.asarray(np.einsum("td,td->t", frames, frames))
