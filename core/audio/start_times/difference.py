"""What two start times say of the offset between two recordings, before anything is heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_HOUR_S = 3600.0
_ZONE_SLACK_S = 120.0
"""Recorders' clocks are set by hand and drift: so near to whole hours, a difference counts as
whole hours, seconds."""
_MOST_HOURS = 26
"""Between the first and the last time zone of the world."""


class Reading(StrEnum):
    """How start times are to be understood."""

    AS_TOLD = "as told"
    OTHER_ZONE = "less whole hours of another time zone"
    APART = "the recordings share no moment"


@dataclass(frozen=True, slots=True)
class StartDifference:
    """How much later channel 1 began than channel 0, by their recorders' clocks.

    Parameters
    ----------
    later_s : float
        Seconds; negative where channel 1 began first. The offset is about as much less than zero:
        what channel 0 heard at `later_s` is at the start of channel 1.
    reading : Reading
    zoned_later_s : float or None
        The same less whole hours of another time zone, where that may be true as well.
    notes : tuple of str
        What a person should know, a sentence each.
    """

    later_s: float
    reading: Reading
    zoned_later_s: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def offsets_s(self) -> tuple[float, ...]:
        """Offsets to be expected, the likeliest first, seconds; none where no moment is shared."""
        if self.reading is Reading.APART:
            return ()
        also = () if self.zoned_later_s is None else (-self.zoned_later_s,)
        return (-self.later_s, *also)


def start_difference(
    start_0: datetime, start_1: datetime, duration_0_s: float, duration_1_s: float
) -> StartDifference:
    """Compare the start times of both channels.

    A time without a zone is taken to be of the other's zone. Where the recordings would share
    no moment, but would without a whole number of hours, one recorder's clock is taken to be
    set to another time zone; where they would in either case, both may be true.

    Parameters
    ----------
    start_0, start_1 : datetime
        By the recorders' clocks.
    duration_0_s, duration_1_s : float
        Lengths of the channels, seconds.

    Returns
    -------
    StartDifference
    """
    later_s, notes = _told_s(start_0, start_1)
    hours = round(later_s / _HOUR_S)
    rest_s = later_s - hours * _HOUR_S
    is_whole = 1 <= abs(hours) <= _MOST_HOURS and abs(rest_s) <= _ZONE_SLACK_S
    told = f"{_hours_text(hours)}{_rest_text(rest_s if hours > 0 else -rest_s)}"
    reading = Reading.AS_TOLD
    zoned_later_s = None
    if _shares(later_s, duration_0_s, duration_1_s):
        if is_whole:
            zoned_later_s = rest_s
            notes += (
                f"their start times differ by {told}: is one recorder's clock set to another time "
                "zone? Both are looked at, and what is heard decides",
            )
    elif is_whole and _shares(rest_s, duration_0_s, duration_1_s):
        reading, later_s = Reading.OTHER_ZONE, rest_s
        notes += (
            f"their start times differ by {told}, and they would "
            "share no moment: one recorder's clock is taken to be set to another time zone",
        )
    else:
        reading = Reading.APART
        notes += (_apart_text(later_s, duration_0_s, duration_1_s),)
    return StartDifference(later_s, reading, zoned_later_s, notes)


def _told_s(start_0: datetime, start_1: datetime) -> tuple[float, tuple[str, ...]]:
    if (start_0.tzinfo is None) == (start_1.tzinfo is None):
        return (start_1 - start_0).total_seconds(), ()
    channel = 0 if start_0.tzinfo is None else 1
    note = f"the start of channel {channel} has no time zone: it is taken to be the other's"
    local_0, local_1 = start_0.replace(tzinfo=None), start_1.replace(tzinfo=None)
    return (local_1 - local_0).total_seconds(), (note,)


def _shares(later_s: float, duration_0_s: float, duration_1_s: float) -> bool:
    """Whether there is a moment at which both ran."""
    return -duration_1_s < later_s < duration_0_s


def _apart_text(later_s: float, duration_0_s: float, duration_1_s: float) -> str:
    first, gap_s = (0, later_s - duration_0_s) if later_s > 0 else (1, -later_s - duration_1_s)
    return (
        f"by their start times, channel {1 - first} began {length_between(gap_s)} after channel "
        f"{first} had ended"
    )


def _hours_text(hours: int) -> str:
    return f"{abs(hours)} hour{'s'[: abs(hours) - 1]}"


def _rest_text(rest_s: float) -> str:
    word = "and" if rest_s > 0 else "less"
    return "" if abs(rest_s) < 0.5 else f" {word} {abs(rest_s):.0f} s"


def length_between(length_s: float) -> str:
    """A time between two moments, to read: "12.0 s", "3 min 20 s", "2 h 5 min", "3.2 days"."""
    if length_s < 60:
        return f"{length_s:.1f} s"
    minutes, seconds = divmod(round(length_s), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{length_s / 86_400:.1f} days"
