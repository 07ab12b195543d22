"""The score surface: how alike the channels are at each keypoint and offset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class ScoreSurface:
    """Evidence that channel 0 at keypoint k matches channel 1 at k plus an offset.

    Every row covers L offsets in equal steps; rows may start at different
    offsets, so that a band around a path needs no more room than itself.

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Keypoints on channel 0, seconds.
    first_offset_s : ndarray, shape (K,)
        Offset of each row's first column, seconds.
    step_s : float
        Offset between columns, seconds.
    score : ndarray of float32, shape (K, L)
        Log-likelihood ratio of "the same moment" against an offset drawn at
        random, nats; zero where nothing is known.
    """

    time_0_s: Floats
    first_offset_s: Floats
    step_s: float
    score: NDArray[np.float32]

    def rows(self, index: NDArray[np.intp] | slice) -> ScoreSurface:
        """The surface at some of its keypoints.

        Parameters
        ----------
        index : ndarray of int or slice

        Returns
        -------
        ScoreSurface
        """
        return ScoreSurface(
            self.time_0_s[index], self.first_offset_s[index], self.step_s, self.score[index]
        )

    def nearest_rows(self, time_0_s: ArrayLike) -> NDArray[np.intp]:
        """Row nearest to each moment of channel 0.

        Parameters
        ----------
        time_0_s : array_like, shape (N,)
            Anywhere, seconds.

        Returns
        -------
        ndarray of int, shape (N,)
        """
        middle_s = (self.time_0_s[1:] + self.time_0_s[:-1]) / 2
        return np.asarray(np.searchsorted(middle_s, time_0_s), dtype=np.intp)

    def row_at(self, time_0_s: float) -> int | None:
        """Row that speaks for one moment of channel 0, which need not be on the rows' grid.

        Parameters
        ----------
        time_0_s : float
            Seconds.

        Returns
        -------
        int or None
            The nearest row; None where the moment is farther beyond the first or the last row
            than rows are apart, so that nothing was compared there.
        """
        count = len(self.time_0_s)
        if not count:
            return None
        first_s, last_s = self.time_0_s[0], self.time_0_s[-1]
        apart_s = (last_s - first_s) / max(count - 1, 1)
        if not first_s - apart_s <= time_0_s <= last_s + apart_s:
            return None
        return int(self.nearest_rows(time_0_s))

    def column(self, offset_s: ArrayLike) -> Floats:
        """Where offsets lie between the columns.

        Parameters
        ----------
        offset_s : array_like, shape (..., K)
            One offset per keypoint, seconds.

        Returns
        -------
        ndarray, shape (..., K)
            Fractional columns; outside 0 to L - 1 where the surface does not reach.
        """
        offset = np.asarray(offset_s, dtype=np.float64)
        return np.asarray((offset - self.first_offset_s) / self.step_s)

    def covers(self, offset_s: ArrayLike) -> NDArray[np.bool_]:
        """Which offsets lie on the surface.

        Parameters
        ----------
        offset_s : array_like, shape (..., K)
            One offset per keypoint, seconds.

        Returns
        -------
        ndarray of bool, shape (..., K)
        """
        return self._holds(self.column(offset_s))

    def _holds(self, column: Floats) -> NDArray[np.bool_]:
        return np.asarray((column >= -1e-6) & (column <= self.score.shape[1] - 1 + 1e-6))

    def at(self, offset_s: ArrayLike) -> NDArray[np.float32]:
        """Scores along paths, linear between columns, zero outside the surface.

        Parameters
        ----------
        offset_s : array_like, shape (..., K)
            One offset per keypoint, seconds; leading axes are candidates.

        Returns
        -------
        ndarray of float32, shape (..., K)
        """
        column = self.column(offset_s)
        width = self.score.shape[1]
        left = np.clip(column, 0, max(width - 2, 0)).astype(np.intp)
        part = np.asarray(column - left, dtype=np.float32)
        cell = left + width * np.arange(len(self.time_0_s))
        flat = self.score.ravel()
        value = flat[cell] * (1 - part)
        cell += width > 1
        value += flat[cell] * part
        return np.where(self._holds(column), value, np.float32(0))

    def rectangle(self) -> tuple[Floats, NDArray[np.float32]]:
        """The surface on one common offset axis, for drawing.

        Returns
        -------
        offset_s : ndarray, shape (M,)
        score : ndarray of float32, shape (K, M)
            NaN outside the rows' own range.
        """
        shift = np.rint((self.first_offset_s - self.first_offset_s.min()) / self.step_s).astype(int)
        count, width = self.score.shape
        out = np.full((count, width + int(shift.max())), np.nan, dtype=np.float32)
        for row, start in enumerate(shift):
            out[row, start : start + width] = self.score[row]
        offset_s = self.first_offset_s.min() + self.step_s * np.arange(out.shape[1])
        return np.asarray(offset_s), out
