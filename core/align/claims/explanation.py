"""Why a keypoint is as sure as it is: everything that counts there, with its figures."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from core.align.alignment import Alignment
from core.align.claims.confidence import CLEAR_NATS, clarity, row_statistics, whole_percent
from core.align.path import RowStatistics

_MOST_TOLD_NATS = math.log(1e6)
"""More evidence than this is all the same to a reader."""
_LEAST_TOLD_NATS = math.log(1.1)
"""Less evidence than this is none to a reader."""
_SAFE_RELATED = 0.95
"""From this probability on that both channels hear the same, it is not told of."""


def explained(alignment: Alignment, time_0_s: float) -> tuple[str, ...]:
    """What speaks for the path at a moment, and what against it.

    Parameters
    ----------
    alignment : Alignment
    time_0_s : float
        Moment of channel 0, seconds.

    Returns
    -------
    tuple of str
        Sentences, what is heard there first; empty where nothing was compared.
    """
    row = alignment.surface.row_at(time_0_s)
    if row is None:
        return ()
    known = alignment.statistics or row_statistics(alignment.decoded)
    return (
        *_evidence(alignment, known, row),
        *_spread(alignment, known, row),
        *_rival(alignment, known, row),
        *_whole_recording(alignment),
    )


def _evidence(alignment: Alignment, known: RowStatistics, row: int) -> Iterator[str]:
    clear = clarity(alignment.surface.time_0_s, known.nats)
    nats = float(known.nats[row])
    only = "" if nats >= CLEAR_NATS else "only "
    how_well = f"{only}{_times(nats)} better" if nats > _LEAST_TOLD_NATS else "no better"
    yield (
        f"This second fits {how_well} than a random offset would; a clear match fits "
        f"{_times(CLEAR_NATS)} better."
    )
    if not clear.is_clear[row]:
        nearest_s = float(clear.nearest_clear_s[row])
        if math.isfinite(nearest_s):
            yield f"The nearest clear match is {nearest_s:.0f} s away."
        else:
            yield "There is no clear match in the whole recording."
    related = float(alignment.related[row])
    if related < _SAFE_RELATED:
        yield (
            "That both channels hear the same around here has a probability of "
            f"{whole_percent(related)} %."
        )


def _spread(alignment: Alignment, known: RowStatistics, row: int) -> Iterator[str]:
    path = known.path
    before_ms = 1e3 * float(path.offset_s[row] - path.low_s[row])
    after_ms = 1e3 * float(path.high_s[row] - path.offset_s[row])
    yield (
        f"The offset lies with 95 % between {before_ms:.0f} ms before and {after_ms:.0f} ms after "
        f"the path; right means within {1e3 * alignment.tolerance_s:.0f} ms."
    )


def _rival(alignment: Alignment, known: RowStatistics, row: int) -> Iterator[str]:
    rival_s = float(known.rival_s[row])
    if math.isnan(rival_s):
        return
    surface = alignment.surface
    apart_s = rival_s - float(known.path.offset_s[row])
    offset_s = surface.first_offset_s[row] + surface.step_s * np.arange(surface.score.shape[1])
    near = np.abs(offset_s - rival_s) <= alignment.tolerance_s
    share = float(alignment.posterior[row][near].sum())
    side = "later" if apart_s > 0 else "earlier"
    yield (
        f"An offset {abs(apart_s):.2f} s {side} has a probability of {whole_percent(share)} %, "
        f"this one {whole_percent(float(known.mass[row]))} %."
    )


def _whole_recording(alignment: Alignment) -> Iterator[str]:
    if (alias := alignment.alias) is not None:
        yield f"In the whole recording, {alias.sentence()}, as where song repeats itself."
    for sentence in alignment.travel.sentences(alignment.tolerance_s):
        yield f"{sentence[0].upper()}{sentence[1:]}."
    if (prior := alignment.prior) is not None:
        yield (
            "That the recorders follow their usual drift has a probability of "
            f"{whole_percent(prior.share)} %."
        )


def _times(nats: float) -> str:
    """A likelihood ratio in words, to two digits: three nats are "20 times"."""
    if nats >= _MOST_TOLD_NATS:
        return "over a million times"
    ratio = math.exp(nats)
    return f"{float(f'{ratio:.2g}'):,.0f} times" if ratio >= 10 else f"{ratio:.1f} times"
