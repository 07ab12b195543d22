"""The path with its 95 % band; of hours, only what is in view is drawn."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter

from app.look.palette import DARK
from app.render.view_item import ViewItem
from core.arrays import Floats

NEAR_ALIAS_S = 1.5
"""An alias no further than this from the path shares its offset axis; others would flatten it."""

_LINE_OPACITY, _EDGE_OPACITY, _BAND_OPACITY = 235, 90, 38


class PathItem(ViewItem):
    """A line between two edges, x in seconds of channel 0, y in seconds of offset."""

    def __init__(self) -> None:
        super().__init__()
        self._x = np.empty(0)
        self._lines: tuple[Floats, Floats, Floats] = (self._x, self._x, self._x)
        self._line_pen, self._edge_pen = _pen(_LINE_OPACITY), _pen(_EDGE_OPACITY)
        self._brush = QColor(DARK.path)
        self._brush.setAlpha(_BAND_OPACITY)

    def show_path(self, x: Floats, offset: Floats, low: Floats, high: Floats) -> None:
        """Draw another path; all arguments of shape (N,), x increasing."""
        self._x, self._lines = x, (offset, low, high)
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the visible part."""
        rect = self.boundingRect()
        first, stop = np.searchsorted(self._x, [rect.left(), rect.right()])
        seen = slice(max(int(first) - 1, 0), int(stop) + 1)
        x = self._x[seen]
        if len(x) < 2:
            return
        offset, low, high = (line[seen] for line in self._lines)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._brush)
        round_trip = np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])
        painter.drawPolygon(pg.functions.arrayToQPolygonF(*round_trip))
        painter.setPen(self._edge_pen)
        for edge in (low, high):
            painter.drawPolyline(pg.functions.arrayToQPolygonF(x, edge))
        painter.setPen(self._line_pen)
        painter.drawPolyline(pg.functions.arrayToQPolygonF(x, offset))


def _pen(opacity: int) -> object:
    colour = QColor(DARK.path)
    colour.setAlpha(opacity)
    return pg.mkPen(colour, width=1)
