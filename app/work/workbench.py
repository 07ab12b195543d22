"""All background work: spectrograms, aligning, decoding again after decisions."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message
from app.session.edit_messages import open_first
from app.session.entries import Entry
from app.session.session_model import SessionModel
from app.settings.preferences import PreferenceStore
from app.work.align.aligner import Aligner
from app.work.align.aligning import Aligning
from app.work.align.apart import AlignerApart
from app.work.align.messages import offer_to_compare
from app.work.align.queue import Purpose
from app.work.evidence_memory import EvidenceMemory
from app.work.redecoding import Redecoding
from app.work.spectrogram_job import FirstFrames, spectrogram_steps
from core.audio.spectra.frame_plan import FrameSettings
from core.audio.spectra.spectrogram import Spectrogram
from core.formats.files.places import is_source_there
from core.session import Basis


class Workbench(QObject):
    """The commands that start and stop work, and the order of it when a recording is shown.

    Parameters
    ----------
    session : SessionModel
    preferences : PreferenceStore
        How to align, and whether as soon as a recording is opened.
    aligner : Aligner or AlignerApart
        Aligns a recording at keypoints, step by step.

    Attributes
    ----------
    aligning : Aligning
    redecoding : Redecoding
    spectrograms : pair of Spectrogram or None
        Of the recording shown, as far as they are made.
    aligns_on_open : bool
        Whether recordings that were never aligned are, once they are open.

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
        aligner: Aligner | AlignerApart,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._preferences = preferences
        self.aligning = Aligning(session, aligner, self)
        self.redecoding = Redecoding(session, self)
        self.spectrograms: tuple[Spectrogram, Spectrogram] | None = None
        self.aligns_on_open = True
        self._memory = EvidenceMemory(session, parent=self)
        self._offered_to_align: set[int] = set()
        self._frame_settings = FrameSettings()
        self._spectrogram_runner = BackgroundRunner("spectrogram", self)
        self._spectrogram_runner.stepped.connect(self._on_frames)
        self._spectrogram_runner.ended.connect(self._on_spectrograms_ended)
        session.selection.recording_changed.connect(self._load_spectrograms)
        session.replaced.connect(self._offered_to_align.clear)
        session.decided.connect(self._want_evidence_to_redecode)
        preferences.changed.connect(self._prefer)
        self._prefer()
        self.aligning.message_posted.connect(self.message_posted)
        self.aligning.found.connect(self._on_found)
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
        """Align the chosen recordings."""
        recordings, chosen = self._session.recordings, self._session.selection.chosen
        here = [key for key in chosen if not recordings[key].is_lost]
        if not chosen:
            self.message_posted.emit(open_first(self._session.selection))
        elif not here:
            self._tell_lost(chosen[0], f"Not aligned: {recordings[chosen[0]].lost}.")
        else:
            self.aligning.align(here, first=True)

    @Slot()
    def align_all(self) -> None:
        """Align every recording whose audio is there and that was not aligned by the same means."""
        recordings = self._session.recordings.items()
        todo = [key for key, e in recordings if _can_be_read(e) and not self._is_aligned(e)]
        self.aligning.align(todo, first=False)

    def align_anew(self) -> int:
        """Align those recordings again that were aligned with another model; how many they are.

        Whatever a person decided stands, imported times and lines of candidates too.
        """
        todo = [
            key
            for key, entry in self._session.recordings.items()
            if _can_be_read(entry)
            and entry.last_run is not None
            and entry.basis is Basis.PATH
            and not self._is_aligned(entry)
        ]
        self.aligning.align(todo, first=False)
        return len(todo)

    def _is_aligned(self, entry: Entry) -> bool:
        """Whether a recording's last run was of its audio, by the evidence and model in use."""
        if entry.last_run is None:
            return False
        made, model = entry.last_run.made, self.aligning.settings.get("model")
        return (made.evidence, made.settings.get("model")) == (self.aligning.preference.name, model)

    @Slot()
    def compare(self) -> None:
        """Align recordings whose times come from a table, to see where the two disagree."""
        recordings = self._session.recordings.items()
        todo = [key for key, e in recordings if _holds_a_table(e) and not self._is_aligned(e)]
        self.aligning.align(todo, first=False)

    @Slot()
    def align_opened(self) -> None:
        """Align what was opened and never aligned, the recording shown first.

        Its spectrograms come before that.
        """
        if not self.aligns_on_open or self._spectrogram_runner.is_running:
            return
        shown = self._session.selection.recording
        todo = [
            key
            for key, entry in self._session.recordings.items()
            if key not in self._offered_to_align and _waits_for_alignment(entry)
        ]
        tables = [
            key
            for key, entry in self._session.recordings.items()
            if key not in self._offered_to_align and _holds_a_table(entry) and _is_new(entry)
        ]
        self._offered_to_align.update(todo, tables)
        if tables:
            self.message_posted.emit(offer_to_compare(self._session, tables))
        self.aligning.align(sorted(todo, key=lambda key: key != shown), first=False)

    @Slot()
    def cancel(self) -> None:
        """Drop a drag under way, or else the region; if there is neither, stop aligning."""
        if self._session.preview.is_on:
            self._session.preview.cancel()
        elif self._session.selection.region is not None:
            self._session.selection.select_region(None)
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
            self.aligning.prepare()
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
        key = self._session.selection.recording
        if key is not None and result.status is RunStatus.FAILED:
            self._tell_unreadable(key, result)
        if key is not None and result.status is RunStatus.DONE:
            self.aligning.prefer(key)
            entry = self._session.recordings[key]
            if _lacks_evidence(entry) and (self.aligns_on_open or entry.reviewed):
                self.aligning.compute_again(key, Purpose.SHOW_EVIDENCE)
        self.align_opened()

    @Slot(int)
    def _want_evidence_to_redecode(self, key: int) -> None:
        """A decision has no evidence to lead; after a restart it is computed again."""
        if _lacks_evidence(self._session.recordings[key]):
            self.aligning.compute_again(key, Purpose.FOLLOW_DECISIONS)

    @Slot(int, bool)
    def _on_found(self, key: int, is_new: bool) -> None:
        self._memory.use(key)
        entry = self._session.recordings[key]
        if not (entry.reviewed or len(entry.state.sync)):
            return
        if is_new:
            self.redecoding.redecode(key)
        else:
            self.redecoding.lead(key)

    def _tell_unreadable(self, key: int, result: RunResult) -> None:
        entry = self._session.recordings[key]
        gone = [path for path in entry.recording.paths if not is_source_there(path)]
        if gone:
            self._session.lose(key, f"{gone[0]} is not there any more")
            text = f"{gone[0].name} is not there any more; your keypoints are safe."
            self._tell_lost(key, text)
        else:
            self._session.set_evidence(key, entry.evidence.failed(result.message))
            is_true = self._session.selection.while_shown()
            self.message_posted.emit(
                Message(Kind.ERROR, result.message, details=result.details, is_true=is_true)
            )

    def _tell_lost(self, key: int, text: str) -> None:
        other = "use_other_audio" if self._session.recordings[key].has_other else ""
        is_true = self._session.while_so(key, lambda entry: entry.is_lost)
        self.message_posted.emit(
            Message(Kind.ERROR, text, "find_audio", otherwise=other, is_true=is_true)
        )


def _can_be_read(entry: Entry) -> bool:
    return not entry.is_lost and not entry.is_out


def _is_new(entry: Entry) -> bool:
    """Whether neither the machine nor the person has said anything of it."""
    return entry.run is None and not entry.reviewed


def _holds_a_table(entry: Entry) -> bool:
    return entry.basis is Basis.IMPORTED and _can_be_read(entry)


def _waits_for_alignment(entry: Entry) -> bool:
    """Whether nothing was ever tried, and no imported times stand."""
    is_new = entry.run is None and entry.alignment is None and not entry.problem
    return is_new and _can_be_read(entry) and entry.basis is not Basis.IMPORTED


def _lacks_evidence(entry: Entry) -> bool:
    """Whether it was aligned, and what came of it is not in memory."""
    is_gone = entry.last_run is not None and entry.machine is None
    return is_gone and not entry.problem and _can_be_read(entry)
