"""Offset over time: evidence, path, candidates and keypoints."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.base.evidence_words import opinion
from app.base.time_view import TimeView
from app.look.keypoint_style import marks_of
from app.look.palette import DARK
from app.render.heat_item import HeatItem
from app.render.path_item import NEAR_ALIAS_S, PathItem
from app.session.session_model import SessionModel
from app.views.timeline.hand_tool import HandTool
from app.views.timeline.keypoint_grip import KeypointGrip, Pulling
from app.views.timeline.keypoint_item import KeypointItem
from app.views.timeline.region_grip import RegionGrip
from app.views.timeline.sync_item import SyncItem
from app.views.timeline.time_plot import TimePlot
from core.sync_points import SyncPoints

_SHOWN_CANDIDATES = 30
_LEAST_SPAN_S = 0.3
_LOOSEST = 2.5
"""Times more room than wanted at which the offset axis shrinks; it stands still in between."""
_ROOM_PX = 10.0
"""Kept free at both ends: marks are whole. At the upper one the caption stands as well."""
_ROOMY_PX = 600
_REFRESH_MS = 40


class DriftPlot(TimePlot):
    """The drift curve; a keypoint can be dragged up and down.

    The offset axis follows what is visible until Shift+wheel sets it; a double
    click lets it follow again.

    Parameters
    ----------
    session, view
        What is shown, and when.
    hand : HandTool
    """

    def __init__(
        self,
        session: SessionModel,
        view: TimeView,
        hand: HandTool,
        parent: QWidget | None = None,
    ) -> None:
        name = "Drift: offset of channel 1 over time"
        super().__init__(view, hand, name, "bottom", parent=parent)
        self._session = session
        self._follows = True
        axis = self.getPlotItem().getAxis("left")
        axis.setLabel("offset (s)")
        axis.enableAutoSIPrefix(enable=False)
        self._heat = HeatItem()
        self._candidates = pg.PlotCurveItem(connect="pairs", pen=_pen(DARK.candidate, 70))
        self._highlight = pg.PlotCurveItem(pen=_pen(DARK.candidate, 255))
        self._path = PathItem()
        self._alias = pg.PlotCurveItem(pen=_pen(DARK.uncertain, 220, Qt.PenStyle.DashLine))
        self._sync = SyncItem()
        self._points = KeypointItem()
        self._handle = pg.TargetItem(
            movable=False,
            size=17,
            symbol="o",
            pen=pg.mkPen(DARK.selected, width=2),
            brush=QColor(0, 0, 0, 0),
        )
        self._handle.setZValue(20)
        self._where = pg.InfiniteLine(pen=_pen(DARK.selected, 60))
        for item in (
            self._heat,
            self._candidates,
            self._highlight,
            self._path,
            self._alias,
            self._where,
            self._sync,
            self._points,
            self._handle,
        ):
            self.addItem(item, ignoreBounds=True)
        words = "Drag to correct keypoint {number}: its offset"
        pulling = Pulling(Qt.CursorShape.SizeVerCursor, words, self._move)
        self._grip = KeypointGrip(self, self._points, session, pulling)
        self.region = RegionGrip(self, session)
        self.box.set_grips((self._grip.hold_at, self.region.edge_at), self.region.hold_at)
        # Candidates arrive faster than anyone can look.
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._soon.timeout.connect(self._show_evidence)
        self._surface: object = None
        self._shown_candidates: tuple[object, int] = (None, -1)
        self._line_ends_s = np.empty((0, 2))
        session.evidence_changed.connect(self._soon.start)
        session.selection.recording_changed.connect(self._show_recording)
        session.keypoints_changed.connect(self._show_keypoints)
        session.selection.changed.connect(self._show_selection)
        view.span_changed.connect(self._fit_offsets)
        self.box.sigResized.connect(self._fit_offsets)
        self.stretched.connect(self._stretch)
        self.reset.connect(self._follow_offsets)
        self._show_recording()

    def keypoint_near(self, axis_s: float) -> int:
        """As `TimePlot`."""
        return self._grip.nearest(axis_s)

    @property
    def is_settled(self) -> bool:
        """Whether nothing it shows is still being drawn."""
        return self._heat.is_settled

    def shut_down(self) -> None:
        """Stop the worker thread."""
        self._heat.shut_down()

    @Slot()
    def _show_recording(self) -> None:
        self._follows = True
        self._show_evidence()
        self._show_keypoints()

    @Slot()
    def _show_evidence(self) -> None:
        entry = self._session.current
        surface = None if entry is None else entry.surface
        if surface is not self._surface:
            self._surface = surface
            self._heat.show_surface(surface)
        self._show_candidates()
        alignment = None if entry is None else entry.alignment
        self._path.setVisible(alignment is not None)
        if alignment is not None:
            path = alignment.path
            rows_s = alignment.surface.time_0_s
            self._path.show_path(rows_s, path.offset_s, path.low_s, path.high_s)
        alias = None if alignment is None else alignment.alias
        self._alias.setVisible(alias is not None)
        if alignment is not None and alias is not None:
            self._alias.setData(alignment.surface.time_0_s, alignment.path.offset_s + alias.shift_s)
        self._fit_offsets()
        self._show_caption()

    def _show_candidates(self) -> None:
        entry = self._session.current
        ranking = self._session.selection.ranking
        wanted = (ranking, self._session.selection.candidate)
        if wanted == self._shown_candidates:
            return
        self._shown_candidates = wanted
        self._line_ends_s = np.empty((0, 2))
        if entry is None or ranking is None:
            self._candidates.setData([], [])
            self._highlight.setData([], [])
            return
        best = ranking.candidates.ranked(_SHOWN_CANDIDATES)
        ends_s = np.array([0.0, entry.recording.duration_s])
        lines = best.offset_s[:, None] + best.drift_ppm[:, None] * 1e-6 * ends_s
        self._line_ends_s = lines
        self._candidates.setData(np.tile(ends_s, len(best)), lines.ravel())
        rank = max(self._session.selection.candidate, 0)
        if rank < len(best):
            self._highlight.setData(ends_s, lines[rank])
        else:
            self._highlight.setData([], [])

    @Slot()
    def _show_keypoints(self) -> None:
        keypoints, entry = self._session.keypoints, self._session.current
        self._sync.show_points(SyncPoints.none() if entry is None else entry.state.sync)
        if keypoints is None:
            self._points.show_points(np.empty(0), np.empty(0, dtype=np.int8))
        else:
            self._points.show_points(keypoints.time_0_s, marks_of(keypoints), keypoints.offset_s)
        self._place_handle()
        self._fit_offsets()
        self._show_caption()

    @Slot()
    def _show_selection(self) -> None:
        self._place_handle()
        self._show_candidates()

    def _place_handle(self) -> None:
        keypoints, selected = self._session.keypoints, self._session.selection.keypoint
        there = keypoints is not None and selected >= 0
        self._handle.setVisible(there)
        self._where.setVisible(there)
        if keypoints is not None and there:
            time_s = float(keypoints.time_0_s[selected])
            self._where.setValue(time_s)
            self._handle.setPos(time_s, float(keypoints.offset_s[selected]))

    def _move(self, index: int, at: QPointF) -> None:
        keypoints = self._session.keypoints
        if keypoints is not None:
            self._session.preview.move(index, float(keypoints.time_0_s[index]) + at.y())

    @Slot(float, float)
    def _stretch(self, factor: float, at_s: float) -> None:
        self._follows = False
        low, high = self.box.viewRange()[1]
        self.show_heights(at_s + (low - at_s) * factor, at_s + (high - at_s) * factor)

    @Slot()
    def _follow_offsets(self) -> None:
        self._follows = True
        self._fit_offsets()

    @Slot()
    def _fit_offsets(self) -> None:
        keypoints, entry = self._session.keypoints, self._session.current
        if not self._follows or keypoints is None or entry is None or self._session.preview.is_on:
            return
        low_s, high_s = -_LEAST_SPAN_S / 2, _LEAST_SPAN_S / 2
        if entry.alignment is None and entry.surface is not None:
            surface = entry.surface
            low_s = float(surface.first_offset_s.min())
            high_s = float(surface.first_offset_s.max()) + surface.step_s * surface.score.shape[1]
        else:
            sync = entry.state.sync
            shown = [of.offset_s[self._visible(of.time_0_s)] for of in (keypoints, sync)]
            if entry.alignment is not None:
                path = entry.alignment.path
                inside = self._visible(entry.alignment.surface.time_0_s)
                shown += [path.low_s[inside], path.high_s[inside]]
                alias = entry.alignment.alias
                if alias is not None and abs(alias.shift_s) <= NEAR_ALIAS_S:
                    shown += [path.offset_s[inside] + alias.shift_s]
            else:
                shown += [self._line_ends_s.ravel()]
            values = np.concatenate(shown)
            if len(values):
                low_s, high_s = float(values.min()), float(values.max())
        self._show_offsets(low_s, high_s)

    def _show_offsets(self, low_s: float, high_s: float) -> None:
        """Show a stretch of offsets with room around it, unless it is shown well enough."""
        height_px = max(self.box.height(), 1.0)
        below_px, above_px = _ROOM_PX, _ROOM_PX + self.caption_foot_px
        middle_s, told_s = (low_s + high_s) / 2, max(1.2 * (high_s - low_s), _LEAST_SPAN_S)
        px_s = told_s / max(height_px - below_px - above_px, height_px / 3)
        shown_low_s, shown_high_s = self.box.viewRange()[1]
        shown_px_s = (shown_high_s - shown_low_s) / height_px
        is_inside = (
            shown_low_s + below_px * shown_px_s <= low_s
            and high_s <= shown_high_s - above_px * shown_px_s
        )
        if not is_inside or shown_px_s > _LOOSEST * px_s:
            from_s = middle_s - told_s / 2 - below_px * px_s
            self.show_heights(from_s, from_s + height_px * px_s)

    def _visible(self, time_s: np.ndarray) -> np.ndarray:
        return (time_s >= self.view.start_s) & (time_s <= self.view.end_s)

    def _show_caption(self) -> None:
        entry = self._session.current
        words = []
        path_words = "— path" if self.width() < _ROOMY_PX else "— path with 95 % band"
        if entry is not None and entry.alignment is not None:
            words += [f"<span style='color:{DARK.path}'>{path_words}</span>"]
            if entry.alignment.alias is not None:
                words += [f"<span style='color:{DARK.uncertain}'>- - fits almost as well</span>"]
        if (ranking := self._session.selection.ranking) is not None:
            words += [f"<span style='color:{DARK.candidate}'>— lines by {opinion(ranking)}</span>"]
        if entry is not None and len(entry.state.sync):
            words += [f"<span style='color:{DARK.playing}'>◆ sync points</span>"]
        if entry is not None and entry.surface is not None:
            words += ["<span style='color:#8cc4ee'>■ evidence</span>"]
        shortened = (words[:count] for count in range(len(words), -1, -1))
        self.set_caption(*(map(_caption, shortened) if entry else [""]))


def _caption(words: Sequence[str]) -> str:
    return " &nbsp;".join(("<b>Drift</b>", *words))


def _pen(colour: str, opacity: int, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> object:
    drawn = QColor(colour)
    drawn.setAlpha(opacity)
    return pg.mkPen(drawn, width=1, style=style)
