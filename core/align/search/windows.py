"""Which offsets are compared closely: a window around none, or a band along coarse offsets.

Close to zero, or to where the clocks were before, the fine evidence finds what no coarse search
does, so the window of the near offsets is compared unless a coarse search over minutes points
elsewhere. Then both are, and the evidence decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.align.decoding.carried import decode_carried
from core.align.decoding.drift_models import FIRST_MODEL
from core.align.decoding.prior import DriftPrior
from core.align.limits import COARSE_ABOVE_S, WIDE_SEARCH_S
from core.align.path import OffsetPath
from core.align.search.coarse import APART_S, STRETCH_S, CoarseOffsets, CoarsePath
from core.align.search.ends import beyond_restart, untold_ends
from core.arrays import Floats
from core.audio.spectra.features import HOP_S, ChannelFeatures
from core.evidence.spectral import term_surfaces
from core.evidence.surface import ScoreSurface
from core.evidence.terms import TermSurfaces
from core.steps import Steps, part_of

BAND_S = 5.0
"""Half width of the band searched around coarse offsets, seconds."""
_MARGIN_S = 3.0
"""What a window that the offsets of a path share, jumps and all, has to spare at either side,
seconds. It is as wide as paths are apart: most restarts that only close comparison finds fit in."""
_WIDEST_S = 24.0
"""A window up to here is widened to hold both sides of a restart, seconds; chosen by hand."""
_NEAR = 0.5
"""A stretch less probably near than this asks for a look elsewhere."""
PERHAPS_ELSEWHERE = 0.5
"""No more than this is the probability of an offset near the edge of what was compared."""
_EDGE_S = 0.15
"""So near to the first or last offset of a row is the edge, seconds."""
FAR_NATS = 12.0
"""Evidence by which a window elsewhere must outdo the first, nats. On development recordings one of
three windows in which nothing matched did by up to 8, where channel 1 truly was by 20 and more."""
_RESTART_NATS = 3.0
"""The same of a window in which a recorder started again: by chance up to 2.6, with a restart in it
from 3 on, mostly 8 and more."""
_RESTART_KEEPS = (0.1, 0.9)
"""Share of the first window's path that such a window keeps, least and most. One that keeps all has
found nothing more: in noise it had 4.4 more by chance."""
_SAME_S = 0.3
"""Offsets nearer to each other than this are the same, seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class SearchWindow:
    """The offsets that every row is compared at.

    Parameters
    ----------
    first_offset_s : ndarray, shape (K,)
        First offset of every row, seconds.
    columns : int
        Offsets a row, `core.audio.spectra.features.HOP_S` apart.
    unsure_s : ndarray, shape (J,)
        Moments of channel 0 around which the band jumps, or that may lie where a recorder started
        again, seconds: what is near them may be at an offset that is not compared.
    """

    first_offset_s: Floats
    columns: int
    unsure_s: Floats

    @classmethod
    def around(cls, centre_s: Floats, half_s: float, unsure_s: Floats) -> SearchWindow:
        """The offsets near a centre.

        Parameters
        ----------
        centre_s : ndarray, shape (K,)
            Of every row, seconds.
        half_s : float
            How near, to either side, seconds.
        unsure_s : ndarray, shape (J,)
            As `SearchWindow`.

        Returns
        -------
        SearchWindow
        """
        return cls(centre_s - half_s, cls.columns_within(half_s), unsure_s)

    def reaching(
        self, rows_s: Floats, beyond: NDArray[np.intp], offset_s: Floats
    ) -> SearchWindow | None:
        """The same with room for other offsets of the first or the last rows.

        Parameters
        ----------
        rows_s : ndarray, shape (K,)
            Seconds.
        beyond : ndarray of int, shape (E,)
            Which rows.
        offset_s : ndarray, shape (E,)
            Of these, seconds.

        Returns
        -------
        SearchWindow or None
            None where it has room for them.
        """
        width_s = HOP_S * (self.columns - 1)
        away_s = offset_s - self.first_offset_s[beyond]
        if (away_s >= 0).all() and (away_s <= width_s).all():
            return None
        low_s = min(self.first_offset_s.min(), offset_s.min() - _MARGIN_S)
        high_s = max(self.first_offset_s.max() + width_s, offset_s.max() + _MARGIN_S)
        if high_s - low_s <= _WIDEST_S:
            middle_s = np.full(len(rows_s), (low_s + high_s) / 2)
            return SearchWindow.around(middle_s, (high_s - low_s) / 2, self.unsure_s)
        first_offset_s = self.first_offset_s.copy()
        first_offset_s[beyond] = offset_s - width_s / 2
        seam_s = rows_s[beyond[-1] if beyond[0] == 0 else beyond[0]]
        return SearchWindow(first_offset_s, self.columns, np.append(self.unsure_s, seam_s))

    @staticmethod
    def columns_within(half_s: float) -> int:
        """How many offsets are no further than so many seconds from a centre."""
        return 2 * round(half_s / HOP_S) + 1

    def is_unsure(self, rows_s: Floats) -> NDArray[np.bool_]:
        """Which moments of channel 0 may be at an offset that is not compared.

        Parameters
        ----------
        rows_s : ndarray, shape (K,)
            Seconds.

        Returns
        -------
        ndarray of bool, shape (K,)
        """
        apart_s = np.abs(rows_s[:, None] - self.unsure_s[None, :])
        return np.asarray((apart_s <= STRETCH_S / 2).any(axis=1))


