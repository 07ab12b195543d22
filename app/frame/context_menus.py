"""Right clicks, and the menu key: what is there is selected, and a menu says what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.base.messages import short_name
from app.commands.context_menu import context_menu
from app.commands.spec import Thing
from app.frame.not_possible import not_possible
from app.frame.workspace import Workspace
from app.session.session_model import SessionModel
from app.views.panels.candidate_table import CandidateTable
from app.views.panels.recordings_list import RecordingsList
from app.views.parts.plain_table import PlainTable
from app.views.timeline.time_plot import TimePlot

_Section = tuple[Thing, str]


class ContextMenus(QObject):
    """Opens the menus.

    Parameters
    ----------
    session : SessionModel
    actions : mapping of str to QAction
        By id.
    workspace, candidates, recordings, hits
        Where they open.
    """

    def __init__(
        self,
        session: SessionModel,
        actions: Mapping[str, QAction],
        workspace: Workspace,
        candidates: CandidateTable,
        recordings: RecordingsList,
        hits: PlainTable,
    ) -> None:
        super().__init__(workspace)
        self._session, self._actions = session, actions
        for plot in workspace.plots:
            plot.asked.connect(partial(self._on_plot, plot))
        self._links, self._overview = workspace.links, workspace.overview
        self._candidates, self._recordings, self._hits = candidates, recordings, hits
        for widget, asked in (
            (workspace.links, self._on_links),
            (workspace.overview, self._on_overview),
            (candidates, self._on_candidates),
            (recordings, self._on_recordings),
            (hits, self._on_hits),
        ):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(asked)

    def _on_plot(self, plot: TimePlot, pos: QPoint | None) -> None:
        """A place of a plot, or for the menu key what is selected."""
        selection = self._session.selection
        region, index = selection.region, selection.keypoint
        is_region = region is not None
        if pos is not None:
            at_s = plot.box.mapSceneToView(plot.mapToScene(pos)).x()
            index = plot.keypoint_near(at_s)
            time_0_s = plot.on_channel_0_s(at_s)
            is_region = region is not None and region.start_s <= time_0_s <= region.end_s
            plot.pointed.emit(time_0_s)
        sections = self._keypoint(index)
        if is_region:
            sections.append((Thing.REGION, "Region"))
        sections.append((Thing.PLOT, "View"))
        viewport = plot.viewport()
        self._open(sections, viewport, viewport.rect().center() if pos is None else pos)

    def _keypoint(self, index: int) -> list[_Section]:
        """The section of a keypoint, which is selected then; nothing for -1."""
        if index < 0:
            return []
        self._session.selection.select_keypoint(index)
        return [(Thing.KEYPOINT, f"Keypoint {index + 1}")]

    @Slot(QPoint)
    def _on_links(self, pos: QPoint) -> None:
        sections = self._keypoint(self._links.nearest(pos))
        self._open([*sections, (Thing.PLOT, "View")], self._links, pos)

    @Slot(QPoint)
    def _on_overview(self, pos: QPoint) -> None:
        self._open([(Thing.PLOT, "View")], self._overview, pos)

    @Slot(QPoint)
    def _on_candidates(self, pos: QPoint) -> None:
        rank = self._session.selection.candidate
        title = f"Candidate {rank + 1}" if rank >= 0 else "Candidates"
        self._open([(Thing.CANDIDATE, title)], self._candidates.viewport(), pos)

    @Slot(QPoint)
    def _on_recordings(self, pos: QPoint) -> None:
        chosen, entry = self._session.selection.chosen, self._session.current
        title = "Recordings" if entry is None else short_name(entry.recording.title)
        if len(chosen) > 1:
            title = f"{len(chosen):,} recordings"
        self._open([(Thing.RECORDING, title)], self._recordings.viewport(), pos)

    @Slot(QPoint)
    def _on_hits(self, pos: QPoint) -> None:
        row = self._hits.currentRow()
        title = f"Hit {row + 1}" if row >= 0 else "Hits"
        self._open([(Thing.HIT, title)], self._hits.viewport(), pos)

    def _open(self, sections: list[_Section], widget: QWidget, pos: QPoint) -> None:
        menu = context_menu(self._actions, sections, not_possible(self._session), widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(widget.mapToGlobal(pos))
