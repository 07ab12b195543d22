"""One channel's spectrogram with its keypoints."""

from __future__ import annotations

from html import escape

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Slot
from PySide6.QtWidgets import QLabel, QWidget

from app.base.messages import short_name
from app.base.time_format import time_text
from app.base.time_view import TimeView
from app.look.keypoint_style import marks_of
from app.look.palette import DARK
from app.render.display import Display
from app.render.spectrogram_item import SpectrogramItem
from app.render.tiles import TileStore
from app.session.session_model import SessionModel
from app.views.parts.empty_text import empty_text
from app.views.timeline.channel_plot import ChannelPlot
from app.views.timeline.hand_tool import HandTool
from app.views.timeline.keypoint_grip import KeypointGrip, Pulling
from app.views.timeline.keypoint_item import KeypointItem
from app.views.timeline.time_plot import CAPTION_STYLE, RIGHT_PX
from core.audio.spectra.spectrogram import Spectrogram

_SMALLEST_KHZ = 0.5
_SIDEWAYS = Qt.CursorShape.SizeHorCursor


class SpectrogramPane(ChannelPlot):
    """Spectrogram of one channel; a keypoint can be dragged: on channel 1 it is corrected.

    Shift+wheel zooms the frequency axis, a double click resets it.

    Parameters
    ----------
    channel : int
    session, display, view, tiles
        What is shown, and how.
    hand : HandTool

    Attributes
    ----------
    waiting : QLabel
        What is said while there is no spectrogram yet.
    """

    def __init__(
        self,
        channel: int,
        session: SessionModel,
        display: Display,
        view: TimeView,
        tiles: TileStore,
        hand: HandTool,
        parent: QWidget | None = None,
    ) -> None:
        side = "top" if channel == 0 else ""
        caption = "top" if channel == 0 else "bottom"
        name = f"Spectrogram of channel {channel}"
        super().__init__(channel, session, display, view, hand, name, side, caption, parent)
        self._tiles = tiles
        self._top_khz = 8.0
        self.getPlotItem().getAxis("left").setLabel(f"ch {channel} (kHz)")
        self.getPlotItem().getAxis("left").enableAutoSIPrefix(enable=False)
        self._spectrogram = SpectrogramItem(channel, tiles)
        self._frames: Spectrogram | None = None
        self._reading = QLabel(self)
        self._reading.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._reading.setStyleSheet(CAPTION_STYLE)
        self._reading.hide()
        self.waiting = empty_text("Making the spectrogram…", self)
        for changed in (session.evidence_changed, session.recordings_changed):
            changed.connect(self._say_if_waiting)
        self.scene().sigMouseMoved.connect(self._read)
        self._points = KeypointItem("bottom" if channel == 0 else "top")
        for item in (self._spectrogram, self._points):
            self.addItem(item, ignoreBounds=True)
        self._grip = KeypointGrip(self, self._points, session, self._pulling)
        self.box.set_grips((self._grip.hold_at, self.region.edge_at), self.region.hold_at)
        tiles.spectrograms_changed.connect(self._show_spectrogram)
        tiles.tiles_ready.connect(self._spectrogram.update)
        # What was under the mouse is elsewhere.
        view.span_changed.connect(self._reading.hide)
        display.bands_changed.connect(self._show_band)
        self.stretched.connect(self._stretch)
        self.reset.connect(self._show_all_frequencies)
        self._follow()

    @property
    def _pulling(self) -> Pulling:
        """What a keypoint is asked for, on channel 0, and what the answer is, on channel 1."""
        preview, display = self._session.preview, self._display
        if self._channel == 0:
            words = "Drag to ask for another moment than that of keypoint {number}"
            return Pulling(_SIDEWAYS, words, lambda index, at: preview.ask(index, at.x()))
        words = "Drag to correct keypoint {number}: where that moment is on channel 1"
        return Pulling(
            _SIDEWAYS, words, lambda index, at: preview.move(index, display.channel_1_s(at.x()))
        )

    @property
    def level(self) -> int:
        """Level of the pyramid that was painted last."""
        return self._spectrogram.level

    @property
    def is_covered(self) -> bool:
        """Whether the last painting showed every frame in view, at the level it asks for."""
        return self._spectrogram.is_covered

    @Slot()
    def _show_spectrogram(self) -> None:
        pair = self._tiles.spectrograms
        spectrogram = None if pair is None else pair[self._channel]
        self._spectrogram.show_spectrogram(spectrogram)
        self._frames = spectrogram
        self._say_if_waiting()
        self._reading.hide()
        if spectrogram is not None:
            self._top_khz = spectrogram.plan.top_hz / 1000
            self._show_band()

    @property
    def reading_text(self) -> str:
        """What is under the mouse; empty when it is elsewhere."""
        return self._reading.text() if self._reading.isVisibleTo(self) else ""

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """There is nothing to read any more."""
        super().leaveEvent(event)
        self._reading.hide()

    @Slot(object)
    def _read(self, at: QPointF) -> None:
        """Say which moments, frequency and level are under the mouse."""
        inside = self._frames is not None and self.box.sceneBoundingRect().contains(at)
        self._reading.setVisible(inside)
        if self._frames is None or not inside:
            return
        point = self.box.mapSceneToView(at)
        moments_s = self._display.moments_s(self._channel, point.x())
        level_db = self._frames.level_db(moments_s[self._channel], 1000 * point.y())
        level = "" if level_db is None else f" · {level_db:.0f} dB"
        clocks = " · ".join(f"ch {c} {time_text(t, 3)}" for c, t in enumerate(moments_s))
        self._reading.setText(f"{clocks} · {point.y():.2f} kHz{level}")
        self._reading.adjustSize()
        top = round(self.box.sceneBoundingRect().top()) + 4
        self._reading.move(self.width() - RIGHT_PX - 4 - self._reading.width(), top)

    @Slot()
    def _follow(self) -> None:
        if self._channel == 1:
            self._spectrogram.set_warp(self._display.warp)
        clock = ""
        if self._channel == 1:
            warped = self._display.is_warped
            clock = " · moved onto channel 0's clock" if warped else " · as recorded, its own clock"
        colour = DARK.channel_1 if self._channel else DARK.channel_0
        channel = f"<b style='color:{colour}'>Channel {self._channel}</b>"
        more = f"<span style='color:{DARK.muted}'>{self._file}{clock}</span>"
        self.set_caption(f"{channel}{more}", channel)
        self._show_keypoints()
        self._say_if_waiting()
        super()._follow()

    @Slot()
    def _say_if_waiting(self) -> None:
        """An empty pane says why, until its audio turns out not to be readable."""
        entry = self._session.current
        is_coming = entry is not None and not (entry.is_lost or entry.evidence.problem)
        self.waiting.setVisible(is_coming and self._frames is None)

    @property
    def _file(self) -> str:
        """Which file it is of, where the recording has two."""
        entry = self._session.current
        if entry is None or entry.recording.is_stereo_file:
            return ""
        return f" · {escape(short_name(entry.recording.side_titles[self._channel]))}"

    def keypoint_near(self, axis_s: float) -> int:
        """As `TimePlot`."""
        return self._grip.nearest(axis_s)

    def _show_keypoints(self) -> None:
        keypoints = self._session.keypoints
        if keypoints is None:
            self._points.show_points(np.empty(0), np.empty(0, dtype=np.int8))
        else:
            axis_s = np.maximum.accumulate(self._display.keypoints_s[self._channel])
            self._points.show_points(axis_s, marks_of(keypoints))

    @Slot(float, float)
    def _stretch(self, factor: float, at_khz: float) -> None:
        low, high = self.box.viewRange()[1]
        low = at_khz + (low - at_khz) * factor
        high = at_khz + (high - at_khz) * factor
        low, high = max(low, 0.0), min(high, self._top_khz)
        if high - low >= _SMALLEST_KHZ:
            self._display.show_band(self._channel, (low, high))

    @Slot()
    def _show_all_frequencies(self) -> None:
        self._display.show_band(self._channel, None)

    @Slot()
    def _show_band(self) -> None:
        self.show_heights(*self._display.band_khz(self._channel, self._top_khz))
