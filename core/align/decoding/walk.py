"""Which rows of a surface a decoder visits: all, but for strides through what tells nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Floats32

Strides = NDArray[np.intp]

STRIDE = 16
_LONG_ROWS = 20 * STRIDE
"""Shorter stretches are walked through row by row: in twenty strides and more, what a clock
wanders is off by less than a tenth."""
_FLAT_NATS = 1e-4
"""A row whose scores differ by less tells nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """The rows that are visited.

    Parameters
    ----------
    rows : ndarray of int, shape (V,)
        Rising, the first and the last row among them.
    strides : ndarray of int, shape (V,)
        How many rows each is after the one before; 1 for the first.
    """

    rows: Strides
    strides: Strides

    @classmethod
    def over(cls, score: Floats32) -> Walk:
        """Through the scores of a surface, shape (K, L)."""
        is_flat = np.ptp(score, axis=1) < _FLAT_NATS
        edges = np.flatnonzero(np.diff(is_flat, prepend=False, append=False)).reshape(-1, 2)
        visited = np.ones(len(score), dtype=bool)
        for start, stop in edges.tolist():
            if stop - start >= _LONG_ROWS:
                end = start + (stop - 1 - start) // STRIDE * STRIDE
                visited[start:end] = False
                visited[start:end:STRIDE] = True
        rows = np.flatnonzero(visited)
        return cls(rows, np.diff(rows, prepend=-1))

    @property
    def is_whole(self) -> bool:
        """Whether every row is visited."""
        return bool(self.rows[-1] == len(self.rows) - 1)

    def filled(self, values: Floats32) -> Floats32:
        """Values of all rows from those visited, shape (V, L): straight lines in between."""
        if self.is_whole:
            return values
        count = int(self.rows[-1]) + 1
        later = np.searchsorted(self.rows, np.arange(count))
        past = (self.rows[later] - np.arange(count)) / self.strides[later]
        share = past.astype(np.float32)[:, None]
        filled = values[later] * (1 - share)
        filled += values[np.maximum(later - 1, 0)] * share
        return filled

    def put(self, values: Floats) -> Floats:
        """Values of all rows, shape (K,): zero where none was visited."""
        found = np.zeros(int(self.rows[-1]) + 1)
        found[self.rows] = values
        return found
