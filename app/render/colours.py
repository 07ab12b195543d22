"""From decibel codes to colours: automatic levels and 256-entry tables."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.uint32]

_OVER_NOISE = 8
_SMOOTH = 9
_HIGH_SHARE = 0.997
_LEAST_RANGE = 50
_ROUND = 4

_SPECTROGRAM = (
    (0.00, (8, 9, 14)),
    (0.25, (45, 24, 88)),
    (0.50, (135, 39, 120)),
    (0.75, (232, 96, 82)),
    (0.90, (252, 185, 104)),
    (1.00, (252, 251, 208)),
)
_HEAT = (
    (0.00, (13, 15, 19)),
    (0.35, (22, 44, 74)),
    (0.70, (47, 108, 160)),
    (1.00, (176, 222, 250)),
)


def auto_levels(histogram: NDArray[np.int64]) -> tuple[int, int]:
    """Darkest and brightest code worth showing.

    The floor lies 4 dB over the most frequent level, the background, so that
    noise stays dark and calls stand out. Both are rounded, to keep still
    while a file is loading.

    Parameters
    ----------
    histogram : ndarray of int, shape (256,)
        Occurrences of each code; code 0 (digital silence) is left out.
    """
    counts = histogram.copy()
    counts[0] = 0
    if not counts.any():
        return 0, 255
    share = np.cumsum(counts) / counts.sum()
    background = int(np.argmax(np.convolve(counts, np.ones(_SMOOTH), mode="same")))
    low = (background + _OVER_NOISE) // _ROUND * _ROUND
    high = -(-int(np.searchsorted(share, _HIGH_SHARE)) // _ROUND) * _ROUND
    return low, min(max(high, low + _LEAST_RANGE), 255)


@lru_cache(maxsize=32)
def spectrogram_table(low: int, high: int) -> Table:
    """Colours of the 256 codes between two levels, as 0xffRRGGBB."""
    return _table(_SPECTROGRAM, np.clip((np.arange(256) - low) / max(high - low, 1), 0, 1))


@lru_cache(maxsize=1)
def heat_table() -> Table:
    """Colours of evidence from none (0) to strong (255), as 0xffRRGGBB."""
    return _table(_HEAT, np.arange(256) / 255)


def _table(
    stops: tuple[tuple[float, tuple[int, int, int]], ...], where: NDArray[np.float64]
) -> Table:
    at = [stop for stop, _ in stops]
    red, green, blue = (
        np.asarray(np.interp(where, at, [colour[part] for _, colour in stops]), dtype=np.uint32)
        for part in range(3)
    )
    opaque = np.uint32(0xFF000000)
    table: Table = opaque | (red << np.uint32(16)) | (green << np.uint32(8)) | blue
    table.flags.writeable = False
    return table
