"""The session that is open, and what is known of its recordings beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.session.alignment_results import AlignmentResults
from app.session.edits import differ_in_confidence, moved_visibly, table_times
from app.session.entries import Entry
from core.align.agreement import compared
from core.align.alignment import Alignment
from core.arrays import Floats
from core.keypoints import KeypointSet
from core.session import (
    Basis,
    Change,
    Proposal,
    Provenance,
    RecordingState,
    Run,
    Session,
    SessionRecording,
    moment_now,
    taken_over,
)
from core.sync_points import SyncPoints


@dataclass(frozen=True, slots=True)
class Action:
    """What a person does to several recordings, or in several goes, at once.

    Parameters
    ----------
    text : str
        For the undo menu.
    made_at : datetime
    """

    text: str
    made_at: datetime = field(default_factory=moment_now)


class OpenSession(QObject):
    """The session's value and its open recordings; only `SessionModel` changes them.

    What is to be kept lives in a `core.session.Session`; every change of it is sent by
    `changed` and written down by whoever listens.

    Signals
    -------
    replaced()
        All recordings are those of another session.
    found_again(key)
        The audio of a recording that was lost is there.
    recordings_changed()
        Recordings were added, or what the list says of one changed.
    state_changed(key)
        Keypoints of a recording are others, or it went out or came back.
    renumbered(key, before_0_s)
        Keypoints were added or taken away, before `state_changed`; shape (K,), where they were.
    evidence_changed(key)
        What was computed of a recording is something else.
    history_changed()
        What can be undone or redone is something else.
    changed(change)
        A `core.session.Change` to write down.
    """

    replaced = Signal()
    found_again = Signal(int)
    recordings_changed = Signal()
    state_changed = Signal(int)
    evidence_changed = Signal(int)
    history_changed = Signal()
    renumbered = Signal(int, object)
    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = Session()
        self._entries: dict[int, Entry] = {}
        self._action: Action | None = None
        self._tells = True

    @property
    def value(self) -> Session:
        """What is kept."""
        return self._value

    @property
    def entries(self) -> Mapping[int, Entry]:
        """All open recordings by their keys, in the order opened; another session has its own."""
        return self._entries

    # -- which recordings ------------------------------------------------------------

    def restore(self, session: Session, entries: Sequence[Entry]) -> None:
        """A session that was read from disk, with one entry for each of its recordings."""
        self._value = session
        self._entries = dict(zip(session.recordings, entries, strict=True))
        self.replaced.emit()
        self.recordings_changed.emit()
        self.history_changed.emit()

    def add(self, entries: Sequence[Entry], *, named: bool) -> list[int]:
        """Open recordings, or what is open already in their stead.

        Parameters
        ----------
        entries : sequence of Entry
        named : bool
            Whether the person named each of them; if not, what lies in the place of a recording
            that is lost stands for that one.

        Returns
        -------
        list of int
            The key of each.
        """
        key_of = _keys_by_audio(self._entries, named=named)
        new: dict[tuple[str, str], Entry] = {}
        for entry in entries:
            if key_of(entry) is None:
                new.setdefault(entry.identity, entry)
        self._add(tuple(new.values()))
        key_of = _keys_by_audio(self._entries, named=named)
        keys = [key for key in map(key_of, entries) if key is not None]
        # Audio that is not where it was is known again, also under another name.
        pairs = zip(keys, entries, strict=True)
        self.relocate(
            {
                key: entry.known
                for key, entry in pairs
                if self._entries[key].is_lost
                and self._entries[key].known.fingerprint == entry.known.fingerprint
            }
        )
        return keys

    def _add(self, new: Sequence[Entry]) -> None:
        if new:
            session, change = self._value.add((entry.known, entry.state) for entry in new)
            keys = [key for key, _, _ in change.added]
            self._entries.update(zip(keys, new, strict=True))
            self._keep(session, change)
            self.recordings_changed.emit()

    @contextmanager
    def together(self, action: Action) -> Iterator[None]:
        """Edits within are one action of a person, to undo at once."""
        self._action = action
        try:
            with self._telling_once():
                yield
        finally:
            self._action = None

    def take_out(self, key: int) -> None:
        """Take a recording out of the session; all that is known of it is kept."""
        self._exclude(key, "Take the recording out", is_out=True)

    def bring_back(self, keys: Iterable[int]) -> list[int]:
        """Bring back those recordings that were taken out; which they were."""
        out = [key for key in keys if self._entries[key].is_out]
        what = f"{len(out):,} recordings" if len(out) > 1 else "the recording"
        with self.together(Action(f"Bring {what} back")):
            for key in out:
                self._exclude(key, "", is_out=False)
        return out

    def lose(self, key: int, why: str) -> None:
        """The audio of a recording is not there any more."""
        self._entries[key] = replace(self._entries[key], lost=why)
        self.recordings_changed.emit()

    def relocate(self, found: Mapping[int, SessionRecording]) -> None:
        """The audio of recordings, by their keys, is somewhere else, or another, from now on."""
        if not found:
            return
        session, change = self._value.relocate(found)
        for key, known in found.items():
            entry = self._entries[key]
            is_same = known.fingerprint == entry.known.fingerprint
            evidence = entry.evidence if is_same else AlignmentResults()
            self._entries[key] = replace(entry, known=known, evidence=evidence, lost="", other=None)
            if entry.is_lost:
                self.found_again.emit(key)
        self._keep(session, change)
        self.recordings_changed.emit()

    # -- what the machine finds -------------------------------------------------------

    def set_evidence(self, key: int, evidence: AlignmentResults) -> None:
        """What was computed of a recording is something else; its keypoints stand."""
        before = self._entries[key]
        evidence = evidence.at(before.keypoints.time_0_s)
        entry = self._entries[key] = replace(before, evidence=evidence)
        self.evidence_changed.emit(key)
        if entry.alignment is not before.alignment or entry.problem != before.problem:
            self.recordings_changed.emit()

    def set_contradictions(self, found: Mapping[int, str]) -> None:
        """As `SessionModel.set_contradictions`."""
        changed = {
            key: entry
            for key, entry in self._entries.items()
            if entry.contradiction != found.get(key, "")
        }
        for key, entry in changed.items():
            self._entries[key] = replace(entry, contradiction=found.get(key, ""))
        if changed:
            self.recordings_changed.emit()

    def set_alignment(self, key: int, alignment: Alignment, made: Provenance | None) -> None:
        """The aligner ran on a recording; as `SessionModel.set_alignment`."""
        entry = self._entries[key]
        self.set_evidence(key, AlignmentResults.of(alignment))
        if made is not None and (entry.last_run is None or not entry.last_run.made.is_like(made)):
            run = Run.of(key, alignment, made, entry.known.fingerprint)
            self._record_run(run, propose=entry.basis is not Basis.IMPORTED)
            if entry.basis is Basis.IMPORTED:
                self.follow(key, alignment)

    def follow(self, key: int, alignment: Alignment) -> NDArray[np.intp] | None:
        """A path was led through decisions: undecided keypoints move along, and which they were.

        Imported ones stand, and are compared with it. None if nothing follows, because an undo
        brought them back or they are on a candidate's line.
        """
        entry = self._entries[key]
        alignment = alignment.at(entry.keypoints.time_0_s)
        self.set_evidence(key, entry.evidence.led(alignment))
        if entry.basis is Basis.LINE or self._value.undone:
            return None
        stands = entry.basis is Basis.IMPORTED
        proposal = compared(entry.keypoints, alignment) if stands else alignment.keypoints
        after = entry.keypoints.with_proposal(proposal)
        moved = moved_visibly(entry.keypoints, after)
        if len(moved) or differ_in_confidence(entry.keypoints, after):
            self._take(key, self._value.follow(key, proposal))
        return moved

    # -- what a person decides -------------------------------------------------------

    def edit(
        self,
        key: int,
        keypoints: KeypointSet,
        text: str,
        merge_key: str = "",
        proposal: Proposal | None = None,
    ) -> None:
        """A person changes keypoints of a recording; as `Session.edit`."""
        text, made_at = self._told(text)
        self._take(key, self._value.edit(key, keypoints, text, merge_key, proposal, made_at))

    def propose(self, key: int, proposal: Proposal, keypoints: KeypointSet, text: str) -> None:
        """Undecided keypoints of a recording take others, and go back to a proposal from now on."""
        taken = self._entries[key].keypoints.with_proposal(keypoints)
        self.edit(key, taken, text, proposal=proposal)

    def propose_path(self, key: int) -> bool:
        """Undecided keypoints take the path; False if there is none.

        Without evidence at hand it is that of the last run, which follows decisions once there is.
        """
        entry = self._entries[key]
        made, led = entry.machine or entry.last_run, entry.alignment or entry.last_run
        if made is None or led is None:
            return False
        if not np.array_equal(led.keypoints.time_0_s, entry.keypoints.time_0_s):
            return False
        self.propose(key, Proposal(Basis.PATH, made.keypoints), led.keypoints, "Take the path")
        return True

    def propose_table(self, key: int, opened: Entry) -> bool:
        """Undecided keypoints take a table's times; False if it has others on channel 0."""
        times = table_times(self._entries[key], opened)
        if times is None or opened.imported is None:
            return False
        text = f"Take the times of {opened.imported.path.name}"
        self.propose(key, Proposal(Basis.IMPORTED, times), times, text)
        return True

    def take_earlier(self, key: int, earlier: RecordingState, run: Run | None, folder: str) -> bool:
        """Go on from what another session holds; as `SessionModel.take_earlier`."""
        entry = self._entries[key]
        if not np.array_equal(entry.keypoints.time_0_s, earlier.keypoints.time_0_s):
            return False
        if run is not None and entry.run is None and run.fingerprint == entry.known.fingerprint:
            self._record_run(replace(run, recording=key), propose=False)
        keypoints = taken_over(entry.keypoints, earlier.keypoints)
        text = f"Take over what was decided in {folder}"
        self.edit(key, keypoints, text, proposal=earlier.proposal)
        return True

    def put_keypoints(self, key: int, kept: NDArray[np.bool_], more_0_s: Floats, text: str) -> None:
        """Keypoints are added or taken away; as `Session.put_keypoints`."""
        self._take(key, self._value.put_keypoints(key, kept, more_0_s, text))

    def set_sync(self, key: int, sync: SyncPoints, text: str) -> None:
        """Moments are known to be the same; as `Session.set_sync`."""
        self._take(key, self._value.set_sync(key, sync, text))

    def undo(self, count: int) -> None:
        """Take back so many of the last steps, which are there."""
        with self._telling_once():
            for _ in range(count):
                self._take(self._value.done[-1].edit.recording, self._value.undo())

    def redo(self, count: int) -> None:
        """Take back so many of the last undos, which are there."""
        with self._telling_once():
            for _ in range(count):
                self._take(self._value.undone[0].edit.recording, self._value.redo())

    @contextmanager
    def _telling_once(self) -> Iterator[None]:
        """What changes within is one change of the list and of the history."""
        self._tells = False
        try:
            yield
        finally:
            self._tells = True
            self.history_changed.emit()
            self.recordings_changed.emit()

    def _record_run(self, run: Run, *, propose: bool) -> None:
        key = run.recording
        self._entries[key] = replace(self._entries[key], run=run)
        self._take(key, self._value.record_run(run, propose=propose))

    def _exclude(self, key: int, text: str, *, is_out: bool) -> None:
        text, made_at = self._told(text)
        told = self._value.set_excluded(key, is_excluded=is_out, text=text, made_at=made_at)
        self._take(key, told)

    def _told(self, text: str) -> tuple[str, datetime | None]:
        """What the history calls an edit, and when it was made."""
        return (text, None) if self._action is None else (self._action.text, self._action.made_at)

    def _take(self, key: int, made: tuple[Session, Change]) -> None:
        """The session goes on to what a change of a recording made of it."""
        session, change = made
        entry = self._entries[key]
        state = session.states[key]
        self._entries[key] = replace(entry, state=state)
        if change.whole is not None:
            self.renumbered.emit(key, entry.keypoints.time_0_s)
            self.set_evidence(key, entry.evidence)
        self._keep(session, change)
        if state is not entry.state:
            self.state_changed.emit(key)
        if self._tells:
            self.recordings_changed.emit()

    def _keep(self, session: Session, change: Change) -> None:
        if session is not self._value:
            self._value = session
            self.changed.emit(change)
            if self._tells:
                self.history_changed.emit()


def _keys_by_audio(entries: Mapping[int, Entry], *, named: bool) -> Callable[[Entry], int | None]:
    """What tells which open recording an entry is, if any."""
    known: dict[tuple[str, str], int] = {entry.identity: key for key, entry in entries.items()}
    lost = {e.known.fingerprint: key for key, e in entries.items() if e.is_lost}
    if not named:
        others: Iterable[tuple[tuple[str, str] | None, int]] = (
            (entry.other_identity, key) for key, entry in entries.items()
        )
        known |= {other: key for other, key in others if other is not None}

    def key_of(entry: Entry) -> int | None:
        was = lost.get(entry.known.fingerprint)
        if was is not None and known.get(entry.identity, was) == was:
            return was
        return known.get(entry.identity)

    return key_of
