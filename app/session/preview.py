"""A keypoint that is being dragged: shown everywhere, decided on by nobody yet."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.session.entries import Entry
from app.session.selection import Selection
from core.keypoints import KeypointSet, between

_ASKED_DIGITS = 3
"""Moments that are asked for by hand are whole milliseconds."""
_LEAST_APART_S = 10.0**-_ASKED_DIGITS


class Preview(QObject):
    """What the hand says of a keypoint of the recording shown, until it lets go.

    It is dropped when another keypoint or recording is selected.

    Parameters
    ----------
    selection : Selection

    Signals
    -------
    changed()
        `keypoints` are others.
    """

    changed = Signal()

    def __init__(self, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._keypoints: KeypointSet | None = None
        self._is_outside = False
        self._index = -1
        self._asked_s: float | None = None
        self._is_dropped = False
        selection.leaving.connect(self.cancel)

    @property
    def keypoints(self) -> KeypointSet | None:
        """All keypoints as they would be; none while nothing is dragged."""
        return self._keypoints

    @property
    def is_on(self) -> bool:
        """Whether a drag is under way."""
        return self._keypoints is not None

    @property
    def is_dropped(self) -> bool:
        """Whether a drag was dropped, and the hand has not let go yet."""
        return self._is_dropped

    @property
    def asked_s(self) -> float | None:
        """The moment of channel 0 that a keypoint would ask about; None if that stays."""
        return self._asked_s

    @property
    def is_outside(self) -> bool:
        """Whether the hand is beyond an end of channel 1, where the keypoint cannot go."""
        return self._is_outside

    def move(self, index: int, time_1_s: float) -> None:
        """Show keypoint `index` at `time_1_s` seconds of channel 1; nothing follows after a drop.

        Until the hand lets go, that is.
        """
        entry = self._selection.entry
        if entry is None or self._is_dropped:
            return
        within_s = min(max(time_1_s, 0.0), entry.end_1_s)
        self._is_outside = within_s != time_1_s
        self._index, self._asked_s = index, None
        self._keypoints = entry.keypoints.move(index, within_s)
        self.changed.emit()

    def ask(self, index: int, time_0_s: float) -> None:
        """Show keypoint `index` asking about another moment of channel 0, between its neighbours.

        Nobody has decided on that one; it is shown where the others say it is on channel 1.
        """
        entry = self._selection.entry
        if entry is None or self._is_dropped:
            return
        around_s = np.concatenate([[0.0], entry.keypoints.time_0_s, [entry.recording.duration_s]])
        low_s = around_s[index] + _LEAST_APART_S * (index > 0)
        high_s = around_s[index + 2] - _LEAST_APART_S * (index + 1 < len(entry.keypoints))
        if low_s > high_s:
            return
        self._index, self._is_outside = index, False
        self._asked_s = round(float(np.clip(time_0_s, low_s, high_s)), _ASKED_DIGITS)
        self._keypoints = _asking(entry, index, self._asked_s)
        self.changed.emit()

    @Slot()
    def cancel(self) -> None:
        """Drop what is shown, and what the hand goes on to say until it lets go."""
        if self.is_on:
            self._is_dropped = True
            self._keypoints = self._asked_s = None
            self.changed.emit()

    def go_over(self, entry: Entry) -> None:
        """Something else became of the other keypoints; the hand goes on."""
        if self._asked_s is not None:
            self._keypoints = _asking(entry, self._index, self._asked_s)
        elif self._keypoints is not None:
            time_1_s = float(self._keypoints.time_1_s[self._index])
            self._keypoints = entry.keypoints.move(self._index, time_1_s)

    def take(self) -> KeypointSet | None:
        """End it with what is shown, to be decided on."""
        taken, self._keypoints, self._asked_s = self._keypoints, None, None
        return taken

    def let_go(self) -> None:
        """The hand may begin anew."""
        self._is_dropped = False


def _asking(entry: Entry, index: int, time_0_s: float) -> KeypointSet:
    """The keypoints of a recording with one that asks about another moment."""
    others = entry.keypoints.kept(np.arange(len(entry.keypoints)) != index)
    return others.merged(between(np.array([time_0_s]), entry.keypoints, entry.end_1_s))
