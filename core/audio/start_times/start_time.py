"""The moment at which a recording began, and who says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

_EARLIEST, _LATEST = 1990, 2100
"""A recorder whose battery was changed begins at 1970 or 2000-01-01: see `is_unset`."""
_UNSET_DAYS = {(1970, 1, 1), (1980, 1, 1), (2000, 1, 1), (2010, 1, 1), (2012, 1, 1)}
_FURTHEST_ZONE = timedelta(hours=14)

_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"\s*(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
)


class ToldBy(StrEnum):
    """Where a start time stands."""

    GUANO = "its GUANO header"
    WAMD = "its Wildlife Acoustics header"
    COMMENT = "its AudioMoth comment"
    BEXT = "its broadcast header"
    NAME = "its name"


@dataclass(frozen=True, slots=True)
class StartTime:
    """When a recording began, by its recorder's clock.

    Parameters
    ----------
    moment : datetime
        Without a time zone where nothing tells it.
    told_by : ToldBy
    resolution_s : float
        In what steps it is told, seconds.
    """

    moment: datetime
    told_by: ToldBy
    resolution_s: float = 1.0

    @property
    def has_zone(self) -> bool:
        """Whether it is known on the world's clock, and not only on a local one."""
        return self.moment.tzinfo is not None

    @property
    def is_unset(self) -> bool:
        """Whether the clock seems never to have been set: it runs from a recorder's first day."""
        moment = self.moment
        return (moment.year, moment.month, moment.day) in _UNSET_DAYS


def moment_of(
    date: tuple[int, int, int],
    time: tuple[int, int, int],
    fraction: str = "",
    zone: timezone | None = None,
) -> datetime | None:
    """A moment from its numbers; None if there is no such, or no recorder was there.

    Parameters
    ----------
    date : tuple of int
        Year, month, day.
    time : tuple of int
        Hour, minute, second.
    fraction : str
        Digits after the point of the second.
    zone : timezone, optional
    """
    if not _EARLIEST <= date[0] <= _LATEST:
        return None
    microseconds = int(fraction[:6].ljust(6, "0")) if fraction else 0
    try:
        return datetime(*date, *time, microseconds, tzinfo=zone)
    except ValueError:
        return None


def zone_of(text: str) -> timezone | None:
    """A time zone as "Z", "UTC", "+02:00", "+0530" or "-3"; None if it is no such thing."""
    if text in ("Z", "UTC"):
        return UTC
    found = re.fullmatch(r"([+-])(\d{1,2})(?::?([0-5]\d))?", text)
    if found is None:
        return None
    apart = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if apart > _FURTHEST_ZONE:
        return None
    return timezone(apart if found[1] == "+" else -apart)


def resolution_of(fraction: str) -> float:
    """In what steps a time is told that has these digits after the point, seconds."""
    return float(10.0 ** -len(fraction))


def read_iso(text: str, told_by: ToldBy) -> StartTime | None:
    """Read "2023-05-11T04:30:00.250+02:00", its fraction and zone left out or not.

    Parameters
    ----------
    text : str
    told_by : ToldBy

    Returns
    -------
    StartTime or None
        None if that is no moment.
    """
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = map(int, found["date"].split("-"))
    hour, minute, second = map(int, found["time"].split(":"))
    fraction, zone = found["fraction"] or "", zone_of(found["zone"] or "")
    if found["zone"] and zone is None:
        return None
    moment = moment_of((year, month, day), (hour, minute, second), fraction, zone)
    return None if moment is None else StartTime(moment, told_by, resolution_of(fraction))
