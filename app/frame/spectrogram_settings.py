"""Applies changed spectrogram settings to tiles and workers, and remembers them."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TypeVar

from PySide6.QtCore import QObject, QSettings, Slot

from app.base.time_view import TimeView
from app.render.display import Display
from app.render.spectrogram_look import ColourMap, SpectrogramLook
from app.render.tiles import TileStore
from app.work.workbench import Workbench
from core.audio.spectra.frame_plan import FrameSettings, Taper

_GROUP = "spectrogram"
_KINDS = {"padding": int, "taper": Taper, "colours": ColourMap}

Value = TypeVar("Value", SpectrogramLook, FrameSettings)


class SpectrogramSettings(QObject):
    """Joins the display's choice to those who carry it out.

    Parameters
    ----------
    display, view
        What is chosen, and what is looked at.
    tiles : TileStore
        Draws other colours and levels.
    workbench : Workbench
        Makes other frames, beginning where the person looks.
    remembers : bool
        Whether the choice is taken from the settings, and kept there.
    """

    def __init__(
        self,
        display: Display,
        view: TimeView,
        tiles: TileStore,
        workbench: Workbench,
        *,
        remembers: bool,
    ) -> None:
        super().__init__(display)
        self._display, self._view = display, view
        self._tiles, self._workbench = tiles, workbench
        self._remembers = remembers
        workbench.spectrograms_changed.connect(self._show_spectrograms)
        workbench.frames_added.connect(tiles.refresh)
        display.look_changed.connect(self._show_look)
        display.frames_changed.connect(self._recompute)
        if remembers:
            display.set_spectrogram(*remembered(QSettings()))

    @Slot()
    def _show_spectrograms(self) -> None:
        self._tiles.show(self._workbench.spectrograms)

    @Slot()
    def _show_look(self) -> None:
        self._tiles.set_look(self._display.look)
        self._keep()

    @Slot()
    def _recompute(self) -> None:
        start_s = self._view.start_s
        from_s = (start_s, self._display.channel_1_s(start_s))
        self._workbench.recompute_spectrograms(self._display.frames, from_s)
        self._keep()

    def _keep(self) -> None:
        if self._remembers:
            remember(QSettings(), self._display.look, self._display.frames)


def remember(settings: QSettings, look: SpectrogramLook, frames: FrameSettings) -> None:
    """Keep what was chosen; an unset level is kept as empty."""
    for name, value in (asdict(look) | asdict(frames)).items():
        settings.setValue(f"{_GROUP}/{name}", "" if value is None else str(value))


def remembered(settings: QSettings) -> tuple[SpectrogramLook, FrameSettings]:
    """What was chosen last; settings that make no sense fall back to the defaults."""
    return _read(settings, SpectrogramLook), _read(settings, FrameSettings)


def _read(settings: QSettings, kind: type[Value]) -> Value:
    found: dict[str, object] = {}
    try:
        for part in fields(kind):
            text = settings.value(f"{_GROUP}/{part.name}")
            if text is not None:
                found[part.name] = _KINDS.get(part.name, float)(text) if text != "" else None
        return kind(**found)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return kind()
