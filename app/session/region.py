"""A region: a stretch of time that a person selected, with frequencies or without."""

from __future__ import annotations

from dataclasses import dataclass

from core.keypoints import KeypointSet
from core.time_map import TimeMap


@dataclass(frozen=True, slots=True)
class Region:
    """What was selected in a pane.

    Parameters
    ----------
    channel : int
        In whose pane it was selected.
    start_s, end_s : float
        On the clock of channel 0, seconds; the end comes later.
    band_hz : pair of float, optional
        Lowest and highest frequency; none for all of them.

    Raises
    ------
    ValueError
        If it has no length or no height.
    """

    channel: int
    start_s: float
    end_s: float
    band_hz: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.end_s <= self.start_s:
            raise ValueError("a region has a length")
        if self.band_hz is not None and self.band_hz[1] <= self.band_hz[0]:
            raise ValueError("a region with frequencies has a height")

    def span_s(self, channel: int, time_map: TimeMap) -> tuple[float, float]:
        """Where it begins and ends on the clock of a channel, seconds."""
        if channel == 0:
            return self.start_s, self.end_s
        return float(time_map.to_channel_1(self.start_s)), float(time_map.to_channel_1(self.end_s))

    def keypoints_in(self, keypoints: KeypointSet) -> list[int]:
        """Which keypoints ask about a moment inside of it, by index."""
        time_s = keypoints.time_0_s
        inside = (time_s >= self.start_s) & (time_s <= self.end_s)
        return [int(index) for index in inside.nonzero()[0]]
