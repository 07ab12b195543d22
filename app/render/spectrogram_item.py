"""One channel's spectrogram in a plot, from tiles, on its own or on channel 0's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.render.canvas import Canvas
from app.render.tiles import TILE_COLUMNS, Tile, TileStore
from core.arrays import Floats
from core.audio.spectra.frame_plan import FramePlan
from core.audio.spectra.spectrogram import Spectrogram
from core.time_map import TimeMap

_FINEST_PX = 12.0
_OFF_PX = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    """What was painted: tiles by index, which frames of the plan are in them, and the clock."""

    plan: FramePlan
    tile_frames: int
    tiles: Mapping[int, Tile | None]
    stretches: tuple[tuple[int, int], ...]
    warp: TimeMap | None

    def continues(self, other: _Picture) -> bool:
        """Whether both are the same wherever they meet."""
        if (self.plan, self.tile_frames) != (other.plan, other.tile_frames):
            return False
        together = self.tiles.keys() & other.tiles.keys()
        return (
            self.warp is other.warp
            and self.stretches == other.stretches
            and all(self.tiles[index] is other.tiles[index] for index in together)
        )


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
        self._shown: _Picture | None = None
        self._behind: _Picture | None = None
        self._canvas = Canvas()
        self.level = 0
        self.is_covered = False
        self.setZValue(-10)

    def show_spectrogram(self, spectrogram: Spectrogram | None) -> None:
        """Draw another spectrogram; the old picture stands behind it until it is covered."""
        self.prepareGeometryChange()
        self._behind = self._shown if spectrogram is not None else None
        self._shown = None
        self._spectrogram = spectrogram
        self._measure()

    def set_warp(self, warp: TimeMap | None) -> None:
        """Put the tiles on channel 0's clock by `warp`, or leave them as they are."""
        if warp is self._warp:
            return
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
        spectrogram, plan = self._spectrogram, self._spectrogram.plan
        seen = view.viewRect()
        ends_s = self._to_channel(np.array([seen.left(), seen.right()]))
        self.level = spectrogram.level_for(np.ptp(ends_s) / plan.hop_s / max(view.width(), 1.0))
        tile_frames = TILE_COLUMNS << self.level
        first, last = _frames(plan, ends_s)
        tiles = {
            index: self._tiles.find(self._channel, self.level, index)
            for index in range(int(first // tile_frames), int(last // tile_frames) + 1)
            if last > first and index * tile_frames < plan.frames
        }
        self.is_covered = all(
            tile is not None
            and tile.key[1] == self.level
            and tile.version[0] == spectrogram.count(index * tile_frames, (index + 1) * tile_frames)
            for index, tile in tiles.items()
        ) and spectrogram.count(first, last) >= int(last - first)
        before, was_behind = self._shown, self._behind
        shown = _Picture(plan, tile_frames, tiles, spectrogram.stretches, self._warp)
        self._shown = shown
        if self.is_covered:
            self._behind = None
        pictures = [picture for picture in (self._behind, shown) if picture is not None]

        def draw(canvas: QPainter, start_s: float, end_s: float) -> None:
            canvas.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            edges_s = self._edges(start_s, end_s, canvas.transform().m11())
            for picture in pictures:
                self._draw(canvas, picture, edges_s)

        is_same = was_behind is None and before is not None and shown.continues(before)
        self._canvas.paint(painter, seen, draw, is_same=is_same)

    def _edges(self, start_s: float, end_s: float, px_per_s: float) -> Floats:
        """Channel times between which a straight piece is within `_OFF_PX` of the time map."""
        if self._warp is None:
            return np.array([start_s, end_s])
        pane_s = np.linspace(start_s, end_s, int((end_s - start_s) * px_per_s / _FINEST_PX) + 2)
        channel_s = self._warp.to_channel_1(pane_s)
        return channel_s[_corners(pane_s, channel_s, _OFF_PX / px_per_s)]

    def _draw(self, painter: QPainter, picture: _Picture, edges_s: Floats) -> None:
        plan = picture.plan
        first, last = _frames(plan, edges_s[[0, -1]])
        if last <= first:
            return
        inner = edges_s / plan.hop_s + 0.5
        step = picture.tile_frames
        borders = np.arange(first // step + 1, last // step + 1) * step
        ends = np.array(picture.stretches, dtype=np.float64).ravel()
        cuts = np.unique(np.concatenate([[first, last], inner, borders, ends]))
        cuts = cuts[(cuts >= first) & (cuts <= last)]
        pane_s = self._to_pane((cuts - 0.5) * plan.hop_s)
        height_khz = (plan.bins - 0.5) * plan.bin_hz / 1000
        for a, b, x0, x1 in zip(cuts[:-1], cuts[1:], pane_s[:-1], pane_s[1:], strict=True):
            middle = (a + b) / 2
            tile = picture.tiles.get(int(middle // step))
            if tile is None or not any(start < middle < stop for start, stop in picture.stretches):
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


def _frames(plan: FramePlan, ends_s: Floats) -> tuple[float, float]:
    """The frames between two moments of the channel; frame k covers half a step to either side."""
    first, last = (ends_s / plan.hop_s + 0.5).tolist()
    return max(first, 0.0), min(last, float(plan.frames))


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
