"""Errors of recordings before and after learning, as points around a diagonal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.look.theme import theme

_LEAST_MS = 0.1
"""No error is drawn smaller: the axes are logarithmic."""
_MARGIN = 1.5
_POINT_PX = 11
_MOST_TICKS = 6
_SYMBOLS = {1: "t", 0: "o", -1: "t1"}


class BeforeAfterPlot(pg.PlotWidget):  # type: ignore[misc]
    """One point a recording: before to the right, after upwards, logarithmic axes.

    Points under the diagonal got better and point down, those above got worse and point up. A
    hollow point is a recording that the model in use was learned from.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._palette = theme().palette
        super().__init__(parent, background=self._palette.plot, enableMenu=False)
        self.setAccessibleName("Errors before and after, one point a recording")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setLogMode(x=True, y=True)
        self.setLabel("bottom", "error before, ms")
        self.setLabel("left", "error after, ms")
        for side in ("bottom", "left"):
            axis = self.getAxis(side)
            axis.setPen(self._palette.muted)
            axis.setTextPen(self._palette.text)

    def show_errors(
        self,
        before_ms: Sequence[float],
        after_ms: Sequence[float],
        change: Sequence[int],
        is_known: Sequence[bool],
    ) -> None:
        """Draw other recordings.

        Parameters
        ----------
        before_ms, after_ms : sequence of float
            Mean absolute errors, milliseconds.
        change : sequence of int
            1 if it got better, -1 if worse, 0 if neither.
        is_known : sequence of bool
            Whether the model in use was learned from it.
        """
        self.clear()
        before, after = (np.maximum(values, _LEAST_MS) for values in (before_ms, after_ms))
        ends = np.array(
            [min(before.min(), after.min()) / _MARGIN, max(before.max(), after.max()) * _MARGIN]
        )
        muted = pg.mkPen(self._palette.muted, style=Qt.PenStyle.DashLine)
        self.plot(ends, ends, pen=muted)
        colours = {
            1: self._palette.accepted,
            0: self._palette.machine,
            -1: self._palette.unalignable,
        }
        brushes = [
            pg.mkBrush(None) if known else pg.mkBrush(colours[each])
            for each, known in zip(change, is_known, strict=True)
        ]
        self.plot(
            before,
            after,
            pen=None,
            symbol=[_SYMBOLS[each] for each in change],
            symbolSize=_POINT_PX,
            symbolPen=[pg.mkPen(colours[each], width=1.5) for each in change],
            symbolBrush=brushes,
        )
        for side in ("bottom", "left"):
            self.getAxis(side).setTicks([_ticks(*ends)])
        low, high = np.log10(ends)
        self.setRange(xRange=(low, high), yRange=(low, high), padding=0)


def _ticks(low_ms: float, high_ms: float) -> list[tuple[float, str]]:
    """Round errors between two, where they stand on a logarithmic axis and in digits."""
    decades = 10.0 ** np.arange(np.floor(np.log10(low_ms)), np.ceil(np.log10(high_ms)) + 1)
    found = np.array([])
    for parts in ((1, 2, 5), (1,)):
        found = np.multiply.outer(decades, parts).ravel()
        found = found[(found >= low_ms) & (found <= high_ms)]
        if len(found) <= _MOST_TICKS:
            break
    return [(float(np.log10(value_ms)), f"{value_ms:g}") for value_ms in found]
