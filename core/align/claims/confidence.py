"""How sure the aligner is, and why, in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.align.alignment import DecodedEvidence
from core.align.path import OffsetPath, RowStatistics
from core.arrays import Floats, Floats32
from core.evidence.surface import ScoreSurface

# Chosen by hand during development, where no source is given.

CLEAR_NATS = 3.0
"""From this evidence on a row matches clearly by itself, nats: twenty times as likely as a
random offset."""
_BLIND_S = 10.0
"""A row further than this from a clear match has no evidence, seconds (decision 0008)."""
ALIAS_APART_S = 0.12
"""Offsets nearer to each other than this are the same alignment, seconds (decision 0007)."""
_RIVAL_SHARE = 0.25
"""A second mode is told of from this share of the path's probability on."""
_WAYS = np.linspace(-1.0, 1.0, 129)[1::2]
"""Ways of the sound that stand for all, in shares of the longest: the middles of equal parts."""
HERE_COLUMNS = 2
"""The evidence for the path is the best within so many columns of it."""
_ROWS_AT_ONCE = 4000
"""Few enough for their temporaries to take little memory, more than an hour has."""


def estimate(surface: ScoreSurface, posterior: Floats32) -> OffsetPath:
    """Median offset and 95 % band of every row.

    The median loses least absolute error and, where two offsets compete, sides
    with the likelier instead of falling between.

    Parameters
    ----------
    surface : ScoreSurface
    posterior : ndarray of float32, shape (K, L)

    Returns
    -------
    OffsetPath
        Offsets in seconds, resolved below the surface's step.
    """

    def quantiles(rows: slice) -> Floats:
        total = np.cumsum(posterior[rows], axis=1, dtype=np.float64)
        total /= total[:, -1:]
        part = surface.rows(rows)
        return np.stack([_quantile(part, total, share) for share in (0.025, 0.5, 0.975)])

    low, middle, high = _in_turn(quantiles, len(posterior))
    return OffsetPath(middle, low, high)


def mass_near(decoded: DecodedEvidence, offset_s: Floats) -> Floats:
    """Posterior probability that given offsets are right: no further off than the tolerance.

    A moment before or after channel 1 stands at its end, and is right wherever beyond that
    end it truly is. The posterior is about sounds; where their way from one microphone to the
    other is known or heard, the offset of the clocks is asked for. It lies before or after that
    of a sound by this way, which is evenly distributed where sound comes from all directions of
    space alike (Archimedes' hat box).

    Parameters
    ----------
    decoded : DecodedEvidence
    offset_s : ndarray, shape (K,)
        At its rows, seconds.

    Returns
    -------
    ndarray, shape (K,)
        0 to 1.
    """

    def near(rows: slice) -> Floats:
        return _mass_near(decoded.rows(rows), offset_s[rows])

    return _in_turn(near, len(offset_s))


def _mass_near(decoded: DecodedEvidence, offset_s: Floats) -> Floats:
    surface, posterior, duration_1_s = decoded.surface, decoded.posterior, decoded.duration_1_s
    edge = np.concatenate([np.zeros((len(posterior), 1)), np.cumsum(posterior, axis=1)], axis=1)
    time_1_s = np.clip(surface.time_0_s + offset_s, 0.0, duration_1_s)
    low_s, high_s = time_1_s - decoded.tolerance_s, time_1_s + decoded.tolerance_s
    low_s = np.where(low_s <= 0.0, -math.inf, low_s) - surface.time_0_s
    high_s = np.where(high_s >= duration_1_s, math.inf, high_s) - surface.time_0_s
    ways = _WAYS if decoded.travel.longest_s > 0 else np.zeros(1)
    within = np.zeros(len(posterior))
    for way_s in decoded.travel.longest_s * ways:
        within += _at(edge, surface.column(high_s + way_s) + 0.5)
        within -= _at(edge, surface.column(low_s + way_s) + 0.5)
    return within / len(ways)


@dataclass(frozen=True, slots=True, eq=False)
class MatchClarity:
    """What each row alone says about the path.

    Parameters
    ----------
    nats : ndarray, shape (K,)
        Evidence for the path against a random offset.
    nearest_clear_s : ndarray, shape (K,)
        Distance to the nearest row with a clear match, seconds.
    """

    nats: Floats
    nearest_clear_s: Floats

    @property
    def is_clear(self) -> NDArray[np.bool_]:
        """Rows that match clearly by themselves."""
        return np.asarray(self.nats >= CLEAR_NATS)

    @property
    def is_blind(self) -> NDArray[np.bool_]:
        """Rows with no clear match within ten seconds."""
        return np.asarray(self.nearest_clear_s > _BLIND_S)


def row_statistics(decoded: DecodedEvidence) -> RowStatistics:
    """What each row of a posterior says by itself.

    Parameters
    ----------
    decoded : DecodedEvidence
        Its refinement is used where the path passes near it.

    Returns
    -------
    RowStatistics
    """
    surface, posterior = decoded.surface, decoded.posterior
    path = decoded.refinement.applied(estimate(surface, posterior))

    def rivals(rows: slice) -> Floats:
        return _rival_offset(surface.rows(rows), posterior[rows], path.rows(rows))

    reach = np.arange(-HERE_COLUMNS, HERE_COLUMNS + 1)[:, None] * surface.step_s
    here = surface.at(path.offset_s + reach).max(axis=0)
    return RowStatistics(
        path,
        mass_near(decoded, path.offset_s),
        _in_turn(rivals, len(posterior)),
        np.asarray(here, dtype=np.float64),
    )


