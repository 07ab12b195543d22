"""The commands on the selected region: look at it, decide on what is in it, write it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QMainWindow

from app.base.background_runner import BackgroundRunner
from app.base.messages import Kind, Message
from app.base.time_format import time_text
from app.base.time_view import TimeView
from app.export.region_dialog import RegionDialog
from app.playback.player import Playback
from app.render.display import Display
from app.session.region import Region
from app.session.session_model import SessionModel
from core.keypoints import ReviewState

_REST_MS = 250
_MARGIN = 0.05
"""Part of its length that is shown before and after a region."""


class RegionCommands(QObject):
    """Acts on the region of the recording shown.

    Parameters
    ----------
    window : QMainWindow
        Dialogs stand over it.
    session, time, display
        What is open, and what of it is in view.
    playback : Playback
        Knows at which moment it is.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    noted(text)
        Which region is selected, for the status bar.
    """

    message_posted = Signal(object)
    noted = Signal(str)

    def __init__(
        self,
        window: QMainWindow,
        session: SessionModel,
        time: TimeView,
        display: Display,
        playback: Playback,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session, self._time, self._display = session, time, display
        self._playback = playback
        # A region that is being dragged is told when the hand rests.
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._note)
        session.selection.region_changed.connect(self._rest.start)
        self._writing = BackgroundRunner("region", self)

    @Slot()
    def _note(self) -> None:
        region = self._session.selection.region
        if region is not None:
            start, end = (time_text(at_s, 3) for at_s in (region.start_s, region.end_s))
            self.noted.emit(f"region {start} to {end}, {region.end_s - region.start_s:.3f} s")

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being written."""
        return not self._writing.is_running

    def shut_down(self) -> None:
        """Stop the thread."""
        self._writing.shut_down()

    @Slot()
    def begin(self) -> None:
        """Let the region begin at the cursor; it ends where it did, or with the view."""
        region, at_s = self._session.selection.region, self._playback.moment_s
        if region is not None and region.end_s > at_s:
            self._select(at_s, region.end_s)
        else:
            self._select(at_s, self._time.end_s)

    @Slot()
    def end(self) -> None:
        """Let the region end at the cursor; it begins where it did, or with the view."""
        region, at_s = self._session.selection.region, self._playback.moment_s
        if region is not None and region.start_s < at_s:
            self._select(region.start_s, at_s)
        else:
            self._select(self._time.start_s, at_s)

    def _select(self, start_s: float, end_s: float) -> None:
        selection, entry = self._session.selection, self._session.current
        if entry is None:
            return
        before = selection.region
        start_s, end_s = max(start_s, 0.0), min(end_s, entry.recording.duration_s)
        if start_s >= end_s:
            self._say("There is nothing between here and the edge of the view.")
        elif before is None:
            selection.select_region(Region(0, start_s, end_s))
        else:
            selection.select_region(replace(before, start_s=start_s, end_s=end_s))

    @Slot()
    def zoom(self) -> None:
        """Show no more than the region, and of the frequencies no more than it has."""
        region = self._session.selection.region
        if region is not None:
            margin_s = _MARGIN * (region.end_s - region.start_s)
            self._time.show_span(region.start_s - margin_s, region.end_s + margin_s)
            if region.band_hz is not None:
                low, high = region.band_hz
                self._display.show_band(region.channel, (low / 1000, high / 1000))

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
    def export(self) -> None:
        """Show what would be written of the region, and write it."""
        if self._session.selection.region is not None:
            dialog = RegionDialog(self._session, self._writing, self._window)
            dialog.open()

    @Slot()
    def clear(self) -> None:
        """Select no region."""
        self._session.selection.select_region(None)

    def _say(self, text: str) -> None:
        is_true = self._session.selection.while_shown()
        self.message_posted.emit(Message(Kind.INFO, text, is_true=is_true))
