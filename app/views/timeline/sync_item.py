"""Sync points over the drift plot: a diamond each, and how certain it is."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from app.look.palette import DARK
from core.align.path import BAND_SD
from core.sync_points import SyncPoints

_SIZE_PX = 12


class SyncItem(pg.ItemGroup):  # type: ignore[misc]
    """Offsets of sync points with their 95 % band, seconds; the mouse over one tells what it is."""

    def __init__(self) -> None:
        super().__init__()
        self._bars = pg.PlotCurveItem(connect="pairs", pen=pg.mkPen(DARK.playing, width=2))
        self._points = pg.ScatterPlotItem(
            size=_SIZE_PX,
            symbol="d",
            pen=pg.mkPen(DARK.plot, width=1),
            brush=pg.mkBrush(DARK.playing),
            hoverable=True,
            tip=lambda x, y, data: f"{data}: {y:+.4f} s at {x:.3f} s",
        )
        self.setZValue(15)
        for item in (self._bars, self._points):
            item.setParentItem(self)

    def show_points(self, sync: SyncPoints) -> None:
        """Show other sync points."""
        half_s = BAND_SD * sync.uncertainty_s
        ends_s = np.stack([sync.offset_s - half_s, sync.offset_s + half_s], axis=1)
        self._bars.setData(np.repeat(sync.time_0_s, 2), ends_s.ravel())
        names = [
            f"{kind or 'sync point'} ± {1e3 * sd_s:.3g} ms"
            for kind, sd_s in zip(sync.kind, sync.uncertainty_s.tolist(), strict=True)
        ]
        self._points.setData(sync.time_0_s, sync.offset_s, data=names)
