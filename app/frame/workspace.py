"""The middle of the window: overview, both spectrograms with their links, and the drift plot."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.base.time_view import TimeView
from app.playback.player import Playback
from app.render.display import Display
from app.render.tiles import TileStore
from app.session.entries import Recorder
from app.session.session_model import SessionModel
from app.views.timeline.drift_plot import DriftPlot
from app.views.timeline.hand_tool import HandTool
from app.views.timeline.link_strip import LinkStrip
from app.views.timeline.overview import OverviewStrip
from app.views.timeline.spectrogram_pane import SpectrogramPane
from app.views.timeline.time_plot import TimePlot
from app.views.timeline.waveform_plot import WaveformPlot
from app.work.waveforms import Waveforms


class Workspace(QWidget):
    """Everything over the shared time axis.

    Parameters
    ----------
    session, display, view, tiles, waveforms
        What is shown, and how.
    hand : HandTool

    Signals
    -------
    level_changed(level)
        The spectrograms show the maximum of 2**level frames a column; None if there are none.
    """

    level_changed = Signal(object)

    def __init__(
        self,
        session: SessionModel,
        display: Display,
        view: TimeView,
        tiles: TileStore,
        waveforms: Waveforms,
        hand: HandTool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._view, self._tiles = session, view, tiles
        self._reference: Recorder | None = None
        shared = (session, display, view)
        self.overview = OverviewStrip(*shared, tiles)
        self.waves = tuple(WaveformPlot(c, *shared, waveforms, hand) for c in (0, 1))
        self.panes = tuple(SpectrogramPane(c, *shared, tiles, hand) for c in (0, 1))
        self.links = LinkStrip(*shared)
        self.drift = DriftPlot(session, view, hand)
        pair = QWidget()
        stacked = QVBoxLayout(pair)
        stacked.setContentsMargins(0, 0, 0, 0)
        stacked.setSpacing(0)
        stacked.addWidget(self.waves[0])
        stacked.addWidget(self.panes[0], 1)
        stacked.addWidget(self.links)
        stacked.addWidget(self.panes[1], 1)
        stacked.addWidget(self.waves[1])
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(pair)
        splitter.addWidget(self.drift)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.overview)
        layout.addWidget(splitter, 1)
        session.selection.recording_changed.connect(self._show_recording)
        view.span_changed.connect(self._tell_level)
        tiles.tiles_ready.connect(self._tell_level)

    @property
    def plots(self) -> tuple[TimePlot, ...]:
        """All plots over the time axis."""
        return (*self.panes, *self.waves, self.drift)

    def join_playback(self, playback: Playback) -> None:
        """Play from where a person points, and show where the sound is."""
        for plot in self.plots:
            plot.pointed.connect(playback.start_from)
            playback.cursor_moved.connect(plot.show_cursor)
        for strip in (self.overview, self.links):
            playback.cursor_moved.connect(strip.show_cursor)

    @Slot()
    def _show_recording(self) -> None:
        entry = self._session.current
        before, self._reference = self._reference, None if entry is None else entry.recorders[0]
        if entry is not None:
            span_s = self._view.start_s, self._view.end_s
            self._view.set_duration(max(s.duration_s for s in entry.recording.channels))
            if self._reference == before:
                self._view.show_span(*span_s)

    @Slot()
    def _tell_level(self) -> None:
        has_none = self._tiles.spectrograms is None
        self.level_changed.emit(None if has_none else max(pane.level for pane in self.panes))
