"""How far a net has learned: its loss, epoch by epoch."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.look.theme import theme
from core.learn.curve import LossPoint

_WIDTH_PX = 2.0


class LossCurve(pg.PlotWidget):  # type: ignore[misc]
    """A pair of curves for every net that learns, one after the other along the axis.

    Solid is the loss on what is learned from, dashed that on the recordings that are left out.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._palette = theme().palette
        super().__init__(parent, background=self._palette.plot, enableMenu=False)
        self.setAccessibleName("Loss while the net learns")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setLabel("bottom", "epochs of all nets")
        self.setLabel("left", "loss, nats a second (dashed: left out)")
        for side in ("bottom", "left"):
            axis = self.getAxis(side)
            axis.setPen(self._palette.muted)
            axis.setTextPen(self._palette.text)
        self._points: dict[int, list[LossPoint]] = {}
        self._lines: dict[tuple[int, bool], pg.PlotDataItem] = {}

    @property
    def points(self) -> int:
        """How many are shown."""
        return sum(map(len, self._points.values()))

    def add(self, point: LossPoint) -> None:
        """Show one more."""
        self._points.setdefault(point.part, []).append(point)
        points = self._points[point.part]
        epochs = [each.part * each.epochs + each.epoch for each in points]
        self._line(point.part, left_out=False).setData(epochs, [each.loss for each in points])
        if not math.isnan(point.left_out):
            out = [each.left_out for each in points]
            self._line(point.part, left_out=True).setData(epochs, out)
        self.setXRange(0, point.parts * point.epochs)

    def _line(self, part: int, *, left_out: bool) -> pg.PlotDataItem:
        key = part, left_out
        if key not in self._lines:
            colour = self._palette.accepted if left_out else self._palette.machine
            style = Qt.PenStyle.DashLine if left_out else Qt.PenStyle.SolidLine
            pen = pg.mkPen(colour, width=_WIDTH_PX, style=style)
            self._lines[key] = self.plot([], [], pen=pen)
        return self._lines[key]
