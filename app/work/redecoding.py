"""Decodes the path again after every decision, in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message
from app.session.entries import Entry
from app.session.session_model import SessionModel
from core.align.alignment import Alignment
from core.keypoints import KeypointSet
from core.session import Basis
from core.sync_points import SyncPoints

RedecodeSteps = Callable[
    [Alignment, KeypointSet, Alignment | None, SyncPoints], Iterable[float | Alignment]
]

_ROW_MS = 200
"""Decisions that come sooner after each other are a row, of which only the end is followed."""
_STILL_MS = 50
"""How long a row rests at its end; longer than a held key takes to repeat."""


def redecode_steps(
    machine: Alignment, keypoints: KeypointSet, last: Alignment | None, sync: SyncPoints
) -> Iterator[float | Alignment]:
    """Lead the path through what a person decided; imported late, in the worker's thread."""
    from core.align import pins

    yield (yield from pins.realign_steps(machine, keypoints, last, sync))


class Redecoding(QObject):
    """Leads the path of a recording through what a person decided on it.

    Parameters
    ----------
    session : SessionModel

    Attributes
    ----------
    steps : callable
        Leads an alignment through keypoints and sync points, given the last one that was led
        so, if any; yields the share done, and the alignment last.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    noted(text)
        What came of a decision, for the status bar.
    led(key)
        The path of a recording went after decisions.
    """

    message_posted = Signal(object)
    noted = Signal(str)
    led = Signal(int)

    def __init__(self, session: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.steps: RedecodeSteps = redecode_steps
        self._waiting: list[int] = []
        self._moving: set[int] = set()
        self._current: int | None = None
        self._soon = QTimer(self, singleShot=True)
        self._row = QTimer(self, singleShot=True, interval=_ROW_MS)
        self._soon.timeout.connect(self._redecode_next)
        self._runner = BackgroundRunner("redecode", self)
        self._runner.stepped.connect(self._on_step)
        self._runner.ended.connect(self._on_ended)
        session.decided.connect(self.redecode)

    @property
    def is_running(self) -> bool:
        """Whether the path has not gone after all decisions yet."""
        return bool(self._waiting) or self._runner.is_running

    def stop(self) -> None:
        """Drop all work."""
        self._waiting.clear()
        self._moving.clear()
        self._soon.stop()
        self._runner.cancel()

    def shut_down(self) -> None:
        """Stop the thread."""
        self._runner.shut_down()

    @Slot(int)
    def redecode(self, key: int) -> None:
        """Lead the path of a recording through its decisions, of a row once it stands still."""
        self._moving.add(key)
        self.lead(key)

    def lead(self, key: int) -> None:
        """Lead the path through decisions of before, which moves no keypoint any more."""
        if self._session.recordings[key].machine is None:
            return
        if key == self._current:
            # What comes of decisions that are no longer these is of no use.
            self._runner.cancel()
        if key not in self._waiting:
            self._waiting.append(key)
        self._soon.start(_STILL_MS if self._row.isActive() else 0)
        self._row.start()

    @Slot()
    def _redecode_next(self) -> None:
        if not self._waiting or self._runner.is_running:
            return
        self._current = self._waiting.pop(0)
        entry = self._session.recordings[self._current]
        if entry.machine is None:
            # The evidence was let go meanwhile; it comes back with the recording.
            self._redecode_next()
            return
        known = entry.machine, entry.keypoints, entry.alignment, entry.state.sync
        self._runner.start(partial(self.steps, *known))

    @Slot(object)
    def _on_step(self, step: float | Alignment) -> None:
        key = self._current
        if key is None or not isinstance(step, Alignment):
            return
        if key not in self._moving:
            evidence = self._session.recordings[key].evidence
            self._session.set_evidence(key, evidence.led(step))
            return
        self._moving.discard(key)
        moved = self._session.follow(key, step)
        if key == self._session.selection.recording and not self._session.undone:
            self.noted.emit(_followed_text(self._session.recordings[key], moved))
        self.led.emit(key)

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        self._current = None
        if result.status is RunStatus.FAILED:
            text = f"The path did not follow; your decisions stand. {result.message}"
            self.message_posted.emit(Message(Kind.ERROR, text, details=result.details))
        if not self._soon.isActive():
            self._redecode_next()


def _followed_text(entry: Entry, moved: int) -> str:
    if entry.basis is Basis.IMPORTED:
        return "imported times stand; 0 takes the path"
    if entry.basis is Basis.LINE:
        return "the candidate's line stands; 0 takes the path"
    if moved == 0:
        return "no other keypoint had to move"
    return f"{moved} keypoint{'' if moved == 1 else 's'} followed"
