"""The dialog that writes channel 1 on the clock of channel 0: how much, how, and where to."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QWidget

from app.base.background_runner import BackgroundRunner, Work
from app.base.messages import short_name
from app.base.save_dialog import may_replace, typed_path
from app.export.audio_export import AudioOffer, audio_offer_steps, audio_steps
from app.export.writing_dialog import Offer, WritingDialog
from app.session.session_model import SessionModel
from core.audio.sources import file_stem
from core.formats.aligned_audio import AlignedAudio

_COMMON_RATES_HZ = (16_000, 22_050, 32_000, 44_100, 48_000, 96_000)
_KINDS = {"WAV (*.wav)": ".wav", "FLAC (*.flac)": ".flac"}


class AudioDialog(WritingDialog):
    """Writes aligned audio of the recording that was current when it opened.

    Parameters
    ----------
    session : SessionModel
        With a current recording.
    runner : BackgroundRunner
    """

    def __init__(
        self, session: SessionModel, runner: BackgroundRunner, parent: QWidget | None = None
    ) -> None:
        entry = session.current
        assert entry is not None
        self._session, self._entry = session, entry
        first, second = entry.recording.channels
        self.unreviewed = QCheckBox("Count keypoints that nobody reviewed as well")
        self.reference = QCheckBox("Channel 0 beside it, on the left")
        self.reference.setChecked(True)
        self.trim = QCheckBox("Only from the first to the last known moment")
        self.rate = QComboBox()
        self.rate.setAccessibleName("Sample rate")
        own = {first.sample_rate_hz: " (channel 0)", second.sample_rate_hz: " (channel 1)"}
        own[first.sample_rate_hz] = " (channel 0)"
        for rate_hz in dict.fromkeys((*own, *_COMMON_RATES_HZ)):
            self.rate.addItem(f"{rate_hz:,} Hz{own.get(rate_hz, '')}", rate_hz)
        options = (self.unreviewed, self.reference, self.trim, self.rate)
        place = str(entry.folder / f"{file_stem(entry.recording.name)[:60]}.aligned.wav")
        title = f"Export aligned audio of {short_name(entry.recording.name)}"
        super().__init__(title, options, place, "File to write", runner, parent)
        session.decided.connect(self.look_soon)
        for box in (self.unreviewed, self.reference, self.trim):
            box.toggled.connect(self.look)
        self.rate.currentIndexChanged.connect(self.look)
        self.look()

    def looking(self) -> Work:
        """As `WritingDialog`."""
        for entry in self._session.entries:
            if entry.identity == self._entry.identity:
                self._entry = entry
        ask = partial(
            AlignedAudio,
            rate_hz=self.rate.currentData(),
            with_reference=self.reference.isChecked(),
            is_whole=not self.trim.isChecked(),
        )
        wants_all = self.unreviewed.isChecked()
        return partial(audio_offer_steps, self._entry.leaving, ask, with_unreviewed=wants_all)

    def writing(self, offer: Offer) -> Work | None:
        """As `WritingDialog`."""
        assert isinstance(offer, AudioOffer)
        path = typed_path(self.place.text(), ".wav")
        is_there = path.is_file()
        if is_there and not may_replace(self, self.windowTitle(), [path]):
            return None
        return partial(audio_steps, offer, path, overwrite=is_there)

    def browse(self) -> str:
        """As `WritingDialog`."""
        chosen, _kind = QFileDialog.getSaveFileName(
            self,
            self.windowTitle(),
            self.place.text(),
            ";;".join(_KINDS),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        return chosen
