"""Spectral evidence: banded correlations of feature groups, one surface a term.

Each term compares one feature group of channel 0 with one of channel 1 (also
across frequency zones: a transmitter on a bird hears low what a microphone
hears high). Terms stay apart so that their weights can be fitted to the
recording at hand; see `core.align.weights`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.audio.features import HOP_S, ChannelFeatures
from core.evidence.terms import TermSurfaces, unit_spread

Floats = NDArray[np.float64]
Scores = NDArray[np.float32]

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

Fitted by ``benchmarks/fit_evidence_weights.py`` on simulated scenes and on the one
two-sensor recording whose licence allows it.
"""

_ENERGY_FLOOR = 0.1
_ROWS_A_BATCH = 25


def term_surfaces(
    features_0: ChannelFeatures,
    features_1: ChannelFeatures,
    time_0_s: Floats,
    first_offset_s: Floats,
    columns: int,
) -> Iterator[float | TermSurfaces]:
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
    TermSurfaces
        Once, last.
    """
    first = np.rint(np.asarray(first_offset_s) / HOP_S).astype(np.intp)
    centre = np.rint(np.asarray(time_0_s) / HOP_S).astype(np.intp)
    window = round(WINDOW_S / HOP_S)
    rows, names = len(centre), list(dict.fromkeys(n for pair in TERMS for n in pair))
    energy_0 = {n: _window_energy(features_0, n, window) for n in names}
    energy_1 = {n: _window_energy(features_1, n, window) for n in names}
    terms = np.zeros((len(TERMS), rows, columns), dtype=np.float16)
    for row in range(rows):
        start_0 = int(centre[row]) - window // 2
        start_1 = start_0 + int(first[row])
        left = {n: features_0.stretch(n, start_0, window) for n in names}
        right = {n: features_1.stretch(n, start_1, window + columns - 1) for n in names}
        norm_0 = {n: np.sqrt(np.sum(left[n] ** 2) + energy_0[n]) for n in names}
        norm_1 = {n: _norms(right[n], window, energy_1[n]) for n in names}
        for term, (a, b) in enumerate(TERMS):
            match = _correlate(left[a], right[b]) / (norm_0[a] * norm_1[b])
            terms[term, row] = match - match.mean()
        if (row + 1) % _ROWS_A_BATCH == 0:
            yield (row + 1) / rows
    for surface in terms:
        surface[:] = unit_spread(surface)
    yield TermSurfaces(np.asarray(time_0_s), np.asarray(first * HOP_S), terms, DEFAULT_WEIGHTS)


def _window_energy(features: ChannelFeatures, name: str, window: int) -> float:
    """Energy floor of a window: a tenth of the mean window's energy."""
    group = features.groups[name]
    return _ENERGY_FLOOR * window * float(np.mean(np.sum(group.astype(np.float32) ** 2, axis=1)))


def _norms(frames: Scores, window: int, floor: float) -> Scores:
    total = np.concatenate([[0.0], np.cumsum(np.sum(frames**2, axis=1, dtype=np.float64))])
    energy = total[window:] - total[:-window]
    return np.asarray(np.sqrt(energy + floor + 1e-12), dtype=np.float32)


def _correlate(left: Scores, right: Scores) -> Scores:
    """Sums of frame products at every lag, shape (len(right) - len(left) + 1,)."""
    if left.shape[1] == 1:
        return np.correlate(right[:, 0], left[:, 0], mode="valid")
    products = left @ right.T
    lags = products.shape[1] - len(left) + 1
    down, along = products.strides
    diagonals = np.lib.stride_tricks.as_strided(
        products, (len(left), lags), (down + along, along), writeable=False
    )
    return np.asarray(diagonals.sum(axis=0))
