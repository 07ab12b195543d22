"""The evidence of one keypoint over the offset."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QGraphicsSimpleTextItem, QWidget

from app.look.keypoint_style import COLOURS, Mark, marks_of
from app.look.palette import DARK
from app.review.snapping import selected_row, snap_offset_s
from app.session.session_model import SessionModel
from app.views.parts.empty_text import empty_text
from app.views.parts.time_axis import RoundAxis
from core.align.alignment import Alignment
from core.evidence.surface import ScoreSurface

_REFRESH_MS = 20
"""Not when other views show new evidence: all at once they would hold the window up."""
_REACH_S = 1.2
_NOT_YET = "How alike the channels are\nshows here once they are aligned."
_NOT_HERE = "The channels were not compared\nat this keypoint."
_NEAREST_S, _FARTHEST_S = 0.1, 10.0
_NOTCH, _ZOOM = 120.0, 1.3


class ScoreCurve(pg.PlotWidget):  # type: ignore[misc]
    """Score and posterior of the selected keypoint, with where it stands.

    Both curves are scaled to their largest value; the wheel zooms the offset.

    Parameters
    ----------
    session : SessionModel
    """

    def __init__(self, session: SessionModel, parent: QWidget | None = None) -> None:
        self._axis = RoundAxis("bottom")
        box = pg.ViewBox(enableMenu=False, enableMouse=False)
        super().__init__(parent, viewBox=box, axisItems={"bottom": self._axis})
        self._session = session
        self._shown: tuple[ScoreSurface, Alignment | None, int] | None = None
        self._reach_s = _REACH_S
        self.setMinimumHeight(70)
        self.setMaximumHeight(150)
        self.setAccessibleName("Evidence over the offset of the selected keypoint")
        self.setToolTip(
            "How alike the channels are at each offset: blue the score, white belief.\n"
            "The peak is so far from where the keypoint stands; Snap takes it there."
        )
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.hideAxis("left")
        self._axis.setLabel("offset (s)")
        for side in ("left", "right", "top", "bottom"):
            # Choosing a prefix lays the label out again on every movement, and paints twice.
            item.getAxis(side).enableAutoSIPrefix(enable=False)
        box.disableAutoRange()
        box.setYRange(0.0, 1.08, padding=0)
        fill = QColor("#2f6ca0")
        fill.setAlpha(150)
        self._score = pg.PlotCurveItem(pen=pg.mkPen("#8cc4ee", width=1), fillLevel=0.0, brush=fill)
        self._posterior = pg.PlotCurveItem(pen=pg.mkPen(DARK.path, width=1))
        self._stands = pg.InfiniteLine()
        for part in (self._score, self._posterior, self._stands):
            self.addItem(part, ignoreBounds=True)
        self._peak = pg.InfiniteLine(pen=pg.mkPen("#8cc4ee", style=Qt.PenStyle.DashLine))
        self.addItem(self._peak, ignoreBounds=True)
        # A widget over the plot would be painted before the plot, and the plot then twice.
        self._peak_text = QGraphicsSimpleTextItem()
        self._peak_text.setBrush(QColor("#8cc4ee"))
        self._peak_text.setPos(8, 3)
        self.scene().addItem(self._peak_text)
        self._empty = empty_text("", self)
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        session.evidence_changed.connect(self._soon.start)
        for signal in (
            session.selection.recording_changed,
            session.selection.changed,
            session.keypoints_changed,
        ):
            signal.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the selected keypoint as it stands."""
        entry, keypoints = self._session.current, self._session.keypoints
        row = selected_row(self._session)
        there = row is not None
        for part in (self._score, self._posterior, self._stands, self._peak, self._peak_text):
            part.setVisible(there)
        self._empty.setVisible(not there)
        was_compared = entry is not None and entry.surface is not None
        self._empty.setText(_NOT_HERE if was_compared else _NOT_YET)
        if self._axis.isVisible() != there:
            # Shown again, it would be laid out again.
            self.getPlotItem().showAxis("bottom", there)
        if entry is None or keypoints is None or entry.surface is None or row is None:
            self._shown = None
            return
        surface = entry.surface
        self._show_curves(surface, entry.alignment, row)
        stands_s = float(keypoints.offset_s[self._session.selection.keypoint])
        self._stands.setValue(stands_s)
        self._show_peak(snap_offset_s(self._session), stands_s)
        mark = Mark(int(marks_of(keypoints)[self._session.selection.keypoint]))
        self._stands.setPen(pg.mkPen(COLOURS[mark], width=2))
        box = self.getPlotItem().getViewBox()
        box.setXRange(stands_s - self._reach_s, stands_s + self._reach_s, padding=0)
        # Left to the painting, this would ask for a second one.
        box.updateMatrix()

    def _show_curves(self, surface: ScoreSurface, alignment: Alignment | None, row: int) -> None:
        if self._shown == (surface, alignment, row):
            return
        self._shown = (surface, alignment, row)
        count = surface.score.shape[1]
        offset_s = surface.first_offset_s[row] + surface.step_s * np.arange(count)
        self._score.setData(offset_s, _scaled(surface.score[row]))
        if alignment is not None and alignment.surface is surface:
            self._posterior.setData(offset_s, _scaled(alignment.posterior[row]))
        else:
            self._posterior.setData([], [])

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Low, so that the room goes to the clips."""
        return QSize(300, 90)

    @property
    def peak_text(self) -> str:
        """Where the score peaks, in words; empty without evidence."""
        return self._peak_text.text() if self._peak_text.isVisible() else ""

    def _show_peak(self, peak_s: float | None, stands_s: float) -> None:
        self._peak.setVisible(peak_s is not None)
        self._peak_text.setVisible(peak_s is not None)
        if peak_s is not None:
            self._peak.setValue(peak_s)
            self._peak_text.setText(f"peak {1000 * (peak_s - stands_s):+.0f} ms (S)")

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        """Show more or less to either side."""
        notches = event.angleDelta().y() / _NOTCH
        self._reach_s = min(max(self._reach_s * _ZOOM**-notches, _NEAREST_S), _FARTHEST_S)
        self.refresh()
        event.accept()


def _scaled(values: np.ndarray) -> np.ndarray:
    positive = np.maximum(values, 0.0)
    top = float(positive.max())
    return np.asarray(positive / top if top > 0 else positive)
