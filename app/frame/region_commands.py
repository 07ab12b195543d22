"""The commands on the selected region: look at it closely, decide on what is in it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.base.messages import Kind, Message
from app.base.time_view import TimeView
from app.render.display import Display
from app.session.session_model import SessionModel
from core.keypoints import ReviewState

_MARGIN = 0.05
"""Part of its length that is shown before and after a region."""


class RegionCommands(QObject):
    """Acts on the region of the recording shown.

    Parameters
    ----------
    session, time, display
        What is open, and what of it is in view.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    """

    message_posted = Signal(object)

    def __init__(
        self,
        session: SessionModel,
        time: TimeView,
        display: Display,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._time, self._display = session, time, display

    @Slot()
    def zoom(self) -> None:
        """Show no more than the region, and of the frequencies no more than it has."""
        region = self._session.selection.region
        if region is not None:
            margin_s = _MARGIN * (region.end_s - region.start_s)
            self._time.show_span(region.start_s - margin_s, region.end_s + margin_s)

    @Slot()
    def set_aside(self) -> None:
        """Mark all keypoints in the region as unalignable; if they all are, take that back."""
        region, keypoints = self._session.selection.region, self._session.keypoints
        if region is None or keypoints is None:
            return
        inside = region.keypoints_in(keypoints)
        if not inside:
            self._say("No keypoint is in the region.")
        elif all(keypoints.state[index] is ReviewState.UNALIGNABLE for index in inside):
            self._session.release_keypoints(inside)
        else:
            self._session.preview.cancel()
            self._session.review_keypoints(inside, ReviewState.UNALIGNABLE)

    @Slot()
    def clear(self) -> None:
        """Select no region."""
        self._session.selection.select_region(None)

    def _say(self, text: str) -> None:
        is_true = self._session.selection.while_shown()
        self.message_posted.emit(Message(Kind.INFO, text, is_true=is_true))
