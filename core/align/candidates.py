"""Linear candidates and the confidence-weighted score that ranks them.

The challenge's systems propose straight lines; people understand them, so they
are scored here over the same evidence as the path. Candidate grid: BioDCASE 2025
Task 1 baseline. Score: Nihal et al. 2025, arXiv 2509.16926, Eq. 2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.align.scores import CandidateScores, PredictionScores
from core.arrays import Floats
from core.evidence.surface import ScoreSurface

BASELINE_COUNT = 10
"""Offsets and slopes per axis in the public baseline."""

# Chosen by hand during development.

_FINE_OFFSET_S = 0.1
"""Between the fine grid's offsets, seconds; the baseline's are 1.1 s apart at 5 s reach."""
_FINE_SLOPES = 21
"""Slopes of the fine grid."""
_BEST_TO_POLISH = 10
"""So many of the best get a ten times finer grid around them."""
_BATCH = 500
"""Most candidates between two chances to cancel."""
_BATCH_CELLS = 300_000
"""Most candidates times keypoints between two chances to cancel."""


def baseline_grid(
    duration_s: float, max_offset_s: float, count: int = BASELINE_COUNT
) -> tuple[Floats, Floats]:
    """Offsets and drifts as the public baseline makes them.

    Parameters
    ----------
    duration_s : float
        Length of channel 0, seconds.
    max_offset_s : float
        Largest offset E, seconds.
    count : int
        Values per axis: offsets ``linspace(-E, E)``, slopes ``1 +- E / duration``.

    Returns
    -------
    offset_s, drift_ppm : ndarray, shape (count * count,)
    """
    offset = np.linspace(-max_offset_s, max_offset_s, count)
    slope = np.linspace(-max_offset_s / duration_s, max_offset_s / duration_s, count)
    grid = np.meshgrid(offset, slope * 1e6, indexing="ij")
    return grid[0].ravel(), grid[1].ravel()


def baseline_candidates(
    time_0_s: Floats,
    duration_s: tuple[float, float],
    max_offset_s: float,
    count: int = BASELINE_COUNT,
) -> tuple[Floats, Floats, Floats]:
    """The public baseline's candidates, with the keypoints it uses of each.

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Keypoints on channel 0, ascending, seconds.
    duration_s : tuple of two floats
        Lengths of both channels, seconds.
    max_offset_s : float
        Candidates that move a keypoint by more, after being cut off at the ends of
        channel 1, are dropped.
    count : int
        As `baseline_grid`.

    Returns
    -------
    offset_s, drift_ppm : ndarray, shape (N,)
    time_1_s : ndarray, shape (N, K)
        Keypoints on channel 1, seconds; NaN where the baseline leaves one out, since
        it lies with others on an end of the recording.
    """
    offset_s, drift_ppm = baseline_grid(duration_s[0], max_offset_s, count)
    line = offset_s[:, None] + time_0_s * (1.0 + drift_ppm[:, None] * 1e-6)
    time_1_s = np.clip(line, 0.0, duration_s[1])
    kept = np.abs(time_1_s - time_0_s).max(axis=1) <= max_offset_s
    offset_s, drift_ppm, time_1_s = offset_s[kept], drift_ppm[kept], time_1_s[kept]
    earliest = np.minimum(time_0_s.min(), time_1_s.min(axis=1))[:, None]
    latest = np.maximum(time_0_s.max(), time_1_s.max(axis=1))[:, None]
    place = np.arange(len(time_0_s))
    first = np.where((time_0_s == earliest) | (time_1_s == earliest), place, 0).max(axis=1)
    ends = (time_0_s == latest) | (time_1_s == latest)
    stop = np.where(ends, place, len(time_0_s)).min(axis=1)
    used = (place >= first[:, None]) & (place < stop[:, None])
    return offset_s, drift_ppm, np.where(used, time_1_s, np.nan)


def score_candidates(
    surface: ScoreSurface,
    duration_s: tuple[float, float],
    max_offset_s: float,
    beyond: float | None = None,
) -> Iterator[CandidateScores]:
    """Score the baseline's grid, then a ten times finer one, then around the best.

    Parameters
    ----------
    surface : ScoreSurface
    duration_s : tuple of two floats
        Lengths of both channels, seconds.
    max_offset_s : float
        Largest offset of the baseline's grid, seconds. Candidates that leave the
        surface anywhere are dropped, as the baseline drops those beyond it.
    beyond : float, optional
        What is predicted where a candidate leaves channel 1, NaN for nothing; by default what
        the surface holds at the end that it leaves by.

    Yields
    ------
    CandidateScores
        A batch of at most 500 candidates at a time, each with a prediction somewhere.
    """
    scored = CandidateScores.none()
    size = min(_BATCH, 1 + _BATCH_CELLS // len(surface.time_0_s))

    def batches(offset_s: Floats, drift_ppm: Floats) -> Iterator[CandidateScores]:
        new = ~np.isin(_key(offset_s, drift_ppm), _key(scored.offset_s, scored.drift_ppm))
        offset_s, drift_ppm = offset_s[new], drift_ppm[new]
        for start in range(0, len(offset_s), size):
            offset, drift = offset_s[start : start + size], drift_ppm[start : start + size]
            line = offset[:, None] + surface.time_0_s * (1.0 + drift[:, None] * 1e-6)
            inside = (line >= 0) & (line <= duration_s[1])
            covered = surface.covers(line - surface.time_0_s)
            usable = inside.any(axis=1) & (covered | ~inside).all(axis=1)
            if usable.any():
                reached = np.clip(line[usable], 0.0, duration_s[1]) - surface.time_0_s
                predicted = surface.at(reached)
                if beyond is not None:
                    predicted[~inside[usable]] = beyond
                found = score_predictions(predicted)
                batch = CandidateScores(offset[usable], drift[usable], found)
                yield batch.take(np.flatnonzero(found.used))

    fine_grid, steep_ppm = _fine_grid(surface, duration_s[0])
    for grid in (baseline_grid(duration_s[0], max_offset_s), fine_grid):
        for batch in batches(*grid):
            scored = scored.joined(batch)
            yield batch
    if len(scored):
        yield from batches(*_around(scored.ranked(_BEST_TO_POLISH), steep_ppm))


def _key(offset_s: Floats, drift_ppm: Floats) -> NDArray[np.complex128]:
    return np.asarray(np.round(offset_s, 4) + 1j * np.round(drift_ppm, 1))


def _fine_grid(surface: ScoreSurface, duration_0_s: float) -> tuple[tuple[Floats, Floats], float]:
    """Lines every 100 ms and 21 slopes within the surface, and its steepest slope."""
    half_s = (surface.score.shape[1] - 1) * surface.step_s / 2
    if len(surface.time_0_s) > 1:
        slope, start_s = np.polyfit(surface.time_0_s, surface.first_offset_s + half_s, 1)
    else:
        slope, start_s = 0.0, float(surface.first_offset_s[0]) + half_s
    steep = half_s / duration_0_s
    offset_s = start_s + np.linspace(
        -half_s, half_s, max(2, round(2 * half_s / _FINE_OFFSET_S) + 1)
    )
    drift = slope + np.linspace(-steep, steep, _FINE_SLOPES)
    grid = np.meshgrid(offset_s, drift * 1e6, indexing="ij")
    return (grid[0].ravel(), grid[1].ravel()), steep * 1e6


def _around(best: CandidateScores, steep_ppm: float) -> tuple[Floats, Floats]:
    """A 10 ms grid of offsets and a ten times finer grid of drifts around the best."""
    offset = np.arange(-5, 6) * _FINE_OFFSET_S / 10
    drift = np.arange(-5, 6) * 2 * steep_ppm / (_FINE_SLOPES - 1) / 10
    shift = np.stack(np.meshgrid(offset, drift, indexing="ij"), axis=-1).reshape(-1, 2)
    centre = np.stack([best.offset_s, best.drift_ppm], axis=-1)
    around = (centre[:, None] + shift[None]).reshape(-1, 2)
    _, first = np.unique(_key(around[:, 0], around[:, 1]), return_index=True)
    return around[first, 0], around[first, 1]


def score_predictions(prediction: ArrayLike) -> PredictionScores:
    """Score time maps by Eq. 2 of Nihal et al. 2025 (arXiv 2509.16926).

    ``0.4 mu_pos r_pos + 0.3 mu_top + 0.2 sum(sigmoid(p)) + 0.1 exp(mu)`` with mu_pos
    the mean and r_pos the share of positive predictions, mu_top the mean of the top
    quarter and mu the mean.

    Parameters
    ----------
    prediction : array_like, shape (N, K)
        Log odds that map n is right at keypoint k; NaN where keypoint k is not used.
        Single precision is kept; sums are double.

    Returns
    -------
    PredictionScores
    """
    p = np.asarray(prediction)
    if p.dtype != np.float32:
        p = p.astype(np.float64)
    known = ~np.isnan(p)
    used = known.sum(axis=1)
    at_least_one = np.maximum(used, 1)
    is_positive = p > 0
    count = is_positive.sum(axis=1)
    quarter = np.maximum(used // 4, 1)
    most = int(quarter.max(initial=1))
    best = np.sort(np.where(known, p, -np.inf), axis=1)[:, ::-1][:, :most]
    chosen = np.arange(most) < np.minimum(quarter, used)[:, None]
    mean = _sums(p, known) / at_least_one
    return PredictionScores(
        positive=0.4 * _sums(p, is_positive) / at_least_one,
        top=0.3 * _sums(best, chosen) / quarter,
        votes=0.2 * _sums(0.5 + 0.5 * np.tanh(p / 2), known),
        level=np.where(used > 0, 0.1 * np.exp(mean), 0.0),
        count=count,
        used=used,
    )


def _sums(values: NDArray[np.floating], where: NDArray[np.bool_]) -> Floats:
    """Row sums of some of the values, shape (N,)."""
    return np.asarray(np.where(where, values, values.dtype.type(0)).sum(axis=1, dtype=np.float64))


def score_paths(
    surface: ScoreSurface, offset_s: ArrayLike, duration_1_s: float
) -> PredictionScores:
    """Score non-linear paths by the same rule and on the same evidence as the candidates.

    Parameters
    ----------
    surface : ScoreSurface
    offset_s : array_like, shape (K,) or (N, K)
        Paths: an offset at each of the surface's keypoints, seconds.
    duration_1_s : float
        Length of channel 1, seconds; paths are cut off at its ends, as candidates are.

    Returns
    -------
    PredictionScores
    """
    offset = np.atleast_2d(np.asarray(offset_s, dtype=np.float64))
    reached = np.clip(surface.time_0_s + offset, 0.0, duration_1_s) - surface.time_0_s
    return score_predictions(surface.at(reached))
