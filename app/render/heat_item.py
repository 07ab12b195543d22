"""A small picture in data coordinates: the score surface."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from app.render.colours import heat_table
from app.render.tiles import draw
from core.evidence.surface import ScoreSurface

_BRIGHTEST_SHARE = 0.998


def heat_codes(score: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scores as codes 0 to 255: none or negative evidence is 0, the strongest 0.2 % are 255."""
    positive = np.nan_to_num(np.maximum(score, 0.0))
    strong = positive[positive > 0]
    top = float(np.quantile(strong, _BRIGHTEST_SHARE)) if strong.size else 1.0
    return np.asarray(np.minimum(positive * (255.0 / top), 255.0), dtype=np.uint8)


class HeatItem(pg.GraphicsObject):  # type: ignore[misc]
    """The score surface over channel-0 time (x, seconds) and offset (y, seconds)."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._rect = QRectF()
        self.setZValue(-10)

    def show_surface(self, surface: ScoreSurface | None) -> None:
        """Draw another surface; keypoints off the regular grid go to the nearest column."""
        self.prepareGeometryChange()
        self._image, self._rect = None, QRectF()
        if surface is not None and len(surface.time_0_s):
            offset_s, score = surface.rectangle()
            time_s = surface.time_0_s
            gaps = np.diff(time_s)
            step_s = float(np.median(gaps[gaps > 0])) if np.any(gaps > 0) else 1.0
            columns = round((time_s[-1] - time_s[0]) / step_s) + 1
            grid_s = time_s[0] + step_s * np.arange(columns)
            right = np.clip(np.searchsorted(time_s, grid_s), 1, max(len(time_s) - 1, 1))
            right = np.minimum(right, len(time_s) - 1)
            left = np.maximum(right - 1, 0)
            nearer = np.abs(time_s[left] - grid_s) <= np.abs(time_s[right] - grid_s)
            self._image = draw(heat_codes(score[np.where(nearer, left, right)]), heat_table())
            self._rect = QRectF(
                grid_s[0] - step_s / 2,
                offset_s[0] - surface.step_s / 2,
                columns * step_s,
                len(offset_s) * surface.step_s,
            )
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        """Where the surface lies."""
        return self._rect

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the picture, its cells as they are."""
        if self._image is not None:
            painter.drawImage(self._rect, self._image)
