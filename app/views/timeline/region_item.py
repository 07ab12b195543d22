"""The selected region over a plot: where it is, how long and how high."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.palette import DARK
from app.render.view_item import ViewItem

_UNDER_MARKS = 5
_DOWN_PX, _ROOM_PX = 28.0, 4.0
_WORDS_FROM_PX = 60.0
_FILL = QColor(DARK.accent)
_FILL.setAlpha(45)
_BEHIND = QColor(13, 15, 19, 190)


class RegionItem(ViewItem):
    """A pane of light; its words stand at its upper edge, as far as that is in view.

    Attributes
    ----------
    words : str
        What was measured; empty where nothing is selected.
    """

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self._span_s: tuple[float, float] | None = None
        self._heights: tuple[float, float] | None = None
        self.setZValue(_UNDER_MARKS)

    def show_region(
        self,
        span_s: tuple[float, float] | None,
        heights: tuple[float, float] | None = None,
        words: str = "",
    ) -> None:
        """Lie elsewhere, in the units of the axes; without heights over the whole height."""
        if (span_s, heights, words) != (self._span_s, self._heights, self.words):
            self._span_s, self._heights, self.words = span_s, heights, words
            self.update()

    @property
    def span_s(self) -> tuple[float, float] | None:
        """From where to where it lies on the time axis of its plot."""
        return self._span_s

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw what is in view of it."""
        seen = self.boundingRect()
        if self._span_s is None or self._span_s[0] > seen.right() or self._span_s[1] < seen.left():
            return
        low, high = self._heights or (seen.top(), seen.bottom())
        place = painter.worldTransform()
        corners = (QPointF(self._span_s[0], low), QPointF(self._span_s[1], high))
        area = place.mapRect(seen)
        rect = QRectF(*(place.map(corner) for corner in corners)).normalized().intersected(area)
        painter.resetTransform()
        painter.setClipRect(area)
        painter.fillRect(rect, _FILL)
        painter.setPen(QPen(QColor(DARK.accent), 1))
        painter.drawLine(rect.topLeft(), rect.bottomLeft())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        if self._heights is not None:
            painter.drawLine(rect.topLeft(), rect.topRight())
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if area.height() >= _WORDS_FROM_PX:
            self._write(painter, rect, area)

    def _write(self, painter: QPainter, rect: QRectF, area: QRectF) -> None:
        metrics = painter.fontMetrics()
        width_px, height_px = metrics.horizontalAdvance(self.words), metrics.height()
        left = min(max(rect.left(), area.left()), area.right() - width_px - 2 * _ROOM_PX)
        top = min(max(rect.top(), area.top() + _DOWN_PX), area.bottom() - height_px)
        words = QRectF(left, top, width_px + 2 * _ROOM_PX, height_px)
        painter.fillRect(words, _BEHIND)
        painter.setPen(QColor(DARK.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.words)
