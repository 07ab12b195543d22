"""The evidence of a whole recording, in memory that hardly grows with its length.

Features and terms are a hundred times as large as what is decoded. A long recording is therefore
compared section by section, and only the score surfaces are kept, at no more offsets than
memory allows, around where the path may be. From there on it is one recording: one path is decoded
through it, so that no section's border shows.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from core.align.alignment import Progress
from core.align.claims.confidence import estimate
from core.align.decoding.band import Band
from core.align.decoding.carried import decode_carried
from core.align.networks import rank_alone
from core.align.path import OffsetPath
from core.align.rankings import Ranking
from core.align.search.windows import BAND_S, FAR_NATS, SearchWindow
from core.align.sections.evidence import Comparison, Gathered, Heard, gather
from core.align.sections.plan import Bounds, Section, sections_of
from core.align.stages import ProgressPlan
from core.arrays import Floats
from core.audio.spectra.features import HOP_S
from core.evidence.surface import ScoreSurface
from core.memory import give_back
from core.steps import result_of

_FEWEST_COLUMNS = 101
"""However long a recording is, half a second to either side of the path is kept."""
_SETTLED_S = 0.5
"""A row whose 95 % band is narrower tells where the clocks are, seconds; chosen by hand."""
_STEP = 16
"""Columns by which the start of what is kept moves, as in `core.align.decoding.band`."""


def gather_all(asked: Comparison, bounds: Bounds) -> Generator[Progress | Ranking, None, Gathered]:
    """Compare the channels of a recording, in sections where it is long.

    Parameters
    ----------
    asked : Comparison
    bounds : Bounds

    Yields
    ------
    Progress
    Ranking
        Each batch of lines that a network has scored.

    Returns
    -------
    Gathered
        Of all rows.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    count = len(asked.time_0_s)
    sections = sections_of(count, bounds.section_s)
    expected_s = asked.recording.expected_offsets_s
    around_s = expected_s[0]
    if len(sections) == 1:
        plan = ProgressPlan(asked.network_cost)
        found, _ = yield from gather(asked, slice(None), plan, around_s, whole=True)
        return found
    half_s = BAND_S if len(asked.sync) else min(asked.max_offset_s, BAND_S)
    compared = SearchWindow.columns_within(half_s)
    columns = min(max(bounds.most_cells // count, _FEWEST_COLUMNS), compared)
    tried = len(expected_s) if len(expected_s) > 1 and not len(asked.sync) else 0
    plans = [
        ProgressPlan(asked.network_cost, number, tried + len(sections))
        for number in range(tried + len(sections))
    ]
    if tried:
        around_s = yield from _likelier(asked, sections, plans[:tried])
    parts: list[Gathered] = []
    for plan, section in zip(plans[tried:], sections, strict=True):
        around_s = asked.around_s(section.heard, around_s)
        found, posterior = yield from gather(asked, section.heard, plan, around_s, whole=False)
        path = estimate(found.surface, posterior)
        parts.append(narrowed(found, path, columns).rows(section.kept))
        around_s = _last_settled_s(path.rows(section.kept), around_s)
        del found, posterior
        give_back()
    whole = joined(parts)
    if whole.alone is None:
        return whole
    by_model = yield from rank_alone(asked.learned[-1].name, whole.alone, asked.lines)
    return replace(whole, alone=None, by_model=by_model)


def _likelier(
    asked: Comparison, sections: Sequence[Section], plans: Sequence[ProgressPlan]
) -> Generator[Progress | Ranking, None, float]:
    """Which of several offsets to be expected is that of the recording, seconds.

    One section is compared around each: that in which, by any of them, both channels run.
    """
    expected_s = asked.recording.expected_offsets_s
    end_1_s = asked.lines.duration_s[1]

    def runs(section: Section) -> float:
        rows_s = asked.time_0_s[section.heard]
        there_s = (rows_s + offset_s for offset_s in expected_s)
        return min(float(np.mean((at_s >= 0) & (at_s <= end_1_s))) for at_s in there_s)

    section = max(sections, key=runs)
    evidence = []
    for offset_s, plan in zip(expected_s, plans, strict=True):
        found, _ = yield from gather(asked, section.heard, plan, offset_s, whole=False)
        decoded, _ = result_of(decode_carried(found.surface, asked.prior, band=found.likely))
        evidence.append(decoded.log_evidence - FAR_NATS * (offset_s != expected_s[0]))
        del found, decoded
        give_back()
    return expected_s[int(np.argmax(evidence))]


def narrowed(found: Gathered, path: OffsetPath, columns: int) -> Gathered:
    """The same at fewer offsets, around a path.

    Parameters
    ----------
    found : Gathered
        Of shape (K, L).
    path : OffsetPath
        At its rows; where it may be anywhere, it is taken to run straight from where it is
        known to where it is known again.
    columns : int
        No more than L.

    Returns
    -------
    Gathered
        Of shape (K, columns).
    """
    surface, likely = found.surface, found.likely
    known = path.high_s - path.low_s < columns * surface.step_s / 2
    compared = surface.score.shape[1]
    middle = np.full(len(known), compared / 2)
    if known.any():
        between_s = np.interp(surface.time_0_s, surface.time_0_s[known], path.offset_s[known])
        middle = surface.column(between_s)
    first = np.rint(middle).astype(np.intp) - columns // 2
    first = np.clip(first, 0, compared - columns) // _STEP * _STEP
    width, kept = min(likely.width, columns), Band(first, columns)
    return replace(
        found,
        surface=kept.of(surface),
        likely=Band(np.clip(likely.first - first, 0, columns - width), width),
        alone=found.alone and kept.of(found.alone),
    )


def joined(parts: Sequence[Gathered]) -> Gathered:
    """The evidence of sections that follow each other.

    Parameters
    ----------
    parts : sequence of Gathered
        With as many columns.

    Returns
    -------
    Gathered
    """
    surface, bands = _surface([part.surface for part in parts]), [part.likely for part in parts]
    columns, width = surface.score.shape[1], max(band.width for band in bands)
    first = np.minimum(np.concatenate([band.first for band in bands]), columns - width)
    alone = [part.alone for part in parts if part.alone is not None]
    return Gathered(
        surface,
        Band(first, width),
        np.concatenate([part.is_unsure for part in parts]),
        _heard([part.heard for part in parts]),
        _surface(alone) if alone else None,
    )


def _surface(parts: Sequence[ScoreSurface]) -> ScoreSurface:
    return ScoreSurface(
        np.concatenate([part.time_0_s for part in parts]),
        np.concatenate([part.first_offset_s for part in parts]),
        parts[0].step_s,
        np.concatenate([part.score for part in parts]),
    )


def _last_settled_s(path: OffsetPath, before_s: float) -> float:
    """Where the clocks were last, seconds; where they were before if no row tells."""
    settled = np.flatnonzero(path.high_s - path.low_s < _SETTLED_S)
    if not len(settled):
        return before_s
    return HOP_S * round(float(path.offset_s[settled[-1]]) / HOP_S)


def _heard(parts: Sequence[Heard]) -> Heard:
    silent = np.all([part.silent for part in parts], axis=0)
    above: Floats = np.mean([part.share_above for part in parts], axis=0)
    return Heard(
        all(part.is_same for part in parts),
        (bool(silent[0]), bool(silent[1])),
        (float(above[0]), float(above[1])),
    )
