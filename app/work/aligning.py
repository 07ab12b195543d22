"""Aligns recordings in the background, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message, RunProgress, short_name
from app.session.entries import Entry
from app.session.session_model import SessionModel
from app.settings.evidence_preference import AS_SHIPPED, EvidencePreference
from app.work.evidence_worker import EvidenceKeeper, Notice, Refused
from app.work.run_clock import RunClock
from core import __version__
from core.align.alignment import Alignment, Progress
from core.align.scores import CandidateScores
from core.audio.recording import Recording
from core.evidence.learned import LearnedEvidence
from core.evidence.surface import ScoreSurface
from core.memory import give_back
from core.session import Basis, Provenance, SessionRecording

AlignSteps = Callable[..., Iterable[object]]
"""Called with a recording, its keypoints on channel 0 in seconds, settings by name, and a network
as ``learned`` where one takes part."""


def align_steps(
    recording: Recording,
    time_0_s: NDArray[np.float64],
    learned: LearnedEvidence | None = None,
    **settings: float,
) -> Iterator[object]:
    """Align with the default pipeline; imported late, in the worker's thread."""
    from core.align import aligner

    options = aligner.AlignOptions(**settings)
    yield from aligner.align_steps(recording, time_0_s, options, learned)
    give_back()


class Aligning(QObject):
    """Aligns recordings and hands what is found to the session as it comes.

    Parameters
    ----------
    session : SessionModel
    steps : callable
        Aligns a recording at keypoints, step by step.

    Attributes
    ----------
    keeper : EvidenceKeeper
        Opens and holds the network that takes part.
    settings : mapping of str to float
        Of the next alignments, by the names of `core.align.aligner.AlignOptions`.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    progressed(progress)
        A `RunProgress`, or None when nothing runs.
    realigned(index)
        A recording on which a person had decided has another path.
    """

    message_posted = Signal(object)
    progressed = Signal(object)
    realigned = Signal(int)

    def __init__(
        self,
        session: SessionModel,
        steps: AlignSteps = align_steps,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.steps = steps
        self.keeper = EvidenceKeeper()
        self.settings: Mapping[str, float] = {}
        self._preference = self._aligning_with = AS_SHIPPED
        self._aligning_by: Mapping[str, float] = {}
        self._queue: deque[int] = deque()
        self._aligning = -1
        self._clock = RunClock()
        self._runner = BackgroundRunner("align", self)
        self._runner.stepped.connect(self._on_step)
        self._runner.ended.connect(self._on_ended)
        session.recordings_changed.connect(self._leave_what_is_out)

    @property
    def is_running(self) -> bool:
        """Whether an alignment runs."""
        return self._runner.is_running

    def use_evidence(self, preference: EvidencePreference) -> None:
        """Align with other evidence from now on; a network without use gives its memory back."""
        self._preference = preference
        if not self.is_running:
            self._align_next()

    def align(self, indices: Sequence[int], *, first: bool) -> None:
        """Align recordings after those that wait, or before them."""
        if obstacle := self._preference.obstacle():
            self._tell_refused(obstacle)
            return
        new = [i for i in indices if i not in self._queue and i != self._aligning]
        if first:
            self._queue.extendleft(reversed(new))
        else:
            self._queue.extend(new)
        if not self._runner.is_running:
            self._align_next()

    def cancel(self) -> None:
        """Stop the run under way, and start none of those that wait."""
        self._queue.clear()
        self._runner.cancel()

    def stop(self) -> None:
        """Drop all work; another session comes."""
        self._aligning = -1
        self.cancel()

    def shut_down(self) -> None:
        """Stop the thread and close the network."""
        self._runner.shut_down()
        self.keeper.close()

    @Slot()
    def _leave_what_is_out(self) -> None:
        """Align nothing that was taken out of the session."""
        entries = self._session.entries
        self._queue = deque(i for i in self._queue if not entries[i].is_out)
        if self._aligning >= 0 and entries[self._aligning].is_out:
            self._runner.cancel()

    def _align_next(self) -> None:
        if not self._queue:
            self._aligning = -1
            self.progressed.emit(None)
            if self.keeper.is_spent(self._preference):
                self._runner.start(self.keeper.close_steps)
            return
        self._aligning = self._queue.popleft()
        entry = self._session.entries[self._aligning]
        self._aligning_with, self._aligning_by = self._preference, self.settings
        self._clock.start()
        self._show_progress(Progress("starting", 0.0))
        align = partial(self.steps, entry.recording, entry.keypoints.time_0_s, **self.settings)
        steps = partial(self.keeper.steps, self._preference, align)
        self._runner.start(partial(_on_known_audio, entry.known, steps))

    @Slot(object)
    def _on_step(self, step: object) -> None:
        if isinstance(step, Progress):
            self._show_progress(step)
        elif isinstance(step, Notice):
            self.message_posted.emit(Message(Kind.WARNING, _sentence(step.text)))
        elif isinstance(step, Refused):
            # Whatever else waits would be refused alike.
            self._queue.clear()
            self._tell_refused(step.why, step.details)
        elif isinstance(step, ScoreSurface):
            self._session.set_surface(self._aligning, step)
        elif isinstance(step, CandidateScores):
            self._session.add_candidates(self._aligning, step)
        elif isinstance(step, Alignment):
            self._session.set_alignment(self._aligning, step, self._provenance(step))
            entry = self._session.entries[self._aligning]
            if entry.reviewed:
                self.realigned.emit(self._aligning)
            self._tell_about(entry)

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        index = self._aligning
        if index < 0:
            # What was stopped belonged to another session.
            self._align_next()
            return
        if result.status is RunStatus.FAILED:
            self._tell_failed(index, result)
        elif result.status is RunStatus.CANCELLED and not self._session.entries[index].is_out:
            self._tell_cancelled()
        self._align_next()

    def _tell_failed(self, index: int, result: RunResult) -> None:
        self._session.set_problem(index, result.message)
        is_true = self._session.while_so(index, lambda entry: entry.problem == result.message)
        text = f"Not aligned. {result.message}"
        self.message_posted.emit(Message(Kind.ERROR, text, details=result.details, is_true=is_true))

    def _tell_cancelled(self) -> None:
        is_shown = self._session.while_shown()
        self.message_posted.emit(
            Message(
                Kind.INFO,
                "Alignment cancelled; nothing was changed.",
                "align",
                is_true=lambda: is_shown() and not self.is_running,
            )
        )

    def _tell_refused(self, why: str, details: str = "") -> None:
        preference = self._preference
        self.message_posted.emit(
            Message(
                Kind.ERROR,
                f"Not aligned. {why}",
                "evidence",
                details,
                is_true=lambda: self._preference == preference,
            )
        )

    def _provenance(self, alignment: Alignment) -> Provenance:
        used, started_at = alignment.evidence, self._clock.started_at
        return Provenance(
            started_at,
            (datetime.now(UTC) - started_at).total_seconds(),
            __version__,
            evidence=used.name,
            model=used.model_id or "none",
            device=used.device or "cpu",
            settings={"tolerance_s": alignment.tolerance_s, **self._aligning_by},
        )

    def _show_progress(self, progress: Progress) -> None:
        name = short_name(self._session.entries[self._aligning].recording.name)
        net = f" with {self._aligning_with.words.name}" if self._aligning_with.is_learned else ""
        waiting = f" (+{len(self._queue)} waiting)" if self._queue else ""
        text = f"Aligning {name}{net}: {progress.stage}{waiting}"
        left_s = self._clock.left_s(progress.stage, progress.fraction)
        self.progressed.emit(RunProgress(text, progress.fraction, left_s))

    def _tell_about(self, entry: Entry) -> None:
        """What the list and the strip over the recording do not say already."""
        if entry.basis is Basis.IMPORTED:
            text = "Aligned. The imported times stand until you take the path."
            if entry is self._session.current:
                stands = self._session.while_so(
                    self._aligning, lambda entry: entry.basis is Basis.IMPORTED
                )
                is_shown = self._session.while_shown()
                self.message_posted.emit(
                    Message(
                        Kind.INFO, text, "take_alignment", is_true=lambda: is_shown() and stands()
                    )
                )
            else:
                name = short_name(entry.recording.name)
                self.message_posted.emit(Message(Kind.INFO, f"{name}: {text[0].lower()}{text[1:]}"))


def _on_known_audio(
    known: SessionRecording, steps: Callable[[], Iterator[object]]
) -> Iterator[object]:
    """Take steps only if keypoints and audio still belong together."""
    known.refuse_changed()
    yield from steps()


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
