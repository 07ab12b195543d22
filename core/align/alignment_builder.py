"""From a posterior to an alignment: path, keypoints, confidence, flags and reasons."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.align import confidence
from core.align.alignment import Alias, Alignment, DecodedEvidence
from core.align.calibration import MOST_CONFIDENT, shipped_calibration
from core.align.limits import CERTAIN
from core.align.monotone import never_back
from core.align.path import RowStatistics
from core.arrays import Floats
from core.evidence.surface import ScoreSurface
from core.keypoints import KeypointSet, machine_keypoints

PINNED = "fixed by a person"
BEFORE_START = "at or before the start of channel 1, says a person"
AFTER_END = "at or after the end of channel 1, says a person"
UNALIGNABLE = "set aside by a person as unalignable"
GOES_BACK = "the path goes back in channel 1: it is wrong before or after"
NOTHING_IN_COMMON = "the channels may have nothing in common: this alignment is a guess"
MOST_BLIND = 0.9
"""No more confidence than this inside channel 1 without a clear match within ten seconds."""


def build_alignment(
    decoded: DecodedEvidence,
    time_0_s: Floats,
    *,
    decided: Mapping[int, str] | None = None,
    statistics: RowStatistics | None = None,
) -> Alignment:
    """Draw every conclusion from decoded evidence.

    Parameters
    ----------
    decoded : DecodedEvidence
    time_0_s : ndarray, shape (N,)
        Keypoints, seconds; anywhere.
    decided : dict of int to str, optional
        Rows that a person decided on, with the reason to show. A pin also
        settles which of two aliases is meant.
    statistics : RowStatistics, optional
        What the rows of the posterior say, where that is known already.

    Returns
    -------
    Alignment
        Without `Alignment.decisions`, which only the caller knows.
    """
    decided = decided or {}
    statistics = statistics or confidence.row_statistics(decoded)
    surface, path, duration_1_s = decoded.surface, statistics.path, decoded.duration_1_s
    clear = confidence.clarity(surface.time_0_s, statistics.nats)
    why = list(confidence.reasons(surface.time_0_s, statistics, clear, duration_1_s))
    pinned = PINNED in decided.values()
    calibration = shipped_calibration(decoded.evidence.name)
    file_related = 1.0 if pinned else calibration.related(decoded.log_evidence)
    related = np.minimum(decoded.related, file_related)
    alias = None if pinned else confidence.find_alias(surface, path)
    sure = calibration.confidence(
        statistics.mass, related, clear.nearest_clear_s, aliased=alias is not None
    )
    time_1_s = surface.time_0_s + path.offset_s
    blind = clear.is_blind & (time_1_s > 0) & (time_1_s < duration_1_s)
    sure[blind] = np.minimum(sure[blind], MOST_BLIND)
    held_s = never_back(time_1_s, sure, duration_1_s)
    back = _doubt_what_goes_back(sure, decoded, time_1_s, held_s)
    for row in back:
        why[row] = GOES_BACK
    for row, reason in decided.items():
        why[row] = reason
        if reason != UNALIGNABLE:
            sure[row] = MOST_CONFIDENT
    keypoints = _keypoints(surface, held_s, sure, why, time_0_s, duration_1_s)
    mean = float(np.mean(keypoints.confidence)) if len(keypoints) else 0.0
    evidence = decoded.evidence
    warnings = (*evidence.warnings, *_warnings(alias, surface.time_0_s[back]))
    if file_related < 0.5:
        warnings = (*warnings, NOTHING_IN_COMMON, *evidence.doubts)
    return Alignment(
        keypoints=keypoints,
        time_map=keypoints.time_map(),
        path=path,
        surface=surface,
        posterior=decoded.posterior,
        candidates=decoded.candidates,
        alias=alias,
        needs_review=bool(warnings) or mean < CERTAIN,
        warnings=warnings,
        tolerance_s=decoded.tolerance_s,
        log_evidence=decoded.log_evidence,
        related=decoded.related,
        duration_1_s=duration_1_s,
        refinement=decoded.refinement,
        statistics=statistics,
        evidence=evidence,
    )


def _keypoints(
    surface: ScoreSurface,
    time_1_s: Floats,
    sure: Floats,
    why: list[str],
    time_0_s: Floats,
    duration_1_s: float,
) -> KeypointSet:
    """Keypoints between the rows, whose moments of channel 1 never go back, shape (K,)."""
    between_s = time_0_s + np.interp(time_0_s, surface.time_0_s, time_1_s - surface.time_0_s)
    return machine_keypoints(
        time_0_s,
        np.maximum.accumulate(np.clip(between_s, 0.0, duration_1_s)),
        np.interp(time_0_s, surface.time_0_s, sure),
        tuple(why[row] for row in surface.nearest_rows(time_0_s)),
    )


def _doubt_what_goes_back(
    sure: Floats, decoded: DecodedEvidence, time_1_s: Floats, held_s: Floats
) -> NDArray[np.intp]:
    """Rows that are held elsewhere, as time does not go back; `sure` gets lower there.

    What their posterior says of the path is no word for where they are held.
    """
    tolerance_s, duration_1_s = decoded.tolerance_s, decoded.duration_1_s
    moved_s = np.abs(held_s - np.clip(time_1_s, 0.0, duration_1_s))
    back = np.flatnonzero(moved_s > tolerance_s)
    if len(back):
        rows = decoded.surface.rows(back)
        mass = confidence.mass_within(
            rows, decoded.posterior[back], held_s[back] - rows.time_0_s, tolerance_s, duration_1_s
        )
        sure[back] = np.minimum(sure[back], mass)
    return back


def _warnings(alias: Alias | None, back_s: Floats) -> tuple[str, ...]:
    found = []
    if len(back_s):
        found.append(
            f"at {back_s[0]:.0f} s the path goes back in channel 1: it is wrong before or after"
        )
    if alias:
        found.append(alias.sentence())
    return tuple(found)
