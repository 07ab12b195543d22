"""Axes with ticks at round times or offsets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QApplication

from app.base.time_format import time_text

_FINE_STEPS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_LONG_STEPS_S = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000)
_LABEL_PX, _TEXT_PX, _HALF_TEXT_PX, _ROOM_PX = 90.0, 16.0, 20.0, 18
"""For letters of the usual size."""
_TICK_PX, _SHORT_TICK_PX = 4.0, 2.0
_PARTS = 5


class RoundAxis(pg.AxisItem):  # type: ignore[misc]
    """Labels at round numbers of seconds.

    pyqtgraph's own ticks measure every label; on an axis that moves with every
    frame that costs more than the rest of the plot.

    Attributes
    ----------
    steps_s : tuple of float
        How far apart labels may stand.
    apart_px : float
        How far apart they have to stand, with letters of the usual size.
    """

    steps_s: tuple[float, ...] = _FINE_STEPS_S
    apart_px = 50.0

    def __init__(self, side: str) -> None:
        super().__init__(side)
        text_px = QFontMetricsF(QApplication.font()).height()
        self._scale = max(1.0, text_px / _TEXT_PX)
        # pyqtgraph would know it from its own ticks.
        self.textHeight = max(_ROOM_PX, round(text_px))
        self._updateHeight()

    def words(self, at_s: float, decimals: int) -> str:
        """What stands at a tick."""
        return f"{at_s:.{decimals}f}"

    def generateDrawSpecs(self, p: QPainter) -> Any:  # noqa: ARG002, N802 (pyqtgraph's name)
        """Axis line, ticks and labels as pyqtgraph's `AxisItem.drawPicture` takes them."""
        bounds = self.mapRectFromParent(self.geometry())
        low_s, high_s = self.range
        if bounds.width() <= 0 or high_s <= low_s:
            return None
        scale = bounds.width() / (high_s - low_s)
        wide = (step for step in self.steps_s if step * scale >= self._scale * self.apart_px)
        step_s = next(wide, self.steps_s[-1])
        decimals = next((d for d in range(3) if step_s * 10**d >= 0.999), 3)
        at_top = self.orientation == "top"
        line_y = bounds.bottom() if at_top else bounds.top()
        away = -1.0 if at_top else 1.0
        pen, faint = self.pen(), self.tickPen()
        ticks, texts = [], []
        first, last = np.ceil(low_s / step_s * _PARTS), np.floor(high_s / step_s * _PARTS)
        for number in range(int(first), int(last) + 1):
            at_s = number * step_s / _PARTS
            x = bounds.left() + (at_s - low_s) * scale
            labelled = number % _PARTS == 0
            length = _TICK_PX if labelled else _SHORT_TICK_PX
            ticks.append((faint, QPointF(x, line_y), QPointF(x, line_y + away * length)))
            if labelled:
                top = bounds.top() if at_top else line_y + _TICK_PX
                texts.append((*self._beside(x, top, bounds), self.words(at_s, decimals)))
        ends = QPointF(bounds.left(), line_y), QPointF(bounds.right(), line_y)
        return (pen, *ends), ticks, texts

    def _beside(self, x: float, top: float, bounds: QRectF) -> tuple[QRectF, Qt.AlignmentFlag]:
        """Where a label stands: centred on its tick, at the ends of the axis beside it."""
        size = QSizeF(_LABEL_PX, _TEXT_PX) * self._scale
        if x - self._scale * _HALF_TEXT_PX < bounds.left():
            return QRectF(QPointF(x, top), size), Qt.AlignmentFlag.AlignLeft
        if x + self._scale * _HALF_TEXT_PX > bounds.right():
            return QRectF(QPointF(x - size.width(), top), size), Qt.AlignmentFlag.AlignRight
        return QRectF(QPointF(x - size.width() / 2, top), size), Qt.AlignmentFlag.AlignHCenter


class TimeAxis(RoundAxis):
    """Minutes and seconds."""

    steps_s = (*_FINE_STEPS_S, *_LONG_STEPS_S)
    apart_px = _LABEL_PX

    def words(self, at_s: float, decimals: int) -> str:
        """The moment on the clock."""
        return time_text(at_s, decimals)
