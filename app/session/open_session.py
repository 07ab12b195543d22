"""The open recordings, the selection, and what is on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.base.messages import Kind, Message
from app.session.drag import Drag
from app.session.entries import AlignmentResults, Entry
from core.align.rankings import RankedBy, Ranking
from core.keypoints import KeypointSet
from core.session import Change, Session, SessionRecording, Step, ViewState
from core.time_map import TimeMap


class OpenSession(QObject):
    """The open recordings beside the session they belong to; views read from here.

    What is to be kept lives in a `core.session.Session`; every change of it is sent by
    `changed` and written down by whoever listens.

    Signals
    -------
    replaced()
        All recordings are those of another session.
    recordings_changed()
        Recordings were added, or what the list says of one changed.
    recording_selected()
        `current` is another recording.
    keypoints_changed()
        Keypoints of the current recording changed, a preview included.
    evidence_changed()
        Surface, rankings or alignment of the current recording changed, or another ranking is
        shown.
    selection_changed()
        Another keypoint, or another highlighted candidate.
    decided(index)
        A person decided on a keypoint of recording `index`, or took a decision back.
    followed(moved)
        The path of the current recording went after decisions; shape (N,), the keypoints that
        moved along.
    history_changed()
        What can be undone or redone is something else.
    returned()
        An undo, a redo or a session opened again went back to the selected keypoint.
    refused(message)
        A `Message`: an edit cannot be, and why.
    changed(change)
        A `core.session.Change` to write down.
    """

    replaced = Signal()
    recordings_changed = Signal()
    recording_selected = Signal()
    keypoints_changed = Signal()
    evidence_changed = Signal()
    selection_changed = Signal()
    decided = Signal(int)
    followed = Signal(object)
    history_changed = Signal()
    returned = Signal()
    refused = Signal(object)
    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = Session()
        self._entries: list[Entry] = []
        self._keys: list[int] = []
        self._current = -1
        self._selected = -1
        self._highlighted = -1
        self._ranked_by = RankedBy.MODEL
        self._drag = Drag()

    # -- what is there ---------------------------------------------------------------

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All open recordings, in the order opened."""
        return tuple(self._entries)

    @property
    def keys(self) -> tuple[int, ...]:
        """Their keys in the session, in the same order."""
        return tuple(self._keys)

    @property
    def current_index(self) -> int:
        """Index of the recording shown, -1 if none."""
        return self._current

    @property
    def current(self) -> Entry | None:
        """The recording shown."""
        return self._entries[self._current] if self._current >= 0 else None

    @property
    def keypoints(self) -> KeypointSet | None:
        """Keypoints of the recording shown, with the edit under way."""
        if self._drag.keypoints is not None:
            return self._drag.keypoints
        return None if self.current is None else self.current.keypoints

    @property
    def selected(self) -> int:
        """Index of the selected keypoint, -1 if none."""
        return self._selected

    @property
    def highlighted(self) -> int:
        """Rank of the highlighted candidate, 0 is best, -1 if none."""
        return self._highlighted

    @property
    def ranked_by(self) -> RankedBy:
        """Whose opinion of linear candidates is wished for."""
        return self._ranked_by

    @property
    def ranking(self) -> Ranking | None:
        """Linear candidates of the recording shown, in the opinion that is shown."""
        return None if self.current is None else self.current.ranking(self._ranked_by)

    @property
    def is_previewing(self) -> bool:
        """Whether a drag is under way."""
        return self._drag.keypoints is not None

    @property
    def done(self) -> tuple[Step, ...]:
        """What can be undone, oldest first."""
        return self._session.done

    @property
    def undone(self) -> tuple[Step, ...]:
        """What can be redone; the next one first."""
        return self._session.undone

    @property
    def shown(self) -> ViewState | None:
        """What is on screen, for the next time."""
        key = self._shown_key
        return None if key is None else ViewState(key, self._selected)

    def entry_of(self, key: int) -> Entry:
        """The recording with a key."""
        return self._entries[self._keys.index(key)]

    def while_shown(self) -> Callable[[], bool]:
        """Whether the recording shown now is shown still, for what is said of it."""
        shown = self._shown_key
        return lambda: self._shown_key == shown

    def while_selected(self) -> Callable[[], bool]:
        """Whether the person has not gone on to another keypoint, for what waits until then."""
        shown = self.shown
        return lambda: self.shown == shown

    def while_so(self, index: int, is_so: Callable[[Entry], bool]) -> Callable[[], bool]:
        """Whether something is so of a recording, as long as its session is open."""
        keys, key = self._keys, self._keys[index]
        return lambda: self._keys is keys and is_so(self.entry_of(key))

    @property
    def _shown_key(self) -> int | None:
        return self._keys[self._current] if self._current >= 0 else None

    def time_map(self) -> TimeMap:
        """Channel-0 to channel-1 time of the recording shown, through its keypoints."""
        keypoints = self.keypoints
        return TimeMap.identity() if keypoints is None else _time_map_of(keypoints)

    # -- recordings ------------------------------------------------------------------

    def restore(self, session: Session, entries: Sequence[Entry]) -> None:
        """Show a session that was read from disk instead of what is open.

        Parameters
        ----------
        session : Session
        entries : sequence of Entry
            One for each of its recordings, in their order.
        """
        self._drag.drop()
        self._session = session
        self._entries, self._keys = list(entries), list(session.recordings)
        self._current = self._selected = self._highlighted = -1
        self.replaced.emit()
        self.recordings_changed.emit()
        self.history_changed.emit()
        shown = session.shown
        if shown is not None and shown.recording in self._keys:
            self.select_recording(self._keys.index(shown.recording))
        if shown is not None and self._current >= 0:
            self.select_keypoint(shown.keypoint)
            self.returned.emit()
        else:
            self._show_near(0)

    def add(self, entries: Iterable[Entry], *, named: bool = True) -> tuple[Entry, ...]:
        """Open recordings; the first one is shown, whether it was open already or not.

        Parameters
        ----------
        entries : iterable of Entry
        named : bool
            Whether the person named each of them. Only then, what was taken out comes back, and
            what lies in the place of a recording that is lost becomes a recording of its own.

        Returns
        -------
        tuple of Entry
            Those that stay out of the session.
        """
        known = {entry.identity: i for i, entry in enumerate(self._entries)}
        lost = {e.known.fingerprint: i for i, e in enumerate(self._entries) if e.is_lost}
        if not named:
            others = ((entry.other_identity, i) for i, entry in enumerate(self._entries))
            known |= {other: i for other, i in others if other is not None}
        new: list[Entry] = []
        found: list[int] = []
        moved: dict[int, SessionRecording] = {}
        for entry in entries:
            # Audio that is not where it was is known again, also under another name.
            was = lost.get(entry.known.fingerprint, -1)
            if was == known.get(entry.identity, was) >= 0:
                moved[self._keys[was]] = entry.known
                known[entry.identity] = was
            index = known.setdefault(entry.identity, len(self._entries) + len(new))
            if index == len(self._entries) + len(new):
                new.append(entry)
            found.append(index)
        self._add(new)
        self.relocate(moved)
        if named:
            for index in [i for i in found if self._entries[i].is_out]:
                self._put(index, out=False)
        for index in [i for i in found if not self._entries[i].is_out][:1]:
            self.select_recording(index)
        return tuple(self._entries[i] for i in found if self._entries[i].is_out)

    def _add(self, new: list[Entry]) -> None:
        if new:
            session, change = self._session.add((entry.known, entry.state) for entry in new)
            self._entries += new
            self._keys += [key for key, _, _ in change.added]
            self._keep(session, change)
            self.recordings_changed.emit()

    def take_out(self, index: int) -> None:
        """Take a recording out of the session; all that is known of it is kept."""
        self._put(index, out=True)
        if index == self._current:
            self._show_near(index)

    def bring_back(self) -> tuple[Entry, ...]:
        """Bring back every recording that was taken out, and show the first; which they were."""
        out = [i for i, entry in enumerate(self._entries) if entry.is_out]
        for index in out:
            self._put(index, out=False)
        for index in out[:1]:
            self.select_recording(index)
        return tuple(self._entries[i] for i in out)

    def lose(self, index: int, why: str) -> None:
        """The audio of a recording is not there any more."""
        self._entries[index] = replace(self._entries[index], lost=why)
        self.recordings_changed.emit()

    def relocate(self, found: Mapping[int, SessionRecording]) -> None:
        """The audio of recordings, by their keys, is somewhere else, or another, from now on."""
        if not found:
            return
        session, change = self._session.relocate(found)
        for key, known in found.items():
            index = self._keys.index(key)
            entry = self._entries[index]
            was_lost = entry.is_lost
            is_same = known.fingerprint == entry.known.fingerprint
            evidence = entry.evidence if is_same else AlignmentResults()
            self._entries[index] = replace(
                entry, known=known, evidence=evidence, lost="", other=None
            )
            if was_lost and index == self._current:
                self.recording_selected.emit()
                self.returned.emit()
        self._keep(session, change)
        self.recordings_changed.emit()

    def select_recording(self, index: int) -> None:
        """Show another recording that is in the session."""
        if not 0 <= index < len(self._entries) or self._entries[index].is_out:
            return
        if index != self._current:
            self._show(index)

    def _show_near(self, index: int) -> None:
        """Show the next recording in the session, or the one before, or none."""
        near = (*range(index, len(self._entries)), *range(index - 1, -1, -1))
        self._show(next((i for i in near if not self._entries[i].is_out), -1))

    def _show(self, index: int) -> None:
        self._drag.drop()
        self._current = index
        has_keypoints = index >= 0 and len(self._entries[index].keypoints)
        self._selected = 0 if has_keypoints else -1
        self._highlighted = -1
        self.recording_selected.emit()

    # -- selection -------------------------------------------------------------------

    def select_keypoint(self, index: int) -> None:
        """Select a keypoint of the recording shown."""
        keypoints = self.keypoints
        if keypoints is not None and 0 <= index < len(keypoints) and index != self._selected:
            self.cancel_preview()
            self._selected = index
            self.selection_changed.emit()

    def select_nearest(self, time_0_s: float) -> None:
        """Select the keypoint nearest to a moment of channel 0, seconds."""
        keypoints = self.keypoints
        if keypoints is not None and len(keypoints):
            self.select_keypoint(int(np.abs(keypoints.time_0_s - time_0_s).argmin()))

    def highlight_candidate(self, rank: int) -> None:
        """Highlight a candidate in the table and the plot."""
        if rank != self._highlighted:
            self._highlighted = rank
            self.selection_changed.emit()

    def rank_by(self, wish: RankedBy) -> None:
        """Show linear candidates in another opinion from now on."""
        if wish is not self._ranked_by:
            self._ranked_by, self._highlighted = wish, -1
            self.evidence_changed.emit()
            self.selection_changed.emit()

    # -- a move under way -----------------------------------------------------------

    def preview_move(self, index: int, time_1_s: float) -> None:
        """Show keypoint `index` at `time_1_s` everywhere, without deciding."""
        entry = self.current
        if entry is not None and self._drag.move(entry.keypoints, index, time_1_s, entry.end_1_s):
            self.keypoints_changed.emit()

    def cancel_preview(self) -> None:
        """Drop what is previewed, and what the drag goes on to say until it ends."""
        if self.is_previewing:
            self._drag.drop()
            self.keypoints_changed.emit()

    # -- the session goes on ---------------------------------------------------------

    def _put(self, index: int, *, out: bool) -> None:
        text = "Take the recording out" if out else "Bring the recording back"
        self._take(index, self._session.set_excluded(self._keys[index], is_excluded=out, text=text))

    def _take(self, index: int, made: tuple[Session, Change]) -> None:
        """The session goes on to what a change made of it."""
        session, change = made
        entry = self._entries[index]
        state = session.states[self._keys[index]]
        self._entries[index] = replace(entry, state=state)
        self._keep(session, change)
        if index == self._current and state is not entry.state:
            self._drag.go_over(state.keypoints)
            self.keypoints_changed.emit()
        self.recordings_changed.emit()

    def _keep(self, session: Session, change: Change) -> None:
        if session is not self._session:
            self._session = session
            self.changed.emit(change)
            self.history_changed.emit()

    def _see(self, index: int, evidence: AlignmentResults) -> None:
        self._entries[index] = replace(self._entries[index], evidence=evidence)
        if index == self._current:
            self.evidence_changed.emit()


def open_first(session: OpenSession) -> Message:
    """What a command says that needs a recording, while none is open."""
    return Message(
        Kind.INFO, "Open a recording first.", "open", is_true=lambda: session.current is None
    )


@lru_cache(maxsize=2)
def _time_map_of(keypoints: KeypointSet) -> TimeMap:
    return keypoints.time_map()
