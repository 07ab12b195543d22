"""Finds in the background where else a sound occurs, and looks again when hits are marked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message, RunProgress
from app.session.entries import Entry
from app.session.region import Region
from app.session.session_model import SessionModel
from app.settings.preferences import PreferenceStore
from app.work.looking import (
    Example,
    FoundHits,
    Looking,
    Made,
    MakeSteps,
    SearcherApart,
    SearchSteps,
    look_steps,
    make_apart,
)
from app.work.run_clock import RunClock
from core.align.alignment import Progress
from core.find.across import Hit
from core.find.marks import Marks
from core.find.query import Stretch
from core.find.search import Found


class Finding(QObject):
    """What is looked for, what was found, and what a person said of it.

    Parameters
    ----------
    session : SessionModel
    session_path : callable
        Where the session is; None if it has no place.
    preferences : PreferenceStore
        What listens.
    make : callable
        Makes what is missing of the index.

    Attributes
    ----------
    sought : Example or str or None
        An example, or what happens in words.
    found : FoundHits
    marks : dict of Found to bool
        What was marked right, and what wrong, in the order of the marks.

    Signals
    -------
    progressed(progress)
        A `RunProgress`, or None when nothing is done any more.
    changed()
        The example, the hits or the marks are others.
    asked()
        A person looks for something: the panel is wanted.
    message_posted(message)
        A `Message` for the person.
    """

    progressed = Signal(object)
    changed = Signal()
    asked = Signal()
    message_posted = Signal(object)

    def __init__(
        self,
        session: SessionModel,
        session_path: Callable[[], Path | None],
        preferences: PreferenceStore,
        make: MakeSteps = make_apart,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._session_path, self.make = session, session_path, make
        self._apart = SearcherApart()
        self.search: SearchSteps = self._apart.steps
        self._preferences = preferences
        self._made: dict[Hashable, Made] = {}
        self.sought: Example | str | None = None
        self.found = FoundHits()
        self.marks: dict[Found, bool] = {}
        self._clock = RunClock()
        self._runner = BackgroundRunner("find", self)
        self._runner.stepped.connect(self._on_step)
        self._runner.ended.connect(self._on_ended)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is looked for."""
        return not self._runner.is_running

    def shut_down(self) -> None:
        """Stop the thread and its process."""
        self._runner.shut_down()
        self._apart.close()

    @Slot()
    def like_region(self) -> None:
        """Look for sounds like the one in the selected region."""
        region, key = self._session.selection.region, self._session.selection.recording
        if region is None or key is None:
            return
        start_s, end_s = region.span_s(region.channel, self._session.time_map())
        stretch = Stretch(0, region.channel, max(0.0, start_s), end_s)
        self._look_for(Example(key, stretch))

    @Slot(str)
    def told(self, text: str) -> None:
        """Look for what a sentence tells of, or what has a label of this name."""
        if text.strip() and self._entries():
            self._look_for(text.strip())

    def _look_for(self, sought: Example | str) -> None:
        self.sought, self.found, self.marks = sought, FoundHits(), {}
        self.changed.emit()
        self.asked.emit()
        self._start()

    @Slot()
    def cancel(self) -> None:
        """Stop before the next step; what is indexed stays."""
        self._runner.cancel()

    def mark(self, found: Found, *, is_right: bool) -> None:
        """Say that a hit is right or wrong, or take the same mark back, and look again."""
        if self.marks.get(found) is is_right:
            del self.marks[found]
        else:
            self.marks[found] = is_right
        self.changed.emit()
        self._start()

    def show(self, hit: Hit) -> None:
        """Show a hit as the selected region of its recording."""
        stretch = hit.found.stretch
        key = self.found.keys[stretch.recording]
        if key not in self._session.recordings:
            return
        self._session.selection.select_recording(key)
        span_s = stretch.start_s, stretch.end_s
        if stretch.channel:
            to_0 = self._session.time_map().to_channel_0
            span_s = float(to_0(span_s[0])), float(to_0(span_s[1]))
        self._session.selection.select_region(Region(stretch.channel, *span_s))

    def _entries(self) -> list[tuple[int, Entry]]:
        there = self._session.recordings.items()
        return [(key, entry) for key, entry in there if not entry.is_out and not entry.is_lost]

    def _start(self) -> None:
        entries = self._entries()
        keys = [key for key, _ in entries]
        sought, first = self.sought, 0
        if isinstance(sought, Example):
            if sought.key not in keys:
                return
            first = keys.index(sought.key)
            stretch = sought.stretch._replace(recording=first)
            self.sought = sought = replace(sought, stretch=stretch)
        if sought is None:
            return
        marks = Marks(
            tuple(found for found, right in self.marks.items() if right),
            tuple(found for found, right in self.marks.items() if not right),
        )
        place = self._session_path() or entries[first][1].folder
        self._clock.start()
        told = self._preferences.value.listens_with
        how = Looking(Path(told) if told else None, self.make, self.search, self._made)
        self._runner.start(partial(look_steps, place, entries, sought, marks, how))

    @Slot(object)
    def _on_step(self, step: object) -> None:
        if isinstance(step, FoundHits):
            self.found = step
            self.changed.emit()
            if step.notes:
                self.message_posted.emit(_told(step.notes))
        elif isinstance(step, Progress) and self._clock.is_due(step.stage):
            left_s = self._clock.left_s(step.stage, step.fraction)
            self.progressed.emit(RunProgress(step.stage, step.fraction, left_s))

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        self.progressed.emit(None)
        if result.status is RunStatus.FAILED:
            message = Message(Kind.WARNING, result.message, details=result.details)
            self.message_posted.emit(message)


def _told(notes: Sequence[str]) -> Message:
    """The first of some notes; all of them in the details."""
    more = f"; {len(notes) - 1} more such notes" if len(notes) > 1 else ""
    return Message(Kind.INFO, f"{notes[0]}{more}.", details="\n".join(notes))
