"""What a person decided, as constraints: correct one keypoint, fix its neighbours.

A fixed keypoint replaces the evidence of its row by a narrow peak, and by a step where it
stands on an end of channel 1, since the moment may lie anywhere beyond; one that was accepted
where nothing is heard says hardly more than was known; an unalignable one removes it. The
surface itself is not computed again, and only the rows and offsets that the decisions can reach
are decoded again.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.align.alignment import Alignment, Decision
from core.align.alignment_builder import (
    AFTER_END,
    BEFORE_START,
    PINNED,
    SYNCED,
    UNALIGNABLE,
    UNHEARD,
    build_alignment,
)
from core.align.claims.confidence import HERE_COLUMNS, row_statistics
from core.align.decoding.band import band_holding
from core.align.decoding.decode import decode
from core.align.decoding.prior import PriorUse
from core.align.path import Refinement, RowStatistics
from core.arrays import Floats32
from core.evidence.surface import ScoreSurface
from core.keypoints import KeypointSet, ReviewState
from core.steps import Steps, part_of, result_of
from core.sync_points import UNCERTAINTY_S, SyncPoints

PIN_SD_S = UNCERTAINTY_S
"""Uncertainty of a keypoint that a person set, seconds."""

# Chosen by hand during development; a test compares with decoding everything.

_REACH_ROWS = 80
"""A decision changes the path so far to either side, rows (decision 0006)."""
_TAIL = 1e-4
"""Posterior at either side of a row that the new path need not follow."""
_DEEPEST = -80.0
"""The evidence against offsets far from a pin, nats: as deep as single precision can take the
exponential of."""
_HEARD_NATS = 1.0
"""With less evidence for an offset than this, there is nothing to see or hear of it; to accept it
then counts as much."""
_FIRST_SPEAKS = (PINNED, BEFORE_START, AFTER_END, UNALIGNABLE)
"""Of what was decided of the keypoints of one row, the first of these leads its path."""
_FAR_SD = 3.0
"""A sync point that is further off than so many of its standard deviations is told."""
_ROUNDED_S = 1e-6
"""A keypoint so near to the end of channel 1 stands on it, seconds: tables round."""


def realign(
    alignment: Alignment,
    keypoints: KeypointSet,
    last: Alignment | None = None,
    sync: SyncPoints | None = None,
) -> Alignment:
    """Lead the path through decisions in one call.

    Parameters
    ----------
    alignment, keypoints, last, sync
        As in `realign_steps`.

    Returns
    -------
    Alignment
        As of `realign_steps`.
    """
    return result_of(realign_steps(alignment, keypoints, last, sync))


def realign_steps(
    alignment: Alignment,
    keypoints: KeypointSet,
    last: Alignment | None = None,
    sync: SyncPoints | None = None,
) -> Steps[Alignment]:
    """Lead the path through everything that is known; stop iterating to cancel.

    Parameters
    ----------
    alignment : Alignment
        As the machine made it, before any decision; its surface is reused.
    keypoints : KeypointSet
        Of the same recording. Corrected and accepted keypoints become pins, those on an
        end of channel 1 say that the moment lies there or beyond, and unalignable ones
        remove their row's evidence.
    last : Alignment, optional
        What `realign` made of the same alignment for earlier decisions. Out of reach of
        those that changed since it is kept, so that a pin among many costs no more than
        the first.
    sync : SyncPoints, optional
        Pins with an uncertainty of their own, where no person decided on a keypoint.

    Yields
    ------
    float
        Share of the decoding done.

    Returns
    -------
    Alignment
        Proposals for all keypoints; those a person fixed come back as fixed.
    """
    sync = SyncPoints.none() if sync is None else sync
    decided = {**_synced(alignment.surface, sync), **_decisions(alignment, keypoints)}
    if not decided and not len(sync):
        return alignment.at(keypoints.time_0_s)
    decisions = frozenset(decided.values())
    constrained = _constrain(alignment.surface, decisions)
    before = last.decisions if last is not None else frozenset()
    posterior, statistics = alignment.posterior.copy(), _statistics(alignment)
    if last is not None:
        for stretch in _stretches(decisions & before, len(posterior)):
            posterior[stretch] = last.posterior[stretch]
            statistics = statistics.replaced(stretch, _statistics(last).rows(stretch))
    decoded = replace(
        alignment.decoded,
        surface=constrained,
        posterior=posterior,
        refinement=_refined(alignment.refinement, decisions),
    )
    changed = [
        stretch
        for stretch in _stretches(decisions ^ before, len(posterior))
        if any(stretch.start <= row < stretch.stop for row in decided)
    ]
    for number, stretch in enumerate(changed):
        likely = posterior[stretch] + alignment.posterior[stretch]
        steps = _redecode(constrained, posterior, likely, stretch, decisions)
        yield from part_of(steps, number / len(changed), (number + 1) / len(changed))
        statistics = statistics.replaced(stretch, row_statistics(decoded.rows(stretch)))
    led = _stretches(decisions, len(posterior))
    decoded = replace(decoded, prior=alignment.prior and _outdone(alignment.prior, posterior, led))
    result = build_alignment(decoded, keypoints.time_0_s, decided=decided, statistics=statistics)
    warnings = (*result.warnings, *_contradictions(alignment, sync))
    return replace(
        result,
        surface=alignment.surface,
        refinement=alignment.refinement,
        decisions=decisions,
        warnings=warnings,
        needs_review=result.needs_review or bool(warnings),
    )


def _decisions(alignment: Alignment, keypoints: KeypointSet) -> dict[int, Decision]:
    """What a person decided of each row.

    Several keypoints may share a row. Those that fix an offset speak for it, then those on an
    end of channel 1; where there are several, the line through them.
    """
    surface, duration_1_s = alignment.surface, alignment.duration_1_s
    rows = surface.nearest_rows(keypoints.time_0_s)
    by_row: dict[int, dict[str, list[int]]] = {}
    for index, state in enumerate(keypoints.state):
        if state is ReviewState.UNREVIEWED:
            continue
        is_aside = state is ReviewState.UNALIGNABLE
        reason = UNALIGNABLE if is_aside else _fixed(keypoints.time_1_s[index], duration_1_s)
        by_row.setdefault(int(rows[index]), {}).setdefault(reason, []).append(index)
    decided: dict[int, Decision] = {}
    for row, found in by_row.items():
        reason = next(each for each in _FIRST_SPEAKS if each in found)
        decided[row] = Decision(row, reason)
        if reason != UNALIGNABLE:
            pinned = found[reason]
            line = keypoints.time_0_s[pinned], keypoints.offset_s[pinned]
            offset_s = float(np.interp(surface.time_0_s[row], *line))
            is_accepted = all(keypoints.state[each] is ReviewState.ACCEPTED for each in pinned)
            if is_accepted and reason == PINNED and not _is_heard(surface, row, offset_s):
                reason = UNHEARD
            decided[row] = Decision(row, reason, offset_s, PIN_SD_S)
    return decided


def _is_heard(surface: ScoreSurface, row: int, offset_s: float) -> bool:
    """Whether a person who takes an offset over can have seen or heard it there."""
    reach_s = np.arange(-HERE_COLUMNS, HERE_COLUMNS + 1)[:, None] * surface.step_s
    return float(surface.rows(slice(row, row + 1)).at(offset_s + reach_s).max()) >= _HEARD_NATS


def _synced(surface: ScoreSurface, sync: SyncPoints) -> dict[int, Decision]:
    """What sync points say of the rows nearest to them; several of one row by their precisions."""
    rows = surface.nearest_rows(sync.time_0_s)
    decided = {}
    for row in dict.fromkeys(rows[_is_compared(surface, sync)].tolist()):
        own = rows == row
        precision = 1 / sync.uncertainty_s[own] ** 2
        offset_s = np.average(sync.offset_s[own], weights=precision)
        if own.sum() == 1:
            offset_s = sync.offset_at(surface.time_0_s[row])
        decided[row] = Decision(row, SYNCED, float(offset_s), float(precision.sum() ** -0.5))
    return decided


def _is_compared(surface: ScoreSurface, sync: SyncPoints) -> NDArray[np.bool_]:
    """Which sync points lie at offsets that were compared, shape (N,)."""
    rows = surface.nearest_rows(sync.time_0_s)
    column = (sync.offset_s - surface.first_offset_s[rows]) / surface.step_s
    return np.asarray((column >= 0) & (column <= surface.score.shape[1] - 1))


def _refined(refinement: Refinement, decisions: frozenset[Decision]) -> Refinement:
    """Sync points say more than the grid of the surface can."""
    offset_s, sd_s = refinement.offset_s.copy(), refinement.sd_s.copy()
    for known in decisions:
        if known.reason == SYNCED:
            offset_s[known.row], sd_s[known.row] = known.offset_s, known.sd_s
    return Refinement(offset_s, sd_s)


def _contradictions(alignment: Alignment, sync: SyncPoints) -> tuple[str, ...]:
    """Sync points that lie elsewhere than what is clearly heard, or than anything compared."""
    path = _statistics(alignment).path
    rows = alignment.surface.nearest_rows(sync.time_0_s)
    apart_s = np.abs(sync.offset_s - path.offset_s[rows])
    is_clear = (path.high_s - path.low_s)[rows] <= alignment.tolerance_s
    is_off = is_clear & (apart_s - _FAR_SD * sync.uncertainty_s > alignment.tolerance_s)
    found = []
    for time_s, off_s, is_compared, is_told in zip(
        *(sync.time_0_s.tolist(), apart_s.tolist(), _is_compared(alignment.surface, sync), is_off),
        strict=True,
    ):
        point = f"the sync point at {time_s:.2f} s"
        if not is_compared:
            found.append(f"{point} lies outside of the offsets that were compared: align again")
        elif is_told:
            found.append(f"{point} is {off_s:.2f} s off what is heard there")
    return tuple(found)


def _outdone(prior: PriorUse, posterior: Floats32, led: list[slice]) -> PriorUse:
    """Where decisions lead the path, they do so without the prior as well as with it."""
    alone = prior.posterior.copy()
    for stretch in led:
        alone[stretch] = posterior[stretch]
    return replace(prior, posterior=alone)


def _statistics(alignment: Alignment) -> RowStatistics:
    return alignment.statistics or row_statistics(alignment.decoded)


def _fixed(time_1_s: float, duration_1_s: float) -> str:
    if time_1_s <= 0:
        return BEFORE_START
    return AFTER_END if time_1_s >= duration_1_s - _ROUNDED_S else PINNED


def _constrain(surface: ScoreSurface, decisions: frozenset[Decision]) -> ScoreSurface:
    score = surface.score.copy()
    columns = np.arange(score.shape[1])
    for row, reason, pin_s, sd_s in decisions:
        if pin_s is None:
            score[row] = 0.0
            continue
        offset_s = surface.first_offset_s[row] + columns * surface.step_s
        # A narrower peak than the grid is would fall between two offsets.
        width_s = max(sd_s, surface.step_s / 2)
        away = (offset_s - np.clip(pin_s, offset_s[0], offset_s[-1])) / width_s
        if reason == BEFORE_START:
            away = np.maximum(away, 0.0)
        elif reason == AFTER_END:
            away = np.minimum(away, 0.0)
        peak = np.maximum(-0.5 * away**2, _DEEPEST)
        score[row] = peak - np.log(np.mean(np.exp(peak)))
        if reason == UNHEARD:
            score[row] = _faint(score[row])
    return replace(surface, score=score)


def _faint(score: Floats32) -> Floats32:
    """A row's evidence, mixed with so much doubt that the best of it is hardly heard."""
    likely = np.exp(score)
    share = np.expm1(_HEARD_NATS) / (likely.max() - 1)
    return np.asarray(np.log1p(share * (likely - 1)))


