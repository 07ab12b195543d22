"""Predictions of keypoints against clips on a grid, and what is looked up in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.align.candidates import PredictionScores, score_predictions
from core.evidence.surface import ScoreSurface

Floats = NDArray[np.float64]
Scores = NDArray[np.float32]

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
    prediction: Scores

    def at(self, time_1_s: ArrayLike) -> Scores:
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

    def surface(self) -> ScoreSurface:
        """The table as evidence by offset: rows' likelihood ratios average to one.

        Keypoints should lie on the grid; others are moved by up to half a step.
        """
        odds = self.prediction.astype(np.float64)
        known = ~np.isnan(odds)
        peak = np.max(odds, axis=1, where=known, initial=-np.inf, keepdims=True)
        peak = np.where(np.isfinite(peak), peak, 0.0)
        mass = np.where(known, np.exp(np.where(known, odds, 0.0) - peak), 0.0).sum(axis=1)
        level = peak[:, 0] + np.log(np.maximum(mass / np.maximum(known.sum(axis=1), 1), 1e-300))
        score = np.where(known, odds - level[:, None], 0.0).astype(np.float32)
        first_offset_s = self.first_cell * self.step_s - self.time_0_s
        return ScoreSurface(self.time_0_s, first_offset_s, self.step_s, score)
