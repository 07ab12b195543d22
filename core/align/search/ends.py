"""Where a recorder that started again left the first or last part of a recording.

A quarter of a minute beside a restart is too little for a coarse search, and what is compared
closely may not reach so far. But so few rows are compared closely at every offset in no time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.align.search.likeliest import likeliest
from core.arrays import Floats
from core.audio.spectra.features import HOP_S, ChannelFeatures
from core.evidence.spectral import term_surfaces
from core.steps import Steps

# Chosen on development seeds (decision 0079).

_ROWS = (12, 30)
"""Fewest and most rows of an end: fewer tell too little, and more are found coarsely."""
_REACH_S = 120.0
"""How far from the path an end is looked for, seconds."""
JUMP_NATS = 28.0
"""What a jump to any of a thousand offsets costs a path, nats: an end that tells less may lie
elsewhere, and one that gains less there does not."""


def untold_ends(nats: Floats) -> Iterator[slice]:
    """The first and the last rows where they tell little of a path, and the others more.

    Parameters
    ----------
    nats : ndarray, shape (K,)
        Evidence of every row for the path.

    Yields
    ------
    slice
        Of the rows.
    """
    least, most = _ROWS
    told, count = float(nats.sum()), len(nats)
    for step in (1, -1):
        inwards = np.cumsum(nats[::step][:most])
        untold = np.flatnonzero(inwards < JUMP_NATS)
        rows = int(untold[-1]) + 1 if len(untold) else 0
        if rows >= least and told - inwards[rows - 1] >= JUMP_NATS:
            yield slice(0, rows) if step > 0 else slice(count - rows, count)


def beyond_restart(
    features: tuple[ChannelFeatures, ChannelFeatures],
    rows_s: Floats,
    end: slice,
    path: tuple[Floats, Floats],
) -> Steps[tuple[NDArray[np.intp], Floats] | None]:
    """Where an end of a recording lies if a recorder started again there.

    Parameters
    ----------
    features : tuple of two ChannelFeatures
    rows_s : ndarray, shape (K,)
        Moments of channel 0, seconds.
    end : slice
        The first rows or the last ones.
    path : tuple of two ndarrays, shape (K,)
        Offsets of a path in seconds, and its evidence in nats.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    rows : ndarray of int, shape (E,)
        Those of the end that lie beyond the restart.
    offset_s : ndarray, shape (E,)
        Seconds.
        None instead of both where the path tells as much.
    """
    offset_s, nats = (part[end] for part in path)
    middle_s = float(np.median(offset_s))
    begins_s = HOP_S * features[1].first_frame
    ends_s = begins_s + HOP_S * len(features[1])
    low_s = max(middle_s - _REACH_S, begins_s - rows_s[end][-1])
    high_s = min(middle_s + _REACH_S, ends_s - rows_s[end][0])
    if low_s >= high_s:
        return None
    first_s = np.full(len(nats), HOP_S * round(low_s / HOP_S))
    compared = term_surfaces(*features, rows_s[end], first_s, round((high_s - low_s) / HOP_S) + 1)
    terms = yield from compared
    score = terms.combined(terms.prior).score
    columns = likeliest(score, np.inf)[0]
    gained = score[np.arange(len(columns)), columns] - nats
    is_head = end.start == 0
    # From the outer end inwards up to the moment at which most is gained.
    so_far = np.cumsum(gained if is_head else gained[::-1])
    count = int(so_far.argmax()) + 1
    if so_far[count - 1] < JUMP_NATS:
        return None
    beyond = np.arange(count) if is_head else np.arange(len(nats) - count, len(nats))
    return beyond + end.start, (first_s + HOP_S * columns)[beyond]
