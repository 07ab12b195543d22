"""What is heard in a recording, kept so that it can be decoded with one model after another."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.align.aligner import AlignOptions, asked_of, decode_gathered
from core.align.alignment import Alignment, Progress
from core.align.alignment_builder import build_alignment
from core.align.decoding.prior import DriftPrior
from core.align.rankings import Ranking
from core.align.sections.evidence import Compared, Comparison, Heard, compare, weigh
from core.align.stages import ProgressPlan
from core.align.tuning import Tuning
from core.arrays import Floats
from core.audio.spectra.features import HOP_S
from core.errors import InputError
from core.evidence.learned import Networks
from core.evidence.spectral import WINDOW_S
from core.evidence.terms import TermSurfaces
from core.keypoints import KeypointSet
from core.learn.corrections import Corrected
from core.steps import Steps

T = TypeVar("T")

OPTIONS = AlignOptions()
FEWEST_ROWS = 60
"""However much there is to learn from, so many seconds of each recording are heard."""


@dataclass(frozen=True, slots=True, eq=False)
class HeardRecording:
    """A recording, what a person says of it, and all terms of its evidence.

    Parameters
    ----------
    corrected : Corrected
        Of the stretch that was heard.
    asked : Comparison
    rows : slice
        Of what was asked: all of a short recording.
    compared : Compared
    """

    corrected: Corrected
    asked: Comparison
    rows: slice
    compared: Compared

    @property
    def name(self) -> str:
        """Of the recording."""
        return self.corrected.recording.name

    @property
    def truth(self) -> KeypointSet:
        """What a person settled."""
        return self.corrected.keypoints

    @property
    def terms(self) -> TermSurfaces:
        """All terms, with the weights of the model that was in use."""
        return self.compared.networks.terms

    def true_columns(self) -> tuple[NDArray[np.intp], Floats]:
        """Where the truth lies among the rows and columns of the terms.

        Returns
        -------
        row : ndarray of int, shape (M,)
            Those that have a keypoint within half a second.
        column : ndarray, shape (M,)
            Fractional; may lie outside.
        """
        terms, truth = self.terms, self.truth
        offset_s = np.interp(terms.time_0_s, truth.time_0_s, truth.offset_s)
        apart_s = np.abs(terms.time_0_s[:, None] - truth.time_0_s).min(axis=1)
        row = np.flatnonzero(apart_s <= WINDOW_S / 2)
        return row, (offset_s - terms.first_offset_s)[row] / HOP_S


def hear(corrected: Corrected, learned: Networks, most_rows: int) -> Steps[HeardRecording]:
    """Compare the channels of a recording, or of the part of it that holds most keypoints.

    Parameters
    ----------
    corrected : Corrected
    learned : Networks
    most_rows : int
        As much of it is heard, seconds.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    HeardRecording

    Raises
    ------
    InputError
        If the audio cannot be read, or a channel is silent.
    """
    asked = asked_of(corrected.recording, corrected.keypoints.time_0_s, OPTIONS, learned)
    rows = densest(asked.time_0_s, corrected.keypoints.time_0_s, most_rows)
    within = _within(corrected.keypoints, asked.time_0_s[rows])
    compared = yield from _compared(replace(corrected, keypoints=within), asked, rows)
    return HeardRecording(replace(corrected, keypoints=within), asked, rows, compared)


def aligned(
    heard: HeardRecording, tuning: Tuning, prior: DriftPrior | None = None
) -> Steps[Alignment]:
    """Align a recording that was heard, with other weights, calibration and prior.

    Parameters
    ----------
    heard : HeardRecording
    tuning : Tuning
    prior : DriftPrior, optional
        Where it points beyond the offsets that were compared, others are compared.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    Alignment
        At the keypoints that a person settled; without candidates.
    """
    asked, compared = replace(heard.asked, prior=prior, tuning=tuning), heard.compared
    if prior is not None and not _reaches(heard.terms, prior):
        compared = yield from _compared(heard.corrected, asked, heard.rows)
    networks = compared.networks
    terms = replace(networks.terms, prior=tuning.weights)
    compared = replace(compared, networks=replace(networks, terms=terms))
    plan = ProgressPlan()
    found, _ = yield from _shares(weigh(compared, prior, plan))
    decoded = yield from _shares(decode_gathered(asked, found, OPTIONS, plan))
    return build_alignment(decoded, heard.truth.time_0_s)


def _compared(corrected: Corrected, asked: Comparison, rows: slice) -> Steps[Compared]:
    """Compare at some rows, which know where the clocks are about, as sections do."""
    whole = rows == slice(0, len(asked.time_0_s))
    around_s = 0.0 if whole else float(np.round(corrected.keypoints.offset_s[0]))
    steps = compare(asked, rows, ProgressPlan(asked.network_cost), around_s, whole=whole)
    found = yield from _shares(steps)
    if isinstance(found, Heard):
        raise InputError(corrected.recording.name, "has a silent channel", "leave it out")
    return found


def _shares(steps: Generator[Progress | Ranking, None, T]) -> Steps[T]:
    """Take steps of an alignment, and tell the share done."""
    with closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(step, Progress):
                yield step.fraction


def densest(rows_s: Floats, keypoints_s: Floats, most_rows: int) -> slice:
    """The stretch of so many rows that holds most keypoints.

    Parameters
    ----------
    rows_s, keypoints_s : ndarray
        Ascending, seconds.
    most_rows : int

    Returns
    -------
    slice
        Of the rows.
    """
    if len(rows_s) <= most_rows:
        return slice(0, len(rows_s))
    inside = np.searchsorted(keypoints_s, rows_s)
    held = inside[most_rows:] - inside[:-most_rows]
    first = int(np.argmax(held))
    return slice(first, first + most_rows)


def _within(keypoints: KeypointSet, rows_s: Floats) -> KeypointSet:
    times_s = keypoints.time_0_s
    return keypoints.kept((times_s >= rows_s[0] - 0.5) & (times_s <= rows_s[-1] + 0.5))


def _reaches(terms: TermSurfaces, prior: DriftPrior) -> bool:
    """Whether what a prior expects is among the offsets that were compared."""
    usual_s, reach_s = prior.usual_offset_s(terms.time_0_s), prior.reach_s(terms.time_0_s)
    first_s = terms.first_offset_s
    last_s = first_s + HOP_S * terms.columns
    return bool(((usual_s - reach_s >= first_s) & (usual_s + reach_s <= last_s)).all())
