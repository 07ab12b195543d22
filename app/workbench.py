"""Background work on open recordings: spectrograms, aligning, following decisions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.entries import Entry
from app.evidence import AS_SHIPPED, NAMES, EvidenceWish
from app.framing import FirstFrames, spectrogram_steps
from app.messages import Kind, Message, RunProgress, short_name
from app.run_clock import RunClock
from app.session_model import SessionModel
from app.workers.evidence import EvidenceKeeper, Notice, Refused
from app.workers.lane import End, Lane, Outcome
from core import __version__
from core.align.alignment import Alignment, CandidateScores, Progress
from core.audio.frame_plan import FrameSettings
from core.audio.recording import Recording
from core.audio.spectrogram import Spectrogram
from core.evidence.learned import LearnedEvidence
from core.evidence.surface import ScoreSurface
from core.keypoints import KeypointSet
from core.memory import give_back
from core.session import Basis, Provenance

AlignSteps = Callable[..., Iterable[object]]
"""Called with a recording, its keypoints on channel 0 in seconds, settings by name, and a network
as ``learned`` where one takes part."""
FollowSteps = Callable[[Alignment, KeypointSet, Alignment | None], Iterable[Alignment]]

_ROW_MS = 200
"""Decisions that come sooner after each other are a row, of which only the end is followed."""
_STILL_MS = 50
"""How long a row rests at its end; longer than a held key takes to repeat."""


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


def follow_steps(
    machine: Alignment, keypoints: KeypointSet, last: Alignment | None
) -> Iterator[Alignment]:
    """Lead the path through what a person decided; imported late, in the worker's thread."""
    from core.align import pins

    yield pins.realign(machine, keypoints, last)


