"""Numbers in two bytes: hours of features fit in memory.

Whole multiples of a step turn into floats many times as fast as half-precision numbers do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

_AT_ONCE = 5000
"""Few enough for the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class FixedPoint:
    """An array of whole multiples of a step.

    Parameters
    ----------
    codes : ndarray of int16, shape (T, D)
    step : float
        Value of a code of one.
    """

    codes: NDArray[np.int16]
    step: float

    @classmethod
    def of(cls, values: Values, step: float) -> FixedPoint:
        """Round values to whole steps.

        Parameters
        ----------
        values : ndarray of float32, shape (T, D)
            None 32,768 steps or more from zero.
        step : float

        Returns
        -------
        FixedPoint
        """
        codes = np.empty(values.shape, dtype=np.int16)
        for start in range(0, len(values), _AT_ONCE):
            part = values[start : start + _AT_ONCE] * np.float32(1 / step)
            codes[start : start + _AT_ONCE] = np.rint(part, out=part)
        return cls(codes, step)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: slice | NDArray[np.intp]) -> Values:
        """Values of some rows, shape (t, D)."""
        return np.multiply(self.codes[rows], np.float32(self.step), dtype=np.float32)

    def rows(self, kept: slice) -> FixedPoint:
        """Some rows; the codes are shared.

        Parameters
        ----------
        kept : slice

        Returns
        -------
        FixedPoint
        """
        return FixedPoint(self.codes[kept], self.step)

    def times(self, factor: float) -> FixedPoint:
        """All values times a factor; the codes are shared.

        Parameters
        ----------
        factor : float

        Returns
        -------
        FixedPoint
        """
        return FixedPoint(self.codes, self.step * factor)

    def stretch(self, start: int, length: int) -> Values:
        """Values of some rows, zero where there are none.

        Parameters
        ----------
        start : int
            First row; may be negative.
        length : int

        Returns
        -------
        ndarray of float32, shape (length, D)
        """
        out = np.zeros((length, self.codes.shape[1]), dtype=np.float32)
        low, high = max(start, 0), min(start + length, len(self))
        if high > low:
            out[low - start : high - start] = self[low:high]
        return out
