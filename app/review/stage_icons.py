"""Icons for how far a recording is reviewed: a ring that fills."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from app.look.keypoint_style import STAMP_PX, Mark, mark_icon, steady_icon
from app.look.theme import theme
from app.review.triage import Stage

_RING = QRectF(3.5, 3.5, STAMP_PX - 7.0, STAMP_PX - 7.0)
_MARKS = {Stage.DONE: Mark.ACCEPTED, Stage.FAILED: Mark.UNALIGNABLE}


def stage_icon(stage: Stage) -> QIcon:
    """The icon of a stage; what is done or failed looks as a keypoint that is."""
    if stage in _MARKS:
        return mark_icon(_MARKS[stage])
    pixmap = QPixmap(2 * STAMP_PX, 2 * STAMP_PX)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_ring(painter, stage)
    return steady_icon(pixmap)


def _draw_ring(painter: QPainter, stage: Stage) -> None:
    colour = QColor(theme().palette.muted if stage is Stage.TO_ALIGN else theme().palette.accent)
    pen = QPen(colour, 1.6)
    if stage is Stage.TO_ALIGN:
        pen.setDashPattern([1.2, 1.4])
    painter.setPen(pen)
    painter.drawEllipse(_RING)
    if stage is Stage.IN_REVIEW:
        painter.setBrush(colour)
        # From six o'clock clockwise to twelve, in sixteenths of a degree.
        painter.drawPie(_RING, 16 * 90, 16 * 180)
