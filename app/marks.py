"""How a keypoint looks: one shape and one colour for each thing that can be said of it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from app.theme import DARK
from core.keypoints import KeypointSet, ReviewState

CERTAIN = 0.95
"""Confidence from which an unreviewed keypoint needs no second look."""


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


def draw_marks(painter: QPainter, mark: Mark, points_px: NDArray[np.float64], area: QRectF) -> None:
    """Draw one kind of mark at points, shape (N, 2), in the painter's pixels, inside `area`."""
    colour = COLOURS[mark]
    outline, radius_px = shape(mark), 4.0
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    filled = mark in (Mark.ACCEPTED, Mark.CORRECTED)
    painter.setBrush(colour if filled else QColor(DARK.plot))
    painter.setPen(QPen(colour, 2.0 if mark is Mark.UNALIGNABLE else 1.5))
    if mark is Mark.UNALIGNABLE:
        painter.setBrush(Qt.BrushStyle.NoBrush)
    inside = area.adjusted(-9, -9, 9, 9)
    for x, y in points_px.tolist():
        if inside.contains(x, y):
            painter.save()
            painter.translate(x, y)
            painter.drawPath(outline)
            if mark is Mark.ACCEPTED:
                painter.setPen(QPen(QColor(DARK.plot), 1.4))
                painter.drawPolyline(
                    QPolygonF(
                        [
                            QPointF(-0.45 * radius_px, 0),
                            QPointF(-0.1 * radius_px, 0.4 * radius_px),
                            QPointF(0.5 * radius_px, -0.4 * radius_px),
                        ]
                    )
                )
            painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def mark_icon(mark: Mark, size_px: int = 16) -> QIcon:
    """A mark as an icon for lists and legends."""
    pixmap = QPixmap(2 * size_px, 2 * size_px)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    area = QRectF(0, 0, size_px, size_px)
    draw_marks(painter, mark, np.array([[size_px / 2, size_px / 2]]), area)
    painter.end()
    return QIcon(pixmap)
