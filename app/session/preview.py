"""A keypoint that is being dragged: shown everywhere, decided on by nobody yet."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.session.selection import Selection
from core.keypoints import KeypointSet


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
        self._index = index
        self._keypoints = entry.keypoints.move(index, within_s)
        self.changed.emit()

    @Slot()
    def cancel(self) -> None:
        """Drop what is shown, and what the hand goes on to say until it lets go."""
        if self.is_on:
            self._is_dropped = True
            self._keypoints = None
            self.changed.emit()

    def go_over(self, stands: KeypointSet) -> None:
        """Something else became of the other keypoints; the hand goes on."""
        if self._keypoints is not None:
            self._keypoints = stands.move(self._index, float(self._keypoints.time_1_s[self._index]))

    def take(self) -> KeypointSet | None:
        """End it with what is shown, to be decided on."""
        taken, self._keypoints = self._keypoints, None
        return taken

    def let_go(self) -> None:
        """The hand may begin anew."""
        self._is_dropped = False
