"""The whole file at a glance: both channels, every keypoint, and the visible window."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app.base.time_view import TimeView
from app.look.keypoint_style import COLOURS, Mark, marks_of
from app.look.palette import DARK
from app.playback.cursor import Cursor
from app.render.display import Display
from app.render.tiles import TileStore, draw
from app.session.session_model import SessionModel
from app.views.timeline.play_cursor import draw_cursor
from app.views.timeline.time_plot import RIGHT_PX, left_px
from core.keypoints import KeypointSet

_CHANNEL_PX, _STATES_PX, _GAP_PX = 26, 16, 2
_HEIGHT_PX = 2 * _CHANNEL_PX + _STATES_PX + 2 * _GAP_PX
_EDGE_PX = 6.0
_SEEN_COLUMNS = 0.5
_REGION_OPACITY = 110
_GAP_EVERY = {
    Mark.MACHINE: _STATES_PX,
    Mark.UNCERTAIN: _STATES_PX,
    Mark.ACCEPTED: _STATES_PX,
    Mark.CORRECTED: 3,
    Mark.UNALIGNABLE: 2,
}
"""A bar is whole or striped, so that its colour need not be seen to know the decision."""
_BOTTOM_UP = (Mark.MACHINE, Mark.UNCERTAIN, Mark.UNALIGNABLE, Mark.ACCEPTED, Mark.CORRECTED)


class OverviewStrip(QWidget):
    """Drag the window to move it, its edges to zoom; press elsewhere to go there.

    Parameters
    ----------
    session, display, view, tiles
        What is shown, and how.
    """

    def __init__(
        self,
        session: SessionModel,
        display: Display,
        view: TimeView,
        tiles: TileStore,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._display = display
        self._view = view
        self._tiles = tiles
        self._times_s: tuple[np.ndarray, np.ndarray] | None = None
        self._backdrop: QPixmap | None = None
        self._states: QImage | None = None
        self._states_of: KeypointSet | None = None
        self._cursor: Cursor | None = None
        self._grip = ""
        self._grip_s = 0.0
        self.setFixedHeight(_HEIGHT_PX)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Overview of the whole recording")
        self.setToolTip("Drag the window to move it, its edges to zoom")
        selection = session.selection
        for signal in (selection.changed, selection.region_changed, view.span_changed):
            signal.connect(self._refresh)
        selection.recording_changed.connect(self.redraw)
        tiles.content_changed.connect(self.redraw)
        display.changed.connect(self._follow)

    @Slot(object)
    def show_cursor(self, cursor: Cursor | None) -> None:
        """Show where the sound is, or would start."""
        for shown in (self._cursor, cursor):
            if shown is not None:
                self.update(int(self._cursor_px(shown).x1()) - 2, 0, 5, self.height())
        self._cursor = cursor

    def _cursor_px(self, cursor: Cursor) -> QLineF:
        x = float(self._px(np.array(cursor.time_s)))
        return QLineF(x, 0, x, self.height())

    @Slot()
    def redraw(self) -> None:
        """Another recording or size, or frames were added."""
        self._backdrop = self._states = self._times_s = None
        self.update()

    @Slot()
    def _follow(self) -> None:
        """Keypoints moved; states and channel 1 are drawn again only if that can be seen."""
        if not self._has_states_of(self._session.keypoints):
            self._states = None
        column_s = self._view.duration_s / self._width_px()
        if self._times_s is not None:
            moved_s = np.abs(self._column_times_s()[1] - self._times_s[1])
            if len(moved_s) and moved_s.max() > _SEEN_COLUMNS * column_s:
                self._backdrop = None
        if self._states is None or self._backdrop is None:
            self.update()

    def _has_states_of(self, keypoints: KeypointSet | None) -> bool:
        drawn = self._states_of
        if drawn is None or keypoints is None or len(drawn) != len(keypoints):
            return False
        same_marks = np.array_equal(marks_of(drawn), marks_of(keypoints))
        return same_marks and np.array_equal(drawn.confidence, keypoints.confidence, equal_nan=True)

    @Slot()
    def _refresh(self) -> None:
        self.update()

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw the thumbnails anew."""
        self.redraw()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw thumbnails, states and window."""
        with QPainter(self) as painter:
            self._draw(painter)

    def _draw(self, painter: QPainter) -> None:
        if self._backdrop is None:
            self._backdrop = QPixmap(self.size() * self.devicePixelRatioF())
            self._backdrop.setDevicePixelRatio(self.devicePixelRatioF())
            with QPainter(self._backdrop) as inner:
                self._draw_backdrop(inner)
        painter.drawPixmap(0, 0, self._backdrop)
        if self._session.current is not None:
            if self._states is None:
                self._states = self._draw_states()
            painter.drawImage(left_px(), _CHANNEL_PX + _GAP_PX, self._states)
            self._draw_region(painter)
            self._draw_selected(painter)
            self._draw_window(painter)
            if self._cursor is not None:
                draw_cursor(painter, self._cursor, self._cursor_px(self._cursor))

    def _draw_backdrop(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(DARK.plot))
        for channel, colour in enumerate((DARK.channel_0, DARK.channel_1)):
            top = self._channel_top(channel)
            painter.setPen(QColor(colour))
            label = QRectF(0, top, left_px() - 8, _CHANNEL_PX)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(label, align, f"ch {channel}")
        self._times_s = None
        if self._session.current is None or self._tiles.spectrograms is None:
            return
        self._times_s = self._column_times_s()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for channel, spectrogram in enumerate(self._tiles.spectrograms):
            time_s = self._times_s[channel]
            column_s = self._view.duration_s / max(len(time_s), 1)
            level = spectrogram.level_for(column_s / spectrogram.plan.hop_s)
            # Every fifth bin is more than the strip is high.
            codes = spectrogram.at(time_s, level)[:, ::-5]
            image = draw(codes, self._tiles.table(channel))
            top = self._channel_top(channel)
            painter.drawImage(QRectF(left_px(), top, self._width_px(), _CHANNEL_PX), image)

    def _column_times_s(self) -> tuple[np.ndarray, np.ndarray]:
        """The moment of each channel that stands in each column of the strip."""
        width = int(self._width_px())
        time_s = (np.arange(width) + 0.5) / width * self._view.duration_s
        return time_s, self._display.moments_of(1, time_s)

    def _draw_states(self) -> QImage:
        """One bar a keypoint: the less sure, the taller; decisions on top."""
        width = int(self._width_px())
        pixels = np.full((_STATES_PX, width), QColor(DARK.plot).rgb(), dtype=np.uint32)
        keypoints = self._states_of = self._session.keypoints
        if keypoints is not None and len(keypoints):
            marks = marks_of(keypoints)
            middle = (keypoints.time_0_s / self._view.duration_s * width).astype(int)
            half = max(int((width / len(keypoints) - 1) / 2), 0)
            known = np.isfinite(keypoints.confidence)
            doubt = np.where(known, 1 - keypoints.confidence, 0.5)
            doubt = np.where(marks <= Mark.UNCERTAIN, doubt, 0.25)
            top = _STATES_PX - 4 - np.rint((_STATES_PX - 5) * doubt).astype(int)
            across = np.arange(-half, half + 1)
            rows = np.arange(_STATES_PX)[:, None]
            for mark in _BOTTOM_UP:
                chosen = marks == mark
                columns = middle[chosen, None] + across
                tops = np.broadcast_to(top[chosen, None], columns.shape)
                there = (columns >= 0) & (columns < width)
                highest = np.full(width, _STATES_PX)
                np.minimum.at(highest, columns[there], tops[there])
                bar = (rows >= highest) & (rows < _STATES_PX - 1) & (rows % _GAP_EVERY[mark] > 0)
                pixels[bar] = COLOURS[mark].rgb()
        return QImage(pixels.data, width, _STATES_PX, 4 * width, QImage.Format.Format_RGB32).copy()

    def _draw_selected(self, painter: QPainter) -> None:
        keypoints, selected = self._session.keypoints, self._session.selection.keypoint
        if keypoints is not None and selected >= 0:
            x = int(self._px(keypoints.time_0_s[selected]))
            painter.setPen(QPen(QColor(DARK.selected), 1))
            painter.drawLine(x, 0, x, self.height())

    def _draw_region(self, painter: QPainter) -> None:
        region = self._session.selection.region
        if region is not None:
            start, end = self._px(np.array([region.start_s, region.end_s])).tolist()
            lit = QColor(DARK.accent)
            lit.setAlpha(_REGION_OPACITY)
            painter.fillRect(QRectF(start, 0, max(end - start, 2.0), self.height()), lit)

    def _draw_window(self, painter: QPainter) -> None:
        start, end = self._px(np.array([self._view.start_s, self._view.end_s])).tolist()
        shade = QColor(8, 9, 12, 150)
        painter.fillRect(QRectF(left_px(), 0, start - left_px(), self.height()), shade)
        painter.fillRect(QRectF(end, 0, left_px() + self._width_px() - end, self.height()), shade)
        painter.setPen(QPen(QColor(DARK.accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(start, 0.5, end - start - 1, self.height() - 1.5))
        painter.setPen(QPen(QColor(DARK.accent), 3))
        for edge in (start, end):
            middle = self.height() / 2
            painter.drawLine(int(edge), int(middle - 8), int(edge), int(middle + 8))

    # -- the mouse -------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Grip the window or one of its edges, or go elsewhere."""
        if event.button() is not Qt.MouseButton.LeftButton or self._session.current is None:
            return
        x = event.position().x()
        self._grip = self._grip_at(x)
        at_s = self._seconds(x)
        if not self._grip:
            self._grip = "window"
            span_s = self._view.span_s
            self._view.show_span(at_s - span_s / 2, at_s + span_s / 2, remember=False)
        self._grip_s = at_s - self._view.start_s

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Move what is gripped; show what could be."""
        x = event.position().x()
        view, at_s = self._view, self._seconds(x)
        if self._grip == "window":
            start_s = at_s - self._grip_s
            view.show_span(start_s, start_s + view.span_s, remember=False)
        elif self._grip == "start":
            view.show_span(min(at_s, view.end_s - 0.05), view.end_s, remember=False)
        elif self._grip == "end":
            view.show_span(view.start_s, max(at_s, view.start_s + 0.05), remember=False)
        else:
            shapes = {
                "start": Qt.CursorShape.SizeHorCursor,
                "end": Qt.CursorShape.SizeHorCursor,
                "window": Qt.CursorShape.OpenHandCursor,
                "": Qt.CursorShape.ArrowCursor,
            }
            self.setCursor(shapes[self._grip_at(x)])

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        """Let go."""
        self._grip = ""

    def _grip_at(self, x: float) -> str:
        start, end = self._px(np.array([self._view.start_s, self._view.end_s])).tolist()
        if abs(x - start) <= _EDGE_PX:
            return "start"
        if abs(x - end) <= _EDGE_PX:
            return "end"
        return "window" if start < x < end else ""

    # -- geometry --------------------------------------------------------------------

    def _width_px(self) -> float:
        return max(float(self.width() - left_px() - RIGHT_PX), 1.0)

    def _px(self, time_s: np.ndarray) -> np.ndarray:
        x = left_px() + time_s / self._view.duration_s * self._width_px()
        return np.clip(x, left_px(), left_px() + self._width_px())

    def _seconds(self, x: float) -> float:
        return (x - left_px()) / self._width_px() * self._view.duration_s

    def _channel_top(self, channel: int) -> int:
        return 0 if channel == 0 else _CHANNEL_PX + _STATES_PX + 2 * _GAP_PX
