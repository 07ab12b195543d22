"""Where the files of a recorder begin on one clock, from the start times that they tell.

Names tell whole seconds, and what lies between two files is often less. So it is tried first
whether the files follow each other without a gap, then whether they begin at equal
distances; only where neither fits what is told, each begins when it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from core.arrays import Floats
from core.audio.start_times.difference import length_between
from core.audio.start_times.start_time import StartTime
from core.errors import InputError

_CLOCKS = 1e-4
"""The clock that tells start times and the one that samples differ by no more, seconds a second."""
_ALIKE_S = 0.1
"""Files whose lengths differ by less are made by one schedule, seconds."""
_FEWEST = 5
"""Fewer files are at equal distances by chance."""
_COARSE_S = 0.5
"""Times told in coarser steps leave the place of a file in doubt, seconds."""


@dataclass(frozen=True, slots=True)
class FileStart:
    """A file, how long it is, and when it began.

    Parameters
    ----------
    path : Path
    duration_s : float
    start : StartTime or None
    """

    path: Path
    duration_s: float
    start: StartTime | None

    @property
    def moment(self) -> datetime:
        """When it began, without a time zone."""
        assert self.start is not None
        return self.start.moment.replace(tzinfo=None)


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Files in their order.

    Parameters
    ----------
    files : tuple of FileStart
    begins_s : ndarray, shape (N,)
        Where each begins, seconds after the first; none before the one ahead of it ends.
    notes : tuple of str
        What was taken for granted, a sentence each.
    """

    files: tuple[FileStart, ...]
    begins_s: Floats
    notes: tuple[str, ...] = ()


def ordered(files: Sequence[FileStart]) -> Order:
    """Put the files of one recorder in order.

    Parameters
    ----------
    files : sequence of FileStart
        At least one, in the order of their names.

    Returns
    -------
    Order

    Raises
    ------
    InputError
        If only some tell when they began, or two of them overlap.
    """
    untold = [file for file in files if file.start is None]
    if len(untold) == len(files):
        return _by_name(files)
    if untold:
        raise InputError(
            untold[0].path,
            "does not tell when it began, as other files of its folder do",
            "rename it as they are, or take it out",
        )
    files = sorted(files, key=lambda file: file.moment)
    told_s = np.array([(file.moment - files[0].moment).total_seconds() for file in files])
    duration_s = np.array([file.duration_s for file in files])
    resolution_s = max(file.start.resolution_s for file in files if file.start is not None)
    _refuse_overlap(files, told_s, duration_s, resolution_s)
    joined_s = np.concatenate([[0.0], np.cumsum(duration_s)[:-1]])
    if _fits(told_s, joined_s, resolution_s):
        return Order(tuple(files), joined_s)
    spaced_s = _evenly(told_s, duration_s, resolution_s)
    if spaced_s is not None and _fits(told_s, spaced_s, resolution_s):
        return Order(tuple(files), spaced_s)
    notes: tuple[str, ...] = ()
    if resolution_s > _COARSE_S:
        notes = (
            f"its files begin at odd times, told in steps of {resolution_s:g} s: where one of them "
            "begins may be wrong by as much",
        )
    return Order(tuple(files), _as_told(told_s, duration_s, resolution_s), notes)


def _by_name(files: Sequence[FileStart]) -> Order:
    begins_s = np.concatenate([[0.0], np.cumsum([file.duration_s for file in files])[:-1]])
    note = "no file tells when it began: they are taken to follow each other by name, without gaps"
    return Order(tuple(files), begins_s, (note,) if len(files) > 1 else ())


def _refuse_overlap(
    files: Sequence[FileStart], told_s: Floats, duration_s: Floats, resolution_s: float
) -> None:
    over_s = told_s[:-1] + duration_s[:-1] - told_s[1:]
    found = np.flatnonzero(over_s > resolution_s + _CLOCKS * duration_s[:-1])
    if len(found):
        first, second = files[found[0]].path, files[found[0] + 1].path
        raise InputError(
            second,
            f"begins {length_between(float(over_s[found[0]]))} before {first.name} ends",
            "give each recorder a folder of its own",
        )


def _fits(told_s: Floats, begins_s: Floats, resolution_s: float) -> bool:
    """Whether times that are rounded or cut off may tell of these beginnings."""
    rest_s = told_s - begins_s
    return float(np.ptp(rest_s)) <= resolution_s + _CLOCKS * float(begins_s[-1])


def _evenly(told_s: Floats, duration_s: Floats, resolution_s: float) -> Floats | None:
    """Beginnings at equal distances; None if the files are few or not of equal length.

    Two files some places apart tell the distance to within a step of the times over the number of
    places; it is in the middle of what all such pairs leave open.
    """
    if len(told_s) < _FEWEST or np.ptp(duration_s[:-1]) > _ALIKE_S:
        return None
    least_s, most_s = float(duration_s.max()), np.inf
    for places in range(len(told_s) // 2, len(told_s)):
        passed_s = told_s[places:] - told_s[:-places]
        least_s = max(least_s, float(passed_s.max() - resolution_s) / places)
        most_s = min(most_s, float(passed_s.min() + resolution_s) / places)
    return np.asarray(np.arange(len(told_s)) * (least_s + max(most_s, least_s)) / 2)


def _as_told(told_s: Floats, duration_s: Floats, resolution_s: float) -> Floats:
    """Each where it says, or right behind the one before it if that may be meant."""
    begins_s = np.zeros(len(told_s))
    for number in range(1, len(told_s)):
        end_s = begins_s[number - 1] + duration_s[number - 1]
        slack_s = resolution_s + _CLOCKS * duration_s[number - 1]
        begins_s[number] = told_s[number] if told_s[number] > end_s + slack_s else end_s
    return begins_s
