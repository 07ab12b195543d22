"""The window: puts panels, menus and commands together, and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QMainWindow,
    QMessageBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.display import Display
from app.docks import Docks
from app.menus import allow_with_recording, build_actions
from app.playback.player import Playback
from app.playback.sound import Sound
from app.render.tiles import TileStore
from app.review import Review
from app.session_model import SessionModel
from app.time_view import TimeView
from app.views.candidate_table import CandidateTable
from app.views.concern_strip import ConcernStrip
from app.views.drift_plot import DriftPlot
from app.views.export_dialog import ExportDialog
from app.views.keypoint_panel import KeypointPanel
from app.views.link_strip import LinkStrip
from app.views.message_bar import MessageBar
from app.views.overview import OverviewStrip
from app.views.playback_controls import PlaybackControls
from app.views.recordings_list import RecordingsList
from app.views.shortcut_sheet import ShortcutSheet
from app.views.spectrogram_pane import SpectrogramPane
from app.views.status_bar import StatusBar
from app.views.welcome import Welcome
from app.workbench import AlignSteps, Workbench, align_steps
from core import __version__

FULL_SIZE = QSize(1600, 1000)

_FIRST_SPAN_S = 30.0
_FOLLOWED_SOON_MS = 50
_AUDIO_FILTER = "Recordings and tables (*.wav *.flac *.ogg *.aif *.aiff *.mp3 *.w64 *.csv);;All (*)"


class MainWindow(QMainWindow):
    """The window of one session.

    Parameters
    ----------
    steps : callable
        Aligns a recording, step by step; see `app.workbench.AlignSteps`.
    size : QSize
        Size at the start; under 1300 pixels of width the panels on the right share one place.
    remembers_layout : bool
        Whether the layout is taken from the settings, and left there at the end.
    sound : Sound, optional
        Where playback comes out; PortAudio if not given.
    """

    def __init__(
        self,
        steps: AlignSteps = align_steps,
        size: QSize = FULL_SIZE,
        *,
        remembers_layout: bool = True,
        sound: Sound | None = None,
    ) -> None:
        super().__init__()
        self._remembers_layout = remembers_layout
        self.setWindowTitle("FinchSync")
        self.setAcceptDrops(True)
        self.session = SessionModel(self)
        self.time = TimeView(self)
        self.display = Display(self.session, self)
        self.workbench = Workbench(self.session, steps, self)
        self.review = Review(self.session, self.time, self)
        self.playback = Playback(self.session, self.time, sound, self)
        self.tiles = TileStore(self)
        self.menus, self.commands = build_actions(
            self,
            {
                "window": self,
                "review": self.review,
                "workbench": self.workbench,
                "time": self.time,
                "playback": self.playback,
            },
        )
        self.messages = MessageBar(self.commands)
        self._build_centre()
        self._build_docks()
        self.status = StatusBar(self.session, self.commands["cancel"])
        self.setStatusBar(self.status)
        self._connect()
        self.resize(size)
        self.docks.arrange()
        if remembers_layout:
            self.docks.restore()

    def open(self, paths: Sequence[Path]) -> None:
        """Open what a person picked, dropped or gave on the command line."""
        if paths:
            self.workbench.open(paths)

    def select_keypoint(self, index: int) -> None:
        """Select a keypoint and show it."""
        self.review.go_to(index)

    # -- building --------------------------------------------------------------------

    def _build_centre(self) -> None:
        shared = (self.session, self.display, self.time)
        self.concern = ConcernStrip(self.session)
        self.overview = OverviewStrip(*shared, self.tiles)
        self.panes = tuple(SpectrogramPane(c, *shared, self.tiles) for c in (0, 1))
        self.links = LinkStrip(*shared)
        self.drift = DriftPlot(self.session, self.time)
        pair = QWidget()
        stacked = QVBoxLayout(pair)
        stacked.setContentsMargins(0, 0, 0, 0)
        stacked.setSpacing(0)
        stacked.addWidget(self.panes[0], 1)
        stacked.addWidget(self.links)
        stacked.addWidget(self.panes[1], 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(pair)
        splitter.addWidget(self.drift)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        workspace = QWidget()
        layout = QVBoxLayout(workspace)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.concern)
        layout.addWidget(self.overview)
        layout.addWidget(splitter, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(Welcome(self.commands["open"], self.commands["open_folder"]))
        self._stack.addWidget(workspace)
        centre = QWidget()
        outer = QVBoxLayout(centre)
        outer.setContentsMargins(2, 2, 2, 2)
        outer.setSpacing(4)
        outer.addWidget(self.messages)
        outer.addWidget(self._stack, 1)
        self.setCentralWidget(centre)

    def _build_docks(self) -> None:
        self.recordings = RecordingsList(self.session)
        self.candidates = CandidateTable(self.session)
        self.keypoint = KeypointPanel(self.session, self.tiles, self.commands)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.docks = Docks(self, self.menus["View"])
        self.docks.add("Recordings", self.recordings, left)
        self.docks.add("Keypoint", self.keypoint, right)
        self.docks.add("Candidates", self.candidates, right)

    def _connect(self) -> None:
        bench = self.workbench
        bench.told.connect(self.messages.tell)
        bench.progressed.connect(self.status.show_progress)
        bench.noted.connect(self.status.note)
        bench.spectrograms_changed.connect(self._show_spectrograms)
        bench.frames_added.connect(self._show_frames)
        self.review.told.connect(self.messages.inform)
        self.candidates.taken.connect(self.review.take_candidate)
        self.session.recording_selected.connect(self._show_recording)
        self._connect_playback()
        self.time.span_changed.connect(self._show_level)
        self.tiles.tiles_ready.connect(self._show_level)
        allow_with_recording(self.commands, is_open=False)

    def _connect_playback(self) -> None:
        playback = self.playback
        PlaybackControls(playback, self.session, self.commands, self.menus["Playback"], self)
        playback.told.connect(self.messages.tell)
        playback.noted.connect(self.status.note)
        for plot in (*self.panes, self.drift):
            plot.pointed.connect(playback.start_from)
            playback.cursor_moved.connect(plot.show_cursor)
        for strip in (self.overview, self.links):
            playback.cursor_moved.connect(strip.show_cursor)

    # -- following the session -------------------------------------------------------

    @Slot()
    def _show_recording(self) -> None:
        entry = self.session.current
        if entry is None:
            return
        allow_with_recording(self.commands, is_open=True)
        self._stack.setCurrentIndex(1)
        self.setWindowTitle(f"{entry.recording.name} – FinchSync")
        self.time.set_duration(max(s.duration_s for s in entry.recording.channels))
        self.time.show_span(0.0, min(_FIRST_SPAN_S, self.time.duration_s))

    @Slot()
    def _show_spectrograms(self) -> None:
        pair = self.workbench.spectrograms
        self.tiles.show(pair)
        for channel, pane in enumerate(self.panes):
            pane.show_spectrogram(None if pair is None else pair[channel])
        self.overview.show_spectrograms(pair)
        self.keypoint.clips.show_spectrograms(pair)

    @Slot()
    def _show_frames(self) -> None:
        self.tiles.refresh()
        self.overview.redraw()
        self.keypoint.clips.redraw()

    @Slot()
    def _show_level(self) -> None:
        if self.workbench.spectrograms is not None:
            self.status.show_level(max(pane.level for pane in self.panes))

    # -- commands of the window itself -----------------------------------------------

    @Slot()
    def choose_files(self) -> None:
        """Ask for files to open."""
        names, _kind = QFileDialog.getOpenFileNames(self, "Open", "", _AUDIO_FILTER)
        self.open([Path(name) for name in names])

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder to open."""
        name = QFileDialog.getExistingDirectory(self, "Open folder")
        self.open([Path(name)] if name else [])

    @Slot()
    def export(self) -> None:
        """Show what an export would write, and write it."""
        if self.session.current is None:
            self.messages.inform("There is nothing to export; open a recording first.")
            return
        if self.workbench.is_following:
            # What follows from the last decision belongs into the table.
            QTimer.singleShot(_FOLLOWED_SOON_MS, self, self.export)
            return
        dialog = ExportDialog(self.session.current, self.session.entries, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.workbench.export(dialog.plan, dialog.path, overwrite=dialog.overwrite)
        dialog.deleteLater()

    @Slot(bool)
    def set_warped(self, warped: bool) -> None:
        """Show channel 1 on channel 0's clock, or on its own."""
        self.display.set_warped(warped)

    @Slot(bool)
    def set_links(self, links: bool) -> None:
        """Show or hide the links."""
        self.display.set_links(links)

    @Slot()
    def reset_layout(self) -> None:
        """Put all panels back where they were."""
        self.docks.reset()

    @Slot()
    def focus_next_panel(self) -> None:
        """Move the keyboard to the next panel."""
        panels: list[QWidget] = [
            self.recordings,
            self.panes[0],
            self.panes[1],
            self.drift,
            self.candidates,
        ]
        visible = [panel for panel in panels if panel.isVisible()]
        focused = [i for i, panel in enumerate(visible) if panel.hasFocus()]
        if visible:
            visible[(focused[0] + 1) % len(visible) if focused else 0].setFocus()

    @Slot()
    def show_shortcuts(self) -> None:
        """Show all commands and keys."""
        ShortcutSheet(self).exec()

    @Slot()
    def show_about(self) -> None:
        """Say what this is."""
        QMessageBox.about(
            self,
            "About FinchSync",
            f"<b>FinchSync {__version__}</b><p>Aligns two-recorder bioacoustic recordings, shows "
            "how sure the alignment is, and lets you correct it in seconds.</p>",
        )

    # -- events ----------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's name)
        """Files may be dropped."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 (Qt's name)
        """Open what was dropped."""
        urls = event.mimeData().urls()
        self.open([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        """Remember the layout and stop all threads."""
        if self._remembers_layout:
            self.docks.save()
        self.playback.shut_down()
        self.workbench.shut_down()
        self.tiles.shut_down()
        super().closeEvent(event)
