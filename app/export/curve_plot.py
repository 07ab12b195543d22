"""The drift curve as a picture for papers and notes, PNG or SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter, QPen, QPolygonF
from PySide6.QtSvg import QSvgGenerator

from app.export.plot_axes import INK, TEXT_PX, PlotAxes, write_with
from app.look.keypoint_style import WORDS, Mark, draw_mark, marks_of
from app.look.palette import LIGHT
from app.render.path_item import NEAR_ALIAS_S
from app.session.entries import Entry
from core.align.alignment import Alignment
from core.align.path import OffsetPath
from core.arrays import Floats
from core.errors import InputError
from core.formats.files.atomic import write_whole
from core.keypoints import KeypointSet

SIZE = QSize(1000, 560)
ENDINGS = (".png", ".svg")

_PNG_SCALE = 2
_LEFT_PX, _TOP_PX, _RIGHT_PX, _BOTTOM_PX = 84, 52, 24, 116
_TITLE_PX = 16
_LEGEND_PX, _ROW_PX = 64.0, 24.0
_MARGIN, _LEAST_SPAN_S = 0.08, 0.02
_APART_PX = 7.0
_LINE, _BAND = QColor("#3a4352"), QColor(58, 67, 82, 50)
_GROUND = QColor("#ffffff")


@dataclass(frozen=True, slots=True, eq=False)
class DriftCurve:
    """What the picture shows.

    Parameters
    ----------
    name : str
        Name of the recording.
    duration_s : float
        Length of channel 0, seconds.
    keypoints : KeypointSet
    path_time_0_s : ndarray, shape (R,)
        Moments of channel 0 at which the path was decoded, seconds; empty without one.
    path : OffsetPath or None
    alias_shift_s : float or None
        Where another alignment fits almost as well, seconds after the path.
    """

    name: str
    duration_s: float
    keypoints: KeypointSet
    path_time_0_s: Floats
    path: OffsetPath | None
    alias_shift_s: float | None

    @classmethod
    def of(cls, entry: Entry) -> DriftCurve:
        """The curve of a recording as it stands."""
        said, found = entry.verdict, entry.alignment or entry.last_run
        time_0_s = np.empty(0)
        if isinstance(found, Alignment):
            time_0_s = found.surface.time_0_s
        elif found is not None:
            time_0_s = found.path_time_0_s
        return cls(
            entry.recording.name,
            entry.recording.duration_s,
            entry.keypoints,
            time_0_s,
            None if found is None else found.path,
            None if said is None or said.alias is None else said.alias.shift_s,
        )


def suggested_picture(entry: Entry) -> Path:
    """Where a picture is offered."""
    return entry.folder / f"{entry.recording.paths[0].stem[:60]}_drift.png"


def picture_steps(path: Path, curve: DriftCurve, *, overwrite: bool) -> Iterator[Path]:
    """Write a picture; runs in a worker thread."""
    save_curve(path, curve, overwrite=overwrite)
    yield path


def save_curve(path: Path, curve: DriftCurve, *, overwrite: bool = False) -> None:
    """Write the curve as PNG or SVG, as the name ends; whole or not at all.

    Raises
    ------
    InputError
        If the name ends otherwise, or the place cannot be written or is taken.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(path, "is no name for a picture", "let it end in .png or .svg")
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if ending == ".svg":
        _write_svg(buffer, curve)
    else:
        _write_png(buffer, curve)
    with write_whole(path, overwrite=overwrite) as file:
        file.write(buffer.data().data())


def _write_svg(buffer: QBuffer, curve: DriftCurve) -> None:
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(SIZE)
    generator.setViewBox(QRectF(0, 0, SIZE.width(), SIZE.height()))
    generator.setTitle(f"Drift of {curve.name}")
    with QPainter(generator) as painter:
        draw_curve(painter, curve)


