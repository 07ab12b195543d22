"""The path that was decoded and what is known of every row of it: values only."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.keypoints import KeypointSet, between

BAND_SD = 1.96
"""Half width of a 95 % band in standard deviations."""
_AGREE_SD = 3.0
"""A refined offset further than this from the path is not used, standard deviations of both;
chosen by hand."""
_LEAST_BAND_S = 1e-3
"""Narrower 95 % bands of a path count as this wide beside a refined offset, seconds; chosen by
hand."""


@dataclass(frozen=True, slots=True, eq=False)
class OffsetPath:
    """The non-linear path decoded from a score surface; arrays of shape (K,), seconds.

    Parameters
    ----------
    offset_s : ndarray
        Estimated offset at each keypoint.
    low_s, high_s : ndarray
        The 95 % band of the offset.
    """

    offset_s: Floats
    low_s: Floats
    high_s: Floats

    def columns(self) -> tuple[Floats, Floats, Floats]:
        """Its arrays.

        Returns
        -------
        offset_s, low_s, high_s : ndarray, shape (K,)
        """
        return self.offset_s, self.low_s, self.high_s

    def rows(self, kept: slice | NDArray[np.intp]) -> OffsetPath:
        """The path at some of its keypoints.

        Parameters
        ----------
        kept : slice or ndarray of int

        Returns
        -------
        OffsetPath
        """
        return OffsetPath(*(column[kept] for column in self.columns()))


@dataclass(frozen=True, slots=True, eq=False)
class Refinement:
    """Offsets from waveforms; arrays of shape (K,), seconds, NaN where there is none.

    Parameters
    ----------
    offset_s : ndarray
        Refined offset.
    sd_s : ndarray
        Its standard deviation.
    """

    offset_s: Floats
    sd_s: Floats

    @classmethod
    def none(cls, rows: int) -> Refinement:
        """No row refined.

        Parameters
        ----------
        rows : int
            How many there are, K.

        Returns
        -------
        Refinement
        """
        return cls(np.full(rows, np.nan), np.full(rows, np.nan))

    def rows(self, kept: slice | NDArray[np.intp]) -> Refinement:
        """The refinement of some rows.

        Parameters
        ----------
        kept : slice or ndarray of int

        Returns
        -------
        Refinement
        """
        return Refinement(self.offset_s[kept], self.sd_s[kept])

    def applied(self, path: OffsetPath) -> OffsetPath:
        """The path and what agrees with it of the refined offsets, by their precisions.

        Parameters
        ----------
        path : OffsetPath
            Of the same rows.

        Returns
        -------
        OffsetPath
            The path itself where no refined offset is near it.
        """
        path_sd_s = np.maximum(path.high_s - path.low_s, _LEAST_BAND_S) / (2 * BAND_SD)
        apart_s = self.offset_s - path.offset_s
        use = np.abs(apart_s) <= _AGREE_SD * np.hypot(path_sd_s, self.sd_s)
        share = path_sd_s**2 / (path_sd_s**2 + self.sd_s**2)
        offset_s = path.offset_s + share * apart_s
        half_s = BAND_SD * np.sqrt(share) * self.sd_s
        return OffsetPath(
            np.where(use, offset_s, path.offset_s),
            np.where(use, offset_s - half_s, path.low_s),
            np.where(use, offset_s + half_s, path.high_s),
        )


def at_others(
    keypoints: KeypointSet, rows_s: Floats, path: OffsetPath, time_0_s: Floats, end_1_s: float
) -> KeypointSet:
    """Keypoints that a path was drawn for, at other moments.

    Parameters
    ----------
    keypoints : KeypointSet
        Their confidence and reasons count.
    rows_s : ndarray, shape (R,)
        Moments of the path on channel 0, seconds.
    path : OffsetPath
        There.
    time_0_s : ndarray, shape (N,)
        Seconds on channel 0, rising.
    end_1_s : float
        Where channel 1 ends, seconds.

    Returns
    -------
    KeypointSet
        Of shape (N,).
    """
    said = between(time_0_s, keypoints, end_1_s)
    if not len(rows_s):
        return said
    time_1_s = time_0_s + np.interp(time_0_s, rows_s, path.offset_s)
    return replace(said, time_1_s=np.maximum.accumulate(np.clip(time_1_s, 0.0, end_1_s)))


@dataclass(frozen=True, slots=True, eq=False)
class RowStatistics:
    """What every row's posterior says by itself; arrays of shape (K,).

    Parameters
    ----------
    path : OffsetPath
        Refined where the waveforms were surer.
    mass : ndarray
        Posterior probability within the tolerance of the path, of the clocks where the ways of
        the sounds are known or heard.
    rival_s : ndarray
        Offset of a second mode about as likely, seconds; NaN where there is none.
    nats : ndarray
        Evidence for the path against a random offset.
    """

    path: OffsetPath
    mass: Floats
    rival_s: Floats
    nats: Floats

    def replaced(self, where: slice, by: RowStatistics) -> RowStatistics:
        """These statistics, with others at some rows.

        Parameters
        ----------
        where : slice
        by : RowStatistics
            Of these rows only.

        Returns
        -------
        RowStatistics
        """

        def put(mine: Floats, theirs: Floats) -> Floats:
            column = mine.copy()
            column[where] = theirs
            return column

        pairs = zip(self.path.columns(), by.path.columns(), strict=True)
        return RowStatistics(
            OffsetPath(*(put(mine, theirs) for mine, theirs in pairs)),
            put(self.mass, by.mass),
            put(self.rival_s, by.rival_s),
            put(self.nats, by.nats),
        )

    def rows(self, kept: slice) -> RowStatistics:
        """The statistics of some rows.

        Parameters
        ----------
        kept : slice

        Returns
        -------
        RowStatistics
        """
        columns = self.mass[kept], self.rival_s[kept], self.nats[kept]
        return RowStatistics(self.path.rows(kept), *columns)
