"""Selecting and dragging keypoints with the mouse, in any plot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QPointF, Qt, Slot

from app.session.session_model import SessionModel
from app.views.timeline.keypoint_item import KeypointItem
from app.views.timeline.time_box import Hold, Pull
from app.views.timeline.time_plot import TimePlot

_CLICK_PX = 12.0


@dataclass(frozen=True, slots=True)
class Pulling:
    """What dragging a keypoint does in a plot.

    Parameters
    ----------
    shape : Qt.CursorShape
    words : str
        A sentence with a place for the keypoint's ``{number}``.
    move : callable
        Previews keypoint `index` at a place, in the units of the axes.
    """

    shape: Qt.CursorShape
    words: str
    move: Callable[[int, QPointF], object]


class KeypointGrip(QObject):
    """A click selects the keypoint nearest in time; marks, and what is selected, are dragged.

    Parameters
    ----------
    plot : TimePlot
    points : KeypointItem
        The keypoints as the plot shows them; those that followed a decision light up.
    session : SessionModel
    pulling : Pulling
    """

    def __init__(
        self, plot: TimePlot, points: KeypointItem, session: SessionModel, pulling: Pulling
    ) -> None:
        super().__init__(plot)
        self._points = points
        self._session = session
        self._pulling = pulling
        plot.clicked.connect(self._select_near)
        session.followed.connect(points.flash)

    def hold_at(self, at: QPointF) -> Hold | None:
        """The keypoint whose mark or line is here."""
        index = self._points.under(at, self._session.selection.keypoint)
        if index < 0:
            return None
        words = self._pulling.words.format(number=index + 1)
        pull = partial(self._pull, index, self._points.place(index))
        return Hold(self._pulling.shape, words, pull, self._session.end_drag)

    def nearest(self, time_s: float) -> int:
        """The keypoint that a click here is about, by its index; -1 if none is near."""
        return self._points.nearest(time_s, _CLICK_PX)

    def _pull(self, index: int, stood: QPointF, pull: Pull) -> None:
        if not self._session.preview.is_dropped:
            self._session.selection.select_keypoint(index)
            self._pulling.move(index, stood + pull.at - pull.start)

    @Slot(float, float)
    def _select_near(self, time_s: float, _height: float) -> None:
        index = self.nearest(time_s)
        if index >= 0:
            self._session.selection.select_keypoint(index)