def _redecode(
    surface: ScoreSurface,
    posterior: Floats32,
    likely: Floats32,
    stretch: slice,
    decisions: frozenset[Decision],
) -> Steps[None]:
    """Decode a stretch of rows again, in place; yields the share done.

    Besides the pins, the path may go where it is `likely` to, shape (rows of the stretch, L).
    """
    first, end = stretch.start, stretch.stop
    pinned = {
        row - first: int((offset_s - surface.first_offset_s[row]) / surface.step_s)
        for row, _, offset_s, _ in decisions
        if offset_s is not None and first <= row < end
    }
    part = ScoreSurface(
        surface.time_0_s[stretch],
        surface.first_offset_s[stretch],
        surface.step_s,
        surface.score[stretch].copy(),
    )
    band = band_holding(likely, surface.step_s, _TAIL, _REACH_ROWS, pinned)
    # What lies beyond the stretch speaks through the old posterior at its ends.
    for row, has_beyond in ((first, first > 0), (end - 1, end < len(posterior))):
        if has_beyond:
            part.score[row - first] = np.log(posterior[row] + np.float32(1e-12))
    decoded = yield from decode(part, band=band)
    posterior[stretch] = decoded.posterior


def _stretches(decisions: frozenset[Decision], rows: int) -> list[slice]:
    """Rows in reach of decisions, merged where they meet."""
    found: list[slice] = []
    for row in sorted({known.row for known in decisions}):
        first, end = max(0, row - _REACH_ROWS), min(rows, row + _REACH_ROWS + 1)
        if found and first <= found[-1].stop:
            first = found.pop().start
        found.append(slice(first, end))
    return found
