"""What may be claimed of every row, and on what grounds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.align.alignment import Alias, DecodedEvidence
from core.align.calibration import MOST_UNSURE
from core.align.claims import confidence
from core.align.claims.confidence import MatchClarity
from core.align.decoding.prior import PriorUse
from core.align.path import RowStatistics
from core.arrays import Floats

_FASTEST = 0.05
"""No clock drifts faster, seconds per second: what does has stepped (decision 0081)."""


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """Confidence before time is kept from going back and a person decides; shape (K,).

    Parameters
    ----------
    sure : ndarray
        Probability that the path is right.
    carried : ndarray
        Share of it that only a pair's usual drift gives; zeros without one.
    """

    sure: Floats
    carried: Floats


def claims(
    decoded: DecodedEvidence,
    statistics: RowStatistics,
    clear: MatchClarity,
    *,
    alias: Alias | None,
    pinned: bool,
) -> Claims:
    """How sure every row's path is.

    Parameters
    ----------
    decoded : DecodedEvidence
    statistics : RowStatistics
        Of its rows.
    clear : MatchClarity
    alias : Alias or None
        A second alignment that fits almost as well.
    pinned : bool
        Whether a person fixed any row, and so says that the channels match.

    Returns
    -------
    Claims
    """
    margin = None if alias is None else alias.margin
    offset_s, duration_1_s = statistics.path.offset_s, decoded.duration_1_s
    time_1_s = decoded.surface.time_0_s + offset_s
    blind = clear.is_blind & (time_1_s > 0) & (time_1_s < duration_1_s)

    def claimed(of: DecodedEvidence, mass: Floats) -> Floats:
        related = np.minimum(of.related, file_related(of, pinned=pinned))
        return of.calibration.confidence(mass, related, clear.nearest_clear_s, blind, margin)

    sure, carried = claimed(decoded, statistics.mass), np.zeros(len(offset_s))
    if decoded.prior is not None:
        without = _without(decoded.prior, decoded)
        alone = claimed(without, confidence.mass_near(without, offset_s))
        sure = np.minimum(sure, np.maximum(alone, MOST_UNSURE))
        carried = np.maximum(1.0 - alone / np.maximum(sure, 1e-9), 0.0)
    if decoded.travel.is_given:
        sure = np.minimum(sure, statistics.mass)
    moved = decoded.calibration.moved(sure, statistics.mass, is_aliased=alias is not None)
    return Claims(moved, carried)


def step_beside(time_0_s: Floats, offset_s: Floats, tolerance_s: float) -> Floats:
    """By how much a path steps between each row and the one before or after it.

    A row hears a second of sound. Where the clock steps within it, what is loud may lie on the
    other side of the step than the row's own moment.

    Parameters
    ----------
    time_0_s, offset_s : ndarray, shape (K,)
        Rows and the path at them, seconds.
    tolerance_s : float
        A smaller step leaves either side right, seconds.

    Returns
    -------
    ndarray, shape (K,)
        Seconds, the larger of both; zero where there is no step.
    """
    step_s = np.diff(offset_s)
    drifts = np.abs(step_s) <= np.maximum(tolerance_s, _FASTEST * np.diff(time_0_s))
    step_s = np.where(drifts, 0.0, step_s)
    before_s, after_s = np.append(0.0, step_s), np.append(step_s, 0.0)
    return np.where(np.abs(before_s) > np.abs(after_s), before_s, after_s)


def file_related(decoded: DecodedEvidence, *, pinned: bool) -> float:
    """Probability that the channels heard the same world at all.

    Parameters
    ----------
    decoded : DecodedEvidence
    pinned : bool
        Whether a person fixed any row.

    Returns
    -------
    float
        One if a person says so.
    """
    if pinned:
        return 1.0
    return decoded.calibration.related(decoded.log_evidence)


def _without(prior: PriorUse, decoded: DecodedEvidence) -> DecodedEvidence:
    """What is known without the pair's usual drift."""
    return replace(
        decoded,
        posterior=prior.posterior,
        log_evidence=prior.log_evidence,
        related=np.minimum(decoded.related, prior.related),
        prior=None,
    )
