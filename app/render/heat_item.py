"""The score surface as an image in a plot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Slot
from PySide6.QtGui import QImage, QPainter

from app.base.background_runner import BackgroundRunner
from app.render.colours import heat_table
from app.render.tiles import draw
from core.evidence.surface import ScoreSurface

_BRIGHTEST_SHARE = 0.998
_MOST_CELLS = 8_000_000
"""Of a picture: those of two hours."""


def heat_codes(score: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scores as codes 0 to 255: none or negative evidence is 0, the strongest 0.2 % are 255."""
    positive = np.nan_to_num(np.maximum(score, 0.0))
    strong = positive[positive > 0]
    top = float(np.quantile(strong, _BRIGHTEST_SHARE)) if strong.size else 1.0
    return np.asarray(np.minimum(positive * (255.0 / top), 255.0), dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    """A drawn surface, and where it lies in seconds of channel 0 and of offset."""

    image: QImage
    rect: QRectF


def _picture(surface: ScoreSurface) -> _Picture:
    """Draw a surface on a regular grid: at every moment the nearest row, in a day not of all."""
    time_s = surface.time_0_s
    gaps = np.diff(time_s)
    step_s = float(np.median(gaps[gaps > 0])) if np.any(gaps > 0) else 1.0
    apart_s = float(np.ptp(surface.first_offset_s))
    offsets = surface.score.shape[1] + round(apart_s / surface.step_s)
    wanted = round((time_s[-1] - time_s[0]) / step_s) + 1
    columns = min(wanted, max(_MOST_CELLS // offsets, 1))
    step_s *= wanted / columns
    grid_s = time_s[0] + step_s * np.arange(columns)
    right = np.clip(np.searchsorted(time_s, grid_s), 1, max(len(time_s) - 1, 1))
    right = np.minimum(right, len(time_s) - 1)
    left = np.maximum(right - 1, 0)
    nearer = np.abs(time_s[left] - grid_s) <= np.abs(time_s[right] - grid_s)
    offset_s, score = surface.rows(np.where(nearer, left, right)).rectangle()
    rect = QRectF(
        grid_s[0] - step_s / 2,
        offset_s[0] - surface.step_s / 2,
        columns * step_s,
        len(offset_s) * surface.step_s,
    )
    return _Picture(draw(heat_codes(score), heat_table()), rect)


def _steps(surface: ScoreSurface) -> Iterator[_Picture]:
    yield _picture(surface)


class HeatItem(pg.GraphicsObject):  # type: ignore[misc]
    """The score surface over channel-0 time (x, seconds) and offset (y, seconds).

    Its picture is made on a worker thread: that of an hour takes a fifth of a second.
    """

    def __init__(self) -> None:
        super().__init__()
        self._picture: _Picture | None = None
        self._runner = BackgroundRunner("heat", self)
        self._runner.stepped.connect(self._show)
        self.setZValue(-10)

    def show_surface(self, surface: ScoreSurface | None) -> None:
        """Draw another surface as soon as its picture is made."""
        self._show(None)
        if surface is not None and len(surface.time_0_s):
            self._runner.start(partial(_steps, surface))
        else:
            self._runner.cancel()

    @property
    def is_settled(self) -> bool:
        """Whether no picture is still to come."""
        return not self._runner.is_running

    def shut_down(self) -> None:
        """Stop the worker thread."""
        self._runner.shut_down()

    @Slot(object)
    def _show(self, picture: _Picture | None) -> None:
        self.prepareGeometryChange()
        self._picture = picture
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        """Where the surface lies."""
        return QRectF() if self._picture is None else self._picture.rect

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the picture, its cells as they are."""
        if self._picture is not None:
            painter.drawImage(self._picture.rect, self._picture.image)
