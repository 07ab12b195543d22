"""All keypoints of a pane as one item."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from app.look.keypoint_style import COLOURS, Mark, draw_marks
from app.look.palette import DARK
from app.render.view_item import ViewItem

_EDGE_PX = 8.0
_LINES_FROM_PX, _MARKS_FROM_PX = 14.0, 9.0
_HELD_LINES_FROM_PX, _HELD_MARKS_FROM_PX = 40.0, 4.0
"""Closer than this, lines would leave no room to take hold of anything else, and no hand could tell
one mark from the next."""
_ON_LINE_PX, _ON_MARK_PX = 4.0, 9.0
_OPACITY = 70
_FLASH_PX = 15.0
_AROUND_PX = _EDGE_PX + _FLASH_PX
_FLASH_STEPS, _FLASH_STEP_MS = 6, 110
_FLASH_OPACITY = 130


class KeypointItem(ViewItem):
    """Lines over the height of the pane, with marks at one edge or at given heights.

    Where keypoints stand closer than marks can be told apart, only every
    second, third, ... mark is drawn.

    Parameters
    ----------
    edge : str
        "top" or "bottom": marks stand there; "" to give heights and draw no lines.
    """

    def __init__(self, edge: str = "") -> None:
        super().__init__()
        self._edge = edge
        self._x = np.empty(0)
        self._y = np.empty(0)
        self._marks = np.empty(0, dtype=np.int8)
        self._flashing = np.empty(0, dtype=np.intp)
        self._flash_left = 0
        self._fade = QTimer(self, interval=_FLASH_STEP_MS)
        self._fade.timeout.connect(self._fade_on)
        self.setZValue(10)

    def flash(self, indices: NDArray[np.intp]) -> None:
        """Let keypoints light up for a moment."""
        self._update_flashing()
        self._flashing, self._flash_left = indices, _FLASH_STEPS
        self._fade.start()
        self._update_flashing()

    @property
    def flashing(self) -> list[int]:
        """Which keypoints are lit."""
        return [int(i) for i in self._flashing] if self._flash_left else []

    @Slot()
    def _fade_on(self) -> None:
        self._flash_left -= 1
        if self._flash_left <= 0:
            self._fade.stop()
        self._update_flashing()

    def _update_flashing(self) -> None:
        """Paint again what is around the lit keypoints alone, not the picture behind the rest."""
        seen = self.boundingRect()
        lit = self._flashing[self._flashing < len(self._x)]
        lit = lit[(self._x[lit] >= seen.left()) & (self._x[lit] <= seen.right())]
        if not len(lit):
            return
        x, y = self._x[lit], self._heights[lit]
        beside, above = _AROUND_PX * self.pixelWidth(), _AROUND_PX * self.pixelHeight()
        around = QRectF(float(x[0]), float(y.min()), float(np.ptp(x)), float(np.ptp(y)))
        self.update(around.adjusted(-beside, -above, beside, above))

    def show_points(
        self,
        x: NDArray[np.float64],
        marks: NDArray[np.int8],
        y: NDArray[np.float64] | None = None,
    ) -> None:
        """Draw other keypoints; all arguments of shape (K,), x never decreasing."""
        y = np.zeros_like(x) if y is None else y
        shown = ((x, self._x), (y, self._y), (marks, self._marks))
        if not all(np.array_equal(new, old) for new, old in shown):
            self._x, self._y, self._marks = x, y, marks
            self.update()

    def nearest(self, x: float, within_px: float) -> int:
        """Index of the keypoint nearest to `x`, -1 if none is close."""
        if not len(self._x):
            return -1
        index = int(np.argmin(np.abs(self._x - x)))
        width = self.pixelWidth() or 1.0
        return index if abs(self._x[index] - x) <= within_px * width else -1

    def place(self, index: int) -> QPointF:
        """Where a keypoint is, in the units of the axes."""
        return QPointF(float(self._x[index]), float(self._y[index]))

    def under(self, at: QPointF, selected: int) -> int:
        """Index of the keypoint whose mark or line is at a place, -1 if there is none.

        Parameters
        ----------
        at : QPointF
            In the units of the axes.
        selected : int
            It can always be held, by its line too; of several as near it goes before.
        """
        if not len(self._x):
            return -1
        beside_px = np.abs(self._x - at.x()) / (self.pixelWidth() or 1.0)
        above_px = np.abs(self._heights - at.y()) / (self.pixelHeight() or 1.0)
        is_selected = np.arange(len(self._x)) == selected
        if self._edge and (beside_px[is_selected] <= _ON_LINE_PX).any():
            return selected
        first, stop = self._in_view
        spacing_px = self.boundingRect().width() / self.pixelWidth() / max(stop - first, 1)
        can_be_held = is_selected | (spacing_px >= _HELD_MARKS_FROM_PX)
        on_mark = can_be_held & (beside_px <= _ON_MARK_PX) & (above_px <= _ON_MARK_PX)
        if on_mark.any():
            away_px = np.where(on_mark, np.hypot(beside_px, above_px), np.inf)
            return int(np.lexsort((~is_selected, away_px))[0])
        index = int(np.argmin(beside_px))
        on_line = self._edge and spacing_px >= _HELD_LINES_FROM_PX
        return index if on_line and beside_px[index] <= _ON_LINE_PX else -1

    @property
    def _in_view(self) -> tuple[int, int]:
        """The first keypoint in view and the one past the last, with one beyond either side."""
        rect = self.boundingRect()
        first, stop = np.searchsorted(self._x, [rect.left(), rect.right()])
        return max(int(first) - 1, 0), min(int(stop) + 1, len(self._x))

    @property
    def _heights(self) -> NDArray[np.float64]:
        """Where the marks stand, in the unit of the axis, which grows upwards; shape (K,)."""
        seen, inset = self.boundingRect(), _EDGE_PX * self.pixelHeight()
        if not self._edge:
            return self._y
        at_edge = seen.bottom() - inset if self._edge == "top" else seen.top() + inset
        return np.full_like(self._y, at_edge)

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the visible keypoints."""
        rect = self.boundingRect()
        first, stop = self._in_view
        if stop <= first:
            return
        transform = painter.worldTransform()
        area = transform.mapRect(rect)
        painter.resetTransform()
        x_px = transform.m11() * self._x[first:stop] + transform.dx()
        marks = self._marks[first:stop]
        spacing_px = area.width() / (stop - first)
        if self._edge and spacing_px >= _LINES_FROM_PX:
            self._draw_lines(painter, x_px, marks, area)
        stride = max(1, int(np.ceil(_MARKS_FROM_PX / max(spacing_px, 1e-3))))
        if self._edge:
            at = area.top() + _EDGE_PX if self._edge == "top" else area.bottom() - _EDGE_PX
            y_px = np.full_like(x_px, at)
        else:
            y_px = transform.m22() * self._y[first:stop] + transform.dy()
        painter.setClipRect(area)
        if self._flash_left:
            lit = self._flashing[(self._flashing >= first) & (self._flashing < stop)] - first
            self._draw_flash(painter, x_px[lit], y_px[lit])
        # Reviewed and uncertain marks come last, on top.
        for mark in Mark:
            chosen = np.flatnonzero(marks == mark)[::stride]
            if len(chosen):
                draw_marks(painter, mark, np.stack([x_px[chosen], y_px[chosen]], axis=1), area)

    def _draw_flash(
        self, painter: QPainter, x_px: NDArray[np.float64], y_px: NDArray[np.float64]
    ) -> None:
        colour = QColor(DARK.corrected)
        colour.setAlpha(round(_FLASH_OPACITY * self._flash_left / _FLASH_STEPS))
        pen = QPen(colour, _FLASH_PX)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(
            [QPointF(x, y) for x, y in zip(x_px.tolist(), y_px.tolist(), strict=True)]
        )

    def _draw_lines(
        self, painter: QPainter, x_px: NDArray[np.float64], marks: NDArray[np.int8], area: QRectF
    ) -> None:
        top, height = round(area.top()), round(area.height())
        for mark in Mark:
            line = _line(mark, height)
            for x in np.rint(x_px[marks == mark]).astype(int).tolist():
                painter.drawPixmap(x, top, line)


@lru_cache(maxsize=32)
def _line(mark: Mark, height_px: int) -> QPixmap:
    """A line to stamp: drawn by a translucent pen it costs 20 times as much."""
    colour = QColor(COLOURS[mark])
    colour.setAlpha(_OPACITY)
    line = QPixmap(1, height_px)
    line.fill(colour)
    return line
