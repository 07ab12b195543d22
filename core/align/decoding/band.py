"""The part of a score surface that a decoded path may pass through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from core.arrays import Floats32
from core.evidence.surface import ScoreSurface

_MARGIN_S = 0.6
"""To spare at either side of what the posterior holds, seconds (decision 0006)."""
_STEP = 16
"""Columns by which a band's start moves: rows that start alike need no shifting in the decoder.
For speed only; chosen by hand."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Columns of a surface, as many in every row but not the same in all.

    Parameters
    ----------
    first : ndarray of int, shape (K,)
        First column of every row.
    width : int
    """

    first: NDArray[np.intp]
    width: int

    @classmethod
    def all(cls, surface: ScoreSurface) -> Band:
        """All columns of a surface.

        Parameters
        ----------
        surface : ScoreSurface

        Returns
        -------
        Band
        """
        rows, columns = surface.score.shape
        return cls(np.zeros(rows, dtype=np.intp), columns)

    @property
    def pieces(self) -> Iterator[tuple[slice, slice]]:
        """Rows that begin alike, and their columns; an index of every cell would be large."""
        ends = (np.flatnonzero(np.diff(self.first)) + 1).tolist()
        for start, stop in pairwise([0, *ends, len(self.first)]):
            first = int(self.first[start])
            yield slice(start, stop), slice(first, first + self.width)

    def of(self, surface: ScoreSurface) -> ScoreSurface:
        """The surface at these columns only.

        Parameters
        ----------
        surface : ScoreSurface
            Of shape (K, L).

        Returns
        -------
        ScoreSurface
            Of shape (K, width); a copy.
        """
        score = np.empty((len(self.first), self.width), dtype=np.float32)
        for piece in self.pieces:
            score[piece[0]] = surface.score[piece]
        first_offset_s = surface.first_offset_s + self.first * surface.step_s
        return replace(surface, first_offset_s=first_offset_s, score=score)

    def spread(self, values: Floats32, columns: int) -> Floats32:
        """Values at these columns in their places among all.

        Parameters
        ----------
        values : ndarray of float32, shape (K, width)
        columns : int
            How many there are, L.

        Returns
        -------
        ndarray of float32, shape (K, L)
            Zero elsewhere.
        """
        spread = np.zeros((len(values), columns), dtype=np.float32)
        for piece in self.pieces:
            spread[piece] = values[piece[0]]
        return spread


def band_holding(
    posterior: NDArray[np.float32],
    step_s: float,
    tail: float,
    rows: int,
    also: Mapping[int, int] | None = None,
) -> Band:
    """Columns that hold all but a trace of the posterior of a row and its neighbours.

    Parameters
    ----------
    posterior : ndarray of float32, shape (K, L)
    step_s : float
        Offset between columns, seconds.
    tail : float
        Share of a row's posterior that may be left out at either side.
    rows : int
        How many rows to either side count as neighbours.
    also : dict of int to int, optional
        Columns that must be among a row's.

    Returns
    -------
    Band
        With 0.6 s to spare at either side of what a row and its neighbours hold, as far as
        there are columns.
    """
    below = np.cumsum(posterior, axis=1, dtype=np.float64)
    low = (below < tail).sum(axis=1)
    high = (below < below[:, -1:] - tail).sum(axis=1)
    for row, column in (also or {}).items():
        low[row], high[row] = min(low[row], column), max(high[row], column)
    around, margin = 2 * rows + 1, round(_MARGIN_S / step_s)
    first = np.maximum(minimum_filter1d(low, around) - margin, 0) // _STEP * _STEP
    last = np.minimum(maximum_filter1d(high, around) + margin, posterior.shape[1] - 1)
    width = int((last - first).max()) + 1
    return Band(np.minimum(first, posterior.shape[1] - width), width)
