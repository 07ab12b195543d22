"""Selecting a region with the mouse in a plot, and showing it there."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPointF, Qt, Slot

from app.session.region import Region
from app.session.session_model import SessionModel
from app.views.timeline.region_item import RegionItem
from app.views.timeline.time_box import Hold, Pull
from app.views.timeline.time_plot import TimePlot

_EDGE_PX = 5.0
_SHORTEST_PX = 3.0
"""Less is a hand that was not quite still."""
_LOWEST_HZ = 1.0


class RegionGrip(QObject):
    """A drag over a plot selects a stretch of time, with Shift frequencies too; a click none.

    Parameters
    ----------
    plot : TimePlot
    session : SessionModel
    """

    def __init__(self, plot: TimePlot, session: SessionModel) -> None:
        super().__init__(plot)
        self._plot, self._session = plot, session
        self._pulled: Region | None = None
        self.item = RegionItem()
        plot.addItem(self.item, ignoreBounds=True)
        plot.clicked.connect(self._clear)
        session.selection.region_changed.connect(self.show)

    @Slot()
    def show(self) -> None:
        """Lie where the region is on the clock of the plot."""
        region = self._session.selection.region
        if region is None:
            self.item.show_region(None)
            return
        plot = self._plot
        start_s, end_s = region.span_s(plot.channel or 0, self._session.time_map())
        words = f"{end_s - start_s:.3f} s"
        heights = None
        if region.band_hz is not None and plot.channel is not None:
            low, high = (hz / 1000 for hz in region.band_hz)
            heights = low, high
            words += f" · {low:.2f}–{high:.2f} kHz ({high - low:.2f} kHz)"
        ends = plot.on_axis_s(region.start_s), plot.on_axis_s(region.end_s)
        self.item.show_region(ends, heights, words)

    def edge_at(self, at: QPointF) -> Hold | None:
        """An edge of the region that is here."""
        fixed_s = self._beyond_edge_s(at.x())
        if fixed_s is None:
            return None
        self._pulled = self._session.selection.region
        return Hold(
            Qt.CursorShape.SplitHCursor,
            "Drag to move this edge of the region",
            partial(self._pull_edge, fixed_s),
        )

    def hold_at(self, _at: QPointF) -> Hold | None:
        """The beginning of another region."""
        if self._session.current is None:
            return None
        self._pulled = self._session.selection.region
        # Words would stand in the way of what is looked at.
        return Hold(Qt.CursorShape.CrossCursor, "", self._pull)

    def _beyond_edge_s(self, at_s: float) -> float | None:
        """The other end of the region, if one is here, on channel 0's clock."""
        region, ends_s = self._session.selection.region, self.item.span_s
        if region is None or ends_s is None:
            return None
        near_s = _EDGE_PX * self.item.pixelWidth()
        others_s = (region.end_s, region.start_s)
        near = (o for end, o in zip(ends_s, others_s, strict=True) if abs(end - at_s) <= near_s)
        return next(near, None)

    def _pull(self, pull: Pull) -> None:
        channel, band_hz = self._plot.channel, None
        if pull.has_height and channel is not None:
            low, high = sorted((1000 * pull.start.y(), 1000 * pull.at.y()))
            band_hz = max(low, 0.0), max(high, _LOWEST_HZ)
        start_s, at_s = self._moment_s(pull.start), self._moment_s(pull.at)
        self._select(start_s, at_s, channel or 0, band_hz)

    def _pull_edge(self, fixed_s: float, pull: Pull) -> None:
        if self._pulled is not None:
            pulled = self._pulled
            self._select(fixed_s, self._moment_s(pull.at), pulled.channel, pulled.band_hz)

    def _moment_s(self, at: QPointF) -> float:
        """A moment of channel 0 that the recording has."""
        entry = self._session.current
        end_s = 0.0 if entry is None else entry.recording.duration_s
        return min(max(self._plot.on_channel_0_s(at.x()), 0.0), end_s)

    def _select(
        self, one_s: float, other_s: float, channel: int, band_hz: tuple[float, float] | None
    ) -> None:
        selection = self._session.selection
        # After Esc there is none, whatever the mouse does until it lets go.
        is_dropped = selection.region is not self._pulled
        if is_dropped or abs(other_s - one_s) < _SHORTEST_PX * self.item.pixelWidth():
            return
        region = Region(channel, min(one_s, other_s), max(one_s, other_s), band_hz)
        selection.select_region(region)
        self._pulled = selection.region

    @Slot(float, float)
    def _clear(self, _time: float, _y: float) -> None:
        self._session.selection.select_region(None)
