"""The panel with everything that can be chosen about spectrograms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QWidget,
)

from app.render.colours import automatic_db
from app.render.display import Display
from app.render.spectrogram_look import ColourMap, SpectrogramLook
from app.render.tiles import TileStore
from core.audio.spectra.frame_plan import FrameSettings, Taper

_PADDINGS = (1, 2, 4)
_KEPT_HZ = FrameSettings().top_hz


class SpectrogramPanel(QScrollArea):
    """Changes show at once: colours, levels and frequencies without new frames.

    Parameters
    ----------
    display : Display
        Holds what is chosen.
    tiles : TileStore
        Levels by hand start from the automatic ones of its recording.
    """

    def __init__(self, display: Display, tiles: TileStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display = display
        self._tiles = tiles
        self.colours = _combo("Colour map", [c.value.capitalize() for c in ColourMap])
        self.automatic = QCheckBox("Automatic levels")
        self.automatic.setToolTip("Background dark, calls bright, whatever the recorder's gain")
        self.darkest = _spin("Darkest level, dB over the background noise", -40, 60, " dB", 0)
        self.range = _spin("From the darkest to the brightest level", 5, 120, " dB", 0)
        self.low = _spin("Lowest frequency shown", 0, 199, " kHz", 1)
        self.high = _spin("Highest frequency shown", 0.5, 200, " kHz", 1)
        self.window_ms = _spin("Length of the analysis window", 1, 200, " ms", 1)
        self.overlap = _spin("Overlap of the windows", 0, 95, " %", 0)
        self.padding = _combo("Zero padding", [f"× {p}" for p in _PADDINGS])
        self.taper = _combo("Window function", [t.value.capitalize() for t in Taper])
        self.reset = QPushButton("Reset")
        self.reset.setToolTip("Show spectrograms as FinchSync did at first")
        self._lay_out()
        self._show_choice()
        for combo in (self.colours, self.padding, self.taper):
            combo.currentIndexChanged.connect(self._choose)
        for spin in (self.darkest, self.range, self.low, self.high, self.window_ms, self.overlap):
            spin.valueChanged.connect(self._choose)
        self.automatic.toggled.connect(self._switch_levels)
        self.reset.clicked.connect(self._reset)
        self.setFocusProxy(self.colours)
        tiles.spectrograms_changed.connect(self._show_choice)
        display.look_changed.connect(self._show_choice)
        display.frames_changed.connect(self._show_choice)

    def _automatic_db(self) -> tuple[float, float]:
        pair = self._tiles.spectrograms
        return automatic_db(np.zeros(256, dtype=np.int64) if pair is None else pair[0].histogram)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Two settings in a row where they have room, else one."""
        self._arrange(is_narrow=event.size().width() < self._wide_px)
        super().resizeEvent(event)

    def _lay_out(self) -> None:
        self._grid = QGridLayout()
        self._grid.setContentsMargins(4, 6, 4, 6)
        self._grid.setSpacing(4)
        self._pairs: tuple[tuple[tuple[QLabel, QWidget], ...], ...] = tuple(
            tuple((QLabel(word), widget) for word, widget in row)
            for row in (
                (("Colours", self.colours),),
                (("", self.automatic),),
                (("Darkest", self.darkest), ("Range", self.range)),
                (("From", self.low), ("To", self.high)),
                (("Window", self.window_ms), ("Shape", self.taper)),
                (("Overlap", self.overlap), ("Padding", self.padding)),
                (("", self.reset),),
            )
        )
        self._grid.setColumnStretch(1, 1)
        inner = QWidget()
        inner.setLayout(self._grid)
        self._is_narrow: bool | None = None
        self._last_row = 0
        self._arrange(is_narrow=False)
        self._wide_px = self._grid.minimumSize().width()
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName("Spectrogram settings")
        self.setFocusProxy(self.colours)

    def _arrange(self, *, is_narrow: bool) -> None:
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        rows = [(pair,) for row in self._pairs for pair in row] if is_narrow else self._pairs
        for row, pairs in enumerate(rows):
            for place, (word, widget) in enumerate(pairs):
                columns = 3 if len(pairs) == 1 else 1
                self._grid.addWidget(word, row, 2 * place)
                self._grid.addWidget(widget, row, 2 * place + 1, 1, columns)
        self._grid.setColumnStretch(3, 0 if is_narrow else 1)
        # The row of before takes no more room than it needs.
        self._grid.setRowStretch(self._last_row, 0)
        self._last_row = len(rows)
        self._grid.setRowStretch(self._last_row, 1)

    @Slot()
    def _show_choice(self) -> None:
        look, frames = self._display.look, self._display.frames
        by_hand = look.darkest_db is not None and look.range_db is not None
        darkest_db, range_db = (look.darkest_db, look.range_db) if by_hand else self._automatic_db()
        shown: Sequence[tuple[QDoubleSpinBox, float | None]] = (
            (self.darkest, darkest_db),
            (self.range, range_db),
            (self.low, look.low_khz),
            (self.high, look.high_khz),
            (self.window_ms, frames.window_ms),
            (self.overlap, 100 * frames.overlap),
        )
        for spin, value in shown:
            if value is not None:
                with QSignalBlocker(spin):
                    spin.setValue(value)
        for combo, index in (
            (self.colours, list(ColourMap).index(look.colours)),
            (self.padding, _PADDINGS.index(frames.padding)),
            (self.taper, list(Taper).index(frames.taper)),
        ):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(index)
        with QSignalBlocker(self.automatic):
            self.automatic.setChecked(not by_hand)
        self.darkest.setEnabled(by_hand)
        self.range.setEnabled(by_hand)

    @Slot()
    def _choose(self) -> None:
        by_hand = not self.automatic.isChecked()
        low_khz = min(self.low.value(), self.high.value() - 0.5)
        look = SpectrogramLook(
            colours=list(ColourMap)[self.colours.currentIndex()],
            darkest_db=self.darkest.value() if by_hand else None,
            range_db=self.range.value() if by_hand else None,
            low_khz=max(low_khz, 0.0),
            high_khz=self.high.value(),
        )
        before = self._display.frames
        # Percent on the screen are rounded; what was not touched stays as it is.
        overlap = self.overlap.value() / 100
        frames = FrameSettings(
            window_ms=self.window_ms.value(),
            overlap=before.overlap if abs(overlap - before.overlap) < 0.005 else overlap,
            padding=_PADDINGS[self.padding.currentIndex()],
            taper=list(Taper)[self.taper.currentIndex()],
            top_hz=max(_KEPT_HZ, 1000 * self.high.value()),
        )
        self._display.set_spectrogram(look, frames)

    @Slot(bool)
    def _switch_levels(self, _automatic: bool) -> None:
        for spin, value in zip((self.darkest, self.range), self._automatic_db(), strict=True):
            with QSignalBlocker(spin):
                spin.setValue(value)
        self._choose()

    @Slot()
    def _reset(self) -> None:
        self._display.set_spectrogram(SpectrogramLook(), FrameSettings())


def _spin(name: str, low: float, high: float, unit: str, decimals: int) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(low, high)
    spin.setDecimals(decimals)
    spin.setSingleStep(0.5 if decimals else 1.0)
    spin.setSuffix(unit)
    # Half a number typed is no choice yet.
    spin.setKeyboardTracking(False)
    spin.setAccessibleName(name)
    spin.setToolTip(name)
    return spin


def _combo(name: str, choices: Sequence[str]) -> QComboBox:
    combo = QComboBox()
    combo.addItems(list(choices))
    combo.setAccessibleName(name)
    combo.setToolTip(name)
    return combo