def clarity(time_0_s: Floats, nats: Floats) -> MatchClarity:
    """How clearly each row matches at the path, and how far the next clear match is.

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Moments of the rows, seconds.
    nats : ndarray, shape (K,)
        Evidence for the path against a random offset.

    Returns
    -------
    MatchClarity
    """
    clear_s = time_0_s[nats >= CLEAR_NATS]
    if len(clear_s):
        after = np.searchsorted(clear_s, time_0_s)
        ends = (clear_s[np.maximum(after - 1, 0)], clear_s[np.minimum(after, len(clear_s) - 1)])
        nearest = np.minimum(*(np.abs(time_0_s - end) for end in ends))
    else:
        nearest = np.full(len(nats), np.inf)
    return MatchClarity(nats, np.asarray(nearest))


def reasons(
    time_0_s: Floats, statistics: RowStatistics, clear: MatchClarity, duration_1_s: float
) -> tuple[str, ...]:
    """Say in words what each row's confidence rests on.

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Moments of the rows, seconds.
    statistics : RowStatistics
    clear : MatchClarity
    duration_1_s : float
        Length of channel 1, seconds.

    Returns
    -------
    tuple of str, length K
    """
    path = statistics.path
    time_1_s = time_0_s + path.offset_s
    rival_s = statistics.rival_s - path.offset_s
    band_ms = 1e3 * (path.high_s - path.low_s)
    is_blind, is_clear = clear.is_blind, clear.is_clear
    return tuple(
        _reason(time_1_s[k], duration_1_s, rival_s[k], band_ms[k], is_blind[k], is_clear[k])
        for k in range(len(time_1_s))
    )


def _reason(
    time_1_s: float,
    duration_1_s: float,
    rival_s: float,
    band_ms: float,
    is_blind: np.bool_,
    is_clear: np.bool_,
) -> str:
    if time_1_s < 0:
        return "before channel 1 begins"
    if time_1_s > duration_1_s:
        return "after channel 1 ends"
    if not math.isnan(rival_s):
        side = "later" if rival_s > 0 else "earlier"
        return f"an offset {abs(rival_s):.2f} s {side} is about as likely"
    if is_blind:
        return f"no evidence here: no clear match within {_BLIND_S:g} s"
    if is_clear:
        return "clear match"
    return f"weak match, carried by its neighbours (95 % within {band_ms:.0f} ms)"


def whole_percent(confidence: float) -> int:
    """A confidence to read, rounded down: what is below a limit does not read as the limit.

    Parameters
    ----------
    confidence : float
        0 to 1.

    Returns
    -------
    int
        0 to 100.
    """
    return math.floor(100 * confidence + 1e-9)


def in_digits(confidence: float) -> str:
    """A confidence with two decimals, rounded as by `whole_percent`.

    Parameters
    ----------
    confidence : float
        0 to 1.

    Returns
    -------
    str
        As "0.94".
    """
    return f"{whole_percent(confidence) / 100:.2f}"


def _rival_offset(surface: ScoreSurface, posterior: Floats32, path: OffsetPath) -> Floats:
    """Offset of a second mode at least a quarter as likely as the path's, or NaN; shape (K,)."""
    columns = np.arange(posterior.shape[1])
    apart = ALIAS_APART_S / surface.step_s
    away = np.abs(columns[None, :] - surface.column(path.offset_s)[:, None]) > apart
    near = np.where(away, 0.0, posterior).max(axis=1)
    other = np.where(away, posterior, 0.0)
    best = other.argmax(axis=1)
    height = other[np.arange(len(best)), best]
    offset = surface.first_offset_s + best * surface.step_s
    return np.where(height > _RIVAL_SHARE * near, offset, np.nan)


def _in_turn(found: Callable[[slice], Floats], rows: int) -> Floats:
    """What is found of some rows, of all of them; found at once it would take much memory."""
    starts = range(0, max(rows, 1), _ROWS_AT_ONCE)
    return np.concatenate([found(slice(i, min(i + _ROWS_AT_ONCE, rows))) for i in starts], axis=-1)


def _quantile(surface: ScoreSurface, total: Floats, share: float) -> Floats:
    rows = np.arange(len(total))
    column = (total < share).sum(axis=1).clip(max=total.shape[1] - 1)
    before = np.where(column > 0, total[rows, column - 1], 0.0)
    part = (share - before) / np.maximum(total[rows, column] - before, 1e-12)
    return np.asarray(surface.first_offset_s + (column - 0.5 + part) * surface.step_s)


def _at(edge: Floats, column: Floats) -> Floats:
    column = np.clip(column, 0, edge.shape[1] - 1)
    left = np.minimum(column.astype(np.intp), edge.shape[1] - 2)
    rows = np.arange(len(edge))
    part = column - left
    return np.asarray(edge[rows, left] * (1 - part) + edge[rows, left + 1] * part)
