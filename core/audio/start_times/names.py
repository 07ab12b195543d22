"""Start times in file names.

AudioMoth: ``20230511_043000.WAV``, ``20230511_043000T.WAV`` where a sound triggered it, and
``5B1E5A3C.WAV``, seconds since 1970 in hexadecimal digits, from firmware before 2018. Song Meter:
``SM4_20230511_043000.wav``, with ``$`` or ``_$`` for the second underscore where it was triggered.
Frontier Labs: ``S20230511T043000.123456+1000_E20230511T043500.654321+1000``, start and end.
Others: ``2023-05-11_04-30-00``, ``20230511T043000+1000``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import PurePath

from core.audio.start_times.start_time import (
    StartTime,
    ToldBy,
    moment_of,
    resolution_of,
    zone_of,
)

_MOST_CHARACTERS = 1024
_DATED = re.compile(
    r"(?<!\d)(?<!_E)(?P<year>\d{4})(?P<dash>[-._]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
    r"(?:(?P<iso>T)|_?\$|[-_ .]|)"
    r"(?P<hour>\d\d)(?P<colon>[-._:]?)(?P<minute>\d\d)(?P=colon)(?P<second>\d\d)"
    r"(?:[.,](?P<fraction>\d{1,6}))?(?P<zone>Z|[+-]\d{4})?(?!\d)"
)
_HEXADECIMAL = re.compile(r"[0-9A-F]{8}")
_FIRST_AUDIOMOTH, _LAST_AUDIOMOTH = 1_450_000_000, 1_800_000_000
"""End of 2015, and 2027: names of eight digits that are dates lie outside."""


def start_in_name(name: str) -> StartTime | None:
    """The start time in a file name.

    Parameters
    ----------
    name : str
        Of the file, without its folder.

    Returns
    -------
    StartTime or None
        The last one, where there are several: recorders write it behind the name of a station.
    """
    told = _told(PurePath(name).stem)
    return None if told is None else told[0]


def rest_of_name(name: str) -> str:
    """What a file name says besides the start time, without its ending.

    Parameters
    ----------
    name : str
        Of the file, without its folder.

    Returns
    -------
    str
    """
    stem = PurePath(name).stem
    told = _told(stem)
    return stem if told is None else f"{stem[: told[1].start]} {stem[told[1].stop :]}"


def _told(stem: str) -> tuple[StartTime, slice] | None:
    """The start time, and where it stands."""
    if len(stem) > _MOST_CHARACTERS:
        return None
    if _HEXADECIMAL.fullmatch(stem):
        seconds = int(stem, 16)
        if _FIRST_AUDIOMOTH <= seconds <= _LAST_AUDIOMOTH:
            moment = datetime.fromtimestamp(seconds, UTC)
            return StartTime(moment, ToldBy.NAME), slice(0, len(stem))
    found = [
        (start, slice(*match.span()))
        for match in _DATED.finditer(stem)
        if (start := _start(match)) is not None
    ]
    return found[-1] if found else None


def _start(found: re.Match[str]) -> StartTime | None:
    day = (int(found["year"]), int(found["month"]), int(found["day"]))
    clock = (int(found["hour"]), int(found["minute"]), int(found["second"]))
    fraction = found["fraction"] or ""
    # Without the T, what follows is as likely a running number.
    zone = zone_of(found["zone"] or "") if found["iso"] else None
    moment = moment_of(day, clock, fraction, zone)
    return None if moment is None else StartTime(moment, ToldBy.NAME, resolution_of(fraction))
