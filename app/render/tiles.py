"""Spectrogram tiles: made on a worker thread from immutable requests, kept in a small cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.base.background_runner import BackgroundRunner
from app.render.colours import Levels, Table, levels, spectrogram_table
from app.render.spectrogram_look import ColourMap, SpectrogramLook
from core.audio.spectra.spectrogram import Spectrogram

TILE_COLUMNS = 1024
_MOST_BYTES = 32_000_000

Key = tuple[int, int, int]
"""Channel, level of the pyramid, index of the tile."""
Version = tuple[int, int, int, ColourMap]
"""Frames that are there, darkest and brightest code, colours: another version, another picture."""


@dataclass(frozen=True, slots=True, eq=False)
class TileRequest:
    """Everything a tile depends on.

    Parameters
    ----------
    key : tuple of int
        Channel, level, index.
    version : Version
    codes : ndarray of uint8, shape (columns, bins)
    table : ndarray of uint32, shape (256,)
    """

    key: Key
    version: Version
    codes: NDArray[np.uint8]
    table: Table


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A drawn tile; row 0 is the lowest frequency."""

    key: Key
    version: Version
    image: QImage


def draw(codes: NDArray[np.uint8], table: Table) -> QImage:
    """An RGB32 image of codes, shape (columns, bins); row 0 is the lowest bin."""
    pixels = np.take(table, codes.T)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def make_tiles(requests: Sequence[TileRequest]) -> Iterator[Tile]:
    """Draw tiles one by one."""
    for request in requests:
        yield Tile(request.key, request.version, draw(request.codes, request.table))


class TileStore(QObject):
    """The tiles of both channels of one recording.

    `find` never waits: it gives the best tile at hand, however coarse or old,
    and has the missing one made.

    Attributes
    ----------
    spectrograms : pair of Spectrogram or None
        Of the recording shown.

    Signals
    -------
    spectrograms_changed()
        `spectrograms` are others.
    content_changed()
        The same, or they hold more frames, or their colours are others.
    tiles_ready()
        New tiles are in the cache.
    """

    spectrograms_changed = Signal()
    content_changed = Signal()
    tiles_ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.spectrograms: tuple[Spectrogram, Spectrogram] | None = None
        self._look = SpectrogramLook()
        self._levels: list[Levels] = [(0, 255), (0, 255)]
        self._cache: OrderedDict[Key, Tile] = OrderedDict()
        self._wanted: dict[Key, TileRequest] = {}
        self._being_made: frozenset[tuple[Key, Version]] = frozenset()
        self._runner = BackgroundRunner("tiles", self)
        self._runner.stepped.connect(self._keep)
        self._runner.ended.connect(self._finish)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._send)

    def show(self, spectrograms: tuple[Spectrogram, Spectrogram] | None) -> None:
        """Serve another recording."""
        self._runner.cancel()
        self.spectrograms = spectrograms
        self._cache.clear()
        self._wanted.clear()
        self._being_made = frozenset()
        self.refresh()
        self.spectrograms_changed.emit()

    @Slot()
    def refresh(self) -> None:
        """Frames were added: look again."""
        if self.spectrograms is not None:
            self._levels = [levels(s.histogram, self._look) for s in self.spectrograms]
        self.content_changed.emit()
        self.tiles_ready.emit()

    def set_look(self, look: SpectrogramLook) -> None:
        """Draw in other colours or levels; what is there stays until it is drawn anew."""
        self._look = look
        self.refresh()

    def levels(self, channel: int) -> Levels:
        """Darkest and brightest code of a channel."""
        return self._levels[channel]

    def table(self, channel: int) -> Table:
        """Colours of a channel's codes."""
        return spectrogram_table(*self._levels[channel], self._look.colours)

    @property
    def is_settled(self) -> bool:
        """Whether nothing asked for is still to come."""
        return not self._wanted and not self._runner.is_running

    def find(self, channel: int, level: int, index: int) -> Tile | None:
        """The tile at `index` of `level`, or a coarser one over it, or none yet."""
        if self.spectrograms is None:
            return None
        spectrogram = self.spectrograms[channel]
        key = (channel, level, index)
        first, stop = index * TILE_COLUMNS << level, (index + 1) * TILE_COLUMNS << level
        low, high = self._levels[channel]
        version = (spectrogram.count(first, stop), low, high, self._look.colours)
        tile = self._cache.get(key)
        if tile is None or tile.version != version:
            self._want(key, version, spectrogram)
        while tile is None and level + 1 < spectrogram.level_count:
            level, index = level + 1, index // 2
            tile = self._cache.get((channel, level, index))
        if tile is not None:
            self._cache.move_to_end(tile.key)
        return tile

    def shut_down(self) -> None:
        """Stop the worker thread."""
        self._soon.stop()
        self._runner.shut_down()

    def _want(self, key: Key, version: Version, spectrogram: Spectrogram) -> None:
        if (key, version) in self._being_made:
            return
        channel, level, index = key
        first = index * TILE_COLUMNS
        if version[0]:
            codes = spectrogram.columns(level, first, first + TILE_COLUMNS)
            self._wanted[key] = TileRequest(key, version, codes, self.table(channel))
            self._soon.start()

    @Slot()
    def _send(self) -> None:
        requests = tuple(self._wanted.values())
        self._wanted.clear()
        self._being_made = frozenset((r.key, r.version) for r in requests)
        self._runner.start(partial(make_tiles, requests))

    @Slot(object)
    def _keep(self, tile: Tile) -> None:
        self._cache[tile.key] = tile
        self._cache.move_to_end(tile.key)
        room = _MOST_BYTES - sum(kept.image.sizeInBytes() for kept in self._cache.values())
        while room < 0:
            room += self._cache.popitem(last=False)[1].image.sizeInBytes()
        self.tiles_ready.emit()

    @Slot(object)
    def _finish(self, _end: object) -> None:
        self._being_made = frozenset()
        self.tiles_ready.emit()