def is_at_edge(surface: ScoreSurface, path: OffsetPath) -> NDArray[np.bool_]:
    """Which rows' path runs along the first or last offset that was compared.

    Parameters
    ----------
    surface : ScoreSurface
    path : OffsetPath
        At its rows.

    Returns
    -------
    ndarray of bool, shape (K,)
    """
    column = surface.column(path.offset_s)
    edge = _EDGE_S / surface.step_s
    return np.asarray((column < edge) | (column > surface.score.shape[1] - 1 - edge))


def search_reach_s(max_offset_s: float) -> float:
    """How far the coarse search looks.

    Parameters
    ----------
    max_offset_s : float
        As `AlignOptions.max_offset_s`, seconds.

    Returns
    -------
    float
        Seconds.
    """
    return max(max_offset_s, WIDE_SEARCH_S)


def search_windows(
    coarse: CoarseOffsets,
    rows_s: Floats,
    max_offset_s: float,
    prior: DriftPrior | None = None,
    around_s: float = 0.0,
) -> tuple[SearchWindow, ...]:
    """Where to look closely; the first of them is the one to trust where evidence is even.

    Parameters
    ----------
    coarse : CoarseOffsets
        With offsets up to `max_offset_s` from `around_s` counted as near.
    rows_s : ndarray, shape (K,)
        Moments of channel 0, seconds.
    max_offset_s : float
        Up to here from `around_s` offsets are near, seconds.
    prior : DriftPrior, optional
        What it expects is looked at closely, wherever that is.
    around_s : float
        Where the clocks were before these rows, seconds.

    Returns
    -------
    tuple of SearchWindow
        One to five.
    """
    by_ear = _windows_by_ear(coarse, rows_s, max_offset_s, around_s)
    if prior is None:
        return by_ear
    usual_s, reach_s = prior.usual_offset_s(rows_s), prior.reach_s(rows_s)
    near = max_offset_s <= COARSE_ABOVE_S
    if near and (np.abs(usual_s - around_s) + reach_s <= max_offset_s).all():
        return by_ear
    half_s = min(max(reach_s, BAND_S), COARSE_ABOVE_S)
    return (SearchWindow.around(usual_s, half_s, np.empty(0)), *by_ear)


def _windows_by_ear(
    coarse: CoarseOffsets, rows_s: Floats, max_offset_s: float, around_s: float
) -> tuple[SearchWindow, ...]:
    near = SearchWindow.around(np.full(len(rows_s), around_s), max_offset_s, np.empty(0))
    is_near = max_offset_s <= COARSE_ABOVE_S
    if is_near and (coarse.within >= _NEAR).all():
        return (near,)
    along = tuple(_window_along(path, rows_s) for path in coarse.paths)
    return (near, *along) if is_near else along


def _window_along(path: CoarsePath, rows_s: Floats) -> SearchWindow:
    low_s, high_s = float(path.offset_s.min()), float(path.offset_s.max())
    if (high_s - low_s) / 2 + _MARGIN_S <= APART_S:
        middle_s = np.full(len(rows_s), (low_s + high_s) / 2)
        return SearchWindow.around(middle_s, APART_S, np.empty(0))
    return SearchWindow.around(path.at(rows_s), BAND_S, path.jumps_s)


