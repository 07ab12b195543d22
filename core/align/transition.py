"""How the state of a clock moves from one row of a score surface to the next.

A row is a few copies and one small matrix product, so numpy does it at the speed of a
compiled loop (``docs/decisions/0006-decoder-in-numpy.md``).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.align.drift_models import JUMP_PROBABILITY, JUMP_SCALE_S, LOST_PROBABILITY, DriftModel

Floats = NDArray[np.float64]
Grid = NDArray[np.float32]

_SLOPE_SCALE = 0.015
_FALLEN = 300.0
_NEVER = 1e-20
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
        change[change < _NEVER] = 0.0
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

    def uniform(self) -> Grid:
        """The state before anything is known, shape (S, L)."""
        return np.repeat(self._prior[:, None] / np.float32(self._columns), self._columns, axis=1)

    def forward(self, state: Grid) -> Grid:
        """Distribution one row later, shape (S, L)."""
        for landed, source in self._moves:
            landed[:] = state[source]
        self._landed[-1] = self._jump(self._landing @ self._landed[:-1])
        return np.asarray(self._onward @ self._landed)

    def backward(self, message: Grid, emission: Grid) -> Grid:
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

    The exponential is convolved by running sums, over blocks short enough for their weights
    to stay within a double's range; a block hears of the one before it by a single number.
    """

    def __init__(self, step_s: float, columns: int) -> None:
        decay = step_s / JUMP_SCALE_S
        length = max(1, min(columns, int(_FALLEN / decay)))
        blocks = -(-columns // length)
        self._mass, self._sums = np.zeros((2, 2, blocks, length))
        self._sides, self._ends = (
            values.reshape(2, -1)[:, :columns] for values in (self._mass, self._sums)
        )
        self._grown = np.exp(decay * np.arange(length))
        self._here = JUMP_PROBABILITY * np.tanh(decay / 2)
        self._fallen = self._here / self._grown
        self._carried = np.exp(-decay) / self._grown
        self._lost = LOST_PROBABILITY / columns

    def __call__(self, mass: Grid) -> Floats:
        self._sides[0], self._sides[1] = mass, mass[::-1]
        self._mass *= self._grown
        np.cumsum(self._mass, axis=2, out=self._sums)
        self._sums *= self._fallen
        if self._sums.shape[1] > 1:
            self._sums[:, 1:] += self._sums[:, :-1, -1:] * self._carried
        # Both sides hold what stays where it is.
        both = self._ends[0] + self._ends[1, ::-1]
        both -= self._here * mass
        both += self._lost * mass.sum()
        return np.asarray(both)


def _runs(values: NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """Stretches of equal values: first, last + 1, value."""
    ends = [*(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return [(low, high, int(values[low])) for low, high in zip([0, *ends], ends, strict=False)]


def overlap(by: int) -> tuple[slice, slice]:
    """Columns that a move by so many columns fills, and those that they come from."""
    there, here = slice(max(by, 0), min(by, 0) or None), slice(max(-by, 0), -max(by, 0) or None)
    return there, here


def _small_steps(scale: float) -> Grid:
    """Laplace steps of a first-order model in columns, cut at twice their scale."""
    reach = int(2 * scale)
    step = np.exp(-np.abs(np.arange(-reach, reach + 1)) / max(scale, 1e-9))
    return np.asarray(step / step.sum(), dtype=np.float32)
