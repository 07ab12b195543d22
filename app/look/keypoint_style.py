"""How a keypoint looks: one shape and one colour for each thing that can be said of it."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from app.look.palette import DARK, Palette
from app.look.theme import theme
from core.align.limits import CERTAIN
from core.keypoints import KeypointSet, ReviewState

STAMP_PX = 16
"""Side of the square a mark is drawn in."""

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
COLOURS = {mark: QColor(getattr(DARK, mark.name.lower())) for mark in Mark}
"""In pictures of sound; beside them, see `colour_of`."""
LINES = {
    Mark.MACHINE: Qt.PenStyle.SolidLine,
    Mark.UNCERTAIN: Qt.PenStyle.DashLine,
    Mark.ACCEPTED: Qt.PenStyle.SolidLine,
    Mark.CORRECTED: Qt.PenStyle.DashDotLine,
    Mark.UNALIGNABLE: Qt.PenStyle.DotLine,
}
"""Where a keypoint is a line and has no room for its sign."""
_DECIDED = {
    ReviewState.UNREVIEWED: -1,
    ReviewState.ACCEPTED: Mark.ACCEPTED,
    ReviewState.CORRECTED: Mark.CORRECTED,
    ReviewState.UNALIGNABLE: Mark.UNALIGNABLE,
}


def colour_of(mark: Mark, palette: Palette) -> QColor:
    """The colour of a mark, or of the word for it."""
    return QColor(getattr(palette, mark.name.lower()))


@lru_cache(maxsize=8)
def marks_of(keypoints: KeypointSet) -> NDArray[np.int8]:
    """The mark of every keypoint, shape (K,); every panel asks after every edit."""
    # An unknown confidence, NaN, compares as false and says nothing.
    uncertain = keypoints.confidence < CERTAIN
    undecided = np.where(uncertain, np.int8(Mark.UNCERTAIN), np.int8(Mark.MACHINE))
    decided = np.fromiter(map(_DECIDED.get, keypoints.state), np.int8, len(keypoints))
    marks = np.where(decided < 0, undecided, decided)
    marks.flags.writeable = False
    return marks


def next_uncertain(keypoints: KeypointSet, after: int) -> int:
    """Index of the next uncertain keypoint after `after`, -1 if there is none up to the end."""
    later = needs_look(keypoints).nonzero()[0]
    later = later[later > after]
    return int(later[0]) if len(later) else -1


def needs_look(keypoints: KeypointSet) -> NDArray[np.bool_]:
    """Which unreviewed keypoints the machine is unsure of, or says nothing about; shape (K,)."""
    marks = marks_of(keypoints)
    unknown = (marks == Mark.MACHINE) & ~np.isfinite(keypoints.confidence)
    return np.asarray((marks == Mark.UNCERTAIN) | unknown)


def draw_marks(painter: QPainter, mark: Mark, points_px: NDArray[np.float64], area: QRectF) -> None:
    """Draw one kind of mark at points, shape (N, 2), in the painter's pixels, inside `area`.

    A mark is drawn once and stamped: smooth edges drawn anew cost 25 times as much.
    """
    half = STAMP_PX / 2
    low = (area.left() - half, area.top() - half)
    high = (area.right() + half, area.bottom() + half)
    points_px = points_px[np.all((points_px >= low) & (points_px <= high), axis=1)]
    stamp = _stamp(mark, painter.device().devicePixelRatioF(), DARK)
    for x, y in np.rint(points_px - half).astype(int).tolist():
        painter.drawPixmap(x, y, stamp)


@lru_cache(maxsize=32)
def _stamp(mark: Mark, scale: float, palette: Palette) -> QPixmap:
    side = round(STAMP_PX * scale)
    pixmap = QPixmap(side, side)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.translate(STAMP_PX / 2, STAMP_PX / 2)
        draw_mark(painter, mark, palette)
    return pixmap


def draw_mark(painter: QPainter, mark: Mark, palette: Palette) -> None:
    """Draw one mark around the painter's origin, with the strokes that icons are made of."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour, ground = colour_of(mark, palette), QColor(palette.plot)
    if mark is Mark.MACHINE:
        _dot(painter, colour, 9.5)
        _dot(painter, ground, 6.3)
    elif mark is Mark.UNCERTAIN:
        _dot(painter, ground, 7.0, down_px=1.0)
        _strokes(painter, colour, 1.6, _TRIANGLE)
    elif mark is Mark.ACCEPTED:
        _dot(painter, colour, 10.0)
        _strokes(painter, ground, 1.5, _TICK)
    elif mark is Mark.CORRECTED:
        painter.rotate(45)
        painter.fillRect(QRectF(-4, -4, 8, 8), colour)
    else:
        _strokes(painter, colour, 2.0, _CROSS)


def mark_icon(mark: Mark) -> QIcon:
    """A mark as an icon for lists and legends, in the colours in use."""
    return steady_icon(_stamp(mark, 2.0, theme().palette))


def steady_icon(pixmap: QPixmap) -> QIcon:
    """An icon that looks the same in a selected row, where Qt would blend it with the ground."""
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def _dot(painter: QPainter, colour: QColor, size_px: float, down_px: float = 0.0) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(0.0, down_px), size_px / 2, size_px / 2)


def _strokes(painter: QPainter, colour: QColor, width_px: float, shape: Strokes) -> None:
    pen = QPen(colour, width_px)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLines([QLineF(*stroke) for stroke in shape])
