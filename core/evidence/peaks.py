"""Peaks of one row of a score surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.evidence.surface import ScoreSurface

_LEAST_HEIGHT = 0.5
"""A peak stands out from this share of the row's highest on; chosen by hand."""
_ON_PEAK_STEPS = 0.75
"""A keypoint no further from a peak stands on it, columns; chosen by hand."""


def peak_offsets(surface: ScoreSurface, row: int) -> NDArray[np.float64]:
    """Offsets of the peaks of a row that stand out.

    Parameters
    ----------
    surface : ScoreSurface
    row : int

    Returns
    -------
    ndarray, shape (P,)
        Offsets in seconds, the highest peak first: local maxima at least half as high as the
        highest, placed between the grid's steps by a parabola through three of them.
    """
    score = surface.score[row].astype(np.float64)
    left, here, right = score[:-2], score[1:-1], score[2:]
    is_peak = (here >= left) & (here > right) & (here > max(0.0, _LEAST_HEIGHT * score.max()))
    at = np.flatnonzero(is_peak)
    at = at[np.argsort(-here[at], kind="stable")]
    # The curve bends down at a maximum: the divisor is below zero.
    bend = left[at] - 2 * here[at] + right[at]
    steps = at + 1 + 0.5 * (left[at] - right[at]) / bend
    return np.asarray(surface.first_offset_s[row] + surface.step_s * steps)


def peak_to_snap_to(
    surface: ScoreSurface, row: int, offset_s: float, within_s: NDArray[np.float64]
) -> float | None:
    """The peak nearest to an offset; standing on it already, the highest other one in reach.

    Parameters
    ----------
    surface : ScoreSurface
    row : int
    offset_s : float
        Where the keypoint stands, seconds.
    within_s : ndarray, shape (B, 2)
        Ranges of offsets in reach, seconds.

    Returns
    -------
    float or None
        Offset in seconds; None where nothing stands out in reach.
    """
    peaks_s = peak_offsets(surface, row)
    low_s, high_s = within_s.T
    in_reach = (peaks_s[:, None] >= low_s) & (peaks_s[:, None] <= high_s)
    peaks_s = peaks_s[in_reach.any(axis=1)]
    if not len(peaks_s):
        return None
    nearest = int(np.argmin(np.abs(peaks_s - offset_s)))
    if abs(peaks_s[nearest] - offset_s) > _ON_PEAK_STEPS * surface.step_s or len(peaks_s) == 1:
        return float(peaks_s[nearest])
    return float(np.delete(peaks_s, nearest)[0])
