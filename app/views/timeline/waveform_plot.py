"""One channel's waveform, in a strip beside its spectrogram."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.base.time_view import TimeView
from app.look.palette import DARK
from app.render.display import Display
from app.render.waveform_item import WaveformItem
from app.session.session_model import SessionModel
from app.views.timeline.channel_plot import ChannelPlot
from app.views.timeline.hand_tool import HandTool
from app.work.waveforms import Waveforms

_HEIGHT_PX = 56
_COLOURS = (DARK.channel_0, DARK.channel_1)


class WaveformPlot(ChannelPlot):
    """Is there while waveforms are wanted.

    Parameters
    ----------
    channel : int
    session, display, view, waveforms
        What is shown, and how.
    hand : HandTool
    """

    def __init__(
        self,
        channel: int,
        session: SessionModel,
        display: Display,
        view: TimeView,
        waveforms: Waveforms,
        hand: HandTool,
        parent: QWidget | None = None,
    ) -> None:
        name = f"Waveform of channel {channel}"
        super().__init__(channel, session, display, view, hand, name, parent=parent)
        self._waveforms = waveforms
        self.setFixedHeight(_HEIGHT_PX)
        axis = self.getPlotItem().getAxis("left")
        axis.setTicks([])
        axis.setLabel(f"ch {channel}")
        self._waveform = WaveformItem(_COLOURS[channel], partial(display.moments_of, channel))
        self.addItem(self._waveform, ignoreBounds=True)
        self.show_heights(-1.0, 1.0)
        waveforms.changed.connect(self._show_waveform)
        waveforms.shown_changed.connect(self.setVisible)
        self.hide()

    @Slot()
    def _show_waveform(self) -> None:
        pair = self._waveforms.pair
        self._waveform.show_extremes(None if pair is None else pair[self._channel])

    @Slot()
    def _follow(self) -> None:
        super()._follow()
        self._waveform.update()
