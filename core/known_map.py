"""A time map, and where it is known: what leaves FinchSync claims nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.arrays import Floats
from core.keypoints import KeypointSet
from core.time_map import TimeMap

_SPACING_S = 1.0
"""Of keypoints, where there is a single one."""
_END_S = 1e-3
"""So near to an end of channel 1 is on it, seconds: tables round."""
_MOST_SLOPE = 0.1
"""Between two keypoints no clock gains or loses more, seconds per second: there it jumps."""


class Unknown(StrEnum):
    """Why a stretch of channel 0 has no counterpart that is known."""

    BEFORE = "before channel 1 starts"
    AFTER = "after channel 1 ends"
    JUMP = "the offset jumps"
    GAP = "between two files"
    UNSETTLED = "no keypoint there that counts"


_REASONS = (None, *Unknown)


class Stretch(NamedTuple):
    """A part of channel 0 that is not known.

    Parameters
    ----------
    start_s, end_s : float
        Seconds.
    reason : Unknown
    """

    start_s: float
    end_s: float
    reason: Unknown


@dataclass(frozen=True, slots=True, eq=False)
class KnownMap:
    """A time map through keypoints that count, and where it is known.

    A moment of channel 0 is known if the keypoint nearest to it counts and is no further than
    keypoints are apart, if the clocks do not jump there, and if both channels run.

    Parameters
    ----------
    time_map : TimeMap
    known_s : ndarray, shape (N, 2)
        Starts and ends of what is known, rising, seconds on channel 0.
    unknown : tuple of Stretch
        The rest of channel 0, in its order.
    keypoints : int
        How many count.
    """

    time_map: TimeMap
    known_s: Floats
    unknown: tuple[Stretch, ...]
    keypoints: int

    @classmethod
    def of(
        cls,
        keypoints: KeypointSet,
        duration_0_s: float,
        duration_1_s: float,
        *,
        with_unreviewed: bool = False,
        gaps_s: tuple[Floats, Floats] | None = None,
    ) -> KnownMap:
        """What keypoints tell of a recording.

        Parameters
        ----------
        keypoints : KeypointSet
            All of a recording.
        duration_0_s, duration_1_s : float
            Lengths of the channels, seconds.
        with_unreviewed : bool
            Whether keypoints count that no person accepted or corrected; unalignable ones
            never do.
        gaps_s : tuple of two ndarray, shape (G, 2), optional
            Starts and ends of what lies between the files of each channel, rising, seconds on its
            own clock.

        Returns
        -------
        KnownMap
        """
        counts = keypoints.is_alignable & (keypoints.is_reviewed | with_unreviewed)
        settled = keypoints.kept(counts)
        time_map = off_the_ends(settled, duration_1_s).time_map()
        near_s = _near_s(keypoints.time_0_s)[counts]
        first_s, last_s = time_map.to_channel_0([0.0, duration_1_s]).tolist()
        ends_s = np.array([0.0, duration_0_s, first_s, last_s])
        gaps_0_s: list[Floats] = []
        if gaps_s is not None:
            gaps_0_s = [gaps_s[0], time_map.to_channel_0(gaps_s[1])]
        edges = [ends_s, near_s.ravel(), time_map.knots_0_s, *(gap.ravel() for gap in gaps_0_s)]
        edges_s = np.unique(np.concatenate(edges))
        edges_s = edges_s[(edges_s >= 0) & (edges_s <= duration_0_s)]
        middle_s = (edges_s[1:] + edges_s[:-1]) / 2
        is_jump = np.abs(time_map.drift_ppm(middle_s)) > 1e6 * _MOST_SLOPE
        # Of several reasons the last one stands.
        reason = np.where(is_jump, _REASONS.index(Unknown.JUMP), 0)
        for gap_s in gaps_0_s:
            reason[_is_in(gap_s, middle_s)] = _REASONS.index(Unknown.GAP)
        reason[middle_s > last_s] = _REASONS.index(Unknown.AFTER)
        reason[middle_s < first_s] = _REASONS.index(Unknown.BEFORE)
        reason[~_is_in(near_s, middle_s)] = _REASONS.index(Unknown.UNSETTLED)
        starts = np.flatnonzero(np.diff(reason, prepend=-1))
        known, unknown = [], []
        for start, stop in pairwise([*starts.tolist(), len(reason)]):
            start_s, end_s = edges_s[[start, stop]].tolist()
            why = _REASONS[reason[start]]
            if why is None:
                known.append((start_s, end_s))
            else:
                unknown.append(Stretch(start_s, end_s, why))
        return cls(time_map, np.array(known).reshape(-1, 2), tuple(unknown), len(settled))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return len(self.known_s) == 0

    def is_known(self, time_0_s: ArrayLike) -> NDArray[np.bool_]:
        """Which moments of channel 0 have a known counterpart; any shape, seconds."""
        return _is_in(self.known_s, np.asarray(time_0_s, dtype=np.float64))


def off_the_ends(keypoints: KeypointSet, duration_1_s: float) -> KeypointSet:
    """Without those on an end of channel 1, which say only that the moment lies there or beyond.

    Parameters
    ----------
    keypoints : KeypointSet
    duration_1_s : float
        Length of channel 1, seconds.

    Returns
    -------
    KeypointSet
        As it was, where no two would be left.
    """
    time_1_s = keypoints.time_1_s
    inner = (time_1_s > _END_S) & (time_1_s < duration_1_s - _END_S)
    return keypoints.kept(inner) if np.count_nonzero(inner) > 1 else keypoints


def _near_s(time_0_s: Floats) -> Floats:
    """From where to where every keypoint is the nearest and near; shape (K, 2)."""
    apart_s = np.diff(time_0_s)
    spacing_s = float(np.median(apart_s[apart_s > 0])) if np.any(apart_s > 0) else _SPACING_S
    middle_s = (time_0_s[1:] + time_0_s[:-1]) / 2
    start_s = np.maximum(np.concatenate([[-np.inf], middle_s]), time_0_s - spacing_s)
    end_s = np.minimum(np.concatenate([middle_s, [np.inf]]), time_0_s + spacing_s)
    return np.stack([start_s, end_s], axis=1)


def _is_in(spans_s: Floats, time_s: Floats) -> NDArray[np.bool_]:
    """Which moments lie in any of some spans, which rise and do not overlap."""
    if len(spans_s) == 0:
        return np.zeros(time_s.shape, dtype=bool)
    span = np.searchsorted(spans_s[:, 0], time_s, side="right") - 1
    return np.asarray((span >= 0) & (time_s <= spans_s[np.maximum(span, 0), 1]))
