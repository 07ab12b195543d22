"""Moments of channel 0 at which a time map is told: at keypoints, every second, at video frames."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from core.arrays import Floats
from core.errors import InputError
from core.formats.files.reading import read_whole
from core.formats.files.table_text import decoded
from core.formats.tables.columns import is_number, seconds
from core.keypoints import KeypointSet

MOST = 10_000_000
"""More moments make no table that anybody opens: a day of video at 100 frames a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Which moments of channel 0.

    Parameters
    ----------
    step_s : Fraction or None
        From one to the next, the first at zero, seconds.
    listed_s : ndarray, shape (M,), or None
        Each of them, seconds. Without either, those of the keypoints.
    with_unknown : bool
        Whether those stand in a table that have no known counterpart.
    """

    step_s: Fraction | None = None
    listed_s: Floats | None = None
    with_unknown: bool = True

    def times_s(self, keypoints: KeypointSet, duration_s: float) -> Floats:
        """The moments of a recording.

        Parameters
        ----------
        keypoints : KeypointSet
        duration_s : float
            Length of channel 0, seconds.

        Returns
        -------
        ndarray, shape (M,)

        Raises
        ------
        InputError
            If there are more than `MOST`.
        """
        if self.listed_s is not None:
            return self.listed_s
        if self.step_s is None:
            return keypoints.time_0_s
        count = math.ceil(duration_s / self.step_s)
        if count > MOST:
            what = f"would have {count:,} rows"
            raise InputError("time map", what, f"choose moments further apart, at most {MOST:,}")
        return np.asarray(np.arange(count) * self.step_s.numerator / self.step_s.denominator)


AT_KEYPOINTS = Moments()


def read_times(path: Path) -> Floats:
    """The moments in a file: one a line, seconds on channel 0, below a heading or none.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ndarray, shape (M,)

    Raises
    ------
    InputError
        If it cannot be read, or a line is no time or before the last one.
    """
    text, _ = decoded(read_whole(path), path)
    times_s: list[float] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or (not times_s and not is_number(line)):
            continue
        where = f"{path}, line {number}"
        time_s = seconds(where, "the time", line)
        if times_s and time_s < times_s[-1]:
            raise InputError(where, "is before the line above", "list the times as they follow")
        times_s.append(time_s)
    if not times_s:
        raise InputError(path, "holds no times", "give one a line, in seconds, with a point")
    return np.array(times_s)
