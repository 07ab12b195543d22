"""How a keypoint looks: one shape and one colour for each thing that can be said of it."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from app.theme import DARK
from core.keypoints import KeypointSet, ReviewState

CERTAIN = 0.95
"""Confidence from which an unreviewed keypoint needs no second look."""


STAMP_PX = 16
"""Side of the square a mark is drawn in."""

_TICK = ((-1.8, 0.0), (-0.4, 1.6), (2.0, -1.6))


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


def shape(mark: Mark, radius_px: float = 5.0) -> QPainterPath:
    """The outline of a mark around the origin."""
    path = QPainterPath()
    r = radius_px
    if mark in (Mark.MACHINE, Mark.ACCEPTED):
        path.addEllipse(QPointF(0, 0), r * 0.85, r * 0.85)
    elif mark is Mark.UNCERTAIN:
        path.addPolygon(QPolygonF([QPointF(0, -r), QPointF(r, 0.8 * r), QPointF(-r, 0.8 * r)]))
        path.closeSubpath()
    elif mark is Mark.CORRECTED:
        path.addPolygon(
            QPolygonF([QPointF(0, -r * 1.15), QPointF(r, 0), QPointF(0, r * 1.15), QPointF(-r, 0)])
        )
        path.closeSubpath()
    else:
        for sign in (-1, 1):
            path.moveTo(-0.8 * r, -0.8 * r * sign)
            path.lineTo(0.8 * r, 0.8 * r * sign)
    return path


@lru_cache(maxsize=32)
def stamp(mark: Mark, scale: float) -> QImage:
    """A mark drawn once, `STAMP_PX` wide and high, for a screen of `scale` pixels a pixel."""
    side = round(STAMP_PX * scale)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(STAMP_PX / 2, STAMP_PX / 2)
        filled = mark in (Mark.ACCEPTED, Mark.CORRECTED)
        painter.setBrush(COLOURS[mark] if filled else QColor(DARK.plot))
        painter.setPen(QPen(COLOURS[mark], 2.0 if mark is Mark.UNALIGNABLE else 1.5))
        if mark is Mark.UNALIGNABLE:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape(mark))
        if mark is Mark.ACCEPTED:
            painter.setPen(QPen(QColor(DARK.plot), 1.4))
            painter.drawPolyline(QPolygonF([QPointF(*point) for point in _TICK]))
    return image


def draw_marks(painter: QPainter, mark: Mark, points_px: NDArray[np.float64], area: QRectF) -> None:
    """Draw one kind of mark at points, shape (N, 2), in the painter's pixels, inside `area`."""
    image = stamp(mark, painter.device().devicePixelRatioF())
    half = STAMP_PX / 2
    inside = area.adjusted(-half, -half, half, half)
    for x, y in points_px.tolist():
        if inside.contains(x, y):
            painter.drawImage(QPointF(x - half, y - half), image)


def mark_icon(mark: Mark) -> QIcon:
    """A mark as an icon for lists and legends."""
    return QIcon(QPixmap.fromImage(stamp(mark, 2.0)))
