"""A cached picture of a view, shifted when the view pans instead of drawn again."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap, QTransform

from app.look.palette import DARK

Draw = Callable[[QPainter, float, float], None]
"""Draws what lies between two places of the x axis, in the painter's coordinates."""

_TINY = 1e-6


class Canvas:
    """What a view showed last; when it moves sideways, only what came into view is drawn.

    Drawn anew with every movement, a spectrogram costs more than all the rest of the
    window. What was moved stands up to half a pixel beside its place.
    """

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._place = QTransform()
        self._left = 0.0

    def paint(self, painter: QPainter, seen: QRectF, draw: Draw, *, is_same: bool) -> None:
        """Bring the picture up to date and paint it.

        Parameters
        ----------
        painter : QPainter
            In the coordinates that `draw` draws in.
        seen : QRectF
            What is in view, in the same coordinates.
        draw : callable
        is_same : bool
            Whether what was drawn last is still right, wherever it is still in view.
        """
        place = painter.worldTransform()
        area = place.mapRect(seen)
        ratio = painter.device().devicePixelRatioF()
        size = QSize(*(math.ceil(side * ratio - _TINY) for side in (area.width(), area.height())))
        px_per_x = place.m11() * ratio
        moved_px = round((seen.left() - self._left) * px_per_x)
        if is_same and self._fits(place, size) and abs(moved_px) < size.width():
            fresh = self._move(moved_px)
            self._left += moved_px / px_per_x
        else:
            self._pixmap = QPixmap(size)
            fresh = self._pixmap.rect()
            self._left = seen.left()
        self._place = place
        if not fresh.isEmpty():
            corner = QPointF(place.map(QPointF(self._left, 0.0)).x(), area.top())
            inside = place * QTransform.fromTranslate(-corner.x(), -corner.y())
            with QPainter(self._pixmap) as inner:
                inner.setClipRect(fresh)
                inner.fillRect(fresh, DARK.plot)
                inner.setTransform(inside * QTransform.fromScale(ratio, ratio))
                ends = (fresh.left() - 1, fresh.right() + 2)
                draw(inner, *(self._left + end / px_per_x for end in ends))
        painter.resetTransform()
        at = QPointF(round(area.left() * ratio), round(area.top() * ratio)) / ratio
        painter.drawPixmap(QRectF(at, size.toSizeF() / ratio), self._pixmap, self._pixmap.rect())

    def _fits(self, place: QTransform, size: QSize) -> bool:
        """Whether nothing but the place along x is another."""
        was = self._place
        return (
            size == self._pixmap.size()
            and math.isclose(place.m11(), was.m11())
            and (place.m22(), place.dy()) == (was.m22(), was.dy())
        )

    def _move(self, by_px: int) -> QRect:
        """Move the picture to the left; gives what has to be drawn."""
        whole = self._pixmap.rect()
        self._pixmap.scroll(-by_px, 0, whole)
        return QRect(whole.width() - by_px if by_px > 0 else 0, 0, abs(by_px), whole.height())
