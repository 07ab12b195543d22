"""The window: puts panels, menus and commands together, and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.base.staggered_repaint import StaggeredRepaint
from app.base.time_view import TimeView
from app.commands.menus import allow_with_recording, build_actions
from app.documents.documents import Documents
from app.documents.file_dialogs import FileDialogs
from app.documents.session_store import SessionStore, may_close
from app.export.export_commands import ExportCommands
from app.frame.docks import Docks, step_through
from app.frame.shell import Shell
from app.frame.spectrogram_settings import SpectrogramSettings
from app.frame.workspace import Workspace
from app.playback.player import Playback
from app.playback.sound import Sound
from app.render.display import Display
from app.render.tiles import TileStore
from app.review.review import Review
from app.review.review_progress import ReviewProgress
from app.review.review_queue import ReviewQueue
from app.session.history import History
from app.session.session_model import SessionModel
from app.session.session_places import SessionPlaces
from app.views.bars.evidence_button import EvidenceButton
from app.views.bars.notice_line import NoticeLine
from app.views.bars.playback_controls import PlaybackControls
from app.views.bars.status_bar import StatusBar
from app.views.bars.toolbar import ToolBar
from app.views.panels.candidate_table import CandidateTable
from app.views.panels.history_list import HistoryList
from app.views.panels.keypoint_panel import KeypointPanel
from app.views.panels.queue_panel import QueuePanel
from app.views.panels.spectrogram_panel import SpectrogramPanel
from app.views.parts.drop_overlay import DropOverlay
from app.views.parts.welcome import Welcome
from app.work.aligning import AlignSteps, align_steps
from app.work.workbench import Workbench

FULL_SIZE = QSize(1600, 1000)

_FIRST_SPAN_S = 30.0
_OF_A_ROW = ("align", "take_out")
"""Commands that a right click on a recording offers."""


class MainWindow(QMainWindow):
    """The window of one session.

    Parameters
    ----------
    steps : callable
        Aligns a recording, step by step; see `app.work.aligning.AlignSteps`.
    size : QSize
        Size at the start; under 1300 pixels of width the panels on the right share one place.
    places : SessionPlaces, optional
        Where sessions are that nobody gave a place; without it nothing is kept.
    remembers : bool
        Whether the layout is taken from the settings, and left there at the end.
    sound : Sound, optional
        Where playback comes out; PortAudio if not given.
    """

    def __init__(
        self,
        steps: AlignSteps = align_steps,
        size: QSize = FULL_SIZE,
        *,
        places: SessionPlaces | None = None,
        remembers: bool = True,
        sound: Sound | None = None,
    ) -> None:
        super().__init__()
        self._remembers = remembers
        self.setWindowTitle("FinchSync")
        self.setAcceptDrops(True)
        self.session = SessionModel(self)
        self.time = TimeView(self)
        self.display = Display(self.session, self)
        self.store = SessionStore(self.session, places, self)
        self.documents = Documents(self.session, self.store, self)
        self.history = History(self.session, self)
        self.workbench = Workbench(self.session, steps, self)
        self.queue = ReviewQueue(self.session, self)
        self.queue_panel = QueuePanel(self.session, self.queue)
        self.recordings = self.queue_panel.table
        self.review = Review(self.session, self.time, self.queue, self)
        self.playback = Playback(self.session, self.time, sound, self)
        self.tiles = TileStore(self)
        self.spectrogram_settings = SpectrogramSettings(
            self.display, self.time, self.tiles, self.workbench, remembers=remembers
        )
        self.files = FileDialogs(self)
        self.exports = ExportCommands(self, self.session, self.workbench)
        self.shell = Shell(self, self.session, self.time, remembers=remembers)
        self.menus, self.commands = build_actions(
            self,
            {
                "window": self,
                "review": self.review,
                "queue": self.queue_panel,
                "documents": self.documents,
                "table": self.documents.table,
                "history": self.history,
                "workbench": self.workbench,
                "time": self.time,
                "shell": self.shell,
                "files": self.files,
                "exports": self.exports,
                "playback": self.playback,
            },
        )
        self.toolbar = ToolBar(self.commands)
        self.addToolBar(self.toolbar)
        self.shell.attach(self.menus, self.commands)
        self.history.attach(self.commands)
        self.evidence = EvidenceButton(self.session, self.shell.preferences, self.commands)
        self.toolbar.show_at_end(self.evidence)
        self._build_centre()
        self._build_docks()
        self.progress = ReviewProgress(self.session, self.queue, self)
        self.status = StatusBar(self.session, self.progress, self.commands["cancel"])
        self.setStatusBar(self.status)
        views: tuple[QWidget, ...] = (
            *self.panes,
            self.drift,
            self.overview,
            self.links,
            self.keypoint,
        )
        self._repaint = StaggeredRepaint(views, self)
        self._connect()
        self.resize(size)
        if remembers:
            self.docks.restore()

    def open(self, paths: Sequence[Path]) -> None:
        """Open what a person picked, dropped or gave on the command line."""
        if paths:
            self.shell.note_opening(tuple(paths))
            self.documents.open(paths)

    def start_with(self, paths: Sequence[Path]) -> None:
        """Open `paths`, or what was open when FinchSync ended without closing it."""
        if paths or not self.documents.recover():
            self.open(paths)

    @property
    def is_settled(self) -> bool:
        """Whether no background work goes on and everything that can be is on disk."""
        drawn = self._repaint.is_done and self.tiles.is_settled and self.drift.is_settled
        return drawn and self.documents.is_idle and self.exports.is_idle and self.workbench.is_idle

    def select_keypoint(self, index: int) -> None:
        """Select a keypoint and show it."""
        self.review.go_to(index)

    # -- building --------------------------------------------------------------------

    def _build_centre(self) -> None:
        workspace = Workspace(self.session, self.display, self.time, self.tiles)
        self.overview, self.panes = workspace.overview, workspace.panes
        self.links, self.drift = workspace.links, workspace.drift
        self._stack = QStackedWidget()
        recent = self.shell.recent
        self._stack.addWidget(Welcome(self.commands, recent.menu if recent.opened else None))
        self._stack.addWidget(workspace)
        centre = QWidget()
        outer = QVBoxLayout(centre)
        outer.setContentsMargins(2, 2, 2, 2)
        outer.setSpacing(4)
        outer.addWidget(self._stack, 1)
        # Made after them, so that the keyboard is in what it stands over first.
        notices = NoticeLine(self.session, self.commands, self.shell.keymap.keys, centre)
        self.messages, self.concern, self.tips = notices.messages, notices.concern, notices.tips
        outer.insertWidget(0, notices)
        self.setCentralWidget(centre)
        self.drop = DropOverlay(centre)

    def _build_docks(self) -> None:
        self.candidates = CandidateTable(self.session)
        self.keypoint = KeypointPanel(self.session, self.tiles, self.commands)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.docks = Docks(self, self.menus["View"])
        self.docks.add("Recordings", self.queue_panel, left)
        self.docks.add("Keypoint", self.keypoint, right)
        self.docks.add("Candidates", self.candidates, right)
        self.spectrogram_panel = SpectrogramPanel(self.display)
        self.docks.add("Spectrogram", self.spectrogram_panel, right)
        self.edit_history = HistoryList(self.session, self.history)
        self.docks.add("History", self.edit_history, left)

    def _connect(self) -> None:
        bench = self.workbench
        self.shell.message_posted.connect(self.messages.post)
        self.session.recording_selected.connect(self.messages.look_again)
        self.shell.opened.connect(self.open)
        self.files.opened.connect(self.open)
        self.files.session_path_chosen.connect(self._place_session)
        self.files.audio_folder_chosen.connect(self.documents.find_audio)
        self.shell.went_to.connect(self.select_keypoint)
        self.shell.preferences.changed.connect(self._prefer)
        self.shell.keymap.changed.connect(self._show_keys)
        self.tips.refused.connect(self.shell.refuse_tips)
        self._prefer()
        bench.message_posted.connect(self.messages.post)
        self.documents.message_posted.connect(self.messages.post)
        self.exports.message_posted.connect(self.messages.post)
        self.documents.replacing.connect(bench.stop)
        self.store.message_posted.connect(self.messages.post)
        bench.aligning.progressed.connect(self.status.show_progress)
        bench.redecoding.noted.connect(self.status.note)
        bench.spectrograms_changed.connect(self._show_spectrograms)
        bench.frames_added.connect(self._show_frames)
        self.review.message_posted.connect(self.messages.post)
        self.candidates.taken.connect(self.review.take_candidate)
        self.recordings.deleted.connect(self.review.take_out)
        self.recordings.addActions([self.commands[name] for name in _OF_A_ROW])
        for shown in (
            self.session.recording_selected,
            bench.spectrograms_changed,
            bench.frames_added,
        ):
            shown.connect(self._repaint.begin)
        self.session.recording_selected.connect(self._show_recording)
        for redraw in (self.overview.redraw, self.keypoint.clips.redraw):
            self.display.look_changed.connect(redraw)
        self._connect_playback()
        self.time.span_changed.connect(self._show_level)
        self.tiles.tiles_ready.connect(self._show_level)
        allow_with_recording(self.commands, is_open=False)

    def _connect_playback(self) -> None:
        playback = self.playback
        PlaybackControls(playback, self.session, self.commands, self.menus["Playback"], self)
        playback.message_posted.connect(self.messages.post)
        playback.noted.connect(self.status.note)
        for plot in (*self.panes, self.drift):
            plot.pointed.connect(playback.start_from)
            playback.cursor_moved.connect(plot.show_cursor)
        for strip in (self.overview, self.links):
            playback.cursor_moved.connect(strip.show_cursor)

    @Slot()
    def _prefer(self) -> None:
        value = self.shell.preferences.value
        self.workbench.aligns_on_open = value.aligns_on_open
        self.workbench.aligning.settings = value.align_settings
        self.workbench.aligning.use_evidence(value.evidence)
        self.tips.setVisible(value.shows_tips)

    @Slot(object)
    def _place_session(self, path: Path) -> None:
        # The file dialog has asked already.
        self.store.save_as(path, overwrite=path.exists())

    @Slot()
    def _show_keys(self) -> None:
        self.tips.set_keys(self.shell.keymap.keys)

    # -- following the session -------------------------------------------------------

    @Slot()
    def _show_recording(self) -> None:
        entry = self.session.current
        allow_with_recording(self.commands, is_open=entry is not None)
        self._stack.setCurrentIndex(0 if entry is None else 1)
        if entry is None:
            self.status.show_level(None)
            self.setWindowTitle("FinchSync")
            return
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
        self.spectrogram_panel.show_spectrograms(pair)

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

    @Slot(bool)
    def set_warped(self, warped: bool) -> None:
        """Show channel 1 on channel 0's clock, or on its own."""
        self.display.set_warped(warped)

    @Slot(bool)
    def set_links(self, links: bool) -> None:
        """Show or hide the links."""
        self.display.set_links(links)

    @Slot()
    def show_spectrogram_settings(self) -> None:
        """Bring the spectrogram settings to the front and the keyboard to them."""
        dock = self.docks.by_title["Spectrogram"]
        dock.show()
        dock.raise_()
        # A panel behind a tab takes the keyboard only once it is seen.
        QTimer.singleShot(
            0, self.spectrogram_panel.colours, self.spectrogram_panel.colours.setFocus
        )

    @Slot()
    def reset_layout(self) -> None:
        """Put all panels back where they were."""
        self.docks.reset()

    @Slot()
    def focus_next_panel(self) -> None:
        """Move the keyboard to the next panel."""
        self._focus_panel(1)

    @Slot()
    def focus_previous_panel(self) -> None:
        """Move the keyboard to the previous panel."""
        self._focus_panel(-1)

    def _focus_panel(self, step: int) -> None:
        panels: tuple[QWidget, ...] = (
            self.messages,
            self.recordings,
            *self.panes,
            self.drift,
            self.keypoint,
            self.candidates,
            self.edit_history,
        )
        step_through(panels, step)

    @Slot()
    def show_messages(self) -> None:
        """Show again what was said."""
        self.shell.show_log(list(self.messages.log))

    # -- events ----------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's name)
        """Files may be dropped, and the window says so."""
        if event.mimeData().hasUrls():
            self.drop.offer(len(event.mimeData().urls()))
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:  # noqa: N802 (Qt's name)
        """They went elsewhere."""
        self.drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 (Qt's name)
        """Open what was dropped."""
        self.drop.hide()
        urls = event.mimeData().urls()
        self.open([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Place the panels."""
        super().showEvent(event)
        self.docks.show()
        self.review.held.watch(self.windowHandle())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        """Remember the layout and stop all threads."""
        if not may_close(self, self.store):
            event.ignore()
            return
        if self._remembers:
            self.docks.save()
        self.playback.shut_down()
        self.documents.shut_down()
        self.exports.shut_down()
        self.shell.shut_down()
        self.workbench.shut_down()
        self.tiles.shut_down()
        self.drift.shut_down()
        self.store.shut_down()
        super().closeEvent(event)
