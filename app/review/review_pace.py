"""How fast a person reviews, and how long the rest will take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

PAUSE_S = 60.0
"""From here on a gap between decisions is a pause, not work."""

_RECENT = 40
_FEWEST_GAPS = 5
_IN_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Pace:
    """The recent decisions of a person.

    Parameters
    ----------
    gaps_s : tuple of float
        Seconds that each decision took since the one before, pauses left out; newest last.
    counts : tuple of int
        How many keypoints it settled.
    last_s : float or None
        When the newest decision was made, on a clock that never goes back.
    """

    gaps_s: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    last_s: float | None = None

    def decided(self, at_s: float, count: int = 1) -> Pace:
        """The pace after one more decision that settled `count` keypoints at `at_s`."""
        gap_s = None if self.last_s is None else at_s - self.last_s
        if gap_s is None or gap_s > PAUSE_S:
            return replace(self, last_s=at_s)
        gaps_s = (*self.gaps_s, gap_s)[-_RECENT:]
        return Pace(gaps_s, (*self.counts, count)[-_RECENT:], at_s)

    def left_s(self, keypoints: int) -> float | None:
        """How long `keypoints` more will take.

        The median gap tells how long a decision takes, whatever distracted in between; the mean
        count tells how many keypoints it settles, as accepting a page at once does.

        Returns
        -------
        float or None
            Seconds; None before there are enough decisions to judge by.
        """
        if len(self.gaps_s) < _FEWEST_GAPS:
            return None
        a_decision = sum(self.counts) / len(self.counts)
        return keypoints / a_decision * median(self.gaps_s)


def time_left_text(left_s: float) -> str:
    """A rough time in words: "about 14 min"."""
    if left_s < 60:
        return "under a minute"
    if left_s < 90 * 60:
        return f"about {round(left_s / 60)} min"
    return f"about {left_s / 3600:.1f} h"


def run_left_text(left_s: float) -> str:
    """How long the machine has still to go: "12 s", or rough words where it takes long."""
    return f"{max(round(left_s), 1)} s" if left_s < _IN_SECONDS else time_left_text(left_s)
