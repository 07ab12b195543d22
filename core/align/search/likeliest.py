"""The likeliest paths through the evidence of stretches, each apart from the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats32

Columns = NDArray[np.intp]

# Chosen on drifted recordings A, B and D and simulated scenes.

_DRIFT_COLUMNS = 2
"""Largest drift from one stretch to the next, columns."""
_JUMP_NATS = 16.0
"""What a jump to any offset costs."""
_RESTART_NATS = 6.0
"""What it costs in one path more: close comparison tells a restart from noise that was followed."""
_RIVAL_NATS = 12.0
"""A path so much less likely than the likeliest may be the right one all the same."""


def likeliest_paths(score: Floats32, apart: int, most: int) -> list[Columns]:
    """The likeliest path, its rivals, and the likeliest one that jumps more easily.

    Half a minute to either side of a restart is four stretches, no more than a jump costs: without
    the last one the other side is lost, or is a rival of its own.

    Parameters
    ----------
    score : ndarray of float32, shape (R, L)
        Log-likelihood ratios of the offsets of every stretch, nats.
    apart : int
        Nowhere are two rivals nearer to each other, columns; somewhere the last one is as far
        from each of them.
    most : int
        No more than so many rivals, the likeliest path among them.

    Returns
    -------
    list of ndarray of int, shape (R,)
        Columns, the likeliest first.
    """
    left, highest = score.astype(np.float64), -np.inf
    found: list[Columns] = []
    column = np.arange(score.shape[1])
    while len(found) < most:
        path, nats = likeliest(left, _JUMP_NATS)
        if nats < highest - _RIVAL_NATS or not np.isfinite(nats):
            break
        found.append(path)
        highest = max(highest, nats)
        left[np.abs(column - path[:, None]) < apart] = -np.inf
    jumping, _ = likeliest(score, _RESTART_NATS)
    if all((np.abs(jumping - path) >= apart).any() for path in found):
        found.append(jumping)
    return found


def likeliest(score: NDArray[np.floating], jump_nats: float) -> tuple[Columns, float]:
    """One path and its evidence (Viterbi 1967): it drifts by a column or two, or jumps anywhere.

    Parameters
    ----------
    score : ndarray of float, shape (R, L)
        As in `likeliest_paths`.
    jump_nats : float
        What a jump costs.

    Returns
    -------
    path : ndarray of int, shape (R,)
        Columns.
    nats : float
    """
    best, came_from = score[0].astype(np.float64), []
    column = np.arange(score.shape[1])
    drift = np.arange(-_DRIFT_COLUMNS, _DRIFT_COLUMNS + 1)
    for row in score[1:]:
        around = np.pad(best, _DRIFT_COLUMNS, constant_values=-np.inf)
        before = np.stack([around[by : by + len(column)] for by in range(len(drift))])
        nearest = before.argmax(axis=0)
        stayed, highest = before[nearest, column], int(best.argmax())
        jumps = best[highest] - jump_nats > stayed
        came_from.append(np.where(jumps, highest, column + drift[nearest]))
        best = np.where(jumps, best[highest] - jump_nats, stayed) + row
    path = [int(best.argmax())]
    for before in reversed(came_from):
        path.append(int(before[path[-1]]))
    return np.array(path[::-1], dtype=np.intp), float(best.max())
