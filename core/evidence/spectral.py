"""Spectral evidence: banded correlations of feature groups, one surface a term.

Each term compares one feature group of channel 0 with one of channel 1 (also
across frequency zones: a transmitter on a bird hears low what a microphone
hears high). Terms stay apart so that their weights can be fitted to the
recording at hand; see `core.align.weights`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Floats32
from core.audio.spectra.features import HOP_S, ChannelFeatures
from core.audio.spectra.fixed_point import FixedPoint
from core.evidence.correlation import (
    block_spectra,
    blocks_of,
    correlations,
    window_spectra,
)
from core.evidence.terms import TermSurfaces, unit_spread
from core.steps import Steps

WINDOW_S = 1.0
"""Length of the stretch of channel 0 that is looked for; rows are this far apart."""

TERMS: tuple[tuple[str, str], ...] = (
    ("flux", "flux"),
    ("level", "level"),
    *(
        (f"{kind}_{a}", f"{kind}_{b}")
        for kind in ("onset", "call")
        for a, b in product(("low", "high"), repeat=2)
    ),
)
"""Feature groups of channel 0 and channel 1 that are compared."""

DEFAULT_WEIGHTS: Floats = np.array([0.68, 0.12, 0.18, 0.0, 0.22, 0.0, 0.19, 0.0, 0.15, 0.0])
"""Nats per standard deviation of each term before a recording has been seen.

Fitted by ``benchmarks/making/fit_evidence_weights.py`` on simulated scenes and on the one
two-sensor recording whose licence allows it.
"""

_ENERGY_FLOOR = 0.1
"""Added to every window's energy, share of the mean window's: near silence correlates with
nothing; chosen by hand."""
_ROWS_A_BATCH = 25
"""Rows correlated between two chances to cancel; chosen by hand."""
_CODES_A_UNIT = 16_000.0
"""A correlation less the mean of its row lies between -2 and 2."""


def term_surfaces(
    features_0: ChannelFeatures,
    features_1: ChannelFeatures,
    time_0_s: Floats,
    first_offset_s: Floats,
    columns: int,
) -> Steps[TermSurfaces]:
    """Correlate windows of channel 0 with channel 1 over a band of offsets.

    Parameters
    ----------
    features_0, features_1 : ChannelFeatures
    time_0_s : ndarray, shape (K,)
        Window centres, seconds; `WINDOW_S` apart, so that no frame counts twice.
    first_offset_s : ndarray, shape (K,)
        First offset of each row, seconds; rounded to 10 ms.
    columns : int
        Offsets per row, L, 10 ms apart.

    Yields
    ------
    float
        Share of the rows done, after every batch.

    Returns
    -------
    TermSurfaces
        One a pair of `TERMS`, with `DEFAULT_WEIGHTS`.
    """
    first = np.rint(np.asarray(first_offset_s) / HOP_S).astype(np.intp)
    centre = np.rint(np.asarray(time_0_s) / HOP_S).astype(np.intp)
    window = round(WINDOW_S / HOP_S)
    names = list(dict.fromkeys(n for pair in TERMS for n in pair))
    floors = [
        {n: _energy_floor(features, n, window) for n in names}
        for features in (features_0, features_1)
    ]
    codes = np.zeros((len(TERMS), len(centre), columns), dtype=np.int16)
    for rows in _runs(centre, first, window):
        count = rows.stop - rows.start
        start_0 = int(centre[rows.start]) - window // 2
        start_1 = start_0 + int(first[rows.start])
        length_1 = (count + blocks_of(columns, window)) * window
        left = {n: features_0.stretch(n, start_0, count * window) for n in names}
        right = {n: features_1.stretch(n, start_1, length_1) for n in names}
        if not all(any(frames.any() for frames in side.values()) for side in (left, right)):
            continue
        norm_0 = {n: _norms(left[n], window, floors[0][n])[::window, None] for n in names}
        norm_1 = {n: _norms(right[n], window, floors[1][n]) for n in names}
        windows = {n: window_spectra(left[n], window) for n in names}
        blocks = {n: block_spectra(right[n], window) for n in names}
        for term, (a, b) in enumerate(TERMS):
            norms = np.lib.stride_tricks.sliding_window_view(norm_1[b], columns)[::window][:count]
            match = correlations(windows[a], blocks[b], columns)
            match /= norm_0[a] * norms
            match -= match.mean(axis=1, keepdims=True)
            match *= _CODES_A_UNIT
            codes[term, rows] = np.rint(match, out=match)
        yield rows.stop / len(centre)
    parts = tuple(unit_spread(FixedPoint(surface, 1 / _CODES_A_UNIT)) for surface in codes)
    return TermSurfaces(np.asarray(time_0_s), np.asarray(first * HOP_S), parts, DEFAULT_WEIGHTS)


def _runs(centre: NDArray[np.intp], first: NDArray[np.intp], window: int) -> Iterator[slice]:
    """Rows whose windows follow each other without a gap and start at the same offset."""
    ends = np.flatnonzero((np.diff(centre) != window) | (np.diff(first) != 0)) + 1
    for start, end in pairwise([0, *ends.tolist(), len(centre)]):
        for low in range(start, end, _ROWS_A_BATCH):
            yield slice(low, min(low + _ROWS_A_BATCH, end))


def _energy_floor(features: ChannelFeatures, name: str, window: int) -> float:
    """A tenth of the mean window's energy, of windows in which anything is heard."""
    group = features.groups[name][:]
    mean = float(np.mean(np.einsum("td,td->t", group, group))) / features.heard_share
    return _ENERGY_FLOOR * window * mean


def _norms(frames: Floats32, window: int, floor: float) -> Floats32:
    """Root of the energy of every window, over a floor; shape (len(frames) - window + 1,)."""
    energy = np.einsum("td,td->t", frames, frames)
    total = np.concatenate([[0.0], np.cumsum(energy, dtype=np.float64)])
    return np.asarray(np.sqrt(total[window:] - total[:-window] + floor + 1e-12), dtype=np.float32)
