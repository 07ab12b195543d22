"""Finds in the background where else a sound occurs, and looks again when hits are marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message, RunProgress
from app.session.entries import Entry
from app.session.region import Region
from app.session.session_model import SessionModel
from app.work.run_clock import RunClock
from core.align.alignment import Progress
from core.audio.recording import names_apart
from core.child_process import ChildEndedError, steps_of_child
from core.errors import InputError
from core.find.across import Hit, disagreements, with_other_side
from core.find.collection import Collection, Searched
from core.find.frames import CompactFrames
from core.find.indexing import Index, indexed, is_indexed
from core.find.marks import Marks, search_again
from core.find.query import Stretch, query_of
from core.find.search import Found
from core.formats.sidecar import Rows
from core.steps import reported, result_of

TOP = 50
"""Hits that are listed."""
_SCANNED = 500
"""Hits among which disagreements are looked for."""

IndexSteps = Callable[[Collection], Iterator[object]]
"""Makes what is missing of an index; yields `Progress`, and at last its notes, a tuple of str."""


@dataclass(frozen=True, slots=True)
class Example:
    """What is looked for.

    Parameters
    ----------
    key : int
        Of its recording in the session.
    stretch : Stretch
        Its `recording` is a place among those that are searched.
    """

    key: int
    stretch: Stretch


@dataclass(frozen=True, slots=True, eq=False)
class FoundHits:
    """What was found.

    Parameters
    ----------
    hits : tuple of Hit
        Best first.
    apart : tuple of Hit
        Those that are not on the other channel, also from further down.
    keys : tuple of int
        Of the recordings that were searched, by `Stretch.recording`.
    notes : tuple of str
        What was left out or indexed again, and why.
    """

    hits: tuple[Hit, ...] = ()
    apart: tuple[Hit, ...] = ()
    keys: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def index_apart(collection: Collection) -> Iterator[object]:
    """Index in a process of its own: it would hold the window up.

    Raises
    ------
    InputError
        Also if the process ended by itself.
    """
    try:
        yield from steps_of_child("the indexing's", index_steps, collection)
    except ChildEndedError as error:
        fix = "close other programs if memory is short, and look again: it goes on from there"
        what = f"was not made to the end, because {error}"
        raise InputError("the index", what, fix) from error


def index_steps(collection: Collection) -> Iterator[object]:
    """Index in this process; see `IndexSteps`."""
    index = yield from indexed(collection, CompactFrames())
    yield index.notes


def find_steps(
    place: Path,
    entries: Sequence[tuple[int, Entry]],
    sought: Example | str,
    marks: Marks,
    make: IndexSteps,
) -> Iterator[Progress | FoundHits]:
    """Index what is new, and search by an example or by words."""
    # They take scipy, which the first paint would wait for.
    from core.find.words.asking import answered, understood
    from core.find.words.own_labels import OwnLabels, own_labels

    yield Progress("looking at the index", 0.0)
    names = names_apart([entry.recording for _, entry in entries])
    collection = Collection(
        place,
        tuple(_searched(name, entry) for name, (_, entry) in zip(names, entries, strict=True)),
    )
    own = own_labels(collection) if isinstance(sought, str) else OwnLabels()
    asked = understood(sought, own) if isinstance(sought, str) else sought
    encoder = CompactFrames()
    made: tuple[str, ...] = ()
    if not is_indexed(collection, encoder):
        for step in make(collection):
            if isinstance(step, Progress):
                yield step
            elif isinstance(step, tuple):
                made = step
    yield Progress("comparing", 1.0)
    index = result_of(indexed(collection, encoder))
    if isinstance(asked, Example):
        found = _like(index, collection, asked, marks)
    else:
        steps = answered(index, asked, _SCANNED)
        told = yield from reported(steps, lambda share: Progress("listening", share))
        found = marked(told, marks)
    hits = with_other_side(index, found, _SCANNED)
    keys = dict(zip(collection.recordings, (key for key, _ in entries), strict=True))
    kept = index.collection.recordings
    yield FoundHits(
        tuple(hits[:TOP]),
        tuple(disagreements(hits)[:TOP]),
        tuple(keys[each] for each in kept),
        tuple(dict.fromkeys((*own.notes, *made, *index.notes))),
    )


def _like(index: Index, collection: Collection, example: Example, marks: Marks) -> list[Found]:
    meant = collection.recordings[example.stretch.recording]
    kept = index.collection.recordings
    if meant not in kept:
        raise InputError(meant.name, "cannot be read", "choose a sound of another recording")
    here = example.stretch._replace(recording=kept.index(meant))
    query = query_of(index.frames[here.recording].channels[here.channel], here, meant.name)
    return search_again(index.frames, query, marks, _SCANNED)


def marked(found: Sequence[Found], marks: Marks) -> list[Found]:
    """Hits by words: what was marked right comes first, what was marked wrong not at all."""
    known = {*marks.right, *marks.wrong}
    return [*marks.right, *(each for each in found if each not in known)]


def _searched(name: str, entry: Entry) -> Searched:
    is_set = bool((~entry.is_unset).any())
    known = entry.leaving.known_map(Rows.ALL) if is_set else None
    return Searched(name, entry.recording, entry.known.fingerprint, known)


class Finding(QObject):
    """What is looked for, what was found, and what a person said of it.

    Parameters
    ----------
    session : SessionModel
    session_path : callable
        Where the session is; None if it has no place.
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
        make: IndexSteps = index_apart,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._session_path, self.make = session, session_path, make
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
        """Stop the thread."""
        self._runner.shut_down()

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
        self._runner.start(partial(find_steps, place, entries, sought, marks, self.make))

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
