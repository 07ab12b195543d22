"""A calibration moved to what a person found right.

A curve of its own takes thousands of recordings (decision 0008); of ten, three numbers can be
known: whether the aligner is too sure or not sure enough here, whether its claims differ too much,
and how far its posterior can be trusted by itself, whatever else made it doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from core.align.calibration import MOST_CONFIDENT, MOST_UNSURE, Calibration, log_odds
from core.arrays import Floats
from core.learn.corrections import FEWEST_RECORDINGS

# Chosen by hand during development.


@dataclass(frozen=True, slots=True)
class _Belief:
    """Where shift, log slope and share are thought to lie, and how far from there they may."""

    centre: tuple[float, float, float]
    sd: tuple[float, float, float]


_AS_SHIPPED = _Belief((0.0, 0.0, 0.0), (2.0, 0.5, 1.0))
_WITH_DRIFT = _Belief((2.0, float(np.log(0.2)), 1.2), (0.2, 0.2, 0.1))
"""Where the usual drift is known: it settles what the claims doubt for (another offset that fits,
channels that may not match at all), and is in the posterior already. Learned from 26 deployments
(decision 0052): ten recordings do not know better."""
_MOST_LOG_SLOPE = 2.9
"""A steeper or flatter line is in no file."""
_WRONG_BEFORE = 0.25
"""Of one recording that is thought of beside those of a deployment (decision 0052)."""
_WORTH = 8.0
"""A recording's keypoints are right or wrong together: they say as much as so many would."""


@dataclass(frozen=True, slots=True, eq=False)
class Claimed:
    """What was known of a recording's keypoints, and which were right; arrays of shape (K,).

    Where a second alignment fits almost as well, the recording `is_aliased`.
    """

    confidence: Floats
    mass: Floats
    is_right: NDArray[np.bool_]
    is_aliased: bool = False


def moved_calibration(
    calibration: Calibration, claimed: Sequence[Claimed], *, knows_drift: bool
) -> Calibration:
    """A calibration whose claims are moved to what was right.

    Parameters
    ----------
    calibration : Calibration
        With which was claimed; not moved itself.
    claimed : sequence of Claimed
        One a recording.
    knows_drift : bool
        Whether they were aligned with the usual drift of their recorders.

    Returns
    -------
    Calibration
    """
    shift, slope, share = _moves(claimed, _WITH_DRIFT if knows_drift else _AS_SHIPPED)
    moved = replace(calibration, shift=shift, slope=slope, share=share)
    return replace(moved, most_lifted=_most_lifted(moved, claimed))


def _most_lifted(moved: Calibration, claimed: Sequence[Claimed]) -> float:
    """How much can be claimed where a deployment's recordings alone speak for it.

    Recordings are right or wrong as a whole. Of those in which the line lifts claims above what
    thin grounds allow, a share is right; so much the next one can be trusted for. Fewer than
    teach anything confirm nothing.
    """
    shares = []
    for each in claimed:
        line = moved.line(each.confidence, each.mass)
        is_lifted = (each.confidence <= MOST_UNSURE) & (line > MOST_UNSURE)
        if is_lifted.any() and not each.is_aliased:
            shares.append(float(each.is_right[is_lifted].mean()))
    if len(shares) < FEWEST_RECORDINGS:
        return MOST_UNSURE
    expected = 1.0 - (len(shares) - sum(shares) + _WRONG_BEFORE) / (len(shares) + 1)
    return min(max(expected, MOST_UNSURE), MOST_CONFIDENT)


def _moves(claimed: Sequence[Claimed], belief: _Belief) -> tuple[float, float, float]:
    """Shift, slope and share of log odds, by penalised likelihood."""
    some = [each for each in claimed if len(each.confidence)]
    odds = np.concatenate([log_odds(each.confidence) for each in some])
    mass = np.concatenate([log_odds(each.mass) for each in some])
    right = np.concatenate([each.is_right for each in some])
    weight = np.concatenate(
        [np.full(len(each.confidence), _WORTH / len(each.confidence)) for each in some]
    )

    def loss(at: Floats) -> float:
        score = at[0] + np.exp(at[1]) * odds + at[2] * mass
        away = np.square((at - belief.centre) / belief.sd).sum() / 2
        return float(away + weight @ (np.logaddexp(0, score) - right * score))

    bounds = [(None, None), (-_MOST_LOG_SLOPE, _MOST_LOG_SLOPE), (0.0, None)]
    found = minimize(loss, np.array(belief.centre), method="L-BFGS-B", bounds=bounds)
    shift, log_slope, share = found.x
    return float(shift), float(np.exp(log_slope)), float(share)
