"""Find large offsets coarsely, to know around where to look closely.

Onsets of 15 s stretches are correlated with all of channel 1 within reach by
fast Fourier transform; the best lag of every tenth of a second goes to the same
decoder as the fine surface.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from core.align.decode import decode
from core.align.drift_models import DRIFT_MODELS, DriftModel
from core.arrays import Floats
from core.audio.features import HOP_S, ChannelFeatures
from core.evidence.surface import ScoreSurface
from core.steps import Steps, part_of

STRETCH_S = 15.0
"""Length of the stretches that are looked for."""
CELL_S = 0.1
"""Resolution of the coarse offsets."""

_PAIRS = tuple(product(("onset_low", "onset_high"), repeat=2))
"""Feature groups of channel 0 and channel 1 that are compared: those that carry most when
nothing is known of the recording (decision 0009)."""
_FASTEST = max(model.max_slope for model in DRIFT_MODELS)
"""The offset may change by this much and no more, seconds per second."""
_MODEL = DriftModel(max_slope=0.005, slopes=9, wander=0.0005, log_prior=0.0)
"""A steady clock of few slopes; chosen by hand."""


def coarse_offsets(
    features_0: ChannelFeatures,
    features_1: ChannelFeatures,
    time_0_s: Floats,
    max_offset_s: float,
) -> Steps[Floats]:
    """Find offsets up to minutes to within about `CELL_S`.

    Parameters
    ----------
    features_0, features_1 : ChannelFeatures
    time_0_s : ndarray, shape (K,)
        Moments at which offsets are wanted, seconds.
    max_offset_s : float
        Largest offset searched, seconds.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    ndarray, shape (K,)
        Offsets, seconds.
    """
    stretch = round(STRETCH_S / HOP_S)
    cell = round(CELL_S / HOP_S)
    reach = round(max_offset_s / CELL_S) * cell
    starts = np.arange(0, max(len(features_0) - stretch // 2, 1), stretch)
    size = next_fast_len(stretch + 2 * reach, real=True)
    score = np.zeros((len(starts), 2 * reach // cell), dtype=np.float32)
    for row, start in enumerate(starts):
        total = np.zeros(2 * reach, dtype=np.float32)
        for a, b in _PAIRS:
            left = features_0.stretch(a, int(start), stretch)[:, 0]
            right = features_1.stretch(b, int(start) - reach, stretch + 2 * reach)[:, 0]
            product = np.conj(rfft(left, size)) * rfft(right, size)
            total += irfft(product, size)[: 2 * reach]
        peaks = total.reshape(-1, cell).max(axis=1)
        spread = float(peaks.std())
        if spread > 0:
            score[row] = (peaks - np.median(peaks)) / spread
        yield 0.8 * (row + 1) / len(starts)
    centre_s = np.asarray((starts + stretch / 2) * HOP_S)
    surface = ScoreSurface(
        centre_s, np.full(len(starts), -reach * HOP_S + CELL_S / 2), CELL_S, score
    )
    decoded = yield from part_of(decode(surface, (_MODEL,)), 0.8, 1.0)
    column = decoded.posterior.argmax(axis=1)
    best = surface.first_offset_s + column * CELL_S
    evidence = score[np.arange(len(column)), column]
    return np.interp(time_0_s, centre_s, _steady(best, evidence))


def _steady(offset_s: Floats, evidence: NDArray[np.float32]) -> Floats:
    """Follow the offsets outward from the clearest stretch, holding where they run off.

    Where channel 1 holds nothing of a stretch, the decoder follows noise, further
    than any clock drifts and faster than a band of the fine surface may move.

    Parameters
    ----------
    offset_s, evidence : ndarray, shape (R,)
        Decoded offset of every stretch, seconds, and its score there.

    Returns
    -------
    ndarray, shape (R,)
    """
    steady = offset_s.copy()
    clearest = int(np.argmax(evidence))
    for rows in (range(clearest + 1, len(steady)), range(clearest - 1, -1, -1)):
        held = clearest
        for row in rows:
            reach_s = _FASTEST * STRETCH_S * abs(row - held) + CELL_S
            if abs(offset_s[row] - steady[held]) <= reach_s:
                held = row
            steady[row] = steady[held]
    return steady
