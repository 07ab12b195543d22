"""Find large offsets coarsely, to know around where to look closely.

Onsets of 15 s stretches are correlated with all of channel 1 within reach by
fast Fourier transform; the best lag of every tenth of a second goes to the same
decoder as the fine surface, under a clock that may also jump anywhere: recorders
restart, and files are changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from core.align.decoding.decode import decode
from core.align.decoding.drift_models import DriftModel
from core.align.search.likeliest import likeliest_paths
from core.arrays import Floats, Floats32
from core.audio.spectra.features import HOP_S, ChannelFeatures
from core.evidence.surface import ScoreSurface
from core.evidence.terms import likelihood_ratios
from core.steps import Steps, part_of

STRETCH_S = 15.0
"""Length of the stretches that are looked for, seconds."""
CELL_S = 0.1
"""Resolution of the coarse offsets, seconds."""

_APART_S = 7.5
"""From one stretch to the next: half overlapping, so that a jump is seen within a few seconds."""
_MOST_STRETCHES = 400
"""In longer recordings stretches follow each other without overlap: cost is worth more there."""
_ONSETS = ("onset_low", "onset_high")
"""Feature groups that are compared, also across zones: they carry most when nothing is known
of the recording (decision 0009)."""
_NATS_A_SD = 0.7
"""Evidence of a peak that stands a standard deviation above its row's median, nats; chosen on
drifted recordings A, B and D and simulated scenes among 0.5 to 1.3."""
APART_S = 8.0
"""Paths nearer to each other than this are one, seconds."""
_MOST_PATHS = 5
_USUAL_S = 60.0
"""Scale of offsets before anything is heard (two-sided exponential), seconds; chosen on drifted
recordings A, B and D and simulated scenes."""
_LEAST_HEARD = 0.3
"""Share of a stretch that channel 1 must have run for to tell of an offset; chosen by hand."""
_MODEL = DriftModel(0.02, 9, 0.002, 0.0, jump_probability=1e-3, lost_probability=1e-6)
"""A clock of few slopes; chosen by hand."""


@dataclass(frozen=True, slots=True, eq=False)
class CoarsePath:
    """Where channel 1 may roughly lie.

    Parameters
    ----------
    centre_s : ndarray, shape (R,)
        Middles of the stretches on channel 0, seconds.
    offset_s : ndarray, shape (R,)
        Offset of each, seconds, to within about `CELL_S`.
    """

    centre_s: Floats
    offset_s: Floats

    def at(self, time_0_s: Floats) -> Floats:
        """Offset at moments of channel 0: linear between stretches, a step at a jump.

        Parameters
        ----------
        time_0_s : ndarray, shape (K,)
            Seconds.

        Returns
        -------
        ndarray, shape (K,)
            Seconds.
        """
        joined = np.interp(time_0_s, self.centre_s, self.offset_s)
        middle = (self.centre_s[1:] + self.centre_s[:-1]) / 2
        nearest = self.offset_s[np.searchsorted(middle, time_0_s)]
        return np.where(np.abs(joined - nearest) > _JUMP_S / 2, nearest, joined)

    @property
    def jumps_s(self) -> Floats:
        """Moments of channel 0 around which the offset jumps, shape (J,), seconds."""
        at = np.flatnonzero(np.abs(np.diff(self.offset_s)) > _JUMP_S)
        return np.asarray((self.centre_s[at] + self.centre_s[at + 1]) / 2)


_JUMP_S = 1.0
"""A larger step between two stretches is a jump and no drift, seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class CoarseOffsets:
    """Where channel 1 roughly lies.

    Parameters
    ----------
    paths : tuple of CoarsePath
        The likeliest, and those that are nearly as likely.
    within : ndarray, shape (R,)
        Probability that the offset of a stretch is one of the near ones.
    """

    paths: tuple[CoarsePath, ...]
    within: Floats


