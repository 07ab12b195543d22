"""Whether a confidence of 0.9 means right nine times in ten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.align.limits import CERTAIN
from core.arrays import Floats

BINS = 10


@dataclass(frozen=True, slots=True)
class Tally:
    """Keypoints counted by confidence; tallies of several sets add up.

    Parameters
    ----------
    count, right : list of int, length 10
        Keypoints, and right ones, per bin of equal width.
    confidence : list of float, length 10
        Sum of the confidences in each bin.
    sure, sure_right : int
        Keypoints claimed at 0.95 or above, and right ones among them.
    """

    count: list[int]
    right: list[int]
    confidence: list[float]
    sure: int
    sure_right: int

    @classmethod
    def of(cls, confidence: Floats, is_right: NDArray[np.bool_]) -> Tally:
        """Count keypoints; both arrays of shape (K,)."""
        which = np.minimum((confidence * BINS).astype(int), BINS - 1)
        sure = confidence >= CERTAIN
        return cls(
            np.bincount(which, minlength=BINS).tolist(),
            np.bincount(which, is_right, minlength=BINS).astype(int).tolist(),
            np.bincount(which, confidence, minlength=BINS).round(4).tolist(),
            int(sure.sum()),
            int(is_right[sure].sum()),
        )

    @classmethod
    def total(cls, tallies: Iterable[Tally]) -> Tally:
        """All tallies as one; there must be at least one."""
        parts = list(tallies)
        return cls(
            np.sum([t.count for t in parts], axis=0).tolist(),
            np.sum([t.right for t in parts], axis=0).tolist(),
            np.sum([t.confidence for t in parts], axis=0).tolist(),
            sum(t.sure for t in parts),
            sum(t.sure_right for t in parts),
        )

    @property
    def keypoints(self) -> int:
        """How many keypoints were counted."""
        return sum(self.count)

    @property
    def expected_error(self) -> float:
        """Expected calibration error: mean gap between claim and share right, over keypoints."""
        gaps = np.abs(np.array(self.right) - np.array(self.confidence))
        return float(gaps.sum() / max(1, self.keypoints))

    @property
    def accuracy(self) -> float:
        """Share of right keypoints."""
        return sum(self.right) / max(1, self.keypoints)

    @property
    def sure_share(self) -> float:
        """Share of keypoints claimed at 0.95 or above."""
        return self.sure / max(1, self.keypoints)

    @property
    def sure_accuracy(self) -> float:
        """Share of right keypoints among those; NaN where there are none."""
        return self.sure_right / self.sure if self.sure else float("nan")

    def curve(self) -> tuple[Floats, Floats, Floats]:
        """Mean confidence, share right and count of every bin that is not empty."""
        count = np.array(self.count, dtype=float)
        some = count > 0
        return (
            np.array(self.confidence)[some] / count[some],
            np.array(self.right)[some] / count[some],
            count[some],
        )


def adaptive_error(confidence: Floats, is_right: NDArray[np.bool_]) -> float:
    """Calibration error over ten bins of equally many keypoints; arrays of shape (K,).

    Bins of equal width put most keypoints of a confident aligner into one.
    """
    if not len(confidence):
        return 0.0
    order = np.argsort(confidence, kind="stable")
    gaps = (confidence - is_right)[order]
    return float(sum(abs(part.sum()) for part in np.array_split(gaps, BINS)) / len(gaps))
