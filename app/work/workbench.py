"""All background work: spectrograms, aligning, decoding again after decisions."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message
from app.session.entries import Entry
from app.session.open_session import open_first
from app.session.session_model import SessionModel
from app.session.session_places import is_there
from app.settings.preferences import PreferenceStore
from app.work.aligning import Aligning, AlignSteps, align_steps
from app.work.redecoding import Redecoding
from app.work.spectrogram_job import FirstFrames, spectrogram_steps
from core.audio.frame_plan import FrameSettings
from core.audio.spectrogram import Spectrogram
from core.session import Basis


class Workbench(QObject):
    """The commands that start and stop work, and the order of it when a recording is shown.

    Parameters
    ----------
    session : SessionModel
    preferences : PreferenceStore
        How to align, and whether as soon as a recording is opened.
    steps : callable
        Aligns a recording at keypoints, step by step.

    Attributes
    ----------
    aligning : Aligning
    redecoding : Redecoding
    spectrograms : pair of Spectrogram or None
        Of the recording shown, as far as they are made.
    aligns_on_open : bool
        Whether a recording without an alignment is aligned when it is shown.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    spectrograms_changed()
        `spectrograms` are others.
    frames_added()
        `spectrograms` hold more frames.
    """

    message_posted = Signal(object)
    spectrograms_changed = Signal()
    frames_added = Signal()

    def __init__(
        self,
        session: SessionModel,
        preferences: PreferenceStore,
        steps: AlignSteps = align_steps,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._preferences = preferences
        self.aligning = Aligning(session, steps, self)
        self.redecoding = Redecoding(session, self)
        self.spectrograms: tuple[Spectrogram, Spectrogram] | None = None
        self.aligns_on_open = True
        self._frame_settings = FrameSettings()
        self._is_first_run = True
        self._spectrogram_runner = BackgroundRunner("spectrogram", self)
        self._spectrogram_runner.stepped.connect(self._on_frames)
        self._spectrogram_runner.ended.connect(self._on_spectrograms_ended)
        session.recording_selected.connect(self._load_spectrograms)
        preferences.changed.connect(self._prefer)
        self._prefer()
        self.aligning.message_posted.connect(self.message_posted)
        self.aligning.realigned.connect(self.redecoding.redecode)
        self.redecoding.message_posted.connect(self.message_posted)

    @Slot()
    def _prefer(self) -> None:
        value = self._preferences.value
        self.aligns_on_open = value.aligns_on_open
        self.aligning.settings = value.align_settings
        self.aligning.use_evidence(value.evidence)

    @property
    def is_idle(self) -> bool:
        """Whether no background work is going on."""
        works = (self._spectrogram_runner, self.aligning, self.redecoding)
        return not any(work.is_running for work in works)

    @property
    def is_aligning(self) -> bool:
        """Whether an alignment runs."""
        return self.aligning.is_running

    @Slot()
    def align(self) -> None:
        """Align the recording shown."""
        entry = self._session.current
        if entry is None:
            self.message_posted.emit(open_first(self._session))
        elif entry.is_lost:
            self._tell_lost(self._session.current_index, f"Not aligned: {entry.lost}.")
        else:
            self.aligning.align([self._session.current_index], first=True)

    @Slot()
    def align_all(self) -> None:
        """Align every recording that has no alignment yet, and whose audio is there."""
        entries = self._session.entries
        todo = [i for i, e in enumerate(entries) if _can_be_aligned(e)]
        self.aligning.align(todo, first=False)

    @Slot()
    def cancel(self) -> None:
        """Drop a drag under way; if there is none, stop aligning."""
        if self._session.is_previewing:
            self._session.cancel_preview()
        else:
            self.aligning.cancel()

    @Slot()
    def stop(self) -> None:
        """Drop all work; another session comes."""
        self._spectrogram_runner.cancel()
        self.aligning.stop()
        self.redecoding.stop()

    def shut_down(self) -> None:
        """Stop all threads."""
        self.stop()
        for work in (self._spectrogram_runner, self.aligning, self.redecoding):
            work.shut_down()

    # -- spectrograms ----------------------------------------------------------------

    @Slot()
    def _load_spectrograms(self) -> None:
        entry = self._session.current
        self.spectrograms = None
        self.spectrograms_changed.emit()
        if entry is None or entry.is_lost:
            self._spectrogram_runner.cancel()
        else:
            self._spectrogram_runner.start(
                partial(spectrogram_steps, entry.recording, self._frame_settings)
            )

    def recompute_spectrograms(self, settings: FrameSettings, from_s: tuple[float, float]) -> None:
        """Make spectrograms by other settings from now on; the old ones stay until these come.

        `from_s` is what is looked at, seconds on each channel's clock.
        """
        self._frame_settings = settings
        entry = self._session.current
        if entry is not None:
            self._spectrogram_runner.start(
                partial(spectrogram_steps, entry.recording, settings, from_s)
            )

    @Slot(object)
    def _on_frames(self, step: FirstFrames | None) -> None:
        if step is not None:
            self.spectrograms = step.spectrograms
            self.spectrograms_changed.emit()
        else:
            self.frames_added.emit()

    @Slot(object)
    def _on_spectrograms_ended(self, result: RunResult) -> None:
        entry = self._session.current
        if result.status is RunStatus.FAILED:
            self._tell_unreadable(entry, result)
        elif result.status is RunStatus.DONE and entry is not None and self._is_first_run:
            self._is_first_run = False
            if self._wants_alignment(entry):
                self.aligning.align([self._session.current_index], first=True)

    def _tell_unreadable(self, entry: Entry | None, result: RunResult) -> None:
        gone = [p for p in entry.recording.paths if not is_there(p)] if entry is not None else []
        if gone:
            index = self._session.current_index
            self._session.lose(index, f"{gone[0]} is not there any more")
            text = f"{gone[0].name} is not there any more; your keypoints are safe."
            self._tell_lost(index, text)
        else:
            is_true = self._session.while_shown()
            self.message_posted.emit(
                Message(Kind.ERROR, result.message, details=result.details, is_true=is_true)
            )

    def _tell_lost(self, index: int, text: str) -> None:
        other = "use_other_audio" if self._session.entries[index].has_other else ""
        is_true = self._session.while_so(index, lambda entry: entry.is_lost)
        self.message_posted.emit(
            Message(Kind.ERROR, text, "find_audio", otherwise=other, is_true=is_true)
        )

    def _wants_alignment(self, entry: Entry) -> bool:
        untouched = entry.alignment is None and not entry.problem
        wanted = entry.basis is not Basis.IMPORTED or entry.run is not None
        return self.aligns_on_open and untouched and wanted


def _can_be_aligned(entry: Entry) -> bool:
    return entry.alignment is None and not entry.is_lost and not entry.is_out
