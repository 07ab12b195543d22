"""The playback position, as the panes show it."""

from __future__ import annotations

from dataclasses import dataclass

from core.audio.aligned import ChannelSelection


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the sound is, or where it would start.

    Parameters
    ----------
    time_s : float
        On channel 0's clock.
    channels : ChannelSelection
    is_playing : bool
    """

    time_s: float
    channels: ChannelSelection
    is_playing: bool
