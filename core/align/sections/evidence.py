"""The evidence of one section: audio goes in, a score surface with fitted weights comes out."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.align.alignment import Progress
from core.align.decoding.band import Band, band_holding
from core.align.decoding.carried import decode_carried
from core.align.decoding.drift_models import FIRST_MODEL
from core.align.decoding.prior import DriftPrior
from core.align.limits import COARSE_ABOVE_S, WIDE_SEARCH_S
from core.align.networks import Lines, NetworksHeard, hear_networks
from core.align.rankings import Ranking
from core.align.search.coarse import STRETCH_S, coarse_offsets
from core.align.search.windows import (
    BAND_S,
    SearchWindow,
    likelier_window,
    search_reach_s,
    search_windows,
)
from core.align.stages import ProgressPlan, Stage
from core.align.tuning import Tuning
from core.align.weights import fit_weights
from core.arrays import Floats, Floats32
from core.audio.recording import Recording
from core.audio.spectra.features import HOP_S, WHOLE, ChannelFeatures, Span, feature_blocks
from core.evidence.learned import EvidenceInput, Networks
from core.evidence.spectral import WINDOW_S
from core.evidence.surface import ScoreSurface
from core.memory import give_back
from core.steps import Steps, part_of
from core.sync_points import SyncPoints

_TRACE = 1e-3
"""Posterior of a first decoding that the second need not follow."""
_NEIGHBOURS = 40
"""Rows whose posterior a row of the second decoding has within its reach."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, and with what.

    Parameters
    ----------
    recording : Recording
    time_0_s : ndarray, shape (K,)
        Rows, seconds on channel 0.
    max_offset_s : float
        As `core.align.aligner.AlignOptions`, seconds.
    learned : Networks
    prior : DriftPrior or None
    tuning : Tuning or None
    sync : SyncPoints
        Where there are any, the offsets around them are compared and no others.
    """

    recording: Recording
    time_0_s: Floats
    max_offset_s: float
    learned: Networks = ()
    prior: DriftPrior | None = None
    tuning: Tuning | None = None
    sync: SyncPoints = field(default_factory=SyncPoints.none)

    @property
    def network_cost(self) -> float:
        """As `ProgressPlan`."""
        return sum(network.cost for network in self.learned)

    def around_s(self, rows: slice, before_s: float) -> float:
        """Where the clocks are at some rows: as sync points say, or where they were before."""
        if not len(self.sync):
            return before_s
        return float(np.median(self.sync.offset_at(self.time_0_s[rows])))

    @property
    def lines(self) -> Lines:
        """Straight lines through the recording."""
        first, second = self.recording.channels
        return Lines((first.duration_s, second.duration_s), self.max_offset_s)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in the channels, as far as a person should know.

    Parameters
    ----------
    is_same : bool
        Whether both hold the same sound.
    silent : tuple of two bool
        Which are silent from start to end.
    share_above : tuple of two float
        As `core.audio.spectra.features.ChannelFeatures.share_above`.
    """

    is_same: bool
    silent: tuple[bool, bool]
    share_above: tuple[float, float]

    @classmethod
    def of(cls, features: tuple[ChannelFeatures, ChannelFeatures]) -> Heard:
        """What features tell.

        Parameters
        ----------
        features : tuple of two ChannelFeatures

        Returns
        -------
        Heard
        """
        zero, one = features
        return cls(
            np.array_equal(zero.log_mel.codes, one.log_mel.codes),
            (zero.silent, one.silent),
            (zero.share_above, one.share_above),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Evidence before a path is decoded from it.

    Parameters
    ----------
    surface : ScoreSurface
        With fitted weights.
    likely : Band
        Where the path may pass.
    is_unsure : ndarray of bool, shape (K,)
        Rows whose offset may be none of those that were compared.
    heard : Heard
    alone, by_model
        As `NetworksHeard`, at the same rows and offsets.
    """

    surface: ScoreSurface
    likely: Band
    is_unsure: NDArray[np.bool_]
    heard: Heard
    alone: ScoreSurface | None = None
    by_model: Ranking | None = None

    def rows(self, kept: slice) -> Gathered:
        """The same of some rows only.

        Parameters
        ----------
        kept : slice

        Returns
        -------
        Gathered
        """
        return replace(
            self,
            surface=self.surface.rows(kept),
            likely=Band(self.likely.first[kept], self.likely.width),
            is_unsure=self.is_unsure[kept],
            alone=self.alone and self.alone.rows(kept),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """How alike the channels are at some rows, in every term, before the terms are weighed.

    Parameters
    ----------
    networks : NetworksHeard
        All terms, and what the networks say alone.
    is_unsure : ndarray of bool, shape (K,)
        As `Gathered`.
    heard : Heard
    """

    networks: NetworksHeard
    is_unsure: NDArray[np.bool_]
    heard: Heard


def gather(
    asked: Comparison, rows: slice, plan: ProgressPlan, around_s: float, *, whole: bool
) -> Generator[Progress | Ranking, None, tuple[Gathered, Floats32]]:
    """Compare the channels at some rows.

    Parameters
    ----------
    asked : Comparison
    rows : slice
        Of its rows.
    plan : ProgressPlan
    around_s : float
        Where the clocks were before these rows, seconds.
    whole : bool
        Whether these are all rows: then the channels are read from end to end.

    Yields
    ------
    Progress
    Ranking
        Of the whole only, as `hear_networks`.

    Returns
    -------
    gathered : Gathered
    posterior : ndarray of float32, shape (rows, L)
        Of a first decoding, with weights that were not fitted yet.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    found = yield from compare(asked, rows, plan, around_s, whole=whole)
    if isinstance(found, Heard):
        return _nothing(asked, asked.time_0_s[rows], around_s, found)
    return (yield from weigh(found, asked.prior, plan))


def compare(
    asked: Comparison, rows: slice, plan: ProgressPlan, around_s: float, *, whole: bool
) -> Generator[Progress | Ranking, None, Compared | Heard]:
    """Compare the channels at some rows, term by term.

    Parameters
    ----------
    asked, rows, plan, around_s, whole
        As in `gather`.

    Yields
    ------
    Progress
    Ranking
        As `gather`.

    Returns
    -------
    Compared or Heard
        What was heard alone where a channel is silent.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    rows_s, prior = asked.time_0_s[rows], asked.prior
    spans_s = (WHOLE,) if whole else _spans_s(asked, rows_s, around_s)
    features = yield from plan.staged(Stage.READ, feature_blocks(asked.recording, *spans_s))
    heard = Heard.of(features)
    give_back()
    if any(heard.silent):
        return heard
    if not whole:
        ends = np.rint((rows_s[[0, -1]] + [-WINDOW_S, WINDOW_S]) / HOP_S).astype(int)
        features = features[0].between(*ends.tolist()), features[1]
    windows: tuple[SearchWindow, ...] = ()
    if len(asked.sync):
        windows = (_window_around(asked.sync, rows_s),)
    else:
        centres_s = asked.recording.expected_offsets_s if whole else (around_s,)
        windows = yield from plan.staged(
            Stage.SEARCH, _searched(asked, features, rows_s, centres_s)
        )
    window, terms = yield from plan.staged(
        Stage.COMPARE,
        likelier_window(features, rows_s, windows, prior, beyond=whole and not len(asked.sync)),
    )
    networks = yield from hear_networks(
        asked.learned,
        EvidenceInput(asked.recording, features),
        terms,
        plan,
        asked.lines if whole else None,
    )
    if asked.tuning is not None:
        networks = replace(networks, terms=replace(networks.terms, prior=asked.tuning.weights))
    return Compared(networks, window.is_unsure(rows_s), heard)


def weigh(
    compared: Compared, prior: DriftPrior | None, plan: ProgressPlan
) -> Generator[Progress, None, tuple[Gathered, Floats32]]:
    """Fit the terms' weights along a first path, and sum the terms.

    Parameters
    ----------
    compared : Compared
    prior : DriftPrior or None
    plan : ProgressPlan

    Yields
    ------
    Progress

    Returns
    -------
    gathered : Gathered
    posterior : ndarray of float32, shape (K, L)
        As `gather`.
    """
    terms = compared.networks.terms
    first, _ = yield from plan.staged(
        Stage.DECODE, decode_carried(terms.combined(terms.prior), prior, FIRST_MODEL)
    )
    surface = terms.combined(fit_weights(terms, first.posterior))
    likely = band_holding(first.posterior, surface.step_s, _TRACE, _NEIGHBOURS)
    networks = compared.networks
    found = Gathered(
        surface, likely, compared.is_unsure, compared.heard, networks.alone, networks.by_model
    )
    return found, first.posterior


def _searched(
    asked: Comparison,
    features: tuple[ChannelFeatures, ChannelFeatures],
    rows_s: Floats,
    centres_s: tuple[float, ...],
) -> Steps[tuple[SearchWindow, ...]]:
    """Where to look closely around some offsets, the likeliest of which comes first."""
    found: list[SearchWindow] = []
    near_s = asked.max_offset_s
    for number, centre_s in enumerate(centres_s):
        search = coarse_offsets(*features, search_reach_s(near_s), near_s, centre_s)
        start, end = number / len(centres_s), (number + 1) / len(centres_s)
        coarse = yield from part_of(search, start, end)
        found += search_windows(coarse, rows_s, near_s, asked.prior, centre_s)
    return tuple(found)


def _window_around(sync: SyncPoints, rows_s: Floats) -> SearchWindow:
    return SearchWindow.around(sync.offset_at(rows_s), BAND_S, np.empty(0))


def _spans_s(asked: Comparison, rows_s: Floats, around_s: float) -> tuple[Span, Span]:
    """What of each channel may have to do with some rows.

    Unless their clocks are far apart it is the same, which is read at once.
    """
    apart_s = around_s if abs(around_s) > WIDE_SEARCH_S else 0.0
    usual_s = asked.prior.usual_offset_s(rows_s) if asked.prior else np.full(1, apart_s)
    if len(asked.sync):
        usual_s = np.append(usual_s, asked.sync.offset_at(rows_s))
    reach_s = (
        BAND_S
        + STRETCH_S
        + max(
            search_reach_s(asked.max_offset_s),
            abs(around_s - apart_s) + asked.max_offset_s,
            float(np.abs(usual_s - apart_s).max()) + COARSE_ABOVE_S,
        )
    )

    def around(offset_s: float) -> Span:
        start_s, end_s = rows_s[[0, -1]] + offset_s + [-reach_s, reach_s]
        return max(math.floor(start_s), 0), max(math.ceil(end_s), 0)

    return around(0.0), around(apart_s)


def _nothing(
    asked: Comparison, rows_s: Floats, around_s: float, heard: Heard
) -> tuple[Gathered, Floats32]:
    """No evidence at all, of rows at which a channel is silent."""
    if len(asked.sync):
        window = _window_around(asked.sync, rows_s)
    else:
        half_s = min(asked.max_offset_s, BAND_S)
        window = SearchWindow.around(np.full(len(rows_s), around_s), half_s, np.empty(0))
    score = np.zeros((len(rows_s), window.columns), dtype=np.float32)
    surface = ScoreSurface(rows_s, window.first_offset_s, HOP_S, score)
    unsure = np.zeros(len(rows_s), dtype=bool)
    alone = replace(surface, score=np.full_like(score, np.nan)) if asked.learned else None
    posterior = np.full_like(score, 1 / window.columns)
    return Gathered(surface, Band.all(surface), unsure, heard, alone), posterior
