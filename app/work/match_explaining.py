"""Finds in the background what the two seconds of the selected keypoint have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.session.session_model import SessionModel
from core.audio.recording import Recording
from core.evidence.matching_parts import SHOWN_P, MatchingParts, matching_parts
from core.steps import Steps

_REST_MS = 150
"""Who steps on or drags faster than this waits for the last one only."""
_OUTSIDE = "No lines: the second reaches beyond the end of a channel."
_SHOWN = (
    "Lines join what makes the two match: hiding it lowers the score more than chance (p = {:.3f})."
)
_SPREAD = (
    "No lines: hiding what is most alike lowers the score no more than hiding other parts "
    "(p = {:.2f}). Nothing single in this second makes the two match."
)
_ANYWHERE = (
    "No lines: seconds of channel 1 that do not belong here are alike in the same way "
    "(p = {:.2f}). This second alone proves no match; its neighbours may (Why?)."
)


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """What is known of why two seconds match.

    Parameters
    ----------
    said : str
        In words.
    parts : MatchingParts or None
        None as long as it is not known, and where there is none.
    """

    said: str
    parts: MatchingParts | None = None


class MatchExplaining(QObject):
    """Asks anew whenever another keypoint is selected or it moves, as long as a person wants it.

    Parameters
    ----------
    session : SessionModel

    Signals
    -------
    answered(answer)
        A `MatchAnswer`, or None for nothing wanted.
    """

    answered = Signal(object)

    def __init__(self, session: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._is_wanted = False
        self._asked: tuple[int | None, float, float] | None = None
        self._runner = BackgroundRunner("why this match", self)
        self._runner.stepped.connect(self._on_step)
        self._runner.ended.connect(self._on_ended)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._ask)
        for signal in (
            session.selection.recording_changed,
            session.selection.changed,
            session.keypoints_changed,
        ):
            signal.connect(self._on_change)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being looked for."""
        return not (self._rest.isActive() or self._runner.is_running)

    @Slot(bool)
    def want(self, wanted: bool) -> None:
        """Show why the two seconds match, or no longer."""
        self._is_wanted = wanted
        self._asked = None
        if wanted:
            self._ask()
        else:
            self._rest.stop()
            self._runner.cancel()
            self.answered.emit(None)

    def shut_down(self) -> None:
        """Stop the thread."""
        self._runner.shut_down()

    @Slot()
    def _on_change(self) -> None:
        if self._is_wanted:
            self._rest.start()

    @Slot()
    def _ask(self) -> None:
        entry, selected = self._session.current, self._session.selection.keypoint
        if entry is None or selected < 0 or entry.is_lost:
            self._asked = None
            self._runner.cancel()
            self.answered.emit(MatchAnswer(""))
            return
        time_0_s = float(entry.keypoints.time_0_s[selected])
        time_1_s = float(entry.keypoints.time_1_s[selected])
        asked = (self._session.selection.recording, time_0_s, time_1_s)
        if asked != self._asked:
            self._asked = asked
            self.answered.emit(MatchAnswer("hiding parts of the second, one by one…"))
            self._runner.start(partial(_steps, entry.recording, time_0_s, time_1_s))

    @Slot(object)
    def _on_step(self, answer: MatchAnswer | None) -> None:
        if answer is not None:
            self.answered.emit(answer)

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        if result.status is RunStatus.FAILED:
            self.answered.emit(MatchAnswer(result.message))


def _steps(recording: Recording, time_0_s: float, time_1_s: float) -> Iterator[MatchAnswer | None]:
    """None after every step, and the answer at last."""
    work: Steps[MatchingParts | None] = matching_parts(recording, time_0_s, time_1_s)
    while True:
        try:
            next(work)
        except StopIteration as end:
            yield _answer(end.value)
            return
        yield None


def _answer(found: MatchingParts | None) -> MatchAnswer:
    if found is None:
        return MatchAnswer(_OUTSIDE)
    if found.is_shown:
        return MatchAnswer(_SHOWN.format(max(found.p_hidden, found.p_elsewhere)), found)
    if found.p_hidden > SHOWN_P:
        return MatchAnswer(_SPREAD.format(found.p_hidden), found)
    return MatchAnswer(_ANYWHERE.format(found.p_elsewhere), found)
