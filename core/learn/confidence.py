"""A calibration moved to what a person found right.

A curve of its own takes thousands of recordings (decision 0008); of ten, two numbers can be known:
whether the aligner is too sure or not sure enough here, and whether its claims differ too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from core.align.calibration import Calibration, log_odds
from core.arrays import Floats

# Chosen by hand during development.

_SD = (2.0, 0.5)
"""How far shift and log slope of the log odds may be thought to lie from none."""
_WORTH = 8.0
"""A recording's keypoints are right or wrong together: they say as much as so many would."""


@dataclass(frozen=True, slots=True, eq=False)
class Claimed:
    """What was claimed of a recording's keypoints, and which were right; both of shape (K,)."""

    confidence: Floats
    is_right: NDArray[np.bool_]


def moved_calibration(calibration: Calibration, claimed: Sequence[Claimed]) -> Calibration:
    """A calibration whose claims are moved to what was right.

    Parameters
    ----------
    calibration : Calibration
        With which was claimed; not moved itself.
    claimed : sequence of Claimed
        One a recording.

    Returns
    -------
    Calibration
    """
    shift, slope = _line(claimed)
    return replace(calibration, shift=shift, slope=slope)


def _line(claimed: Sequence[Claimed]) -> tuple[float, float]:
    """Shift and slope of log odds, by penalised likelihood."""
    some = [each for each in claimed if len(each.confidence)]
    odds = np.concatenate([log_odds(each.confidence) for each in some])
    right = np.concatenate([each.is_right for each in some])
    weight = np.concatenate(
        [np.full(len(each.confidence), _WORTH / len(each.confidence)) for each in some]
    )

    def loss(at: Floats) -> float:
        score = at[0] + np.exp(at[1]) * odds
        away = np.square(at / _SD).sum() / 2
        return float(away + weight @ (np.logaddexp(0, score) - right * score))

    shift, log_slope = minimize(loss, np.zeros(2), method="L-BFGS-B").x
    return float(shift), float(np.exp(log_slope))
