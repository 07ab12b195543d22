"""What lies between the files of sequences: nothing was recorded there, and nothing is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.recording import Recording
from core.audio.sequences.sequence import sequence_at
from core.keypoints import keypoint_grid

NO_GAP = -1


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """Gaps of both channels.

    Parameters
    ----------
    spans_s : tuple of two ndarray, shape (G, 2)
        Starts and ends on each channel's own clock, rising, seconds.
    """

    spans_s: tuple[Floats, Floats] = (np.empty((0, 2)), np.empty((0, 2)))

    @classmethod
    def of(cls, recording: Recording) -> Gaps:
        """Those of a recording; raises InputError if it cannot be read."""
        found = [sequence_at(source.path) for source in recording.channels]
        first, second = (np.empty((0, 2)) if each is None else each.gaps_s for each in found)
        return cls((first, second))

    def mean_outside(self, values: Floats, time_0_s: Floats, time_1_s: Floats) -> float:
        """Mean of values at matching moments, shape (K,), outside of gaps; 0 if all lie in one."""
        heard = values[self.channel_at(time_0_s, time_1_s) == NO_GAP]
        return float(heard.mean()) if len(heard) else 0.0

    def channel_at(self, time_0_s: Floats, time_1_s: Floats) -> NDArray[np.intp]:
        """Which channel has a gap at matching moments, shape (K,), `NO_GAP` where none has."""
        found = np.full(len(time_0_s), NO_GAP, dtype=np.intp)
        for channel, times_s in ((1, time_1_s), (0, time_0_s)):
            found[_is_in(self.spans_s[channel], times_s)] = channel
        return found


def heard_grid(recording: Recording, step_s: float = 1.0) -> Floats:
    """Channel-0 times of keypoints: as `keypoint_grid`, but for those in a gap of channel 0.

    Parameters
    ----------
    recording : Recording
    step_s : float
        Spacing, seconds.

    Returns
    -------
    ndarray, shape (K,)
        Seconds.

    Raises
    ------
    InputError
        If a folder of consecutive files cannot be read.
    """
    grid_s = keypoint_grid(recording.duration_s, step_s)
    gaps_s = Gaps.of(recording).spans_s[0]
    return grid_s if len(gaps_s) == 0 else grid_s[~_is_in(gaps_s, grid_s)]


def _is_in(spans_s: Floats, times_s: Floats) -> NDArray[np.bool_]:
    place = np.searchsorted(spans_s[:, 0], times_s, side="right") - 1
    found = place >= 0
    found[found] = times_s[found] < spans_s[place[found], 1]
    return found
