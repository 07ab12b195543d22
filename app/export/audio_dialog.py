"""The dialog that writes channel 1 on the clock of channel 0: of what, how, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QWidget

from app.base.background_runner import BackgroundRunner, Work
from app.base.messages import short_name
from app.base.save_dialog import may_replace, typed_folder, typed_path
from app.export.audio_export import AudioOffer, audio_offer_steps, audio_steps
from app.export.table_export import named_apart
from app.export.writing_dialog import Offer, WritingDialog
from app.session.entries import Entry
from app.session.session_model import SessionModel
from core.audio.sources import file_stem, file_stems
from core.formats.aligned_audio import AlignedAudio

_COMMON_RATES_HZ = (16_000, 22_050, 32_000, 44_100, 48_000, 96_000)
_KINDS = {"WAV (*.wav)": ".wav", "FLAC (*.flac)": ".flac"}


class AudioDialog(WritingDialog):
    """Writes aligned audio of the recording that was current when it opened, or of several.

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
        self._session, self._first = session, entry
        self._folder = entry.folder
        self.scope = QComboBox()
        self.scope.setAccessibleName("Recordings")
        self._fill_scope()
        self.unreviewed = QCheckBox("Count keypoints that nobody reviewed as well")
        self.reference = QCheckBox("Channel 0 beside it, on the left")
        self.reference.setChecked(True)
        self.trim = QCheckBox("Only from the first to the last known moment")
        self.rate = QComboBox()
        self.rate.setAccessibleName("Sample rate")
        first, second = (channel.sample_rate_hz for channel in entry.recording.channels)
        self.rate.addItem("Sample rate of channel 0", None)
        for rate_hz in sorted({first, second, *_COMMON_RATES_HZ}):
            self.rate.addItem(f"{rate_hz:,} Hz", rate_hz)
        self.kind = QComboBox()
        self.kind.setAccessibleName("Kind of file")
        for title, ending in _KINDS.items():
            self.kind.addItem(title, ending)
        boxes = (self.unreviewed, self.reference, self.trim)
        options = (self.scope, *boxes, self.rate, self.kind)
        super().__init__("", options, "", "Place", runner, parent)
        session.decided.connect(self.look_soon)
        for box in boxes:
            box.toggled.connect(self.look)
        self.rate.currentIndexChanged.connect(self.look)
        self.scope.currentIndexChanged.connect(self._on_scope)
        self._on_scope()

    def looking(self) -> Work:
        """As `WritingDialog`."""
        ask = partial(
            AlignedAudio,
            rate_hz=self.rate.currentData(),
            with_reference=self.reference.isChecked(),
            is_whole=not self.trim.isChecked(),
        )
        leaving = [entry.leaving for entry in named_apart(self._entries)]
        return partial(audio_offer_steps, leaving, ask, with_unreviewed=self.unreviewed.isChecked())

    def writing(self, offer: Offer) -> Work | None:
        """As `WritingDialog`."""
        assert isinstance(offer, AudioOffer)
        places = self._places(offer)
        there = [place for place in places if place.is_file()]
        if there and not may_replace(self, self.windowTitle(), there):
            return None
        return partial(audio_steps, offer, places, overwrite=bool(there))

    def browse(self) -> str:
        """As `WritingDialog`."""
        if self._is_of_many:
            return QFileDialog.getExistingDirectory(self, self.windowTitle(), self.place.text())
        return self.chosen_file(";;".join(_KINDS))

    def _fill_scope(self) -> None:
        """The recording itself, those that are chosen in the list, and all."""
        chosen = self._session.selection.chosen
        everything = [k for k, entry in self._session.recordings.items() if not entry.is_out]
        self.scope.addItem(f"Of {short_name(self._first.recording.title)}", ())
        if 1 < len(chosen) < len(everything):
            self.scope.addItem(f"Of the {len(chosen):,} chosen recordings, a file each", chosen)
        if len(everything) > 1:
            self.scope.addItem(f"Of all {len(everything):,} recordings, a file each", everything)
        if len(chosen) > 1:
            self.scope.setCurrentIndex(1)

    @property
    def _is_of_many(self) -> bool:
        return bool(self.scope.currentData())

    @property
    def _entries(self) -> Sequence[Entry]:
        """The recordings as they are now."""
        if self._is_of_many:
            known = self._session.recordings
            return [known[k] for k in self.scope.currentData() if not known[k].is_out]
        own = self._first.identity
        return [e for e in self._session.entries if e.identity == own] or [self._first]

    def _places(self, offer: AudioOffer) -> list[Path]:
        if not self._is_of_many:
            return [typed_path(self.place.text(), ".wav")]
        folder, ending = typed_folder(self.place.text()), self.kind.currentData()
        stems = file_stems([part.name for part in offer.parts])
        return [folder / f"{stem}.aligned{ending}" for stem in stems]

    @Slot()
    def _on_scope(self) -> None:
        is_of_many = self._is_of_many
        self.kind.setVisible(is_of_many)
        name = file_stem(self._first.recording.name)[:60]
        one = f"Export aligned audio of {short_name(self._first.recording.title)}"
        self.setWindowTitle("Export aligned audio" if is_of_many else one)
        self.place.setAccessibleName("Folder to write to" if is_of_many else "File to write")
        self.place.setText(
            str(self._folder / "aligned" if is_of_many else self._folder / f"{name}.aligned.wav")
        )
        self.look()
