"""Several recorders: whether a way round by a third one leads to the same moment.

From a moment of recorder a, the map to b and on to c must lead where the map to c leads. Three
maps that are each within the tolerance miss each other by no more than three tolerances; further
apart, one of them is surely wrong there. Which one, other ways round tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.keypoints import KeypointSet
from core.time_map import TimeMap

_LIKELY = 0.5
"""A keypoint that is more likely wrong than right says nothing that could be contradicted."""
_FEW = 0.05
"""So small a share of moments that do not close is left to the confidence of each."""


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """Two recorders that were aligned.

    Parameters
    ----------
    zero, one : hashable
        The recorders of channel 0 and 1.
    keypoints : KeypointSet
    tolerance_s : float
        Error within which a keypoint counts as right, seconds.
    """

    zero: Hashable
    one: Hashable
    keypoints: KeypointSet
    tolerance_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A way round from a by b to c, against the way from a to c.

    Parameters
    ----------
    around : tuple of three hashable
        The recorders a, b and c.
    legs : tuple of three int
        Which legs are a to b, b to c and a to c.
    time_s : ndarray, shape (K,)
        Moments of a at which all three say something, seconds.
    error_s : ndarray, shape (K,)
        How much later the way round comes to c, seconds.
    limit_s : float
        By no more can maps differ that are each within the tolerance, seconds.
    """

    around: tuple[Hashable, Hashable, Hashable]
    legs: tuple[int, int, int]
    time_s: Floats
    error_s: Floats
    limit_s: float

    def third(self, leg: int) -> Hashable:
        """The recorder that the way round one of its legs goes by."""
        a, b, c = self.around
        return (c, a, b)[self.legs.index(leg)]

    @property
    def is_apart(self) -> NDArray[np.bool_]:
        """Moments at which one of the three is surely wrong, shape (K,)."""
        return np.asarray(np.abs(self.error_s) > self.limit_s)

    @property
    def closes(self) -> bool:
        """Whether the way round leads to the same place; so it does where nothing is known."""
        return not len(self.time_s) or float(self.is_apart.mean()) <= _FEW

    @property
    def typical_s(self) -> float:
        """Median of the error's magnitude, seconds; NaN where nothing is known."""
        return float(np.median(np.abs(self.error_s))) if len(self.error_s) else float("nan")

    @property
    def apart_s(self) -> float:
        """Median of how far it is apart where it is, seconds; NaN if it is nowhere."""
        apart = np.abs(self.error_s[self.is_apart])
        return float(np.median(apart)) if len(apart) else float("nan")


def closures(legs: Sequence[Leg]) -> tuple[Closure, ...]:
    """All ways round by a third recorder.

    Parameters
    ----------
    legs : sequence of Leg
        Of two recorders at most one counts, the first.

    Returns
    -------
    tuple of Closure
        One for every three recorders that were aligned each with each.
    """
    between: dict[frozenset[Hashable], int] = {}
    near: dict[Hashable, dict[Hashable, None]] = defaultdict(dict)
    for number, leg in enumerate(legs):
        if leg.zero != leg.one:
            between.setdefault(frozenset((leg.zero, leg.one)), number)
            near[leg.zero][leg.one] = near[leg.one][leg.zero] = None
    threes = {
        frozenset(three): three
        for zero, others in near.items()
        for one in others
        for three in ((zero, one, third) for third in near[one] if third in others)
    }
    return tuple(
        _closure(legs, between, _in_turn(legs, between, three)) for three in threes.values()
    )


def suspects(found: Sequence[Closure]) -> dict[int, tuple[Closure, ...]]:
    """Legs that are wrong, as far as ways round can tell.

    Parameters
    ----------
    found : sequence of Closure

    Returns
    -------
    dict of int to tuple of Closure
        By leg, the ways round that do not close, of those legs that are in none that closes.
    """
    of_leg: dict[int, list[Closure]] = defaultdict(list)
    for closure in found:
        for leg in closure.legs if len(closure.time_s) else ():
            of_leg[leg].append(closure)
    return {
        leg: tuple(each)
        for leg, each in sorted(of_leg.items())
        if not any(closure.closes for closure in each)
    }


def in_words(failing: Sequence[Closure], by: str) -> str:
    """What a person should know of a suspect.

    Parameters
    ----------
    failing : sequence of Closure
        As `suspects` gives them, at least one.
    by : str
        What the recorder is called that the first goes by.
    """
    first, count = failing[0], len(failing)
    what = "it is wrong there" if count > 1 else "one of these three alignments is wrong there"
    others = f", and {count - 1} more the like" if count > 1 else ""
    return (
        f"the way round by {by} comes out {first.apart_s:.2f} s elsewhere at "
        f"{int(first.is_apart.sum())} of {len(first.time_s)} moments{others}: {what}"
    )


def _in_turn(
    legs: Sequence[Leg], between: dict[frozenset[Hashable], int], three: tuple[Hashable, ...]
) -> tuple[Hashable, Hashable, Hashable]:
    """Three recorders so that most legs lead from an earlier to a later one."""

    def forward(turn: tuple[Hashable, ...]) -> int:
        return sum(
            legs[between[frozenset((turn[i], turn[j]))]].zero == turn[i]
            for i, j in ((0, 1), (1, 2), (0, 2))
        )

    a, b, c = max(permutations(three), key=forward)
    return a, b, c


def _closure(
    legs: Sequence[Leg],
    between: dict[frozenset[Hashable], int],
    around: tuple[Hashable, Hashable, Hashable],
) -> Closure:
    a, b, c = around
    numbers = tuple(between[frozenset(two)] for two in ((a, b), (b, c), (a, c)))
    first, second, straight = (
        _Way.along(legs[number], start) for number, start in zip(numbers, (a, b, a), strict=True)
    )
    time_a_s = straight.start_s[straight.is_likely]
    time_b_s = first.map.to_channel_1(time_a_s)
    knows = first.knows(time_a_s) & second.knows(time_b_s)
    time_a_s, time_b_s = time_a_s[knows], time_b_s[knows]
    round_s = second.map.to_channel_1(time_b_s)
    return Closure(
        around,
        (numbers[0], numbers[1], numbers[2]),
        time_a_s,
        round_s - straight.map.to_channel_1(time_a_s),
        sum(legs[number].tolerance_s for number in numbers),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """A leg from one of its recorders to the other.

    Parameters
    ----------
    map : TimeMap
    start_s : ndarray, shape (K,)
        Keypoints on the clock that it starts from, seconds.
    is_likely : ndarray of bool, shape (K,)
        Which are more likely right than wrong.
    """

    map: TimeMap
    start_s: Floats
    is_likely: NDArray[np.bool_]

    @classmethod
    def along(cls, leg: Leg, start: Hashable) -> _Way:
        """The way from a recorder."""
        keypoints = leg.keypoints
        is_likely = ~(keypoints.confidence < _LIKELY)
        is_likely = np.where(keypoints.is_reviewed, keypoints.is_alignable, is_likely)
        straight = keypoints.time_map()
        if leg.zero == start:
            return cls(straight, keypoints.time_0_s, is_likely)
        return cls(straight.inverse(), keypoints.time_1_s, is_likely)

    def knows(self, time_s: Floats) -> NDArray[np.bool_]:
        """Where it says anything: between two keypoints that are likely right."""
        likely = np.interp(time_s, self.start_s, self.is_likely, left=0.0, right=0.0)
        return np.asarray(likely == 1.0)
