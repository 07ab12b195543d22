"""From decibel codes to colours: levels and 256-entry tables."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.render.spectrogram_look import ColourMap, SpectrogramLook
from core.audio.spectra.spectrogram import STEP_DB

Table = NDArray[np.uint32]
Levels = tuple[int, int]
"""Darkest and brightest code."""

_OVER_NOISE = 8
_SMOOTH = 9
_HIGH_SHARE = 0.997
_LEAST_RANGE = 50
_ROUND = 4

_HEAT = (
    (0.00, (13, 15, 19)),
    (0.35, (22, 44, 74)),
    (0.70, (47, 108, 160)),
    (1.00, (176, 222, 250)),
)


def levels(histogram: NDArray[np.int64], look: SpectrogramLook) -> Levels:
    """Darkest and brightest code to show: by hand, or else what is worth showing.

    The automatic floor lies 4 dB over the most frequent level, the background, so
    that noise stays dark and calls stand out. Levels are rounded, to keep still
    while a file is loading.

    Parameters
    ----------
    histogram : ndarray of int, shape (256,)
        Occurrences of each code; code 0 (digital silence) is left out.
    look : SpectrogramLook
    """
    counts = histogram.copy()
    counts[0] = 0
    if not counts.any():
        return 0, 255
    background = int(np.argmax(np.convolve(counts, np.ones(_SMOOTH), mode="same")))
    if look.darkest_db is not None and look.range_db is not None:
        low = background // _ROUND * _ROUND + round(look.darkest_db / STEP_DB)
        return low, low + round(look.range_db / STEP_DB)
    share = np.cumsum(counts) / counts.sum()
    low = (background + _OVER_NOISE) // _ROUND * _ROUND
    high = -(-int(np.searchsorted(share, _HIGH_SHARE)) // _ROUND) * _ROUND
    return low, min(max(high, low + _LEAST_RANGE), 255)


def automatic_db(histogram: NDArray[np.int64]) -> tuple[float, float]:
    """The automatic levels as `SpectrogramLook` puts them: over the noise, and the range, dB."""
    low, high = levels(histogram, SpectrogramLook())
    return _OVER_NOISE * STEP_DB, (high - low) * STEP_DB


@lru_cache(maxsize=32)
def spectrogram_table(low: int, high: int, colours: ColourMap = ColourMap.MAGMA) -> Table:
    """Colours of the 256 codes between two levels, as 0xffRRGGBB."""
    share = np.clip((np.arange(256) - low) / max(high - low, 1), 0, 1)
    return _packed(_steps(colours)[np.rint(255 * share).astype(int)])


@lru_cache(maxsize=1)
def heat_table() -> Table:
    """Colours of evidence from none (0) to strong (255), as 0xffRRGGBB."""
    at = [stop for stop, _ in _HEAT]
    where = np.arange(256) / 255
    parts = [np.interp(where, at, [colour[part] for _, colour in _HEAT]) for part in range(3)]
    return _packed(np.stack(parts, axis=1))


@lru_cache(maxsize=len(ColourMap))
def _steps(colours: ColourMap) -> NDArray[np.uint8]:
    """A map's colours from darkest to brightest, shape (256, 3)."""
    if colours in (ColourMap.GREY, ColourMap.INVERTED_GREY):
        grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
        return grey if colours is ColourMap.GREY else grey[::-1]
    import pyqtgraph as pg

    # As many as there are codes.
    found: NDArray[np.uint8] = pg.colormap.get(colours.value).getColors(mode="byte")
    return found[:, :3]


def _packed(rgb: NDArray[np.float64] | NDArray[np.uint8]) -> Table:
    red, green, blue = rgb.astype(np.uint32).T
    table: Table = np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
    table.flags.writeable = False
    return table
