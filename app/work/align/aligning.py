"""Aligns recordings in the background, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message, RunProgress, short_name
from app.session.alignment_results import AlignmentResults
from app.session.entries import Entry
from app.session.session_model import SessionModel
from app.settings.evidence_preference import AS_SHIPPED, EvidencePreference
from app.settings.preferences import AlignSettings, settings_of
from app.work.align.aligner import Aligner, Notice, Refused
from app.work.align.apart import AlignerApart
from app.work.align.batch import AlignBatch
from app.work.align.messages import (
    cancelled,
    failed,
    imported_stand,
    no_evidence,
    while_some_wait,
)
from app.work.align.queue import AlignQueue, Purpose, Task
from app.work.run_clock import RunClock
from core import __version__
from core.align.alignment import Alignment, Progress
from core.align.rankings import RankedBy, Ranking
from core.evidence.surface import ScoreSurface
from core.formats.sync_json import sync_as_json
from core.session import Basis, Provenance, SessionRecording


class Aligning(QObject):
    """Aligns recordings and hands what is found to the session as it comes.

    Parameters
    ----------
    session : SessionModel
    aligner : Aligner or AlignerApart
        Aligns a recording at keypoints, step by step.

    Attributes
    ----------
    settings : AlignSettings
        Of the next alignments.
    preference : EvidencePreference
        What they go by.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    progressed(progress)
        A `RunProgress`, or None when nothing runs.
    found(key, is_new)
        There is evidence of a recording, which decisions can lead; computed again, it is not new.
    """

    message_posted = Signal(object)
    progressed = Signal(object)
    found = Signal(int, bool)

    def __init__(
        self,
        session: SessionModel,
        aligner: Aligner | AlignerApart,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.aligner = aligner
        self.settings: AlignSettings = {}
        self.preference = AS_SHIPPED
        self._with = self.preference
        self._by: AlignSettings = {}
        self._queue = AlignQueue()
        self._batch = AlignBatch()
        self._task: Task | None = None
        self._ranked: dict[RankedBy, Ranking] = {}
        self._refused_again: set[int] = set()
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
        self.preference = preference
        self._refused_again.clear()
        if not self.is_running:
            self._align_next()

    def prepare(self) -> None:
        """Get ready while something else comes first."""
        if not self.is_running and not self.aligner.is_ready:
            self._runner.start(self.aligner.prepare_steps)

    def align(self, keys: Sequence[int], *, first: bool) -> None:
        """Align recordings after those that wait, or before them."""
        if not keys:
            return
        if obstacle := self.preference.obstacle():
            self.message_posted.emit(self._refused(obstacle))
            return
        under_way = self._under_way(Purpose.ALIGN)
        self._queue.align([key for key in keys if key != under_way], first=first)
        if not self.is_running:
            self._align_next()

    def compute_again(self, key: int, purpose: Purpose) -> None:
        """Compute the evidence of a recording that was aligned before, as it was aligned."""
        is_under_way = self._task is not None and self._task.key == key
        if not is_under_way and key not in self._refused_again:
            self._queue.compute_again(key, purpose)
            if not self.is_running:
                self._align_next()

    def prefer(self, key: int) -> None:
        """Take up a recording next, if it waits."""
        self._queue.prefer(key)

    def cancel(self) -> None:
        """Stop the run under way, and start none of those that wait."""
        self._queue.clear()
        self._runner.cancel()

    def stop(self) -> None:
        """Drop all work; another session comes."""
        self._task = None
        self._batch = AlignBatch()
        self._refused_again.clear()
        self.cancel()

    def shut_down(self) -> None:
        """Stop the thread and close the network."""
        self._runner.shut_down()
        self.aligner.close()

    def _under_way(self, purpose: Purpose) -> int | None:
        task = self._task
        return None if task is None or task.purpose is not purpose else task.key

    @Slot()
    def _leave_what_is_out(self) -> None:
        """Align nothing that was taken out of the session."""
        recordings = self._session.recordings
        self._queue.keep(lambda key: not recordings[key].is_out)
        if self._task is not None and recordings[self._task.key].is_out:
            self._runner.cancel()

    def _align_next(self) -> None:
        task = self._task = self._queue.take(self._session.selection.recording)
        self._ranked = {}
        if task is None:
            self._end_batch()
            self.progressed.emit(None)
            if self.aligner.is_spent(self.preference):
                self._runner.start(self.aligner.close_steps)
            return
        entry = self._session.recordings[task.key]
        self._with, self._by = self._choice(task, entry)
        if not task.purpose.is_again:
            self._batch.begin(entry)
        self._clock.start()
        self._show_progress(task, Progress("starting", 0.0))
        sync = {"sync": entry.state.sync} if len(entry.state.sync) else {}
        asked = self._with, entry.recording, entry.keypoints.time_0_s, {**self._by, **sync}
        steps = partial(self.aligner.steps, *asked)
        self._runner.start(partial(_on_known_audio, entry.known, steps))

    def _choice(self, task: Task, entry: Entry) -> tuple[EvidencePreference, AlignSettings]:
        """What a task goes by: what is wished for, or what the recording was aligned with."""
        if not task.purpose.is_again or entry.run is None:
            return self.preference, self.settings
        return self.preference.as_made(entry.run.made), settings_of(entry.run.made)

    def _end_batch(self) -> None:
        batch, self._batch = self._batch, AlignBatch()
        recordings, some_wait = self._session.recordings, while_some_wait(self._session)
        summary = batch.summary(
            lambda: self._session.recordings is recordings and (bool(batch.failed) or some_wait())
        )
        if summary is not None:
            self.message_posted.emit(summary)

    @Slot(object)
    def _on_step(self, step: object) -> None:
        task = self._task
        if task is None:
            return
        if isinstance(step, Progress):
            if self._clock.is_due(step.stage):
                self._show_progress(task, step)
        elif isinstance(step, Notice):
            self.message_posted.emit(Message(Kind.WARNING, _sentence(step.text)))
        elif isinstance(step, Refused):
            self._on_refused(task, step)
        elif isinstance(step, ScoreSurface):
            self._session.set_evidence(task.key, self._evidence(task).with_surface(step))
        elif isinstance(step, Ranking):
            self._add_ranked(task, step)
        elif isinstance(step, Alignment):
            self._take(task, step)

    def _add_ranked(self, task: Task, batch: Ranking) -> None:
        known = self._ranked.get(batch.by)
        # The network that was chosen ranks after those that are heard beside it.
        is_more = known is not None and known.model == batch.model
        self._ranked[batch.by] = known.joined(batch) if known and is_more else batch
        rankings = tuple(self._ranked.values())
        self._session.set_evidence(task.key, self._evidence(task).with_rankings(rankings))

    def _evidence(self, task: Task) -> AlignmentResults:
        return self._session.recordings[task.key].evidence

    def _on_refused(self, task: Task, step: Refused) -> None:
        if task.purpose.is_again:
            self._refused_again.add(task.key)
            self.message_posted.emit(no_evidence(self._session, task.key, step.why, step.details))
        else:
            # Whatever else waits would be refused alike.
            self._queue.clear()
            self.message_posted.emit(self._refused(step.why, step.details))

    def _take(self, task: Task, alignment: Alignment) -> None:
        if task.purpose.is_again:
            self._session.set_evidence(task.key, AlignmentResults.of(alignment))
        else:
            made = self._provenance(task, alignment)
            self._session.set_alignment(task.key, alignment, made)
            self._batch.end(self._session.recordings[task.key])
            if self._session.recordings[task.key].basis is Basis.IMPORTED:
                self.message_posted.emit(imported_stand(self._session, task.key))
        self.found.emit(task.key, not task.purpose.is_again)

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        task = self._task
        # Without a task, what was stopped belonged to another session.
        if task is not None and result.status is not RunStatus.DONE:
            self._session.set_evidence(task.key, self._evidence(task).without_run())
        if task is not None and result.status is RunStatus.FAILED:
            self._fail(task, result)
        elif task is not None and result.status is RunStatus.CANCELLED:
            self._tell_cancelled(task)
        self._align_next()

    def _fail(self, task: Task, result: RunResult) -> None:
        self._session.set_evidence(task.key, self._evidence(task).failed(result.message))
        if not task.purpose.is_again:
            self._batch.end(self._session.recordings[task.key])
        if task.purpose.is_again or self._batch.done + len(self._queue.to_align) == 1:
            self.message_posted.emit(failed(self._session, task.key, result))

    def _tell_cancelled(self, task: Task) -> None:
        if not task.purpose.is_again and not self._session.recordings[task.key].is_out:
            self.message_posted.emit(cancelled(self._session, lambda: not self.is_running))

    def _refused(self, why: str, details: str = "") -> Message:
        preference = self.preference
        text = f"Not aligned. {why}"
        return Message(
            Kind.ERROR, text, "evidence", details, is_true=lambda: self.preference == preference
        )

    def _provenance(self, task: Task, alignment: Alignment) -> Provenance:
        used, started_at = alignment.evidence, self._clock.started_at
        by = {"tolerance_s": alignment.tolerance_s, **self._by}
        if used.tuned_by:
            by["tuned_by"] = used.tuned_by
        else:
            # It could not be used, or none was wished for.
            by.pop("model", None)
        sync = self._session.recordings[task.key].state.sync
        told = {"sync_points": sync_as_json(sync)} if len(sync) else {}
        return Provenance(
            started_at,
            (datetime.now(UTC) - started_at).total_seconds(),
            __version__,
            evidence=used.name,
            model=used.model_id or "none",
            device=used.device or "cpu",
            settings={**by, **told},
        )

    def _show_progress(self, task: Task, progress: Progress) -> None:
        recordings, waiting = self._session.recordings, self._queue.to_align
        name = short_name(recordings[task.key].recording.title)
        net = f" with {self._with.words.name}" if self._with.is_learned else ""
        left_s = self._clock.left_s(progress.stage, progress.fraction)
        if task.purpose.is_again:
            text = f"Computing the evidence of {name} again{net}: {progress.stage}"
            self.progressed.emit(RunProgress(text, progress.fraction, left_s))
            return
        count = self._batch.done + 1 + len(waiting)
        place = f"{self._batch.done + 1} of {count}, " if count > 1 else ""
        waiting_s = sum(recordings[key].recording.duration_s for key in waiting)
        self.progressed.emit(
            RunProgress(
                f"Aligning {place}{name}{net}: {progress.stage}",
                self._batch.fraction(progress.fraction, waiting_s),
                self._batch.left_s(left_s, waiting_s),
                {**dict.fromkeys(waiting), task.key: progress.fraction},
            )
        )


def _on_known_audio(
    known: SessionRecording, steps: Callable[[], Iterator[object]]
) -> Iterator[object]:
    """Take steps only if keypoints and audio still belong together."""
    known.refuse_changed()
    yield from steps()


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
