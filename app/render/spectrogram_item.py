"""One channel's spectrogram in a plot, from tiles, on its own or on channel 0's clock."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.render.tiles import TILE_COLUMNS, TileStore
from core.audio.spectrogram import Spectrogram
from core.time_map import TimeMap

_FINEST_PX = 12.0
_OFF_PX = 0.3

Floats = NDArray[np.float64]


class SpectrogramItem(pg.GraphicsObject):  # type: ignore[misc]
    """Draws tiles; x in seconds of the pane's clock, y in kilohertz.

    In the warped view the tiles are cut into pieces and moved by the time
    map; the audio is never resampled. Few pieces are drawn, because every
    drawing call lets a worker take the interpreter.

    Parameters
    ----------
    channel : int
    tiles : TileStore
    """

    def __init__(self, channel: int, tiles: TileStore) -> None:
        super().__init__()
        self._channel = channel
        self._tiles = tiles
        self._spectrogram: Spectrogram | None = None
        self._warp: TimeMap | None = None
        self._rect = QRectF()
        self.level = 0
        self.is_covered = False
        self.setZValue(-10)

    def show_spectrogram(self, spectrogram: Spectrogram | None) -> None:
        """Draw another spectrogram."""
        self.prepareGeometryChange()
        self._spectrogram = spectrogram
        self._measure()

    def set_warp(self, warp: TimeMap | None) -> None:
        """Put the tiles on channel 0's clock by `warp`, or leave them as they are."""
        self.prepareGeometryChange()
        self._warp = warp
        self._measure()

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        """The whole channel, on the pane's clock."""
        return self._rect

    def _measure(self) -> None:
        self._rect = QRectF()
        if self._spectrogram is not None:
            plan = self._spectrogram.plan
            start_s, end_s = self._to_pane(np.array([0.0, plan.frames * plan.hop_s]))
            self._rect = QRectF(start_s, 0.0, end_s - start_s, plan.top_hz / 1000)
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw what the view shows."""
        view = self.getViewBox()
        if self._spectrogram is None or view is None:
            return
        plan = self._spectrogram.plan
        (start_s, end_s), _range = view.viewRange()
        width_px = max(view.width(), 1.0)
        edges_s = self._edges(start_s, end_s, width_px)
        self.level = self._spectrogram.level_for((edges_s[-1] - edges_s[0]) / plan.hop_s / width_px)
        # Frame k covers hop/2 to either side of its centre.
        edges = edges_s / plan.hop_s + 0.5
        tile_frames = TILE_COLUMNS << self.level
        first, last = max(edges[0], 0.0), min(edges[-1], float(plan.frames))
        if last <= first:
            return
        borders = np.arange(first // tile_frames + 1, last // tile_frames + 1) * tile_frames
        cuts = np.sort(np.concatenate([[first, last], edges, borders]))
        cuts = cuts[(cuts >= first) & (cuts <= last)]
        self._draw_pieces(painter, cuts, tile_frames)

    def _edges(self, start_s: float, end_s: float, width_px: float) -> Floats:
        """Channel times between which a straight piece is within `_OFF_PX` of the time map."""
        if self._warp is None:
            return np.array([start_s, end_s])
        pane_s = np.linspace(start_s, end_s, int(width_px / _FINEST_PX) + 2)
        channel_s = self._warp.to_channel_1(pane_s)
        off_s = _OFF_PX * (end_s - start_s) / width_px
        return channel_s[_corners(pane_s, channel_s, off_s)]

    def _draw_pieces(self, painter: QPainter, cuts: Floats, tile_frames: int) -> None:
        assert self._spectrogram is not None
        plan = self._spectrogram.plan
        pane_s = self._to_pane((cuts - 0.5) * plan.hop_s)
        height_khz = (plan.bins - 0.5) * plan.bin_hz / 1000
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        tiles = {
            index: self._tiles.find(self._channel, self.level, index)
            for index in range(int(cuts[0] // tile_frames), int(cuts[-1] // tile_frames) + 1)
            if index * tile_frames < plan.frames
        }
        self.is_covered = all(
            tile is not None
            and tile.key[1] == self.level
            and tile.version[0] >= min(cuts[-1], (index + 1) * tile_frames)
            for index, tile in tiles.items()
        )
        for a, b, x0, x1 in zip(cuts[:-1], cuts[1:], pane_s[:-1], pane_s[1:], strict=True):
            tile = tiles.get(int((a + b) / 2 // tile_frames))
            if tile is None or b <= a:
                continue
            _, level, index = tile.key
            origin = index * TILE_COLUMNS
            left, right = a / (1 << level) - origin, b / (1 << level) - origin
            painter.drawImage(
                QRectF(x0, 0.0, x1 - x0, height_khz),
                tile.image,
                QRectF(left, 0.5, right - left, tile.image.height() - 0.5),
            )

    def _to_channel(self, time_s: Floats) -> Floats:
        return time_s if self._warp is None else self._warp.to_channel_1(time_s)

    def _to_pane(self, time_s: Floats) -> Floats:
        return time_s if self._warp is None else self._warp.to_channel_0(time_s)


def _corners(x: Floats, y: Floats, off: float) -> list[int]:
    """Indices of a broken line that stays within `off` of a curve (Ramer 1972)."""
    corners = [0, len(x) - 1]
    waiting = [(0, len(x) - 1)]
    while waiting:
        first, last = waiting.pop()
        straight = np.interp(x[first : last + 1], x[[first, last]], y[[first, last]])
        away = np.abs(y[first : last + 1] - straight)
        middle = first + int(np.argmax(away))
        if away.max() > off:
            corners.append(middle)
            waiting += [(first, middle), (middle, last)]
    return sorted(corners)
