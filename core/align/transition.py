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
        # Where in the pile the taps of a run of slopes lie, and where in the state they come from.
        self._moves = []
        for tap, (low, high, by) in product(range(len(taps)), _runs(whole - len(steps) // 2)):
            if abs(by + tap) < columns:
                target, source = overlap(by + tap)
                layer = slice(tap * len(slope) + low, tap * len(slope) + high)
                self._moves.append(((layer, target), (slice(low, high), source)))
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
        self._columns = columns
        self._near = _TwoSided(step_s / JUMP_SCALE_S, columns)

    def uniform(self) -> Grid:
        """The state before anything is known, shape (S, L)."""
        return np.repeat(self._prior[:, None] / np.float32(self._columns), self._columns, axis=1)

    def forward(self, state: Grid) -> Grid:
        """Distribution one row later, shape (S, L)."""
        for target, source in self._moves:
            self._landed[target] = state[source]
        self._landed[-1] = self._jump(self._landing @ self._landed[:-1])
        return np.asarray(self._onward @ self._landed)

    def backward(self, message: Grid, emission: Grid) -> Grid:
        """Adjoint of `forward`, for a message times the emission that it meets, shape (S, L)."""
        np.multiply(message, emission, out=self._ahead[:-1])
        self._ahead[-1] = self._jump(self._prior @ self._ahead[:-1])
        landed = self._return @ self._ahead
        before = np.zeros_like(message)
        for target, source in self._moves:
            np.add(before[source], landed[target], out=before[source])
        return before

    def _jump(self, mass: Grid) -> Grid:
        """Mass after a dropped buffer (two-sided exponential) or a lost clock (anywhere)."""
        anywhere = float(mass.sum()) / self._columns
        near = self._near.spread(mass)
        return np.asarray(JUMP_PROBABILITY * near + LOST_PROBABILITY * anywhere, dtype=np.float32)


class _TwoSided:
    """Convolution with a two-sided exponential of unit mass, by running sums.

    Sums run over blocks short enough for the weights to stay within a double's range;
    a block hears of the one before it by a single number.
    """

    def __init__(self, decay: float, columns: int) -> None:
        length = max(1, min(columns, int(_FALLEN / decay)))
        self._shape = (2, -(-columns // length), length)
        self._columns = columns
        self._grown = np.exp(decay * np.arange(length))
        self._middle = np.tanh(decay / 2)
        self._fallen = self._middle / self._grown
        self._carried = np.exp(-decay) / self._grown

    def spread(self, mass: Grid) -> Floats:
        """The convolution, shape (L,)."""
        sides = np.zeros(self._shape)
        flat = sides.reshape(2, -1)[:, : self._columns]
        flat[0], flat[1] = mass, mass[::-1]
        sides *= self._grown
        np.cumsum(sides, axis=2, out=sides)
        sides *= self._fallen
        sides[:, 1:] += sides[:, :-1, -1:] * self._carried
        return np.asarray(flat[0] + flat[1, ::-1] - self._middle * mass)


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