def coarse_offsets(
    features_0: ChannelFeatures,
    features_1: ChannelFeatures,
    reach_s: float,
    near_s: float,
    around_s: float = 0.0,
) -> Steps[CoarseOffsets]:
    """Find offsets up to minutes to within about `CELL_S`.

    Parameters
    ----------
    features_0, features_1 : ChannelFeatures
    reach_s : float
        How far is searched, seconds.
    near_s, around_s : float
        Offsets no further than the first from the second count as near, seconds; it is around
        the second that is searched.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    CoarseOffsets
    """
    compared = _surface(features_0, features_1, reach_s, around_s)
    surface = yield from part_of(compared, 0.0, 0.8)
    decoded = yield from part_of(decode(surface, (_MODEL,)), 0.8, 1.0)
    offset_s = surface.first_offset_s[0] + CELL_S * np.arange(surface.score.shape[1])
    found = likeliest_paths(surface.score, round(APART_S / CELL_S), _MOST_PATHS)
    return CoarseOffsets(
        tuple(CoarsePath(surface.time_0_s, offset_s[columns]) for columns in found),
        decoded.posterior[:, np.abs(offset_s - around_s) <= near_s].sum(axis=1, dtype=np.float64),
    )


def _onsets(features: ChannelFeatures, start: int, length: int) -> Floats32:
    """Onsets of all zones together, shape (length,)."""
    low, high = (features.stretch(name, start, length)[:, 0] for name in _ONSETS)
    return np.asarray(low + high)


def _surface(
    features_0: ChannelFeatures, features_1: ChannelFeatures, reach_s: float, around_s: float
) -> Steps[ScoreSurface]:
    stretch, cell = round(STRETCH_S / HOP_S), round(CELL_S / HOP_S)
    reach = round(reach_s / CELL_S) * cell
    centre = round(around_s / CELL_S) * cell
    last = max(len(features_0) - stretch // 2, 1)
    apart = round(_APART_S / HOP_S)
    starts = np.arange(0, last, apart if last <= _MOST_STRETCHES * apart else stretch)
    starts += features_0.first_frame
    size = next_fast_len(stretch + 2 * reach, real=True)
    score = np.zeros((len(starts), 2 * reach // cell), dtype=np.float32)
    offset_s = HOP_S * (np.arange(0, 2 * reach, cell) - reach + centre) + CELL_S / 2
    starts_1_s = HOP_S * features_1.first_frame
    ends_1_s = starts_1_s + HOP_S * len(features_1)
    for row, start in enumerate(starts):
        # Every zone is compared with every zone: the product of the sums.
        left = _onsets(features_0, int(start), stretch)
        right = _onsets(features_1, int(start) - reach + centre, stretch + 2 * reach)
        if not (left.any() and right.any()):
            continue
        product = np.conj(rfft(left, size)) * rfft(right, size)
        peaks = irfft(product, size)[: 2 * reach].reshape(-1, cell).max(axis=1)
        begins_s = start * HOP_S + offset_s
        heard_s = np.minimum(begins_s + STRETCH_S, ends_1_s) - np.maximum(begins_s, starts_1_s)
        score[row] = _told(peaks, heard_s >= _LEAST_HEARD * STRETCH_S)
        yield (row + 1) / len(starts)
    centre_s = np.asarray((starts + stretch / 2) * HOP_S)
    usual = np.exp(-np.abs(offset_s - around_s) / _USUAL_S)
    score[0] += np.log(usual / usual.mean())
    return ScoreSurface(centre_s, np.full(len(starts), offset_s[0]), CELL_S, score)


def _told(peaks: Floats32, is_heard: NDArray[np.bool_]) -> Floats32:
    """Log-likelihood ratios of the offsets of a stretch, shape (L,).

    Zero where channel 1 was not running: that it has not begun or has ended speaks for no offset
    and against none.
    """
    told = np.zeros(len(peaks), dtype=np.float32)
    heard = peaks[is_heard]
    spread = float(heard.std()) if len(heard) else 0.0
    if spread > 0:
        nats = _NATS_A_SD * (heard - np.median(heard)) / spread
        told[is_heard] = likelihood_ratios(nats[None, :])[0]
    return told
