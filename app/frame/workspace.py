"""The middle of the window: overview, both spectrograms with their links, and the drift plot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.base.time_view import TimeView
from app.render.display import Display
from app.render.tiles import TileStore
from app.session.session_model import SessionModel
from app.views.timeline.drift_plot import DriftPlot
from app.views.timeline.link_strip import LinkStrip
from app.views.timeline.overview import OverviewStrip
from app.views.timeline.spectrogram_pane import SpectrogramPane


class Workspace(QWidget):
    """Everything over the shared time axis.

    Parameters
    ----------
    session, display, view, tiles
        What is shown, and how.
    """

    def __init__(
        self,
        session: SessionModel,
        display: Display,
        view: TimeView,
        tiles: TileStore,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        shared = (session, display, view)
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
        layout.addWidget(self.overview)
        layout.addWidget(splitter, 1)
