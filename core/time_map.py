"""The map between the clocks of the two channels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.arrays import Floats

MIN_SLOPE = 1e-6
"""Smallest rate, in channel-1 seconds per channel-0 second, that counts as increasing."""


@dataclass(frozen=True, slots=True, eq=False)
class TimeMap:
    """Strictly increasing, piecewise linear map from channel-0 to channel-1 time.

    Before the first and after the last knot the end slopes go on, so the map
    is defined, and can be inverted, everywhere.

    Parameters
    ----------
    knots_0_s, knots_1_s : ndarray, shape (N,), N >= 2
        Matching moments on both clocks, seconds, each strictly increasing.

    Raises
    ------
    ValueError
        If the knots are fewer than two, not finite or not strictly increasing.
    """

    knots_0_s: Floats
    knots_1_s: Floats

    def __post_init__(self) -> None:
        for name in ("knots_0_s", "knots_1_s"):
            knots = np.array(getattr(self, name), dtype=np.float64)
            if knots.ndim != 1 or len(knots) < 2:
                raise ValueError(f"{name} must be one-dimensional with at least two knots")
            if not np.all(np.isfinite(knots)):
                raise ValueError(f"{name} holds values that are not finite")
            if not np.all(np.diff(knots) > 0):
                raise ValueError(f"{name} must be strictly increasing")
            knots.flags.writeable = False
            object.__setattr__(self, name, knots)
        if len(self.knots_0_s) != len(self.knots_1_s):
            raise ValueError("both clocks need the same number of knots")

    @classmethod
    def identity(cls) -> TimeMap:
        """Both clocks agree."""
        return cls.linear(0.0, 0.0)

    @classmethod
    def linear(cls, offset_s: float, drift_ppm: float) -> TimeMap:
        """Constant drift: ``time_1 = time_0 * (1 + drift) + offset``.

        Parameters
        ----------
        offset_s : float
            Offset at channel-0 time zero, seconds; positive: channel 1 is late.
        drift_ppm : float
            Slope of the offset, parts per million; above -1e6.
        """
        knots_0_s = np.array([0.0, 1.0])
        return cls(knots_0_s, offset_s + knots_0_s * (1.0 + drift_ppm * 1e-6))

    @classmethod
    def from_keypoints(cls, time_0_s: ArrayLike, time_1_s: ArrayLike) -> TimeMap:
        """Map through keypoints, however they were clipped or repeated.

        Keypoints clipped to the ends of a recording repeat a time and so carry
        no slope: of a run in which either clock stands still, the keypoint next
        to the moving part is kept (the last of a leading run, the first of any
        other). What remains out of order is dropped. A single usable keypoint gives
        a constant offset.

        Parameters
        ----------
        time_0_s, time_1_s : array_like, shape (K,), K >= 1
            Matching moments, seconds, in the order of channel 0.

        Raises
        ------
        ValueError
            If there is no keypoint at all or a time is not finite.
        """
        t0 = np.asarray(time_0_s, dtype=np.float64)
        t1 = np.asarray(time_1_s, dtype=np.float64)
        if t0.ndim != 1 or t0.shape != t1.shape or len(t0) == 0:
            raise ValueError("keypoints need two equally long, non-empty lists of times")
        passed = t0 - t0[0]
        moving = np.flatnonzero((passed > 0) & (t1 - t1[0] > MIN_SLOPE * passed))
        first = int(moving[0]) - 1 if len(moving) else 0
        steps_0, steps_1 = np.diff(t0[first:]), np.diff(t1[first:])
        stuck = np.flatnonzero((steps_0 <= 0) | (steps_1 <= MIN_SLOPE * steps_0))
        stop = first + 1 + (int(stuck[0]) if len(stuck) else len(steps_0))
        keep_0, keep_1 = t0[first:stop].tolist(), t1[first:stop].tolist()
        for a, b in zip(t0[stop:].tolist(), t1[stop:].tolist(), strict=True):
            step = a - keep_0[-1]
            if step > 0 and b - keep_1[-1] > MIN_SLOPE * step:
                keep_0.append(a)
                keep_1.append(b)
        if len(keep_0) == 1:
            keep_0.append(keep_0[0] + 1.0)
            keep_1.append(keep_1[0] + 1.0)
        return cls(np.array(keep_0), np.array(keep_1))

    def to_channel_1(self, time_0_s: ArrayLike) -> Floats:
        """Channel-1 time of channel-0 moments; any shape, seconds."""
        return _interpolate(time_0_s, self.knots_0_s, self.knots_1_s)

    def to_channel_0(self, time_1_s: ArrayLike) -> Floats:
        """Channel-0 time of channel-1 moments; any shape, seconds."""
        return _interpolate(time_1_s, self.knots_1_s, self.knots_0_s)

    def inverse(self) -> TimeMap:
        """The same map with the two channels exchanged."""
        return TimeMap(self.knots_1_s, self.knots_0_s)

    def offset_s(self, time_0_s: ArrayLike) -> Floats:
        """``time_1 - time_0`` at channel-0 moments; any shape, seconds."""
        return self.to_channel_1(time_0_s) - np.asarray(time_0_s, dtype=np.float64)

    def drift_ppm(self, time_0_s: ArrayLike) -> Floats:
        """Slope of the offset at channel-0 moments; any shape, parts per million.

        At a knot the slope to its right is given.
        """
        time = np.asarray(time_0_s, dtype=np.float64)
        piece = np.searchsorted(self.knots_0_s, time, side="right") - 1
        piece = np.clip(piece, 0, len(self.knots_0_s) - 2)
        rate = np.diff(self.knots_1_s) / np.diff(self.knots_0_s)
        return np.asarray((rate[piece] - 1.0) * 1e6)


def _interpolate(x: ArrayLike, knots_x: Floats, knots_y: Floats) -> Floats:
    """Piecewise linear interpolation that continues the end slopes."""
    points = np.asarray(x, dtype=np.float64)
    piece = np.searchsorted(knots_x, points, side="right") - 1
    piece = np.clip(piece, 0, len(knots_x) - 2)
    rate = np.diff(knots_y) / np.diff(knots_x)
    return np.asarray(knots_y[piece] + (points - knots_x[piece]) * rate[piece])
