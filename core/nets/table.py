"""Predictions of keypoints against clips on a grid, and what is looked up in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import make_interp_spline

from core.align.candidates import score_predictions
from core.align.scores import PredictionScores
from core.arrays import Floats, Floats32

_MAPS_A_BATCH = 1000


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Predictions of keypoints against clips of channel 1 on a grid.

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Keypoints on channel 0, seconds.
    first_cell : ndarray of int, shape (K,)
        Each row's first clip, in grid steps from the start of channel 1.
    step_s : float
        Between clips, seconds.
    prediction : ndarray of float32, shape (K, W)
        Log odds of "the same moment"; NaN outside channel 1.
    """

    time_0_s: Floats
    first_cell: NDArray[np.int64]
    step_s: float
    prediction: Floats32

    def at(self, time_1_s: ArrayLike) -> Floats32:
        """Predictions along time maps, of the clip nearest to each time.

        Parameters
        ----------
        time_1_s : array_like, shape (N, K)
            Keypoints on channel 1, seconds; NaN where one is not used.

        Returns
        -------
        ndarray of float32, shape (N, K)
            NaN where there is none.
        """
        column = np.rint(np.asarray(time_1_s) / self.step_s) - self.first_cell
        with np.errstate(invalid="ignore"):
            inside = (column >= 0) & (column < self.prediction.shape[1])
        index = np.where(inside, column, 0).astype(np.intp)
        found = self.prediction[np.arange(len(self.time_0_s)), index]
        return np.where(inside, found, np.float32(np.nan))

    def rank(self, time_1_s: Floats) -> PredictionScores:
        """Scores of time maps, shape (N, K) as for `at`; any number of them."""
        parts = [
            score_predictions(self.at(time_1_s[left : left + _MAPS_A_BATCH]))
            for left in range(0, max(len(time_1_s), 1), _MAPS_A_BATCH)
        ]
        return PredictionScores.joined(parts)

    def is_finite(self, last_s: float) -> bool:
        """Whether the predictions from the start of channel 1 to a time on it are all numbers.

        Parameters
        ----------
        last_s : float
            Seconds.
        """
        cell = self.first_cell[:, None] + np.arange(self.prediction.shape[1])
        inside = (cell >= 0) & (cell <= self._last_cell(last_s))
        return bool(np.isfinite(self.prediction[inside]).all())

    def by_offset(
        self, first_offset_s: Floats, step_s: float, columns: int, last_s: float
    ) -> Floats32:
        """Predictions by offset, by cubic splines through those of the grid.

        Parameters
        ----------
        first_offset_s : ndarray, shape (K,)
            First offset of each keypoint, seconds.
        step_s : float
            Between offsets, seconds.
        columns : int
            Offsets a keypoint, L.
        last_s : float
            Last time on channel 1 at which predictions mean something, seconds.

        Returns
        -------
        ndarray of float32, shape (K, L)
            0 where nothing is known.
        """
        found = np.zeros((len(self.time_0_s), columns), dtype=np.float32)
        last_cell = self._last_cell(last_s)
        offset_s = step_s * np.arange(columns)
        for row, odds in enumerate(self.prediction):
            cell = self.first_cell[row] + np.arange(len(odds))
            known = ~np.isnan(odds) & (cell <= last_cell)
            count = int(known.sum())
            if count < 2:
                continue
            cell, odds = cell[known], odds[known]
            wanted = (self.time_0_s[row] + first_offset_s[row] + offset_s) / self.step_s
            inside = (wanted >= cell[0]) & (wanted <= cell[-1])
            found[row, inside] = make_interp_spline(cell, odds, k=min(3, count - 1))(wanted[inside])
        return found

    def _last_cell(self, last_s: float) -> float:
        return float(np.floor(last_s / self.step_s + 1e-9))
