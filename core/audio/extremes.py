"""Waveforms to look at: the lowest and the highest sample of stretches, with a pyramid of both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.channels import Samples

Codes = NDArray[np.int16]

_MOST_COLUMNS = 1 << 21
_FEWEST_COLUMNS = 1024
_GROUP = 4
_FULL = 32767
_NOTHING = (np.int16(_FULL), np.int16(-_FULL - 1))
"""Lowest above highest: no sample has come yet."""
_MOST_A_PLACE = 8
"""Columns that are gone through for one place of a picture, before a coarser level is taken."""


class Extremes:
    """The lowest and highest samples of a channel as they arrive.

    One thread adds samples, in any order; others may read at any time. A column is one sample in
    short recordings; long ones have up to two million columns, 11 MB with the pyramid.

    Parameters
    ----------
    rate_hz : int
    samples : int
        Length of the channel.
    """

    def __init__(self, rate_hz: int, samples: int) -> None:
        self._rate_hz, self._samples = rate_hz, samples
        self.step = 1
        while samples > self.step * _MOST_COLUMNS:
            self.step *= 2
        self._levels: list[tuple[Codes, Codes]] = []
        columns = max(-(-samples // self.step), 1)
        while not self._levels or columns > _FEWEST_COLUMNS:
            columns = columns if not self._levels else -(-columns // _GROUP)
            low, high = (np.full(columns, code, dtype=np.int16) for code in _NOTHING)
            self._levels.append((low, high))

    def add(self, samples: Samples, at: int) -> None:
        """Put samples, shape (N,), that begin at sample `at`."""
        codes = np.clip(np.rint(_FULL * samples[: self._samples - at]), -_FULL, _FULL)
        low, high = (codes.astype(np.int16),) * 2
        group = self.step
        for levels_low, levels_high in self._levels:
            low, high = _grouped(low, at, group, np.minimum), _grouped(high, at, group, np.maximum)
            at //= group
            seen = slice(at, at + len(low))
            low = levels_low[seen] = np.minimum(levels_low[seen], low)
            high = levels_high[seen] = np.maximum(levels_high[seen], high)
            group = _GROUP

    def between(self, edges_s: Floats) -> tuple[Floats, Floats]:
        """The lowest and the highest sample between one moment and the next.

        Parameters
        ----------
        edges_s : ndarray, shape (N + 1,)
            On the channel's clock, rising.

        Returns
        -------
        pair of ndarray, shape (N,)
            Full scale is -1 to 1; NaN where nothing has come yet, or the channel does not run.
        """
        column_s, level = self.step / self._rate_hz, 0
        place_s = float(edges_s[-1] - edges_s[0]) / max(len(edges_s) - 1, 1)
        while level + 1 < len(self._levels) and place_s > _MOST_A_PLACE * column_s:
            level, column_s = level + 1, column_s * _GROUP
        low, high = self._levels[level]
        at = np.clip(np.floor(edges_s / column_s), 0, len(low) - 1).astype(np.intp)
        part = slice(at[0], at[-1] + 1)
        lowest, highest = (
            reduce.reduceat(codes[part], at[:-1] - at[0]).astype(np.float64)
            for reduce, codes in ((np.minimum, low), (np.maximum, high))
        )
        outside = (edges_s[1:] <= 0) | (edges_s[:-1] >= self._samples / self._rate_hz)
        nothing = outside | (lowest > highest)
        lowest[nothing] = highest[nothing] = np.nan
        return lowest / _FULL, highest / _FULL


def _grouped(codes: Codes, at: int, group: int, reduce: np.ufunc) -> Codes:
    """The extremes of groups that begin at multiples of `group`, shape (groups,)."""
    starts = np.arange(-(at % group), len(codes), group)
    return np.asarray(reduce.reduceat(codes, np.maximum(starts, 0)), dtype=np.int16)
