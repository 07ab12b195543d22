"""Axes of a printed plot: minutes on channel 0 against the offset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from app.base.time_format import time_text
from core.arrays import Floats

INK = QColor("#20242c")
TEXT_PX = 13

_PALE = QColor("#d9dde4")
_TICK_PX = 5
_MOST_TIMES, _OFFSETS = 10, 8
_TIME_STEPS_S = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800, 3600, 7200, 14400),
)


@dataclass(frozen=True, slots=True)
class PlotAxes:
    """Where what stands.

    Parameters
    ----------
    frame : QRectF
        The plot without its labels, in the painter's units.
    span_s : float
        Time from its left to its right edge, seconds.
    low_s, high_s : float
        Offsets at its foot and head, seconds.
    """

    frame: QRectF
    span_s: float
    low_s: float
    high_s: float

    def place(self, time_s: Floats, offset_s: Floats) -> Floats:
        """Points of the curve, shape (K, 2), in the painter's units."""
        part = (offset_s - self.low_s) / (self.high_s - self.low_s)
        x = self.frame.left() + time_s / self.span_s * self.frame.width()
        return np.stack([x, self.frame.bottom() - part * self.frame.height()], axis=1)

    def draw(self, painter: QPainter) -> None:
        """Draw grid, ticks, labels and frame."""
        write_with(painter, TEXT_PX)
        self._draw_times(painter)
        self._draw_offsets(painter)
        painter.setPen(QPen(INK, 1))
        painter.drawRect(self.frame)
        below = QRectF(self.frame.left(), self.frame.bottom() + 26, self.frame.width(), 20)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "time on channel 0 (min:s)")
        painter.save()
        painter.translate(16, self.frame.center().y())
        painter.rotate(-90)
        beside = QRectF(-self.frame.height() / 2, -10, self.frame.height(), 20)
        painter.drawText(beside, Qt.AlignmentFlag.AlignHCenter, "offset of channel 1 (s)")
        painter.restore()

    def _draw_times(self, painter: QPainter) -> None:
        fits = (s for s in _TIME_STEPS_S if self.span_s / s <= _MOST_TIMES)
        step_s = next(fits, self.span_s)
        for time_s in np.arange(0.0, self.span_s * (1 + 1e-9), step_s).tolist():
            x = float(self.place(np.array([time_s]), np.array([self.low_s]))[0, 0])
            foot = self.frame.bottom() + _TICK_PX
            _rule(painter, QPointF(x, self.frame.top()), QPointF(x, foot))
            text = time_text(time_s, 1 if step_s < 1 else 0)
            painter.drawText(QRectF(x - 50, foot + 2, 100, 18), Qt.AlignmentFlag.AlignHCenter, text)

    def _draw_offsets(self, painter: QPainter) -> None:
        step_s = round_step((self.high_s - self.low_s) / _OFFSETS)
        decimals = max(0, -int(np.floor(np.log10(step_s) + 1e-9)))
        first = int(np.ceil(self.low_s / step_s - 1e-9))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for n in range(first, int(np.floor(self.high_s / step_s + 1e-9)) + 1):
            y = float(self.place(np.zeros(1), np.array([n * step_s]))[0, 1])
            edge = self.frame.left() - _TICK_PX
            _rule(painter, QPointF(edge, y), QPointF(self.frame.right(), y))
            text = f"{n * step_s:+.{decimals}f}" if n else "0"
            painter.drawText(QRectF(0, y - 9, edge - 4, 18), right, text)


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least `least`."""
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9)))


def write_with(painter: QPainter, size_px: int, *, bold: bool = False) -> None:
    """Set the size and weight of what is written next."""
    font = QFont(painter.font())
    font.setPixelSize(size_px)
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(QPen(INK, 1))


def _rule(painter: QPainter, start: QPointF, end: QPointF) -> None:
    painter.setPen(QPen(_PALE, 1))
    painter.drawLine(start, end)
    painter.setPen(QPen(INK, 1))
