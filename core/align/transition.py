"""How the state of a clock moves from one row of a score surface to the next.

A row is a few copies and one small matrix product, so numpy does it at the speed of a
compiled loop (``docs/decisions/0006-decoder-in-numpy.md``).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.align.drift_models import JUMP_PROBABILITY, JUMP_SCALE_S, LOST_PROBABILITY, DriftModel
from core.arrays import Floats, Floats32

_SLOPE_SCALE = 0.015
_BLOCK = 64
NEVER = 1e-20
"""Smaller chances are none: numbers near a float's least make products many times slower."""


class Transition:
    """The transition between two rows, and its adjoint.

    Where a state lands is spread over a few columns (taps). The landed states of all taps
    lie on top of each other, the mass after a jump below them, so that one matrix product
    weighs the taps, changes the slope and adds what jumped.
    """

    def __init__(self, model: DriftModel, row_s: float, step_s: float, columns: int) -> None:
        slope = np.linspace(-model.max_slope, model.max_slope, model.slopes)
        cells = slope * row_s / step_s
        whole = np.floor(cells).astype(np.intp)
        steps = _small_steps(model.step_s * row_s / step_s)
        taps = np.array([np.convolve([1 - part, part], steps) for part in cells - whole]).T
        wander = model.wander * np.sqrt(row_s)
        change = np.exp(-0.5 * ((slope[:, None] - slope[None, :]) / wander) ** 2)
        change[change < NEVER] = 0.0
        change *= (1.0 - JUMP_PROBABILITY - LOST_PROBABILITY) / change.sum(axis=1, keepdims=True)
        prior = np.exp(-np.abs(slope) / _SLOPE_SCALE)
        prior /= prior.sum()
        landing = taps.reshape(-1, 1)
        steady = landing * np.tile(change, (len(taps), 1))
        self._onward = np.vstack([steady, prior]).T.astype(np.float32, order="C")
        self._return = np.hstack([steady, landing]).astype(np.float32)
        self._landing = taps.ravel().astype(np.float32)
        self._prior = prior.astype(np.float32)
        self._landed = np.zeros((len(landing) + 1, columns), dtype=np.float32)
        self._ahead = np.empty((len(slope) + 1, columns), dtype=np.float32)
        self._landed_ahead = np.empty((len(landing), columns), dtype=np.float32)
        self._before = np.empty((len(slope), columns), dtype=np.float32)
        self._moves, self._returns = [], []
        for tap, (low, high, by) in product(range(len(taps)), _runs(whole - len(steps) // 2)):
            if abs(by + tap) < columns:
                there, here = overlap(by + tap)
                slopes, layer = slice(low, high), slice(*(tap * len(slope) + np.array([low, high])))
                self._moves.append((self._landed[layer, there], (slopes, here)))
                self._returns.append((self._before[slopes, here], self._landed_ahead[layer, there]))
        self._columns = columns
        self._jump = _Jump(step_s, columns)

    def uniform(self) -> Floats32:
        """The state before anything is known, shape (S, L)."""
        return np.repeat(self._prior[:, None] / np.float32(self._columns), self._columns, axis=1)

    def forward(self, state: Floats32) -> Floats32:
        """Distribution one row later, shape (S, L)."""
        for landed, source in self._moves:
            landed[:] = state[source]
        self._landed[-1] = self._jump(self._landing @ self._landed[:-1])
        return np.asarray(self._onward @ self._landed)

    def backward(self, message: Floats32, emission: Floats32) -> Floats32:
        """Adjoint of `forward`, for a message times the emission that it meets, shape (S, L).

        What is returned holds until the next call.
        """
        np.multiply(message, emission, out=self._ahead[:-1])
        self._ahead[-1] = self._jump(self._prior @ self._ahead[:-1])
        np.matmul(self._return, self._ahead, out=self._landed_ahead)
        self._before.fill(0)
        for before, landed in self._returns:
            before += landed
        return self._before


class _Jump:
    """Mass after a dropped buffer (two-sided exponential) or a lost clock (anywhere).

    Within a block of columns the exponential is a matrix. Between blocks it falls by the same
    factor for every column, so that a block hears of those to its left, and of those to its
    right, by a single number each.
    """

    def __init__(self, step_s: float, columns: int) -> None:
        decay = step_s / JUMP_SCALE_S
        here = JUMP_PROBABILITY * np.tanh(decay / 2)
        place, block = np.arange(_BLOCK), np.arange(-(-columns // _BLOCK))
        before, after = decay * place, decay * (_BLOCK - 1 - place)
        blocks_between = block[:, None] - block - 1
        left = np.exp(-decay * _BLOCK * np.maximum(blocks_between, 0)) * (blocks_between >= 0)
        anywhere = LOST_PROBABILITY / columns
        self._near = _single(here * np.exp(-decay * np.abs(place[:, None] - place)))
        self._told = _single(np.stack([np.exp(-after), np.exp(-before), place**0], axis=1))
        self._carried = _single(np.stack([left, left.T, np.ones_like(left)]))
        self._heard = _single(
            np.stack(
                [
                    here * np.exp(-before - decay),
                    here * np.exp(-after - decay),
                    np.full(_BLOCK, anywhere),
                ]
            )
        )
        self._mass = np.zeros((len(block), _BLOCK), dtype=np.float32)
        self._columns = self._mass.reshape(-1)[:columns]

    def __call__(self, mass: Floats32) -> Floats32:
        self._columns[:] = mass
        told = (self._mass @ self._told).T[:, :, None]
        jumped = self._mass @ self._near
        jumped += (self._carried @ told)[:, :, 0].T @ self._heard
        return np.asarray(jumped.reshape(-1)[: len(mass)])


def _single(values: Floats) -> Floats32:
    return np.ascontiguousarray(values, dtype=np.float32)


def _runs(values: NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """Stretches of equal values: first, last + 1, value."""
    ends = [*(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return [(low, high, int(values[low])) for low, high in zip([0, *ends], ends, strict=False)]


def overlap(by: int) -> tuple[slice, slice]:
    """Columns that a move by so many columns fills, and those that they come from."""
    there, here = slice(max(by, 0), min(by, 0) or None), slice(max(-by, 0), -max(by, 0) or None)
    return there, here


def _small_steps(scale: float) -> Floats32:
    """Laplace steps of a first-order model in columns, cut at twice their scale."""
    reach = int(2 * scale)
    step = np.exp(-np.abs(np.arange(-reach, reach + 1)) / max(scale, 1e-9))
    return np.asarray(step / step.sum(), dtype=np.float32)