class Workbench(QObject):
    """Runs the background work and hands its results to the session.

    Parameters
    ----------
    session : SessionModel
    steps : callable
        Aligns a recording at keypoints, step by step.
    keeper : EvidenceKeeper, optional
        Opens and holds the network that takes part.

    Attributes
    ----------
    aligns_on_open : bool
        Whether a recording without an alignment is aligned when it is shown.
    settings : mapping of str to float
        Of the next alignments, by the names of `core.align.aligner.AlignOptions`.

    Signals
    -------
    told(message)
        A `Message` for the person.
    progressed(progress)
        A `RunProgress`, or None when nothing runs.
    noted(text)
        What came of a decision, for the status bar.
    spectrograms_changed()
        `spectrograms` are others.
    frames_added()
        `spectrograms` hold more frames.
    """

    told = Signal(object)
    progressed = Signal(object)
    noted = Signal(str)
    spectrograms_changed = Signal()
    frames_added = Signal()

    def __init__(
        self,
        session: SessionModel,
        steps: AlignSteps = align_steps,
        parent: QObject | None = None,
        keeper: EvidenceKeeper | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._steps = steps
        self._keeper = keeper or EvidenceKeeper()
        self._wish = self._aligning_with = AS_SHIPPED
        self._follow_steps: FollowSteps = follow_steps
        self.spectrograms: tuple[Spectrogram, Spectrogram] | None = None
        self._frame_settings = FrameSettings()
        self._is_first_framing = True
        self.aligns_on_open = True
        self.settings: Mapping[str, float] = {}
        self._aligning_by: Mapping[str, float] = {}
        self._queue: deque[int] = deque()
        self._aligning = -1
        self._clock = RunClock()
        self._to_follow: list[int] = []
        self._following = -1
        self._soon_follow = QTimer(self, singleShot=True)
        self._row = QTimer(self, singleShot=True, interval=_ROW_MS)
        self._soon_follow.timeout.connect(self._follow_next)
        self._framing, self._aligner, self._follower = (
            Lane(name, self) for name in ("spectrogram", "align", "follow")
        )
        self._framing.stepped.connect(self._on_frames)
        self._framing.ended.connect(self._on_framing_ended)
        self._aligner.stepped.connect(self._on_align_step)
        self._aligner.ended.connect(self._on_align_ended)
        self._follower.stepped.connect(self._on_followed)
        self._follower.ended.connect(self._on_follow_ended)
        session.recording_selected.connect(self._load_spectrograms)
        session.decided.connect(self._follow)

    @property
    def is_idle(self) -> bool:
        """Whether no background work is going on."""
        return not self.is_following and not any(lane.is_running for lane in self._lanes())

    @property
    def is_following(self) -> bool:
        """Whether the path has not gone after all decisions yet."""
        return bool(self._to_follow) or self._follower.is_running

    @property
    def is_aligning(self) -> bool:
        """Whether an alignment runs."""
        return self._aligner.is_running

    @Slot()
    def align(self) -> None:
        """Align the recording shown."""
        if self._session.current is None:
            self.told.emit(Message(Kind.INFO, "Open a recording first.", "open"))
            return
        self._enqueue([self._session.current_index], first=True)

    @Slot()
    def align_all(self) -> None:
        """Align every recording that has no alignment yet."""
        todo = [i for i, e in enumerate(self._session.entries) if e.alignment is None]
        self._enqueue(todo, first=False)

    @Slot()
    def cancel(self) -> None:
        """Drop a drag under way; if there is none, stop aligning."""
        if self._session.is_previewing:
            self._session.cancel_preview()
            return
        self._queue.clear()
        self._aligner.cancel()

    @Slot()
    def stop(self) -> None:
        """Drop all work; another session comes."""
        self._queue.clear()
        self._to_follow.clear()
        self._soon_follow.stop()
        self._aligning = -1
        for lane in self._lanes():
            lane.cancel()

    def shut_down(self) -> None:
        """Stop all threads."""
        self.stop()
        for lane in self._lanes():
            lane.shut_down()
        self._keeper.close()

    def use_evidence(self, wish: EvidenceWish) -> None:
        """Align with other evidence from now on; a network without use gives its memory back."""
        self._wish = wish
        if not self._aligner.is_running:
            self._align_next()

    def _lanes(self) -> tuple[Lane, ...]:
        return self._framing, self._aligner, self._follower

    # -- spectrograms ----------------------------------------------------------------

    @Slot()
    def _load_spectrograms(self) -> None:
        entry = self._session.current
        self.spectrograms = None
        self.spectrograms_changed.emit()
        if entry is None or entry.is_lost:
            self._framing.cancel()
        else:
            self._framing.start(partial(spectrogram_steps, entry.recording, self._frame_settings))

    def frame_anew(self, settings: FrameSettings, from_s: tuple[float, float]) -> None:
        """Make spectrograms by other settings from now on; the old ones stay until these come.

        `from_s` is what is looked at, seconds on each channel's clock.
        """
        self._frame_settings = settings
        entry = self._session.current
        if entry is not None:
            self._framing.start(partial(spectrogram_steps, entry.recording, settings, from_s))

    @Slot(object)
    def _on_frames(self, step: FirstFrames | None) -> None:
        if step is not None:
            self.spectrograms = step.spectrograms
            self.spectrograms_changed.emit()
        else:
            self.frames_added.emit()

    @Slot(object)
    def _on_framing_ended(self, end: End) -> None:
        entry = self._session.current
        if end.outcome is Outcome.FAILED:
            self.told.emit(Message(Kind.ERROR, end.message, details=end.details))
        elif end.outcome is Outcome.DONE and entry is not None and self._is_first_framing:
            self._is_first_framing = False
            if self._wants_alignment(entry):
                self._enqueue([self._session.current_index], first=True)

    # -- aligning --------------------------------------------------------------------

    def _wants_alignment(self, entry: Entry) -> bool:
        untouched = entry.alignment is None and not entry.problem
        wanted = entry.basis is not Basis.IMPORTED or entry.run is not None
        return self.aligns_on_open and untouched and wanted

    def _enqueue(self, indices: Sequence[int], *, first: bool) -> None:
        new = [i for i in indices if i not in self._queue and i != self._aligning]
        if first:
            self._queue.extendleft(reversed(new))
        else:
            self._queue.extend(new)
        if not self._aligner.is_running:
            self._align_next()

    def _align_next(self) -> None:
        if not self._queue:
            self._aligning = -1
            self.progressed.emit(None)
            if self._keeper.is_spent(self._wish):
                self._aligner.start(self._keeper.close_steps)
            return
        self._aligning = self._queue.popleft()
        entry = self._session.entries[self._aligning]
        self._aligning_with, self._aligning_by = self._wish, self.settings
        self._clock.start()
        self._show_progress(Progress("starting", 0.0))
        align = partial(self._steps, entry.recording, entry.keypoints.time_0_s, **self.settings)
        self._aligner.start(partial(self._keeper.steps, self._wish, align))

    @Slot(object)
    def _on_align_step(self, step: object) -> None:
        if isinstance(step, Progress):
            self._show_progress(step)
        elif isinstance(step, Notice):
            self.told.emit(Message(Kind.WARNING, _sentence(step.text)))
        elif isinstance(step, Refused):
            # Whatever else waits would be refused alike.
            self._queue.clear()
            text = f"Not aligned. {step.why}"
            self.told.emit(Message(Kind.ERROR, text, "evidence", step.details))
        elif isinstance(step, ScoreSurface):
            self._session.set_surface(self._aligning, step)
        elif isinstance(step, CandidateScores):
            self._session.add_candidates(self._aligning, step)
        elif isinstance(step, Alignment):
            self._session.set_alignment(self._aligning, step, self._provenance(step))
            entry = self._session.entries[self._aligning]
            if entry.reviewed:
                self._follow(self._aligning)
            self._tell_about(entry)

    @Slot(object)
    def _on_align_ended(self, end: End) -> None:
        index = self._aligning
        if index < 0:
            # What was stopped belonged to another session.
            self._align_next()
            return
        if end.outcome is Outcome.FAILED:
            self._session.set_problem(index, end.message)
            text = f"Not aligned. {end.message}"
            self.told.emit(Message(Kind.ERROR, text, details=end.details))
        elif end.outcome is Outcome.CANCELLED:
            self.told.emit(Message(Kind.INFO, "Alignment cancelled; nothing was changed.", "align"))
        self._align_next()

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
        net = f" with {NAMES[self._aligning_with.name]}" if self._aligning_with.is_learned else ""
        waiting = f" (+{len(self._queue)} waiting)" if self._queue else ""
        text = f"Aligning {name}{net}: {progress.stage}{waiting}"
        left_s = self._clock.left_s(progress.stage, progress.fraction)
        self.progressed.emit(RunProgress(text, progress.fraction, left_s))

    def _tell_about(self, entry: Entry) -> None:
        """What the list and the strip over the recording do not say already."""
        if entry.basis is Basis.IMPORTED:
            shown = entry is self._session.current
            name = "" if shown else f"{short_name(entry.recording.name)}: "
            text = f"{name}Aligned. The imported times stand until you take the path."
            self.told.emit(Message(Kind.INFO, text, "take_alignment"))

    # -- following decisions ---------------------------------------------------------

    @Slot(int)
    def _follow(self, index: int) -> None:
        """Lead the path of a recording through its decisions, of a row once it stands still."""
        if self._session.entries[index].machine is None:
            return
        if index == self._following:
            # What comes of decisions that are no longer these is of no use.
            self._follower.cancel()
        if index not in self._to_follow:
            self._to_follow.append(index)
        self._soon_follow.start(_STILL_MS if self._row.isActive() else 0)
        self._row.start()

    @Slot()
    def _follow_next(self) -> None:
        if not self._to_follow or self._follower.is_running:
            return
        self._following = self._to_follow.pop(0)
        entry = self._session.entries[self._following]
        assert entry.machine is not None
        self._follower.start(
            partial(self._follow_steps, entry.machine, entry.keypoints, entry.alignment)
        )

    @Slot(object)
    def _on_followed(self, alignment: Alignment) -> None:
        moved = self._session.follow(self._following, alignment)
        if self._following == self._session.current_index and not self._session.undone:
            self.noted.emit(_followed_text(self._session.entries[self._following], moved))

    @Slot(object)
    def _on_follow_ended(self, end: End) -> None:
        self._following = -1
        if end.outcome is Outcome.FAILED:
            text = f"The path did not follow; your decisions stand. {end.message}"
            self.told.emit(Message(Kind.ERROR, text, details=end.details))
        if not self._soon_follow.isActive():
            self._follow_next()


def _followed_text(entry: Entry, moved: int) -> str:
    if entry.basis is Basis.IMPORTED:
        return "path led through your keypoints; the imported times stand (0 takes the path)"
    if entry.basis is Basis.LINE:
        return "path led through your keypoints; the candidate's line stands (0 takes the path)"
    if moved == 0:
        return "no other keypoint had to move"
    return f"{moved} keypoint{'' if moved == 1 else 's'} followed"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