def _write_png(buffer: QBuffer, curve: DriftCurve) -> None:
    image = QImage(SIZE * _PNG_SCALE, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.scale(_PNG_SCALE, _PNG_SCALE)
        draw_curve(painter, curve)
    QImageWriter(buffer, QByteArray(b"png")).write(image)


def draw_curve(painter: QPainter, curve: DriftCurve) -> None:
    """Draw the whole picture, `SIZE` in the painter's units."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, SIZE.width(), SIZE.height()), _GROUND)
    frame = QRectF(
        _LEFT_PX,
        _TOP_PX,
        SIZE.width() - _LEFT_PX - _RIGHT_PX,
        SIZE.height() - _TOP_PX - _BOTTOM_PX,
    )
    axes = PlotAxes(frame, max(curve.duration_s, 1e-3), *_offset_range(curve))
    axes.draw(painter)
    painter.save()
    painter.setClipRect(frame.adjusted(-8, -8, 8, 8))
    _draw_path(painter, curve, axes)
    marks = marks_of(curve.keypoints)
    points_px = axes.place(curve.keypoints.time_0_s, curve.keypoints.offset_s)
    _draw_keypoints(painter, marks, points_px)
    painter.restore()
    _draw_title(painter, frame, curve.name)
    _draw_legend(painter, frame, curve, marks)


def _offset_range(curve: DriftCurve) -> tuple[float, float]:
    shown = [curve.keypoints.offset_s]
    if curve.path is not None:
        shown += [curve.path.low_s, curve.path.high_s]
        if curve.alias_shift_s is not None and abs(curve.alias_shift_s) <= NEAR_ALIAS_S:
            shown.append(curve.path.offset_s + curve.alias_shift_s)
    values = np.concatenate(shown)
    low_s, high_s = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    margin_s = max(_MARGIN * (high_s - low_s), (_LEAST_SPAN_S - (high_s - low_s)) / 2)
    return low_s - margin_s, high_s + margin_s


def _draw_path(painter: QPainter, curve: DriftCurve, axes: PlotAxes) -> None:
    if curve.path is None:
        return
    time_s = curve.path_time_0_s
    edge = [axes.place(time_s, curve.path.high_s), axes.place(time_s, curve.path.low_s)[::-1]]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BAND)
    painter.drawPolygon(_line(np.concatenate(edge)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_LINE, 1.4))
    painter.drawPolyline(_line(axes.place(time_s, curve.path.offset_s)))
    if curve.alias_shift_s is not None:
        painter.setPen(_alias_pen())
        painter.drawPolyline(_line(axes.place(time_s, curve.path.offset_s + curve.alias_shift_s)))


def _draw_keypoints(painter: QPainter, marks: NDArray[np.int8], points_px: Floats) -> None:
    for mark in Mark:
        last_px = -np.inf
        for x, y in points_px[marks == mark].tolist():
            # What nobody doubts need not be crowded; every other mark is there.
            if mark is Mark.MACHINE and x - last_px < _APART_PX:
                continue
            last_px = x
            painter.save()
            painter.translate(x, y)
            draw_mark(painter, mark, LIGHT)
            painter.restore()


def _draw_title(painter: QPainter, frame: QRectF, name: str) -> None:
    write_with(painter, _TITLE_PX, bold=True)
    room = QRectF(frame.left(), 12, frame.width(), _TOP_PX - 20)
    text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, round(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _draw_legend(
    painter: QPainter, frame: QRectF, curve: DriftCurve, marks: NDArray[np.int8]
) -> None:
    write_with(painter, TEXT_PX)
    x, y = frame.left(), frame.bottom() + _LEGEND_PX
    for mark in Mark:
        if count := int((marks == mark).sum()):
            painter.save()
            painter.translate(x + 6, y)
            draw_mark(painter, mark, LIGHT)
            painter.restore()
            x = _word(painter, x + 17, y, f"{WORDS[mark]} ({count:,})")
    if curve.path is None:
        return
    x, y = frame.left(), y + _ROW_PX
    painter.fillRect(QRectF(x, y - 6, 26, 12), _BAND)
    painter.setPen(QPen(_LINE, 1.4))
    painter.drawLine(QPointF(x, y), QPointF(x + 26, y))
    x = _word(painter, x + 32, y, "path with 95 % band")
    if curve.alias_shift_s is not None:
        painter.setPen(_alias_pen())
        painter.drawLine(QPointF(x, y), QPointF(x + 26, y))
        side = "later" if curve.alias_shift_s > 0 else "earlier"
        shift_s = abs(curve.alias_shift_s)
        _word(painter, x + 32, y, f"{shift_s:.2f} s {side}: fits almost as well")


def _word(painter: QPainter, x: float, y: float, text: str) -> float:
    """Write to the right of `x`; where the next word may start."""
    painter.setPen(QPen(INK, 1))
    width = painter.fontMetrics().horizontalAdvance(text)
    room = QRectF(x, y - 10, width + 4, 20)
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    return x + width + 22


def _alias_pen() -> QPen:
    return QPen(QColor(LIGHT.uncertain), 1.4, Qt.PenStyle.DashLine)


def _line(points_px: Floats) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points_px.tolist()])
