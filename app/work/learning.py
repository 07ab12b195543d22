"""Learns from a session's corrections in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import RunProgress
from app.settings.evidence_preference import EvidencePreference
from app.work.align.aligner import Notice
from app.work.learn_apart import learn_apart
from app.work.run_clock import RunClock
from core.align.alignment import Progress
from core.errors import InputError
from core.learn.curve import LossPoint
from core.session import Session

if TYPE_CHECKING:
    from core.learn.corrections import Corrections

LearnSteps = Callable[..., Iterable[object]]
"""Called with the arguments of `Learning.learn`; yields `Progress` and `LossPoint`, and last what
was learned."""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What there is to learn from.

    Parameters
    ----------
    sentence : str
        How much it is, and how much it takes.
    notes : tuple of str
        What is left out, and why.
    corrections : Corrections or None
        None if they cannot be learned from.
    obstacle : str
        Why not, in a sentence.
    """

    sentence: str
    notes: tuple[str, ...]
    corrections: Corrections | None
    obstacle: str = ""


def look_steps(session: Session, *, include_imported: bool) -> Iterator[Looked]:
    """Look what a person corrected; imported late, in the worker's thread."""
    from core.learn.corrections import usable
    from core.learn.sources import of_session

    found = of_session(session, include_imported=include_imported)
    try:
        fit = usable(found)
    except InputError as error:
        yield Looked(found.sentence(), found.notes, None, str(error))
    else:
        yield Looked(fit.sentence(), fit.notes, fit)


class Learning(QObject):
    """Looks at corrections and learns from them, one at a time.

    Parameters
    ----------
    steps : callable
        Learns, step by step.

    Signals
    -------
    looked(found)
        A `Looked`.
    progressed(progress)
        A `RunProgress`.
    taught(point)
        A `core.learn.curve.LossPoint`.
    noticed(text)
        Something a person should know of how it goes.
    learned(result)
        What `core.learn.learning.Learned` says.
    failed(why)
        Nothing came of it, and why; empty where it was stopped.
    """

    looked = Signal(object)
    progressed = Signal(object)
    taught = Signal(object)
    noticed = Signal(str)
    learned = Signal(object)
    failed = Signal(str)

    def __init__(self, steps: LearnSteps = learn_apart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.steps = steps
        self._clock = RunClock()
        self._runner = BackgroundRunner("learn", self)
        self._runner.stepped.connect(self._on_step)
        self._runner.ended.connect(self._on_ended)

    @property
    def is_running(self) -> bool:
        """Whether it looks or learns."""
        return self._runner.is_running

    def look(self, session: Session, *, include_imported: bool) -> None:
        """Look what there is to learn from."""
        self._runner.start(partial(look_steps, session, include_imported=include_imported))

    def learn(
        self,
        corrections: Corrections,
        model: str,
        preference: EvidencePreference,
        tier: int,
        work: Path,
    ) -> None:
        """Learn, and compare with the model in use.

        Parameters
        ----------
        corrections : Corrections
        model : str
            Path of the model in use; empty for the shipped one.
        preference : EvidencePreference
        tier : int
            One of `core.learn.tiers.TIERS`.
        work : Path
            Folder for finished steps, from which the same goes on after a crash.
        """
        self._clock.start()
        self._runner.start(partial(self.steps, corrections, model, preference, tier, work))

    def cancel(self) -> None:
        """Stop before the next step."""
        self._runner.cancel()

    def shut_down(self) -> None:
        """Stop the thread."""
        self._runner.shut_down()

    @Slot(object)
    def _on_step(self, step: object) -> None:
        if isinstance(step, Looked):
            self.looked.emit(step)
        elif isinstance(step, Progress) and self._clock.is_due(step.stage):
            left_s = self._clock.left_s(step.stage, step.fraction)
            self.progressed.emit(RunProgress(step.stage, step.fraction, left_s))
        elif isinstance(step, LossPoint):
            self.taught.emit(step)
        elif isinstance(step, Notice):
            self.noticed.emit(step.text)
        elif not isinstance(step, Progress | None):
            self.learned.emit(step)

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        if result.status is not RunStatus.DONE:
            self.failed.emit(result.message)
