"""How the state of a clock moves from one row of a score surface to the next.

The state is a mass p(s, l) on S slopes and L columns of offsets. One row later

    landed(s, l)  =  sum_i T_s(l - i) p(s, i)
    mass(l)       =  sum_s landed(s, l)
    next(s, l)    =  (1 - J - A) sum_r C(r, s) landed(r, l)
                     + P(s) [J sum_i K(l - i) mass(i) + A / L sum_i mass(i)]

where T_s moves by the slope: shared between the two columns around ``slope * row_s / step_s``,
and spread by the model's own random step; C changes the slope: Gaussian, with the standard
deviation ``wander * sqrt(row_s)``; J is the model's `jump_probability` and K the two-sided
exponential of a dropped buffer, ``K(d) = tanh(c / 2) exp(-c |d|)`` with
``c = step_s / JUMP_SCALE_S``, which sums to one; A is its `lost_probability`; and P is the slope
of a clock of which nothing is known.

A row is a few copies and one small matrix product, so numpy does it at the speed of a
compiled loop (``docs/decisions/0006-decoder-in-numpy.md``).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.align.decoding.drift_models import JUMP_SCALE_S, DriftModel, Start
from core.arrays import Floats, Floats32

_SLOPE_SCALE = 0.015
"""Scale of the two-sided exponential P, seconds per second; chosen by hand, as wide as the
steady and the wandering clocks of `core.align.decoding.drift_models.DRIFT_MODELS` reach."""
_BLOCK = 64
"""Columns of a block of `Jump`; chosen by hand for speed, results do not depend on it."""
NEVER = 1e-20
"""Smaller chances are none: numbers near a float's least make products many times slower."""


class Transition:
    """The transition between two rows, and its adjoint.

    A slope's T has a few columns (taps). What lands by each tap lies on top of each other, and
    below it the mass that jumped, so that one matrix product weighs the taps, changes the slope
    and adds what jumped.

    Parameters
    ----------
    model : DriftModel
        Its slopes are S.
    row_s : float
        Between rows, seconds.
    step_s : float
        Between columns, seconds.
    columns : int
        L.

    Notes
    -----
    With N taps, the matrices are ``_onward`` (S, N * S + 1) from what landed to the next state;
    ``_return`` (N * S, S + 1) its adjoint; ``_landing`` (N * S,) the taps' weights; ``prior``
    (S,) is P. ``_moves`` and ``_returns`` hold views, a pair for every tap and run of slopes that
    moves by as many columns: copied or added, they shift mass by whole columns. Arrays that
    calls write into are made once.
    """

    def __init__(self, model: DriftModel, row_s: float, step_s: float, columns: int) -> None:
        slope = np.linspace(-model.max_slope, model.max_slope, model.slopes)
        cells = slope * row_s / step_s
        whole = np.floor(cells).astype(np.intp)
        steps = _small_steps(model.step_s * row_s / step_s)
        taps = np.array([np.convolve([1 - part, part], steps) for part in cells - whole]).T
        change = _slope_change(slope, model, row_s)
        prior = np.exp(-np.abs(slope) / _SLOPE_SCALE)
        prior /= prior.sum()
        landing = taps.reshape(-1, 1)
        steady = landing * np.tile(change, (len(taps), 1))
        self._onward = np.vstack([steady, prior]).T.astype(np.float32, order="C")
        self._return = np.hstack([steady, landing]).astype(np.float32)
        self._landing = taps.ravel().astype(np.float32)
        self.prior = prior.astype(np.float32)
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
        self.anywhere = np.float32(model.lost_probability / columns)
        self._start = None if model.start is None else _around(model.start, slope, step_s, columns)
        self._jump = Jump(model, step_s, columns)

    def start(self) -> Floats32:
        """The state before the first row is heard.

        Returns
        -------
        ndarray of float32, shape (S, L)
            Sums to one.
        """
        return self.uniform() if self._start is None else self._start

    def uniform(self) -> Floats32:
        """The state of a clock of which nothing is known.

        Returns
        -------
        ndarray of float32, shape (S, L)
            Sums to one.
        """
        return np.repeat(self.prior[:, None] / np.float32(self._columns), self._columns, axis=1)

    def forward(self, state: Floats32) -> Floats32:
        """Distribution one row later.

        Parameters
        ----------
        state : ndarray of float32, shape (S, L)

        Returns
        -------
        ndarray of float32, shape (S, L)
            Sums to less than `state` where mass leaves the columns.
        """
        for landed, source in self._moves:
            landed[:] = state[source]
        self._landed[-1] = self._jump(self._landing @ self._landed[:-1])
        return np.asarray(self._onward @ self._landed)

    def backward(self, message: Floats32, emission: Floats32) -> Floats32:
        """Adjoint of `forward`, for a message times the emission that it meets.

        Parameters
        ----------
        message : ndarray of float32, shape (S, L)
        emission : ndarray of float32, shape (L,)

        Returns
        -------
        ndarray of float32, shape (S, L)
            Holds until the next call.
        """
        np.multiply(message, emission, out=self._ahead[:-1])
        self._ahead[-1] = self._jump(self.prior @ self._ahead[:-1])
        np.matmul(self._return, self._ahead, out=self._landed_ahead)
        self._before.fill(0)
        for before, landed in self._returns:
            before += landed
        return self._before


