"""A plot of one channel, on the clock that the display gives it."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.base.time_view import TimeView
from app.look.palette import DARK
from app.render.display import Display
from app.session.session_model import SessionModel
from app.views.timeline.hand_tool import HandTool
from app.views.timeline.region_grip import RegionGrip
from app.views.timeline.time_plot import TimePlot

_OVER_MARKS = 20


class ChannelPlot(TimePlot):
    """Shows the selected keypoint and the region where they lie on its clock.

    Parameters
    ----------
    channel : int
    session, display, view
        What is shown, and how.
    hand : HandTool
    name : str
        Accessible name.
    time_axis, caption : str
        As in `TimePlot`.
    """

    def __init__(
        self,
        channel: int,
        session: SessionModel,
        display: Display,
        view: TimeView,
        hand: HandTool,
        name: str,
        time_axis: str = "",
        caption: str = "top",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(view, hand, name, time_axis, caption, channel, parent)
        self._channel = channel
        self._session = session
        self._display = display
        self._line = pg.InfiniteLine(pen=pg.mkPen(DARK.selected, width=1))
        self._line.setZValue(_OVER_MARKS)
        self.addItem(self._line, ignoreBounds=True)
        self.region = RegionGrip(self, session)
        self.box.set_grips((self.region.edge_at,), self.region.hold_at)
        session.selection.changed.connect(self._show_selection)
        display.changed.connect(self._follow)

    def on_axis_s(self, time_0_s: float) -> float:
        """Where a moment of channel 0 lies on the time axis of this pane."""
        return time_0_s if self._channel == 0 else self._display.channel_1_axis_s(time_0_s)

    def on_channel_0_s(self, axis_s: float) -> float:
        """Which moment of channel 0 lies at a place of this pane's time axis."""
        return axis_s if self._channel == 0 else self._display.channel_0_s(axis_s)

    @Slot()
    def _follow(self) -> None:
        """Keypoints moved, or the channel is shown on another clock."""
        self._show_selection()
        self.region.show()
        self.place_cursor()

    @Slot()
    def _show_selection(self) -> None:
        selected = self._session.selection.keypoint
        there = self._session.keypoints is not None and selected >= 0
        self._line.setVisible(there)
        if there:
            self._line.setValue(float(self._display.keypoints_s[self._channel][selected]))
