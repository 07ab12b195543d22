"""Time does not go back in channel 1: of moments that contradict each other some yield."""

from __future__ import annotations

import numpy as np
from scipy.special import logit, softmax

from core.arrays import Floats

_SURE = (0.5, 0.99)
"""No moment counts as less or more surely right: one that is as likely wrong speaks for nothing."""


def never_back(time_1_s: Floats, sure: Floats, duration_1_s: float) -> Floats:
    """Moments within channel 1, none before the one that precedes it.

    Where a stretch of channel 1 is lost, the path falls back by its length, somewhere between
    the last moment before it and the first after it. What lies on both sides of the fall cannot
    all be right: channel 1 stands still at one moment, and the moments beyond it on their side
    are held there. A moment to stand still at has the odds that all of these are wrong; the
    median of all such moments loses least absolute error. Nothing was compared beyond the ends of
    channel 1, so what lies there speaks for no side.

    Parameters
    ----------
    time_1_s : ndarray, shape (K,)
        Seconds on channel 1.
    sure : ndarray, shape (K,)
        Probability that each of them is right.
    duration_1_s : float
        Length of channel 1, seconds.

    Returns
    -------
    ndarray, shape (K,)
        Never falling.
    """
    held_s = np.clip(time_1_s, 0.0, duration_1_s)
    odds = np.where(held_s == time_1_s, logit(np.clip(sure, *_SURE)), 0.0)
    while True:
        falls_s = np.diff(held_s)
        if not (falls_s < 0).any():
            return np.asarray(held_s)
        last = int(np.argmin(falls_s))
        high_s, low_s = held_s[last], held_s[last + 1]
        place = np.arange(len(held_s))
        above = np.flatnonzero((place <= last) & (held_s > low_s))
        below = np.flatnonzero((place > last) & (held_s < high_s))
        stands_s = np.unique(held_s[np.concatenate([above, below])])
        given_up = np.array(
            [
                odds[above] @ (held_s[above] > still_s) + odds[below] @ (held_s[below] < still_s)
                for still_s in stands_s
            ]
        )
        share = np.cumsum(softmax(-given_up))
        still_s = stands_s[int(np.searchsorted(share, 0.5))]
        held_s[above] = np.minimum(held_s[above], still_s)
        held_s[below] = np.maximum(held_s[below], still_s)