class Jump:
    """Mass after a dropped buffer (two-sided exponential) or a lost clock (anywhere).

    What stands in brackets in the formula above. Within a block of columns the exponential is
    a matrix. Between blocks it falls by the same factor for every column, so
    that a block hears of those to its left, and of those to its right, by a single number each.
    A recursive filter, forward and backward, gives the same (a test compares them) but makes
    decoding a seventh slower: it goes through the columns one by one.

    Parameters
    ----------
    model : DriftModel
    step_s : float
        Between columns, seconds.
    columns : int
        L.
    """

    def __init__(self, model: DriftModel, step_s: float, columns: int) -> None:
        decay = step_s / JUMP_SCALE_S
        here = model.jump_probability * np.tanh(decay / 2)
        place, block = np.arange(_BLOCK), np.arange(-(-columns // _BLOCK))
        before, after = decay * place, decay * (_BLOCK - 1 - place)
        blocks_between = block[:, None] - block - 1
        left = np.exp(-decay * _BLOCK * np.maximum(blocks_between, 0)) * (blocks_between >= 0)
        anywhere = model.lost_probability / columns
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
        """The mass that jumped, shape (L,), for a mass of shape (L,)."""
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
    """Columns that a move fills, and those that they come from.

    Parameters
    ----------
    by : int
        Columns to the right; to the left if negative.

    Returns
    -------
    there, here : slice
    """
    there, here = slice(max(by, 0), min(by, 0) or None), slice(max(-by, 0), -max(by, 0) or None)
    return there, here


def _slope_change(slope: Floats, model: DriftModel, row_s: float) -> Floats:
    """``(1 - J - A) C`` of the formula above: from a row's slope to a column's, shape (S, S)."""
    wander = model.wander * np.sqrt(row_s)
    change = np.exp(-0.5 * ((slope[:, None] - slope[None, :]) / wander) ** 2)
    change[change < NEVER] = 0.0
    steady = 1.0 - model.jump_probability - model.lost_probability
    change *= steady / change.sum(axis=1, keepdims=True)
    return np.asarray(change)


def _around(start: Start, slope: Floats, step_s: float, columns: int) -> Floats32:
    """The Gaussian of a `Start` on the grid of slopes and columns, shape (S, L)."""
    away = step_s * (np.arange(columns) - (columns - 1) / 2) / start.offset_sd_s
    turned = slope[:, None] / start.slope_sd
    both = away**2 - 2 * start.correlation * away * turned + turned**2
    mass = np.exp(-0.5 * both / (1 - start.correlation**2))
    mass[mass < NEVER] = 0.0
    return _single(mass / mass.sum())


def _small_steps(scale: float) -> Floats32:
    """Laplace steps of a first-order model in columns, cut at twice their scale."""
    reach = int(2 * scale)
    step = np.exp(-np.abs(np.arange(-reach, reach + 1)) / max(scale, 1e-9))
    return np.asarray(step / step.sum(), dtype=np.float32)
