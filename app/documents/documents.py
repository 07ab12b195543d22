"""Opens sessions, recordings and tables, and tells what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus, Work
from app.base.messages import Kind, Message
from app.documents.offered_table import OfferedTable
from app.documents.offered_work import OfferedWork
from app.documents.opening import Opened, Skipped, ToPair, open_pairs, open_paths
from app.documents.placing import Placed, Step, place_steps, then_earlier
from app.documents.restoring import (
    Lost,
    Relocated,
    Restored,
    find_steps,
    other_steps,
    reopen_steps,
)
from app.documents.session_store import SessionStore
from app.session.entries import Entry
from app.session.session_model import SessionModel
from app.session.session_places import SUFFIX
from core.audio.pairs.pair_draft import PairDraft
from core.audio.recording import Recording
from core.audio.sources import Sources, whole_path
from core.session import EarlierWork, Session


class Documents(QObject):
    """Opens what a person picked, into the session.

    Parameters
    ----------
    session : SessionModel
    store : SessionStore

    Attributes
    ----------
    table : OfferedTable
        What an opened table says of recordings that were open already.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    opening(paths)
        The person wants these to be opened, a tuple of Path.
    replacing()
        Another session takes the place of the one that is open.
    settled()
        What was picked is open, as far as it can be.
    pairing_wanted(draft)
        Files that were picked are to be paired first; a guess, a `PairDraft`.
    """

    message_posted = Signal(object)
    opening = Signal(object)
    replacing = Signal()
    settled = Signal()
    pairing_wanted = Signal(object)

    def __init__(
        self, session: SessionModel, store: SessionStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._store = store
        self.table = OfferedTable(session, self)
        self.earlier = OfferedWork(session, self)
        self.earlier.taken.connect(store.note_taken)
        for offer in (self.table, self.earlier):
            offer.message_posted.connect(self.message_posted)
        self._paths: tuple[Path, ...] = ()
        self._placed: Placed | None = None
        self._is_reading = False
        self._offers = False
        self._stay_out = 0
        self._noted: list[Recording] = []
        self._last_word: Message | None = None
        self._opening = BackgroundRunner("open", self)
        self._opening.stepped.connect(self._on_opened)
        self._opening.ended.connect(self._on_opening_ended)
        store.opened.connect(self._restore)
        store.refused.connect(self._on_refused)
        store.homeless.connect(self._on_homeless)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being opened, and the session is written."""
        works = self._is_reading or self._opening.is_running or self.earlier.is_running
        return not works and self._store.is_settled

    @Slot(object)
    def open(self, paths: Sequence[Path]) -> None:
        """Open folders, recordings and CSVs into the session, or another session.

        The first recordings of a window open the session of their folder, so that what was
        decided there before is there again.
        """
        if not paths:
            return
        self.opening.emit(tuple(paths))
        self.table.begin()
        self.earlier.begin()
        self._paths = tuple(paths)
        self._stay_out = 0
        self._offers = any(path.suffix.lower() == ".csv" for path in paths)
        sessions = [path for path in paths if path.suffix.lower() == SUFFIX]
        if sessions and self._store.is_open(sessions[0]):
            self.message_posted.emit(Message(Kind.INFO, f"{sessions[0].name} is open already."))
        elif sessions:
            self._read(sessions[0], None)
            if len(paths) > 1:
                text = f"Of these only {sessions[0].name} is opened: a window shows one session."
                self.message_posted.emit(Message(Kind.WARNING, text))
        else:
            self._take_up(partial(open_paths, self._paths))

    def open_pairs(self, pairs: Sequence[Sources]) -> None:
        """Open recordings that are made of named sources."""
        self.table.begin()
        self.earlier.begin()
        self._paths = tuple(pair.files[0].parent for pair in pairs)
        self._stay_out, self._offers = 0, False
        self._take_up(partial(open_pairs, tuple(pairs)))

    def recover(self) -> bool:
        """Open what was open when FinchSync ended without closing it; whether there is any."""
        self._is_reading = self._store.recover()
        return self._is_reading

    def find_audio(self, folder: Path) -> None:
        """Look in a folder for recordings whose audio is not where it was."""
        lost = {
            k: entry.known
            for k, entry in self._session.recordings.items()
            if entry.is_lost and not entry.is_out
        }
        self._opening.start(partial(find_steps, lost, folder))

    @Slot()
    def use_other_audio(self) -> None:
        """Go on with the audio that lies now where that of the keypoints was."""
        others = {
            k: entry
            for k, entry in self._session.recordings.items()
            if entry.has_other and not entry.is_out
        }
        if others:
            open_now = {entry.identity for entry in self._session.entries if not entry.is_out}
            self._opening.start(partial(other_steps, others, open_now))
        else:
            text = "All audio that is there is what the keypoints were made on."
            self.message_posted.emit(Message(Kind.INFO, text))

    @Slot()
    def bring_back(self) -> None:
        """Bring back all recordings that were taken out of the session."""
        back = self._session.bring_back()
        are = "is" if len(back) == 1 else "are"
        text = f"{_counted(len(back))} {are} back." if back else "No recording was taken out."
        self.message_posted.emit(Message(Kind.INFO, text))

    def shut_down(self) -> None:
        """Stop the threads."""
        self._opening.shut_down()
        self.earlier.shut_down()

    def _read(self, session: Path, placed: Placed | None) -> None:
        self._is_reading = True
        self._placed = placed
        self._store.open(session, may_create=placed is not None)

    def _take_up(self, work: Callable[[], Iterator[Step]]) -> None:
        """Open things into the session, or the first ones into that of their folder."""
        places = self._store.places
        if self._store.awaits_place and places is not None:
            self._opening.start(partial(place_steps, places, self._paths[0], work))
        else:
            self._start(work)

    def _start(self, work: Work) -> None:
        """Open things, and look then in which other sessions they are."""
        places, path = self._store.places, self._store.path
        if places is not None and self._paths:
            work = partial(then_earlier, work, places, self._paths[0], path)
        self._opening.start(work)

    @Slot(object)
    def _restore(self, session: Session) -> None:
        placed = self._take_placed()
        if placed is None:
            self._paths = ()
            self._start(partial(reopen_steps, session))
            return
        self._store.note_place(self._paths[0], placed.session)
        if placed.note:
            kind = Kind.WARNING if placed.is_warning else Kind.INFO
            self._last_word = Message(kind, placed.note)
        self._start(partial(reopen_steps, session, placed.rest, placed.moved_to))

    @Slot(object)
    def _on_refused(self, _path: Path) -> None:
        self._take_placed()

    @Slot()
    def _on_homeless(self) -> None:
        placed = self._take_placed()
        if placed is not None:
            self._opening.start(lambda: placed.rest)

    def _take_placed(self) -> Placed | None:
        self._is_reading = False
        placed, self._placed = self._placed, None
        return placed

    @Slot(object)
    def _on_opened(self, step: object) -> None:
        if isinstance(step, Placed):
            self._read(step.session, step)
        elif isinstance(step, Opened):
            if self._offers:
                self.table.look_at(step.entries)
            known = {entry.identity for entry in self._session.entries}
            new = [entry.recording for entry in step.entries if entry.identity not in known]
            self._noted += [recording for recording in new if recording.notes]
            self._stay_out += len(self._session.add(step.entries, named=step.named))
        elif isinstance(step, Restored):
            self.replacing.emit()
            self._session.restore(step.session, step.entries)
            self._session.relocate(step.moved)
        elif isinstance(step, Relocated):
            self._session.relocate(step.found)
            self._tell_found(step)
        elif isinstance(step, Skipped):
            kind = Kind.ERROR if step.is_all else Kind.WARNING
            self.message_posted.emit(Message(kind, step.text, details=step.details))
        elif isinstance(step, ToPair):
            self._pair(step.draft)
        elif isinstance(step, Lost):
            self._tell_lost(step)
        elif isinstance(step, EarlierWork):
            self.earlier.look_at(step)

    def _pair(self, draft: PairDraft) -> None:
        """Have files paired that are in no recording here yet; show where the others are."""
        recordings = self._session.recordings.items()
        there = {
            whole_path(path): key
            for key, entry in recordings
            for path in entry.recording.paths
            if not entry.is_out
        }
        # A file may be part of a folder that is a recording's side as a whole.
        keys = {
            path: there[whole_path(place)]
            for path in draft.files
            for place in (path.parent, path)
            if whole_path(place) in there
        }
        left = draft.beyond(keys)
        if left.rows:
            self.pairing_wanted.emit(left)
        else:
            self._session.selection.select_first(keys.values())

    def _tell_lost(self, step: Lost) -> None:
        self.message_posted.emit(
            Message(
                Kind.WARNING,
                step.text,
                "find_audio",
                step.details,
                otherwise="use_other_audio" if step.has_other else "",
                is_true=self._while_any(lambda entry: entry.is_lost and not entry.is_out),
            )
        )

    def _while_any(self, is_so: Callable[[Entry], bool]) -> Callable[[], bool]:
        return lambda: any(map(is_so, self._session.entries))

    def _tell_found(self, step: Relocated) -> None:
        found = _counted(len(step.found))
        if not step.is_other:
            self.message_posted.emit(Message(Kind.INFO, f"Found the audio of {found}."))
            return
        text = (
            f"The audio of {found} is used as it is now. Keypoints stand as they were; align again "
            "to check them."
        )
        shows_it = list(step.found) == [self._session.selection.recording]
        action = "align" if shows_it else "align_all"
        is_true = self._while_any(lambda entry: entry.is_outdated)
        self.message_posted.emit(Message(Kind.INFO, text, action, is_true=is_true))

    @Slot(object)
    def _on_opening_ended(self, result: RunResult) -> None:
        if self._is_reading:
            return
        if result.status is RunStatus.FAILED:
            self.message_posted.emit(Message(Kind.ERROR, result.message, details=result.details))
        if self._stay_out:
            stays = "stays" if self._stay_out == 1 else "stay"
            text = f"{_counted(self._stay_out)} that you took out of this session {stays} out."
            is_true = self._while_any(lambda entry: entry.is_out)
            self.message_posted.emit(Message(Kind.INFO, text, "bring_back", is_true=is_true))
            self._stay_out = 0
        self._tell_notes()
        if self._last_word is not None:
            self.message_posted.emit(self._last_word)
            self._last_word = None
        self.table.offer()
        self.earlier.offer()
        self.settled.emit()

    def _tell_notes(self) -> None:
        """Say what was assumed of recordings that were not open before."""
        lines = [f"{one.name}: {note}." for one in self._noted for note in one.notes]
        if lines:
            count = len(self._noted)
            of = f"Of {_counted(count)} the header is wrong or silent; the first: "
            text = lines[0] if count == 1 else of + lines[0]
            self.message_posted.emit(Message(Kind.INFO, text, details="\n".join(lines)))
        self._noted.clear()


def _counted(recordings: int) -> str:
    return f"{recordings:,} recording{'' if recordings == 1 else 's'}"
