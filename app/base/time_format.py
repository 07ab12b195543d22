"""Times as text: how they are shown, and how typed ones are read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.keypoints import KeypointSet

HOW = "63.5, 1:03.5 or 1:02:03, or #37 for a keypoint"
_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d*)?)\s*s?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go.

    Parameters
    ----------
    time_0_s : float
        On channel 0, seconds.
    keypoint : int
        Index of the keypoint that was named, -1 if none was.
    """

    time_0_s: float
    keypoint: int = -1


def place_of(text: str, keypoints: KeypointSet, duration_s: float) -> Place:
    """The place that `text` names.

    Parameters
    ----------
    text : str
        Seconds, a time as ``m:ss`` or ``h:mm:ss``, or ``#`` and the number of a keypoint.
    keypoints : KeypointSet
    duration_s : float
        Of the recording, seconds.

    Raises
    ------
    ValueError
        With words for the person, if there is no such place.
    """
    text = text.strip()
    if text.startswith("#"):
        number = text[1:].strip()
        if not number.isdecimal() or not 1 <= int(number) <= len(keypoints):
            raise ValueError(f"The keypoints are #1 to #{len(keypoints)}.")
        return Place(float(keypoints.time_0_s[int(number) - 1]), int(number) - 1)
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f"This is no time; type {HOW}.")
    hours, minutes, seconds = found.groups()
    time_s = 3600 * int(hours or 0) + 60 * int(minutes or 0) + float(seconds.replace(",", "."))
    if time_s > duration_s:
        raise ValueError(f"The recording ends at {duration_s:.1f} s.")
    return Place(time_s)


def time_text(time_s: float, decimals: int = 0) -> str:
    """A moment as ``m:ss`` or ``h:mm:ss``, with `decimals` of the second."""
    sign = "-" if time_s < 0 else ""
    total = round(abs(time_s), decimals)
    minutes, seconds = divmod(total, 60)
    hours, minutes = divmod(int(minutes), 60)
    width = 2 if decimals == 0 else 3 + decimals
    tail = f"{minutes:02d}" if hours else f"{minutes}"
    return f"{sign}{f'{hours}:' if hours else ''}{tail}:{seconds:0{width}.{decimals}f}"
