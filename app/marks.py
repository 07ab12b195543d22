"""How a keypoint looks: one shape and one colour for each thing that can be said of it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from app.theme import DARK
from core.keypoints import KeypointSet, ReviewState

CERTAIN = 0.95
"""Confidence from which an unreviewed keypoint needs no second look."""


STAMP_PX = 16
"""Side of the square a mark is drawn in."""

Points = NDArray[np.float64]
Strokes = tuple[tuple[float, float, float, float], ...]

_TRIANGLE: Strokes = ((0, -5, 5, 4), (5, 4, -5, 4), (-5, 4, 0, -5))
_TICK: Strokes = ((-2.2, 0.2, -0.6, 1.9), (-0.6, 1.9, 2.4, -1.8))
_CROSS: Strokes = ((-4, -4, 4, 4), (-4, 4, 4, -4))


class Mark(IntEnum):
    """What a keypoint's sign says."""

    MACHINE = 0
    UNCERTAIN = 1
    ACCEPTED = 2
    CORRECTED = 3
    UNALIGNABLE = 4


WORDS = {
    Mark.MACHINE: "unreviewed",
    Mark.UNCERTAIN: "uncertain",
    Mark.ACCEPTED: "accepted",
    Mark.CORRECTED: "corrected",
    Mark.UNALIGNABLE: "unalignable",
}
COLOURS = {
    Mark.MACHINE: QColor(DARK.machine),
    Mark.UNCERTAIN: QColor(DARK.uncertain),
    Mark.ACCEPTED: QColor(DARK.accepted),
    Mark.CORRECTED: QColor(DARK.corrected),
    Mark.UNALIGNABLE: QColor(DARK.unalignable),
}
_REVIEWED = {
    ReviewState.ACCEPTED: Mark.ACCEPTED,
    ReviewState.CORRECTED: Mark.CORRECTED,
    ReviewState.UNALIGNABLE: Mark.UNALIGNABLE,
}


def marks_of(keypoints: KeypointSet) -> NDArray[np.int8]:
    """The mark of every keypoint, shape (K,)."""
    # An unknown confidence, NaN, compares as false and says nothing.
    uncertain = keypoints.confidence < CERTAIN
    marks = np.where(uncertain, np.int8(Mark.UNCERTAIN), np.int8(Mark.MACHINE))
    for index, state in enumerate(keypoints.state):
        if state is not ReviewState.UNREVIEWED:
            marks[index] = _REVIEWED[state]
    return marks


def needs_look(keypoints: KeypointSet) -> NDArray[np.bool_]:
    """Which unreviewed keypoints the machine is unsure of, or says nothing about; shape (K,)."""
    marks = marks_of(keypoints)
    unknown = (marks == Mark.MACHINE) & ~np.isfinite(keypoints.confidence)
    return np.asarray((marks == Mark.UNCERTAIN) | unknown)


def draw_marks(painter: QPainter, mark: Mark, points_px: NDArray[np.float64], area: QRectF) -> None:
    """Draw one kind of mark at points, shape (N, 2), in the painter's pixels, inside `area`.

    However many there are, a few calls draw them: every call into Qt lets a
    worker take the interpreter, and getting it back costs a millisecond.
    """
    margin = STAMP_PX / 2
    corners = (
        (area.left() - margin, area.top() - margin),
        (
            area.right() + margin,
            area.bottom() + margin,
        ),
    )
    points_px = points_px[np.all((points_px >= corners[0]) & (points_px <= corners[1]), axis=1)]
    if not len(points_px):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour, ground = COLOURS[mark], QColor(DARK.plot)
    if mark is Mark.MACHINE:
        _dots(painter, points_px, colour, 9.5)
        _dots(painter, points_px, ground, 6.3)
    elif mark is Mark.UNCERTAIN:
        _dots(painter, np.add(points_px, (0.0, 1.0)), ground, 7.0)
        _strokes(painter, points_px, colour, 1.6, _TRIANGLE)
    elif mark is Mark.ACCEPTED:
        _dots(painter, points_px, colour, 10.0)
        _strokes(painter, points_px, ground, 1.5, _TICK)
    elif mark is Mark.CORRECTED:
        _diamonds(painter, points_px, colour, 8.0)
    else:
        _strokes(painter, points_px, colour, 2.0, _CROSS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def mark_icon(mark: Mark) -> QIcon:
    """A mark as an icon for lists and legends."""
    pixmap = QPixmap(2 * STAMP_PX, 2 * STAMP_PX)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        middle = np.full((1, 2), STAMP_PX / 2)
        draw_marks(painter, mark, middle, QRectF(0, 0, STAMP_PX, STAMP_PX))
    return QIcon(pixmap)


def _dots(painter: QPainter, points_px: Points, colour: QColor, size_px: float) -> None:
    pen = QPen(colour, size_px)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPoints([QPointF(x, y) for x, y in points_px.tolist()])


def _diamonds(painter: QPainter, points_px: Points, colour: QColor, side_px: float) -> None:
    """Squares in a painter turned by 45 degrees."""
    pen = QPen(colour, side_px)
    pen.setCapStyle(Qt.PenCapStyle.SquareCap)
    half = np.sqrt(0.5)
    turned = points_px @ np.array([[half, -half], [half, half]])
    painter.save()
    painter.rotate(45)
    painter.setPen(pen)
    painter.drawPoints([QPointF(x, y) for x, y in turned.tolist()])
    painter.restore()


def _strokes(
    painter: QPainter, points_px: Points, colour: QColor, width_px: float, shape: Strokes
) -> None:
    pen = QPen(colour, width_px)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLines(
        [
            QLineF(x + x0, y + y0, x + x1, y + y1)
            for x, y in points_px.tolist()
            for x0, y0, x1, y1 in shape
        ]
    )
