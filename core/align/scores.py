"""The confidence-weighted score of time maps: values only, no computation of predictions.

Score: Nihal et al. 2025, arXiv 2509.16926, Eq. 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.time_map import TimeMap

Form = Literal["published", "normalised"]
"""Of Eq. 2: as it stands, which a line that keeps more keypoints wins, or with means alone."""
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True, slots=True, eq=False)
class PredictionScores:
    """The confidence-weighted score of time maps, from predictions along them.

    Arrays of shape (N,), one entry a time map. The published score takes `votes`
    as a plain sum, so that a map with more usable keypoints scores higher; only the
    normalised form compares maps with different numbers of them.

    Parameters
    ----------
    positive, top, level : ndarray
        0.4 x mean of the positive predictions x their share; 0.3 x mean of the top
        quarter; 0.1 x exp of the mean.
    votes : ndarray
        0.2 x sum of the predictions' sigmoids.
    count : ndarray of int
        How many predictions are positive: the 2025 baseline's score.
    used : ndarray of int
        How many keypoints had a prediction.
    """

    positive: Floats
    top: Floats
    votes: Floats
    level: Floats
    count: NDArray[np.int64]
    used: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.positive)

    @classmethod
    def none(cls) -> PredictionScores:
        """No time map at all.

        Returns
        -------
        PredictionScores
        """
        empty, number = np.empty(0), np.empty(0, dtype=np.int64)
        return cls(empty, empty, empty, empty, number, number)

    @classmethod
    def joined(cls, parts: Sequence[PredictionScores]) -> PredictionScores:
        """The time maps of all parts, one part after the other.

        Parameters
        ----------
        parts : sequence of PredictionScores

        Returns
        -------
        PredictionScores
        """
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in cls.__dataclass_fields__
            )
        )

    def take(self, index: NDArray[np.intp]) -> PredictionScores:
        """The time maps at `index`, in that order.

        Parameters
        ----------
        index : ndarray of int, shape (M,)

        Returns
        -------
        PredictionScores
        """
        return PredictionScores(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    @property
    def published(self) -> Floats:
        """Eq. 2 of arXiv 2509.16926 as it stands; minus infinity without any keypoint."""
        whole = self.positive + self.top + self.votes + self.level
        return np.where(self.used > 0, whole, -np.inf)

    @property
    def normalised(self) -> Floats:
        """Eq. 2 with the mean of the sigmoids in place of their sum."""
        votes = self.votes / np.maximum(self.used, 1)
        return np.where(self.used > 0, self.positive + self.top + votes + self.level, -np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class CandidateScores:
    """Linear candidates with their scores; arrays of shape (N,), in the order scored.

    Parameters
    ----------
    offset_s : ndarray
        Offset at channel-0 time zero, seconds.
    drift_ppm : ndarray
        Slope of the offset, parts per million.
    parts : PredictionScores
        What the score is made of.
    """

    offset_s: Floats
    drift_ppm: Floats
    parts: PredictionScores

    def __len__(self) -> int:
        return len(self.offset_s)

    @classmethod
    def none(cls) -> CandidateScores:
        """No candidate at all.

        Returns
        -------
        CandidateScores
        """
        return cls(np.empty(0), np.empty(0), PredictionScores.none())

    @property
    def score(self) -> Floats:
        """The published score, shape (N,)."""
        return self.parts.published

    def ranked(self, most: int | None = None, form: Form = "published") -> CandidateScores:
        """The best candidates, best first.

        Parameters
        ----------
        most : int, optional
            How many; by default all.
        form : Form
            What they are ranked by.

        Returns
        -------
        CandidateScores
        """
        score: Floats = getattr(self.parts, form)
        return self.take(np.argsort(-score, kind="stable")[:most])

    def take(self, index: NDArray[np.intp]) -> CandidateScores:
        """The candidates at `index`, in that order.

        Parameters
        ----------
        index : ndarray of int, shape (M,)

        Returns
        -------
        CandidateScores
        """
        return CandidateScores(self.offset_s[index], self.drift_ppm[index], self.parts.take(index))

    def joined(self, more: CandidateScores) -> CandidateScores:
        """These candidates followed by `more`.

        Parameters
        ----------
        more : CandidateScores

        Returns
        -------
        CandidateScores
        """
        return CandidateScores(
            np.concatenate([self.offset_s, more.offset_s]),
            np.concatenate([self.drift_ppm, more.drift_ppm]),
            PredictionScores.joined([self.parts, more.parts]),
        )

    def time_map(self, index: int) -> TimeMap:
        """The time map of one candidate.

        Parameters
        ----------
        index : int

        Returns
        -------
        TimeMap
        """
        return TimeMap.linear(float(self.offset_s[index]), float(self.drift_ppm[index]))
