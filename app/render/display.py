"""How the recording is shown: channel 1's clock in its pane, links, spectrogram settings."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.render.spectrogram_look import SpectrogramLook
from app.session.session_model import SessionModel
from core.arrays import Floats
from core.audio.spectra.frame_plan import FrameSettings
from core.time_map import TimeMap

Band = tuple[float, float] | None
"""Lowest and highest frequency, kHz; None for those that are shown at first."""


class Display(QObject):
    """What the panes agree on besides the time axis.

    Attributes
    ----------
    keypoints_s : pair of ndarray, shape (K,)
        Where the keypoints of the recording shown lie on the time axis of each channel's pane.

    Signals
    -------
    changed()
        Keypoints, channel 1 or the links are to be drawn elsewhere.
    bands_changed()
        Other frequencies are shown of a channel.
    look_changed()
        `look` is another: colours, levels or the frequencies shown.
    frames_changed()
        `frames` is another: spectrograms have to be made anew.
    """

    changed = Signal()
    bands_changed = Signal()
    look_changed = Signal()
    frames_changed = Signal()

    def __init__(self, session: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.is_warped = True
        self.has_links = True
        self.has_one_band = True
        self._bands_khz: tuple[Band, Band] = (None, None)
        self.warp: TimeMap | None = None
        self.look = SpectrogramLook()
        self.frames = FrameSettings()
        self._time_map = TimeMap.identity()
        self.keypoints_s: tuple[Floats, Floats] = (np.empty(0), np.empty(0))
        session.keypoints_changed.connect(self._follow)
        session.selection.recording_changed.connect(self._follow)
        session.selection.recording_changed.connect(self._show_all_frequencies)

    def set_warped(self, warped: bool) -> None:
        """Show channel 1 on channel 0's clock, or on its own."""
        self.is_warped = warped
        self._follow()

    def set_links(self, links: bool) -> None:
        """Show or hide the links."""
        self.has_links = links
        self.changed.emit()

    def set_spectrogram(self, look: SpectrogramLook, frames: FrameSettings) -> None:
        """Show spectrograms in other colours, levels and frequencies, or make them otherwise."""
        before, self.look, self.frames = (self.look, self.frames), look, frames
        if look != before[0]:
            self.look_changed.emit()
            self._show_all_frequencies()
        if frames != before[1]:
            self.frames_changed.emit()

    def set_one_band(self, one: bool) -> None:
        """Zoom the frequencies of both channels together, or each on its own."""
        self.has_one_band = one
        if one:
            self.show_band(0, self._bands_khz[0])

    def show_band(self, channel: int, band_khz: Band) -> None:
        """Show other frequencies of a channel, and of both where they go together.

        Parameters
        ----------
        channel : int
        band_khz : pair of float or None
            The lowest and the highest; None for those of `look`.
        """
        bands = [band_khz if self.has_one_band else band for band in self._bands_khz]
        bands[channel] = band_khz
        self._bands_khz = bands[0], bands[1]
        self.bands_changed.emit()

    def band_khz(self, channel: int, top_khz: float) -> tuple[float, float]:
        """The lowest and the highest frequency to show of a channel that goes up to `top_khz`."""
        low_khz, high_khz = self._bands_khz[channel] or (self.look.low_khz, self.look.high_khz)
        high_khz = min(high_khz, top_khz)
        return low_khz if low_khz < high_khz else 0.0, high_khz

    @Slot()
    def _show_all_frequencies(self) -> None:
        self._bands_khz = None, None
        self.bands_changed.emit()

    def channel_1_s(self, pane_s: float) -> float:
        """The moment of channel 1 that its pane shows at `pane_s`."""
        return pane_s if self.warp is None else float(self.warp.to_channel_1(pane_s))

    def moments_of(self, channel: int, axis_s: Floats) -> Floats:
        """The moments of a channel that its pane shows at places of the time axis, shape (N,)."""
        warp = self.warp if channel == 1 else None
        return axis_s if warp is None else warp.to_channel_1(axis_s)

    def channel_1_axis_s(self, time_0_s: float) -> float:
        """Where a moment of channel 0 lies on the time axis of channel 1's pane."""
        return time_0_s if self.warp is not None else float(self._time_map.to_channel_1(time_0_s))

    def channel_0_s(self, pane_s: float) -> float:
        """The moment of channel 0 that channel 1's pane shows at `pane_s`."""
        return pane_s if self.warp is not None else float(self._time_map.to_channel_0(pane_s))

    def moments_s(self, channel: int, pane_s: float) -> tuple[float, float]:
        """The moments of both channels at a place of a pane's time axis, seconds."""
        if channel == 0:
            return pane_s, float(self._time_map.to_channel_1(pane_s))
        return self.channel_0_s(pane_s), self.channel_1_s(pane_s)

    @Slot()
    def _follow(self) -> None:
        # The warp stands still under a drag, so that what is aimed at does not move away.
        if not self._session.preview.is_on:
            self._time_map = self._session.time_map()
            self.warp = self._time_map if self.is_warped else None
        keypoints = self._session.keypoints
        if keypoints is not None:
            time_1_s = keypoints.time_1_s
            on_axis_s = time_1_s if self.warp is None else self.warp.to_channel_0(time_1_s)
            self.keypoints_s = (keypoints.time_0_s, on_axis_s)
        self.changed.emit()
