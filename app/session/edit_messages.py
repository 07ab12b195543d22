"""What is said where a command has nothing to work on, or an edit cannot be."""

from __future__ import annotations

from collections.abc import Callable

from app.base.messages import Kind, Message, short_name
from app.base.time_format import time_text
from app.session.entries import Entry
from app.session.selection import Selection


def open_first(selection: Selection) -> Message:
    """A command needs a recording, and none is open."""
    return Message(
        Kind.INFO, "Open a recording first.", "open", is_true=lambda: selection.entry is None
    )


def nothing_to_accept(entry: Entry, is_true: Callable[[], bool]) -> Message:
    """Keypoints were accepted that nothing has set."""
    text = (
        f"{short_name(entry.recording.title)} is not aligned: its keypoints stand at +0.000 s "
        "because nothing has set them. Align it, or move a keypoint to where it belongs; then "
        "there is something to accept."
    )
    return Message(Kind.WARNING, text, "align", is_true=is_true)


def outside_channel_1(entry: Entry, is_true: Callable[[], bool]) -> Message:
    """A keypoint was moved to where channel 1 has no sound."""
    text = (
        f"Channel 1 ends at {time_text(entry.end_1_s, 1)}; a keypoint cannot be put "
        "outside it. Mark it unalignable if its sound is not in channel 1."
    )
    return Message(Kind.INFO, text, is_true=is_true)
