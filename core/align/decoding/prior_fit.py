"""A pair's usual drift, learned from recordings that a person has reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from core.align.decoding.prior import DriftPrior
from core.arrays import Floats
from core.errors import InputError
from core.keypoints import KeypointSet, ReviewState

FEWEST_RECORDINGS = 3
"""With fewer, nobody can say how much the pair's recordings differ."""

# Chosen by hand during development.

_FEWEST_KEYPOINTS = 5
_SHORTEST_S = 10.0
"""What a recording must at least hold for its offset and slope to be known, seconds."""
_GRID_S = 1.0
MOST_POINTS = 4000
"""Of the usual drift's curve: longer recordings have a coarser one."""
_ROUNDS = 50
"""Lines and bend are fitted in turn, so many times."""
_BEFORE_SD = (0.05, 30e-6)
"""How much offset (seconds) and slope differ before any recording is seen, and..."""
_BEFORE_COUNTS = 2
"""...as how many recordings that counts."""
_LEAST_RESIDUAL_S = 1e-3
"""Nobody sets keypoints more closely, seconds."""


def usable(keypoints: KeypointSet) -> KeypointSet | None:
    """What of a recording's keypoints tells where its clocks were.

    Those at the ends of channel 1 may stand for moments beyond it, and are left out.

    Parameters
    ----------
    keypoints : KeypointSet
        Set or confirmed by a person.

    Returns
    -------
    KeypointSet or None
        None where they are fewer than five or span less than ten seconds.
    """
    aligned = np.array([state is not ReviewState.UNALIGNABLE for state in keypoints.state], bool)
    if not aligned.any():
        return None
    time_1_s = keypoints.time_1_s
    aligned &= (time_1_s > 0) & (time_1_s < time_1_s[aligned].max())
    kept = KeypointSet(keypoints.time_0_s[aligned], time_1_s[aligned])
    if len(kept) < _FEWEST_KEYPOINTS or np.ptp(kept.time_0_s) < _SHORTEST_S:
        return None
    return kept


def learn_prior(recordings: Iterable[KeypointSet], where: Path | str) -> DriftPrior:
    """Learn a pair's usual drift from those recordings that tell it.

    Parameters
    ----------
    recordings : iterable of KeypointSet
        Set or confirmed by a person.
    where : Path or str
        What they come from, to say in an error.

    Returns
    -------
    DriftPrior

    Raises
    ------
    InputError
        If fewer than three of them are `usable`.
    """
    kept = [each for each in map(usable, recordings) if each is not None]
    if len(kept) < FEWEST_RECORDINGS:
        raise InputError(
            where,
            f"has enough reviewed keypoints for {len(kept)} recordings, and how much a pair "
            f"differs from one to the next is known from {FEWEST_RECORDINGS} on",
            "review more of them",
        )
    return fit_prior(kept)


def fit_prior(recordings: Sequence[KeypointSet]) -> DriftPrior:
    """Learn a pair's usual drift.

    Every recording's offset is taken for a line of its own and a bend common to all. Lines are
    Gaussian over recordings, with a weak inverse-Wishart prior on their covariance (Gelman et
    al., Bayesian Data Analysis, 3.6), and what is left over says how the slope wanders.

    Parameters
    ----------
    recordings : sequence of KeypointSet
        At least three, as `usable` returns them.

    Returns
    -------
    DriftPrior
    """
    end_s = max(float(each.time_0_s[-1]) for each in recordings)
    time_0_s = np.linspace(0.0, end_s, min(round(end_s / _GRID_S) + 1, MOST_POINTS))
    curves_s = np.array([_on_grid(each, time_0_s) for each in recordings])
    lines, bend_s = _lines_and_bend(time_0_s, curves_s)
    left_s = curves_s - lines @ _line_basis(time_0_s) - bend_s
    count = len(recordings)
    residual_s = max(float(np.sqrt(np.nanmean(left_s**2) * count / (count - 1))), _LEAST_RESIDUAL_S)
    span_s = float(np.median([np.ptp(each.time_0_s) for each in recordings]))
    mean = lines.mean(axis=0)
    scatter = (lines - mean).T @ (lines - mean) + _BEFORE_COUNTS * np.diag(np.square(_BEFORE_SD))
    covariance = scatter / (count - 1) * (1 + 1 / count)
    offset_sd_s, slope_sd = np.sqrt(np.diag(covariance))
    return DriftPrior(
        time_0_s,
        mean @ _line_basis(time_0_s) + bend_s,
        float(offset_sd_s),
        float(slope_sd),
        float(covariance[0, 1] / (offset_sd_s * slope_sd)),
        # What an integrated random walk leaves of itself once its line is taken out.
        residual_s * float(np.sqrt(420.0 / span_s**3)),
        count,
    )


def _line_basis(time_0_s: Floats) -> Floats:
    return np.stack([np.ones_like(time_0_s), time_0_s])


def _on_grid(keypoints: KeypointSet, time_0_s: Floats) -> Floats:
    """Offsets on a grid, shape (G,), NaN beyond the keypoints."""
    return np.interp(time_0_s, keypoints.time_0_s, keypoints.offset_s, left=np.nan, right=np.nan)


def _lines_and_bend(time_0_s: Floats, curves_s: Floats) -> tuple[Floats, Floats]:
    """A line of every curve, shape (F, 2), and what they have in common beside it, shape (G,).

    The bend is held to none by as much as chance could have made it.
    """
    basis = _line_basis(time_0_s)
    here = np.isfinite(curves_s)
    bend_s, lines = np.zeros(len(time_0_s)), np.zeros((len(curves_s), 2))
    counts = np.maximum(here.sum(axis=0), 1)
    for _ in range(_ROUNDS):
        for line, curve_s, known in zip(lines, curves_s, here, strict=True):
            line[:] = np.linalg.lstsq(
                basis[:, known].T, curve_s[known] - bend_s[known], rcond=None
            )[0]
        left_s = np.where(here, curves_s - lines @ basis, 0.0)
        bend_s = left_s.sum(axis=0) / counts
        bend_s -= np.polynomial.Polynomial.fit(time_0_s, bend_s, 1)(time_0_s)
    chance = np.mean((np.where(here, left_s - bend_s, 0.0) ** 2).sum(axis=0) / counts**2)
    signal = max(float(np.mean(bend_s**2)) - float(chance), 0.0)
    bend_s *= signal / max(signal + float(chance), 1e-12)
    return lines, bend_s
