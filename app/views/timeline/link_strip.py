"""Lines that join each keypoint's moments in the two panes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPoint, QPointF, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.base.time_view import TimeView
from app.look.keypoint_style import COLOURS, LINES, Mark, marks_of
from app.look.palette import DARK
from app.playback.cursor import Cursor
from app.render.display import Display
from app.session.session_model import SessionModel
from app.views.timeline.play_cursor import draw_cursor
from app.views.timeline.time_plot import RIGHT_PX, left_px

_HEIGHT_PX = 30
_CLICK_PX = 10.0
_CLOSEST_PX = 3.0


class LinkStrip(QWidget):
    """Stands between the two spectrogram panes; a click selects the nearest link.

    Parameters
    ----------
    session, display, view
        What is shown, and how.
    """

    def __init__(
        self,
        session: SessionModel,
        display: Display,
        view: TimeView,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._display = display
        self._view = view
        self._marks = np.empty(0, dtype=np.int8)
        self._cursor: Cursor | None = None
        self.setFixedHeight(_HEIGHT_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Links between the channels")
        self.setToolTip("Each line joins the two moments of a keypoint; click to select")
        for signal in (session.selection.changed, view.span_changed):
            signal.connect(self._refresh)
        display.changed.connect(self._follow)

    @Slot(object)
    def show_cursor(self, cursor: Cursor | None) -> None:
        """Join the cursors of the two panes."""
        for shown in (self._cursor, cursor):
            if shown is not None:
                line = self._cursor_px(shown)
                left, right = sorted((line.x1(), line.x2()))
                self.update(int(left) - 2, 0, int(right - left) + 5, self.height())
        self._cursor = cursor

    def _cursor_px(self, cursor: Cursor) -> QLineF:
        bottom_s = self._display.channel_1_axis_s(cursor.time_s)
        top_px, bottom_px = self._px(np.array([cursor.time_s, bottom_s])).tolist()
        return QLineF(top_px, 0, bottom_px, self.height())

    @Slot()
    def _follow(self) -> None:
        keypoints = self._session.keypoints
        if keypoints is not None:
            self._marks = marks_of(keypoints)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        self.setVisible(self._display.has_links)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw the visible links, the selected one last."""
        with QPainter(self) as painter:
            self._draw(painter)

    def _draw(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(DARK.plot))
        keypoints = self._session.keypoints
        if keypoints is None or not len(keypoints):
            return
        painter.setClipRect(left_px(), 0, self.width() - left_px() - RIGHT_PX, self.height())
        top_px, bottom_px = self._ends_px()
        marks = self._marks
        low, high = np.minimum(top_px, bottom_px), np.maximum(top_px, bottom_px)
        visible = np.flatnonzero((high >= left_px()) & (low <= self.width() - RIGHT_PX))
        if len(visible):
            spacing_px = self.width() / len(visible)
            visible = visible[:: max(1, int(np.ceil(_CLOSEST_PX / spacing_px)))]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = float(self.height())
        for mark in Mark:
            painter.setPen(QPen(COLOURS[mark], 1, LINES[mark]))
            chosen = visible[marks[visible] == mark]
            painter.drawLines([QLineF(top_px[i], 0, bottom_px[i], height) for i in chosen.tolist()])
        selected = self._session.selection.keypoint
        if selected >= 0:
            painter.setPen(QPen(QColor(DARK.selected), 2))
            painter.drawLine(QLineF(top_px[selected], 0, bottom_px[selected], height))
        if self._cursor is not None:
            draw_cursor(painter, self._cursor, self._cursor_px(self._cursor))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Select the link under the mouse."""
        index = self.nearest(event.position())
        if event.button() is Qt.MouseButton.LeftButton and index >= 0:
            self._session.selection.select_keypoint(index)

    def nearest(self, at: QPoint | QPointF) -> int:
        """The keypoint whose link is nearest to a pixel, by its index; -1 if none is close."""
        if self._session.keypoints is None or not len(self._session.keypoints):
            return -1
        top_px, bottom_px = self._ends_px()
        distance_px = np.abs(top_px + (bottom_px - top_px) * at.y() / self.height() - at.x())
        return int(np.argmin(distance_px)) if distance_px.min() <= _CLICK_PX else -1

    def _ends_px(self) -> tuple[np.ndarray, np.ndarray]:
        top_s, bottom_s = self._display.keypoints_s
        return self._px(top_s), self._px(bottom_s)

    def _px(self, pane_s: np.ndarray) -> np.ndarray:
        width_px = self.width() - left_px() - RIGHT_PX
        return left_px() + (pane_s - self._view.start_s) * width_px / self._view.span_s
