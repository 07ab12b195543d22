"""Selecting and dragging keypoints with the mouse, in any plot."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.session.session_model import SessionModel
from app.views.timeline.keypoint_item import KeypointItem
from app.views.timeline.time_plot import TimePlot

_CLICK_PX = 12.0


class KeypointGrip(QObject):
    """A click selects the keypoint nearest in time, letting go ends a drag.

    Parameters
    ----------
    plot : TimePlot
    points : KeypointItem
        The keypoints as the plot shows them; those that followed a decision light up.
    session : SessionModel
    """

    def __init__(self, plot: TimePlot, points: KeypointItem, session: SessionModel) -> None:
        super().__init__(plot)
        self._points = points
        self._session = session
        plot.clicked.connect(self._select_near)
        session.followed.connect(points.flash)

    @Slot()
    def drop(self) -> None:
        """Decide on where the handle was let go."""
        self._session.end_drag()

    @Slot(float, float)
    def _select_near(self, time_s: float, _height: float) -> None:
        index = self._points.nearest(time_s, _CLICK_PX)
        if index >= 0:
            self._session.selection.select_keypoint(index)
