"""The window: puts panels, menus and commands together, and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.base.staggered_repaint import StaggeredRepaint
from app.base.time_view import TimeView
from app.commands.menus import allow_what_can_be, build_actions, connect_actions
from app.documents.documents import Documents
from app.documents.file_dialogs import FileDialogs
from app.documents.pair_files import PairFiles
from app.documents.session_store import SessionStore, may_close
from app.export.export_commands import ExportCommands
from app.frame.context_menus import ContextMenus
from app.frame.docks import Docks
from app.frame.handlers.hit import HitCommands
from app.frame.handlers.model import ModelCommands
from app.frame.handlers.placing import PlacingCommands
from app.frame.handlers.region import RegionCommands
from app.frame.panel_focus import PanelFocus
from app.frame.selection_announcer import SelectionAnnouncer
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
from app.views.panels.candidate_panel import CandidatePanel
from app.views.panels.find_panel import FindPanel
from app.views.panels.history_list import HistoryList
from app.views.panels.keypoint_panel import KeypointPanel
from app.views.panels.queue_panel import QueuePanel
from app.views.panels.spectrogram_panel import SpectrogramPanel
from app.views.parts.drop_overlay import DropOverlay
from app.views.parts.welcome import Welcome
from app.views.timeline.hand_tool import HandTool
from app.work.align.aligner import Aligner
from app.work.align.apart import AlignerApart
from app.work.closing import Closing
from app.work.comparing import Comparing
from app.work.finding import Finding
from app.work.match_explaining import MatchExplaining
from app.work.waveforms import Waveforms
from app.work.workbench import Workbench

FULL_SIZE = QSize(1600, 1000)


class MainWindow(QMainWindow):
    """The window of one session.

    Parameters
    ----------
    aligner : Aligner, optional
        Aligns a recording, step by step; in a process of its own if not given.
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
        aligner: Aligner | None = None,
        size: QSize = FULL_SIZE,
        *,
        places: SessionPlaces | None = None,
        remembers: bool = True,
        sound: Sound | None = None,
    ) -> None:
        super().__init__()
        self._remembers = remembers
        self.setWindowTitle("FinchSync")
        self.menus, self.commands = build_actions(self)
        self._make_models(aligner or AlignerApart(), places, sound)
        self._make_views()
        self._connect()
        self.resize(size)
        if remembers:
            self.docks.restore()

    def open(self, paths: Sequence[Path]) -> None:
        """Open what was picked, dropped or given on the command line."""
        self.documents.open(paths)

    def start_with(self, paths: Sequence[Path]) -> None:
        """Open `paths`, or what was open when FinchSync ended without closing it."""
        if paths or not self.documents.recover():
            self.open(paths)

    @property
    def is_settled(self) -> bool:
        """Whether no background work goes on and everything that can be is on disk."""
        drawn = self._repaint.is_done and self.tiles.is_settled and self.drift.is_settled
        works = (
            *(self.documents, self.pairing, self.exports, self.matches, self.waveforms),
            *(self.workbench, self.closing, self.models, self.placing, self.regions),
            *(self.finding, self.comparing, self.hits),
        )
        return drawn and all(work.is_idle for work in works)

    # -- assembling ------------------------------------------------------------------

    def _make_models(
        self, aligner: Aligner | AlignerApart, places: SessionPlaces | None, sound: Sound | None
    ) -> None:
        """What is open, and what works on it."""
        remembers = self._remembers
        self.session = SessionModel(self)
        self.time = TimeView(self)
        self.display = Display(self.session, self)
        self.shell = Shell(
            self, self.session, self.time, self.menus, self.commands, remembers=remembers
        )
        self.store = SessionStore(self.session, places, self)
        self.documents = Documents(self.session, self.store, self)
        self.files = FileDialogs(self, self.documents, self.store)
        self.pairing = PairFiles(self, self.documents)
        self.history = History(self.session, self.commands, self)
        self.workbench = Workbench(self.session, self.shell.preferences, aligner, self)
        self.closing = Closing(self.session, self)
        self.exports = ExportCommands(self, self.session, self.workbench)
        self.models = ModelCommands(
            self, self.workbench, self.session, self.shell.preferences, self.menus, self.commands
        )
        self.queue = ReviewQueue(self.session, self)
        self.progress = ReviewProgress(self.session, self.queue, self)
        self.review = Review(self.session, self.time, self.queue, self)
        self.placing = PlacingCommands(self, self.session, self.time)
        self.matches = MatchExplaining(self.session, self)
        self.playback = Playback(self.session, self.time, sound, self)
        self.regions = RegionCommands(self, self.session, self.time, self.display, self.playback)
        self.finding = Finding(
            self.session, lambda: self.store.path, self.shell.preferences, parent=self
        )
        self.comparing = Comparing(self)
        self.hits = HitCommands(self, self.session, self.time, self.finding, self.playback)
        self.tiles = TileStore(self)
        self.waveforms = Waveforms(self.session, self.time, self)
        self.hand = HandTool(self.shell.preferences, self)
        SpectrogramSettings(
            self.display, self.time, self.tiles, self.workbench, remembers=remembers
        )

    def _make_views(self) -> None:
        """What shows it: toolbar, middle, docks and status bar."""
        toolbar = ToolBar(self.commands)
        self.addToolBar(toolbar)
        self.evidence = EvidenceButton(self.session, self.shell.preferences, self.commands)
        toolbar.show_at_end(self.evidence)
        self.toolbar = toolbar
        self._make_centre()
        self._make_docks()
        self.status = StatusBar(self.session, self.progress, self.commands["cancel"])
        self.setStatusBar(self.status)
        PlaybackControls(self.playback, self.session, self.commands, self.menus["Playback"], self)
        tables = self.candidates, self.recordings, self.find_panel.table
        ContextMenus(self.session, self.commands, self.workspace, *tables)
        self._repaint = StaggeredRepaint(
            (*self.panes, self.drift, self.overview, self.links, self.keypoint), self
        )
        self.panels = PanelFocus(
            (
                self.messages,
                self.recordings,
                *self.panes,
                self.drift,
                self.keypoint,
                self.candidates,
                self.edit_history,
                self.find_panel,
            ),
            self,
        )

    def _make_centre(self) -> None:
        self.workspace = Workspace(
            self.session, self.display, self.time, self.tiles, self.waveforms, self.hand
        )
        self.overview, self.panes = self.workspace.overview, self.workspace.panes
        self.links, self.drift = self.workspace.links, self.workspace.drift
        self._stack = QStackedWidget()
        recent = self.shell.recent
        self._stack.addWidget(Welcome(self.commands, recent.menu if recent.opened else None))
        self._stack.addWidget(self.workspace)
        centre = QWidget()
        outer = QVBoxLayout(centre)
        outer.setContentsMargins(2, 2, 2, 2)
        outer.setSpacing(4)
        outer.addWidget(self._stack, 1)
        # Made after them, so that the keyboard is in what it stands over first.
        notices = NoticeLine(
            self.session, self.commands, self.shell.keymap, self.shell.preferences, centre
        )
        self.messages, self.concern, self.tips = notices.messages, notices.concern, notices.tips
        outer.insertWidget(0, notices)
        self.setCentralWidget(centre)
        self.drop = DropOverlay(centre, self)

    def _make_docks(self) -> None:
        self.queue_panel = QueuePanel(self.session, self.queue)
        self.recordings = self.queue_panel.table
        self.keypoint = KeypointPanel(self.session, self.tiles, self.commands)
        SelectionAnnouncer(self.session, self.keypoint)
        self.candidate_panel = CandidatePanel(self.session, self.commands)
        self.candidates = self.candidate_panel.table
        self.spectrogram_panel = SpectrogramPanel(self.display, self.tiles)
        self.find_panel = FindPanel(
            self.session,
            self.finding,
            self.comparing,
            self.hits,
            self.shell.preferences,
            self.commands,
        )
        self.edit_history = HistoryList(self.session, self.history)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.docks = Docks(self, self.menus["View"])
        self.docks.add("Recordings", self.queue_panel, left)
        self.docks.add("Keypoint", self.keypoint, right)
        self.docks.add("Candidates", self.candidate_panel, right)
        self.docks.add("Spectrogram", self.spectrogram_panel, right)
        self.docks.add("History", self.edit_history, left)
        self.docks.add("Find", self.find_panel, left)
        self.finding.asked.connect(partial(self.docks.bring_forward, "Find"))

    def _connect(self) -> None:
        connect_actions(
            self.commands,
            {
                "window": self,
                "review": self.review,
                "queue": self.queue_panel,
                "documents": self.documents,
                "table": self.documents.table,
                "earlier": self.documents.earlier,
                "history": self.history,
                "workbench": self.workbench,
                "time": self.time,
                "display": self.display,
                "waveforms": self.waveforms,
                "docks": self.docks,
                "panels": self.panels,
                "messages": self.messages,
                "shell": self.shell,
                "files": self.files,
                "pairing": self.pairing,
                "exports": self.exports,
                "models": self.models,
                "placing": self.placing,
                "keypoint": self.keypoint,
                "matches": self.matches,
                "regions": self.regions,
                "finding": self.finding,
                "hits": self.hits,
                "playback": self.playback,
                "sound": self.playback.settings,
            },
        )
        for source in (
            self.shell,
            self.store,
            self.documents,
            self.pairing,
            self.exports,
            self.models,
            self.workbench,
            self.review,
            self.placing,
            self.regions,
            self.finding,
            self.hits,
            self.playback,
        ):
            source.message_posted.connect(self.messages.post)
        self.documents.opening.connect(self.shell.note_opening)
        self.documents.replacing.connect(self.workbench.stop)
        self.documents.settled.connect(self.workbench.align_opened)
        self.shell.opened.connect(self.documents.open)
        self.drop.dropped.connect(self.documents.open)
        self.shell.went_to.connect(self.review.go_to)
        self.candidates.taken.connect(self.review.take_candidate)
        self.recordings.deleted.connect(self.review.take_out)
        self.workbench.aligning.progressed.connect(self.status.show_progress)
        self.workbench.aligning.progressed.connect(self.queue.show_progress)
        self.workbench.redecoding.noted.connect(self.status.note)
        self.workbench.redecoding.led.connect(self.review.settle)
        self.matches.answered.connect(self.keypoint.clips.show_answer)
        self.playback.noted.connect(self.status.note)
        self.regions.noted.connect(self.status.note)
        self.playback.settings.cleaning_changed.connect(self.status.show_cleaning)
        self.workspace.level_changed.connect(self.status.show_level)
        self.workspace.join_playback(self.playback)
        for plot in self.workspace.plots:
            plot.pointed.connect(self.placing.point)
        self.session.selection.recording_changed.connect(self.messages.look_again)
        self.session.selection.recording_changed.connect(self._show_recording)
        for changed in (
            self.session.selection.recording_changed,
            self.workbench.spectrograms_changed,
            self.workbench.frames_added,
        ):
            changed.connect(self._repaint.begin)
        self.session.selection.region_changed.connect(self._allow)
        self._show_recording()

    @Slot()
    def _show_recording(self) -> None:
        entry = self.session.current
        self._allow()
        self._stack.setCurrentIndex(0 if entry is None else 1)
        name = "" if entry is None else f"{entry.recording.title} – "
        self.setWindowTitle(f"{name}FinchSync")

    @Slot()
    def _allow(self) -> None:
        """Grey what cannot be done now."""
        has_region = self.session.selection.region is not None
        is_open = self.session.current is not None
        allow_what_can_be(self.commands, is_open=is_open, has_region=has_region)

    # -- events ----------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Place the panels."""
        super().showEvent(event)
        self.docks.show()
        self.review.held.watch(self.windowHandle())
        self.hand.watch(self.windowHandle(), self.workspace.plots, self.shell.run_space)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        """Remember the layout and stop all threads."""
        if not may_close(self, self.store):
            event.ignore()
            return
        if self._remembers:
            self.docks.save()
        for part in (
            self.playback,
            self.matches,
            self.documents,
            self.pairing,
            self.exports,
            self.models,
            self.placing,
            self.regions,
            self.finding,
            self.comparing,
            self.hits,
            self.shell,
            self.workbench,
            self.closing,
            self.waveforms,
            self.tiles,
            self.drift,
            self.store,
        ):
            part.shut_down()
        super().closeEvent(event)
