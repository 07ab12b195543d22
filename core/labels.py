"""Labels: words that a person or a detector gave to moments and spans of one recording."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """A word for a moment or a span.

    Parameters
    ----------
    start_s, end_s : float
        Seconds on the clock of the recording; the same for a point.
    text : str
        May be empty.
    low_hz, high_hz : float or None
        Frequencies, where the label has them.
    confidence : float
        Probability that a label that was carried from another recorder lies within the
        tolerance; NaN where nobody has said.
    others : tuple of (str, str)
        What else its file says of it: columns and their text.

    Raises
    ------
    ValueError
        If a time is not finite or the end lies before the start.
    """

    start_s: float
    end_s: float
    text: str = ""
    low_hz: float | None = None
    high_hz: float | None = None
    confidence: float = math.nan
    others: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and math.isfinite(self.end_s)):
            raise ValueError("times of a label must be finite")
        if self.end_s < self.start_s:
            raise ValueError("a label cannot end before it starts")

    @property
    def is_point(self) -> bool:
        """Whether it has no length."""
        return self.start_s == self.end_s

    @property
    def has_frequencies(self) -> bool:
        """Whether it has a lowest or highest frequency."""
        return self.low_hz is not None or self.high_hz is not None


@dataclass(frozen=True, slots=True)
class Tier:
    """Labels of one kind.

    Parameters
    ----------
    name : str
        Empty in formats without tiers.
    labels : tuple of Label
        In the order of the file.
    is_points : bool
        Whether it is for points only, empty or not.
    """

    name: str
    labels: tuple[Label, ...]
    is_points: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """All labels of one recording.

    Parameters
    ----------
    tiers : tuple of Tier
        In the order of the file; empty ones too.
    end_s : float or None
        Where the recording ends, if the file says so, seconds.
    text_column : str
        What its file calls the text; empty where that has no name.
    notes : tuple of str
        What was taken for granted when it was read, a sentence each.
    """

    tiers: tuple[Tier, ...]
    end_s: float | None = None
    text_column: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(tier.labels) for tier in self.tiers)

    def __iter__(self) -> Iterator[Label]:
        for tier in self.tiers:
            yield from tier.labels

    @property
    def other_columns(self) -> tuple[str, ...]:
        """The columns that only some formats have, in the order they come in."""
        return tuple(dict.fromkeys(name for label in self for name, _ in label.others))
