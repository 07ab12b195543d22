"""Decisions on the same audio in another session: they are offered, never taken unasked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message, short_name, some_names
from app.session.session_model import SessionModel
from core.session import EarlierWork, Session, read_snapshot

_Offered = tuple[EarlierWork, int]
"""A session, and the key of a recording in it."""


class OfferedWork(QObject):
    """Holds what other sessions know of recordings that nobody decided on here.

    Parameters
    ----------
    session : SessionModel

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    taken(earlier)
        All that an `EarlierWork` holds was taken over.
    """

    message_posted = Signal(object)
    taken = Signal(object)

    def __init__(self, session: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._offered: dict[int, _Offered] = {}
        self._taking: dict[int, _Offered] = {}
        self._refused: list[str] = []
        self._decisions = 0
        self._runner = BackgroundRunner("earlier", self)
        self._runner.stepped.connect(self._on_read)
        self._runner.ended.connect(self._on_ended)
        session.replaced.connect(self._drop)

    @property
    def is_running(self) -> bool:
        """Whether other sessions are being read."""
        return self._runner.is_running

    def begin(self) -> None:
        """Something is opened; what was offered before no longer is."""
        self._offered.clear()

    @Slot()
    def _drop(self) -> None:
        self._offered.clear()
        self._runner.cancel()

    def look_at(self, earlier: EarlierWork) -> None:
        """Remember what a session holds of recordings without decisions; the newest counts."""
        waiting = {
            entry.known.fingerprint: key
            for key, entry in self._session.recordings.items()
            if not entry.is_out and not entry.reviewed
        }
        for there, count in earlier.reviewed.items():
            here = waiting.get(earlier.known[there].fingerprint)
            if here is not None and count and _is_newer(earlier, self._offered.get(here)):
                self._offered[here] = earlier, there

    def offer(self) -> None:
        """Say what could be taken over; nothing if there is none."""
        if not self._offered:
            return
        newest, key = max(self._offered.values(), key=lambda offered: _moment(offered[0]))
        count = sum(earlier.reviewed[there] for earlier, there in self._offered.values())
        keypoints = f"{count:,} keypoint{'' if count == 1 else 's'}"
        if len(self._offered) == 1:
            what = short_name(newest.known[key].recording.title)
        else:
            what = f"{len(self._offered):,} of these recordings"
        text = (
            f"You decided on {keypoints} of {what} before{_day(newest)}, in "
            f"{newest.known[key].folder}. You can go on from these decisions here; they stay there "
            "as well."
        )
        self.message_posted.emit(
            Message(Kind.INFO, text, "take_earlier", is_true=lambda: bool(self._offered))
        )

    @Slot()
    def take(self) -> None:
        """Take over the offered decisions where nobody decided here."""
        if not self._offered:
            text = "No other session holds decisions on what was opened last."
            self.message_posted.emit(Message(Kind.INFO, text))
            return
        self._taking, self._offered = dict(self._offered), {}
        self._refused, self._decisions = [], 0
        sessions = dict.fromkeys(earlier.session for earlier, _ in self._taking.values())
        self._runner.start(partial(_read, tuple(sessions)))

    def shut_down(self) -> None:
        """Stop the thread."""
        self._runner.shut_down()

    @Slot(object)
    def _on_read(self, read: tuple[Path, Session]) -> None:
        path, session = read
        works = {here: work for here, work in self._taking.items() if work[0].session == path}
        for here, (earlier, there) in works.items():
            before = self._session.recordings[here].reviewed
            _number, run = session.runs.get(there, (0, None))
            folder = earlier.known[there].folder.name
            if self._session.take_earlier(here, session.states[there], run, folder):
                self._decisions += self._session.recordings[here].reviewed - before
            else:
                self._refused.append(self._session.recordings[here].recording.name)
        earlier = next(iter(works.values()))[0]
        if not self._refused and _is_all(earlier, works):
            self.taken.emit(earlier)

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        if result.status is RunStatus.FAILED:
            text = f"Nothing was taken over. {result.message}"
            self.message_posted.emit(Message(Kind.ERROR, text, details=result.details))
        elif self._refused:
            names = some_names(self._refused, shown=1)
            text = f"{names} had other keypoints on channel 0 there; they stay as they are."
            self.message_posted.emit(Message(Kind.WARNING, text))
        elif result.status is RunStatus.DONE:
            text = f"{self._decisions:,} decisions were taken over; undo takes them back."
            self.message_posted.emit(Message(Kind.INFO, text))


def _read(sessions: tuple[Path, ...]) -> Iterator[tuple[Path, Session]]:
    for path in sessions:
        yield path, read_snapshot(path)


def _day(earlier: EarlierWork) -> str:
    if earlier.decided_at is None:
        return ""
    day = earlier.decided_at.astimezone()
    return f", last on {day.day} {day:%B %Y}"


def _moment(earlier: EarlierWork) -> float:
    return 0.0 if earlier.decided_at is None else earlier.decided_at.timestamp()


def _is_newer(earlier: EarlierWork, known: _Offered | None) -> bool:
    return known is None or _moment(earlier) > _moment(known[0])


def _is_all(earlier: EarlierWork, works: Mapping[int, _Offered]) -> bool:
    """Whether no decision is left in a session that was not taken over."""
    taken = {there for _, there in works.values()}
    left = [key for key, count in earlier.reviewed.items() if count and key not in taken]
    return not left and not earlier.reviewed_elsewhere
