"""Colour settings of the spectrograms: colour map, levels, frequencies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColourMap(StrEnum):
    """Colours in which equal steps look equal; names as a person reads them."""

    MAGMA = "magma"
    INFERNO = "inferno"
    VIRIDIS = "viridis"
    CIVIDIS = "cividis"
    GREY = "grey"
    INVERTED_GREY = "inverted grey"


@dataclass(frozen=True, slots=True)
class SpectrogramLook:
    """What can change at once, without new frames; anything out of range is refused.

    Parameters
    ----------
    colours : ColourMap
    darkest_db, range_db : float or None
        The darkest level over the background noise, -40 to 60 dB, and from there to the
        brightest, 5 to 120 dB; both None for levels chosen from the recording.
    low_khz, high_khz : float
        Frequencies shown.

    Raises
    ------
    ValueError
        If a choice is out of its range.
    """

    colours: ColourMap = ColourMap.MAGMA
    darkest_db: float | None = None
    range_db: float | None = None
    low_khz: float = 0.0
    high_khz: float = 12.0

    def __post_init__(self) -> None:
        if (self.darkest_db is None) != (self.range_db is None):
            raise ValueError("levels by hand need both a darkest level and a range")
        if self.darkest_db is not None and not -40 <= self.darkest_db <= 60:
            raise ValueError(f"the darkest level cannot be {self.darkest_db} dB over the noise")
        if self.range_db is not None and not 5 <= self.range_db <= 120:
            raise ValueError(f"the range cannot be {self.range_db} dB")
        if not 0 <= self.low_khz < self.high_khz <= 200:
            raise ValueError(f"no frequencies from {self.low_khz} to {self.high_khz} kHz")
