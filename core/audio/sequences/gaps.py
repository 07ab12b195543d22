"""What lies between the files of sequences: nothing was recorded there, and nothing is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.recording import Recording
from core.audio.sequences.sequence import sequence_at

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
            starts_s, ends_s = self.spans_s[channel].T
            place = np.searchsorted(starts_s, times_s, side="right") - 1
            in_one = place >= 0
            in_one[in_one] = times_s[in_one] < ends_s[place[in_one]]
            found[in_one] = channel
        return found
