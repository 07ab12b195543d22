"""What arguments may be; each raises what argparse turns into a line that says so."""

from __future__ import annotations

import argparse
import math
import re
from fractions import Fraction

from core.align.limits import INTERVALS_S, OFFSETS_S, SPACINGS_M, TOLERANCES_S
from core.formats.tables.exact import exact


def positive(text: str, wanted: str) -> float:
    """A finite number above zero; `wanted` says what was meant."""
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"{text} is not {wanted}")
    return value


def seconds(text: str) -> float:
    """A time."""
    return positive(text, "a time above 0 s")


def offset(text: str) -> float:
    """A largest offset, seconds."""
    value = seconds(text)
    if value < OFFSETS_S[0]:
        raise argparse.ArgumentTypeError(
            f"{text} s is less than {OFFSETS_S[0]:g} s; with nothing to compare the right "
            "offset with, no confidence can be given"
        )
    if value > OFFSETS_S[1]:
        raise argparse.ArgumentTypeError(
            f"{text} s is more than {OFFSETS_S[1]:g} s; cut the recordings to start nearer"
        )
    return value


def tolerance(text: str) -> float:
    """A tolerance, seconds."""
    return _seconds_within(text, TOLERANCES_S)


def spacing(text: str) -> float:
    """A distance of microphones, metres."""
    value = float(text)
    if not SPACINGS_M[0] <= value <= SPACINGS_M[1]:
        raise argparse.ArgumentTypeError(
            f"{text} m is not between {SPACINGS_M[0]:g} and {SPACINGS_M[1]:g} m; further apart, "
            "sounds arrive over a second apart and say nothing of the clocks"
        )
    return value


def fraction(text: str) -> Fraction:
    """An exact number above zero, as 25, 29.97 or 30000/1001."""
    try:
        return exact(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def interval(text: str) -> float:
    """From one keypoint to the next, seconds."""
    return _seconds_within(text, INTERVALS_S)


def size(text: str) -> float:
    """A size, GB."""
    return positive(text, "a size above 0 GB")


def seed(text: str) -> int:
    """A seed of random numbers."""
    value = int(text)
    if not 0 <= value < 1 << 31:
        raise argparse.ArgumentTypeError(f"{text} is not a seed from 0 to 2147483647")
    return value


def count(text: str) -> int:
    """How many."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of 1 or more")
    return value


def shard(text: str) -> tuple[int, int]:
    """One of several shares, as 3/64: its number, and how many there are."""
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text, re.ASCII)
    number, of = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= of:
        raise argparse.ArgumentTypeError(f"{text} is no shard, as 1/4 to 4/4 are of four")
    return number, of


def whole(text: str) -> int:
    """How many, or none."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of 0 or more")
    return value


def rate(text: str) -> float:
    """A learning rate."""
    return positive(text, "a rate above 0")


seconds.__name__ = "seconds"
offset.__name__ = "seconds"
tolerance.__name__ = "seconds"
spacing.__name__ = "metres"
interval.__name__ = "seconds"
count.__name__ = "number"
seed.__name__ = "number"
size.__name__ = "size"
whole.__name__ = "number"
rate.__name__ = "rate"


def _seconds_within(text: str, limits_s: tuple[float, float]) -> float:
    value = seconds(text)
    if not limits_s[0] <= value <= limits_s[1]:
        raise argparse.ArgumentTypeError(
            f"{text} s is not between {limits_s[0]:g} and {limits_s[1]:g} s"
        )
    return value
