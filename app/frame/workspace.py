"""The middle of the window: overview, both spectrograms with their links, and the drift plot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.base.time_view import TimeView
from app.render.display import Display
from app.render.tiles import TileStore
from app.session.session_model import SessionModel
from app.views.bars.tip_strip import TipStrip
from app.views.bars.warning_strip import WarningStrip
from app.views.timeline.drift_plot import DriftPlot
from app.views.timeline.link_strip import LinkStrip
from app.views.timeline.overview import OverviewStrip
from app.views.timeline.spectrogram_pane import SpectrogramPane

_TIPS_FROM_PX = 620


class Workspace(QWidget):
    """Everything over the shared time axis.

    Parameters
    ----------
    session, display, view, tiles
        What is shown, and how.
    tips : TipStrip
        Stands at the foot.
    """

    def __init__(
        self,
        session: SessionModel,
        display: Display,
        view: TimeView,
        tiles: TileStore,
        tips: TipStrip,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tips = tips
        shared = (session, display, view)
        self.concern = WarningStrip(session)
        self.overview = OverviewStrip(*shared, tiles)
        self.panes = tuple(SpectrogramPane(c, *shared, tiles) for c in (0, 1))
        self.links = LinkStrip(*shared)
        self.drift = DriftPlot(session, view)
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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.concern)
        layout.addWidget(self.overview)
        layout.addWidget(splitter, 1)
        layout.addWidget(self._tips)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """In a low window the room belongs to the sound."""
        self._tips.set_room(has_room=event.size().height() >= _TIPS_FROM_PX)
        super().resizeEvent(event)
