"""Neighbouring windows of channel 0, and the stretch of channel 1 that holds their matches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats

WINDOW = 100
"""Frames of 10 ms in a window: a second, as rows of the score surface have it."""
ROWS = 16
REACH = 250
"""Offsets to either side of the true one, frames."""
_FROM_EDGE = 40
"""The true offset is no nearer to the ends of those compared, frames."""
LAGS = 2 * REACH
"""Offsets compared with each window."""
FRAMES = ROWS * WINDOW
"""Of channel 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Where the windows and their matches are.

    Parameters
    ----------
    start : int
        First frame of channel 0, of which there are `FRAMES`.
    start_1 : int
        First frame of channel 1; may lie before its beginning.
    frames_1 : int
        How many of channel 1.
    place : ndarray, shape (ROWS,)
        Where each window's match begins in the stretch of channel 1, frames; NaN where channel 1
        does not hold it.
    """

    start: int
    start_1: int
    frames_1: int
    place: Floats

    @classmethod
    def at(cls, start: int, offset: Floats, inside: NDArray[np.bool_]) -> Windows:
        """From a frame of channel 0 on.

        Parameters
        ----------
        start : int
        offset : ndarray, shape (T,)
            True offset at every frame of channel 0, frames.
        inside : ndarray of bool, shape (T,)
            Whether it is known there, and channel 1 holds that moment.
        """
        centre = start + WINDOW * np.arange(ROWS) + WINDOW // 2
        here = offset[centre].astype(np.float64)
        low, high = int(here.min()) - REACH, int(here.max()) + REACH + 1
        place = WINDOW * np.arange(ROWS) + here - low
        place[~inside[centre]] = np.nan
        return cls(start, start + low, FRAMES + high - low, place)


def first_lags(rng: np.random.Generator, place: Floats, frames_1: int) -> NDArray[np.intp]:
    """Where the offsets compared with each window begin; the true one lies anywhere inside."""
    first = np.rint(place) - rng.integers(_FROM_EDGE, LAGS - _FROM_EDGE, len(place))
    return np.clip(first, 0, frames_1 - WINDOW - LAGS + 1).astype(np.intp)
