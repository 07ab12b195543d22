"""The waveform of one channel: in every column of pixels its lowest and highest sample."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.look.palette import DARK
from app.render.view_item import ViewItem
from core.arrays import Floats
from core.audio.extremes import Extremes

_FAINTEST = 1e-4
"""Part of full scale: silence is not blown up to the height of the pane."""


class WaveformItem(ViewItem):
    """The loudest sample in view fills the height.

    Parameters
    ----------
    colour : str
    moments_s : callable
        The moments of the channel at places of the time axis, shape (N,).
    """

    def __init__(self, colour: str, moments_s: Callable[[Floats], Floats]) -> None:
        super().__init__()
        self._colour, self._moments_s = QColor(colour).rgb(), moments_s
        self._extremes: Extremes | None = None

    def show_extremes(self, extremes: Extremes | None) -> None:
        """Draw another waveform, or the same that holds more."""
        self._extremes = extremes
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw what is in view."""
        if self._extremes is None:
            return
        seen = self.boundingRect()
        area = painter.worldTransform().mapRect(seen)
        ratio = painter.device().devicePixelRatioF()
        width, height = (max(round(side * ratio), 1) for side in (area.width(), area.height()))
        edges_s = self._moments_s(np.linspace(seen.left(), seen.right(), width + 1))
        low, high = self._extremes.between(edges_s)
        reach = max(np.nanmax(high, initial=_FAINTEST), -np.nanmin(low, initial=-_FAINTEST))
        middle = (height - 1) / 2
        top, bottom = (np.rint(middle * (1 - side / reach)) for side in (high, low))
        rows = np.arange(height)[:, None]
        pixels = np.full((height, width), QColor(DARK.plot).rgb(), dtype=np.uint32)
        # Comparisons with NaN are false: nothing is drawn where nothing is.
        pixels[(rows >= top) & (rows <= bottom)] = self._colour
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.resetTransform()
        painter.drawImage(QRectF(area.topLeft(), area.size()), image)