def likelier_window(
    features: tuple[ChannelFeatures, ChannelFeatures],
    rows_s: Floats,
    windows: tuple[SearchWindow, ...],
    prior: DriftPrior | None = None,
    *,
    beyond: bool = False,
) -> Steps[tuple[SearchWindow, TermSurfaces]]:
    """Compare the channels in all windows, and keep the one with most evidence.

    It is the first where no other has more than chance may bring. Where its path tells little of
    the first or last rows, these are looked for further away.

    Parameters
    ----------
    features : tuple of two ChannelFeatures
    rows_s : ndarray, shape (K,)
        Moments of channel 0, seconds.
    windows : tuple of SearchWindow
    prior : DriftPrior, optional
    beyond : bool
        Whether they are; the rows of a section have ends where the recording has none.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    window : SearchWindow
    terms : TermSurfaces
        The spectral terms in it.
    """
    if len(windows) == 1 and not beyond:
        return windows[0], (yield from _compared(features, rows_s, windows[0]))
    best: _Look | None = None
    first: _Look | None = None
    most = -np.inf
    for number, window in enumerate(windows):
        start, end = 0.8 * number / len(windows), 0.8 * (number + 1) / len(windows)
        look = yield from part_of(_look(features, rows_s, window, prior), start, end)
        first = first or look
        evidence = look.log_evidence - look.handicap(first)
        if evidence > most:
            best, most = look, evidence
    assert best is not None
    for number, rows in enumerate(untold_ends(best.nats) if beyond else ()):
        start, end = 0.8 + 0.1 * number, 0.9 + 0.1 * number
        looking = beyond_restart(features, rows_s, rows, (best.path_s, best.nats))
        found = yield from part_of(looking, start, (start + end) / 2)
        wider = found and best.window.reaching(rows_s, *found)
        if found and wider:
            comparing = _look(features, rows_s, wider, prior)
            look = yield from part_of(comparing, (start + end) / 2, end)
            more = look.log_evidence - best.log_evidence
            if more > look.handicap(best):
                best = look
            elif more > -FAR_NATS:
                best = best.doubting(rows_s[found[0]])
    return best.window, best.terms


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A window, its spectral terms, their evidence, and offset and evidence of every row."""

    window: SearchWindow
    terms: TermSurfaces
    log_evidence: float
    path_s: Floats
    nats: Floats

    def doubting(self, moments_s: Floats) -> _Look:
        """The same where moments of channel 0, seconds, may lie elsewhere."""
        unsure_s = np.append(self.window.unsure_s, moments_s)
        return replace(self, window=replace(self.window, unsure_s=unsure_s))

    def handicap(self, first: _Look) -> float:
        """Nats by which this window must outdo the one to trust where evidence is even.

        One that keeps part of its path is no other place: what it has more was found beyond,
        after paying for a jump.
        """
        if self is first:
            return 0.0
        return _RESTART_NATS if _is_restart(first.path_s, self.path_s) else FAR_NATS


def _compared(
    features: tuple[ChannelFeatures, ChannelFeatures], rows_s: Floats, window: SearchWindow
) -> Steps[TermSurfaces]:
    return (yield from term_surfaces(*features, rows_s, window.first_offset_s, window.columns))


def _look(
    features: tuple[ChannelFeatures, ChannelFeatures],
    rows_s: Floats,
    window: SearchWindow,
    prior: DriftPrior | None,
) -> Steps[_Look]:
    terms = yield from part_of(_compared(features, rows_s, window), 0.0, 0.5)
    surface = terms.combined(terms.prior)
    decoded, _ = yield from part_of(decode_carried(surface, prior, FIRST_MODEL), 0.5, 1.0)
    path_s = window.first_offset_s + HOP_S * decoded.posterior.argmax(axis=1)
    nats = surface.at(path_s).astype(np.float64)
    return _Look(window, terms, decoded.log_evidence, path_s, nats)


def _is_restart(first_s: Floats, other_s: Floats) -> bool:
    """Whether of two paths of offsets, seconds, part is the same and part is not."""
    least, most = _RESTART_KEEPS
    return bool(least <= np.mean(np.abs(other_s - first_s) < _SAME_S) <= most)
