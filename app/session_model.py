"""What is open, what is selected, and the one place where keypoints are edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from PySide6.QtCore import QObject, Signal

from app.drag import Drag
from app.edits import differ_in_confidence, line_of, middle_of, moved_visibly, released, told
from app.entries import Entry, Evidence
from app.moments import time_text
from core.align.alignment import Alignment, CandidateScores
from core.evidence.surface import ScoreSurface
from core.keypoints import KeypointSet, ReviewState
from core.session import (
    Basis,
    Change,
    Proposal,
    Provenance,
    Run,
    Session,
    SessionRecording,
    Shown,
    Step,
)
from core.time_map import TimeMap


class SessionModel(QObject):
    """The open recordings; views read from here and ask here for every edit.

    What is to be kept lives in a `core.session.Session`; every change of it is told by
    `changed` and written down by whoever listens.

    Signals
    -------
    recordings_changed()
        Recordings were added, or what the list says of one changed.
    recording_selected()
        `current` is another recording.
    keypoints_changed()
        Keypoints of the current recording changed, a preview included.
    evidence_changed()
        Surface, candidates or alignment of the current recording changed.
    selection_changed()
        Another keypoint, or another highlighted candidate.
    decided(index)
        A person decided on a keypoint of recording `index`, or took a decision back.
    followed(moved)
        The path of the current recording went after decisions; shape (N,), the keypoints that
        moved along.
    history_changed()
        What can be undone or redone is something else.
    refused(text)
        An edit cannot be, and why.
    changed(change)
        A `core.session.Change` to write down.
    """

    recordings_changed = Signal()
    recording_selected = Signal()
    keypoints_changed = Signal()
    evidence_changed = Signal()
    selection_changed = Signal()
    decided = Signal(int)
    followed = Signal(object)
    history_changed = Signal()
    refused = Signal(str)
    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = Session()
        self._entries: list[Entry] = []
        self._keys: list[int] = []
        self._current = -1
        self._selected = -1
        self._highlighted = -1
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
    def shown(self) -> Shown | None:
        """What is on screen, for the next time."""
        if self._current < 0:
            return None
        return Shown(self._keys[self._current], self._selected)

    def entry_of(self, key: int) -> Entry:
        """The recording with a key."""
        return self._entries[self._keys.index(key)]

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
        self.recordings_changed.emit()
        self.history_changed.emit()
        shown = session.shown
        if shown is not None and shown.recording in self._keys:
            self.select_recording(self._keys.index(shown.recording))
            self.select_keypoint(shown.keypoint)
        else:
            self.select_recording(0)

    def add(self, entries: Iterable[Entry]) -> None:
        """Open recordings; the first one is shown, whether it was open already or not."""
        known = {entry.identity: i for i, entry in enumerate(self._entries)}
        new: list[Entry] = []
        show = -1
        for entry in entries:
            index = known.setdefault(entry.identity, len(self._entries) + len(new))
            if index == len(self._entries) + len(new):
                new.append(entry)
            show = index if show < 0 else show
        if new:
            session, change = self._session.add((entry.known, entry.state) for entry in new)
            self._entries += new
            self._keys += [key for key, _, _ in change.added]
            self._keep(session, change)
            self.recordings_changed.emit()
        if show >= 0:
            self.select_recording(show)

    def relocate(self, found: Mapping[int, SessionRecording]) -> None:
        """The audio of recordings, by their keys, is somewhere else from now on."""
        if not found:
            return
        session, change = self._session.relocate(found)
        for key, known in found.items():
            index = self._keys.index(key)
            was_lost = self._entries[index].is_lost
            self._entries[index] = replace(self._entries[index], known=known, lost="")
            if was_lost and index == self._current:
                self.recording_selected.emit()
        self._keep(session, change)
        self.recordings_changed.emit()

    def select_recording(self, index: int) -> None:
        """Show another recording."""
        if index == self._current or not 0 <= index < len(self._entries):
            return
        self._drag.drop()
        self._current = index
        self._selected = 0 if len(self._entries[index].keypoints) else -1
        self._highlighted = -1
        self.recording_selected.emit()

    # -- evidence --------------------------------------------------------------------

    def set_surface(self, index: int, surface: ScoreSurface) -> None:
        """The evidence of a run that begins to rank candidates."""
        evidence = self._entries[index].evidence
        self._see(index, replace(evidence, surface=surface, candidates=None, problem=""))

    def add_candidates(self, index: int, batch: CandidateScores) -> None:
        """More candidates of the run under way."""
        evidence = self._entries[index].evidence
        known = evidence.candidates
        self._see(index, replace(evidence, candidates=known.joined(batch) if known else batch))

    def set_alignment(
        self, index: int, alignment: Alignment, made: Provenance | None = None
    ) -> None:
        """The result of a run; proposed wherever no person has decided or imported times stand.

        Parameters
        ----------
        index : int
        alignment : Alignment
        made : Provenance, optional
            What made it, to be kept. A run that repeats the last one only brings its evidence
            back: the keypoints are as they were left.
        """
        entry = self._entries[index]
        surface, candidates = alignment.surface, alignment.candidates
        self._see(index, Evidence(surface, candidates, alignment, alignment))
        if made is not None and (entry.run is None or not entry.run.made.is_like(made)):
            run = Run.of(self._keys[index], alignment, made)
            self._entries[index] = replace(self._entries[index], run=run)
            propose = entry.basis is not Basis.IMPORTED
            self._take(index, self._session.record_run(run, propose=propose))
        self.recordings_changed.emit()

    def follow(self, index: int, alignment: Alignment) -> int:
        """The path led through everything a person decided; how many keypoints moved along.

        Imported times and the line of a candidate stand, and so does what an undo brought
        back.
        """
        entry = self._entries[index]
        self._see(index, replace(entry.evidence, alignment=alignment))
        if entry.basis is not Basis.PATH or self._session.undone:
            self.recordings_changed.emit()
            return 0
        after = entry.keypoints.with_proposal(alignment.keypoints)
        moved = moved_visibly(entry.keypoints, after)
        if len(moved) or differ_in_confidence(entry.keypoints, after):
            self._take(index, self._session.follow(self._keys[index], alignment.keypoints))
        if index == self._current:
            self.followed.emit(moved)
        return len(moved)

    def set_problem(self, index: int, problem: str) -> None:
        """Why a run failed."""
        self._see(index, replace(self._entries[index].evidence, problem=problem))
        self.recordings_changed.emit()

    # -- selection -------------------------------------------------------------------

    def select_keypoint(self, index: int) -> None:
        """Select a keypoint of the recording shown."""
        keypoints = self.keypoints
        if keypoints is not None and 0 <= index < len(keypoints) and index != self._selected:
            self.cancel_preview()
            self._selected = index
            self.selection_changed.emit()

    def highlight_candidate(self, rank: int) -> None:
        """Highlight a candidate in the table and the plot."""
        if rank != self._highlighted:
            self._highlighted = rank
            self.selection_changed.emit()

    # -- edits: each ends in `_decide` -----------------------------------------------

    def preview_move(self, index: int, time_1_s: float) -> None:
        """Show keypoint `index` at `time_1_s` everywhere, without deciding."""
        entry = self.current
        if entry is not None and self._drag.move(entry.keypoints, index, time_1_s, entry.end_1_s):
            self.keypoints_changed.emit()

    def commit_preview(self) -> None:
        """Decide on what is previewed."""
        if self.is_previewing and self._drag.is_outside:
            self.cancel_preview()
            self._refuse_outside()
        elif (dragged := self._drag.take()) is not None:
            self._decide(dragged, f"Move keypoint {self._selected + 1}")

    def cancel_preview(self) -> None:
        """Drop what is previewed, and what the drag goes on to say until it ends."""
        if self.is_previewing:
            self._drag.drop()
            self.keypoints_changed.emit()

    def end_drag(self) -> None:
        """The mouse was released: decide on what is previewed, unless it was dropped."""
        self.commit_preview()
        self._drag.let_go()

    def move_keypoint(self, index: int, time_1_s: float, merge_key: str = "") -> None:
        """A person puts a keypoint at `time_1_s` seconds on channel 1.

        Moves of one keypoint that follow each other under one merge key are one step to undo.
        Beyond the ends of channel 1 there is nothing that it could be moved to.
        """
        entry = self.current
        if entry is None:
            return
        if not 0.0 <= time_1_s <= entry.end_1_s:
            self._refuse_outside()
        else:
            keypoints = entry.keypoints.move(index, time_1_s)
            own_key = f"{merge_key} {index}" if merge_key else ""
            self._decide(keypoints, f"Move keypoint {index + 1}", own_key)

    def review_keypoint(self, index: int, state: ReviewState) -> None:
        """A person decides on a keypoint."""
        self.review_keypoints([index], state)

    def review_keypoints(self, indices: Sequence[int], state: ReviewState) -> None:
        """A person decides on keypoints, in one step."""
        if self.current is None or not len(indices):
            return
        keypoints = self.current.keypoints.review(indices, state)
        self._decide(keypoints, told(indices, state))

    def release_keypoint(self, index: int) -> bool:
        """Take a person's decision back: the machine's again; False if there was none."""
        entry = self.current
        if entry is None or not entry.keypoints.is_reviewed[index]:
            return False
        self._decide(released(entry, index), f"Release keypoint {index + 1}")
        return True

    def propose_candidate(self, rank: int) -> bool:
        """Set unreviewed keypoints to the linear map of a candidate; False if there is none."""
        line = None if self.current is None else line_of(self.current, rank)
        if line is None:
            return False
        self._propose(Proposal(Basis.LINE, line), line, f"Take candidate {rank + 1}")
        return True

    def propose_alignment(self) -> bool:
        """Set unreviewed keypoints to the path; False if there is none."""
        entry = self.current
        if entry is None or entry.alignment is None or entry.machine is None:
            return False
        path = Proposal(Basis.PATH, entry.machine.keypoints)
        self._propose(path, entry.alignment.keypoints, "Take the path")
        return True

    def undo(self) -> None:
        """Take the last step back, and show where."""
        self._step_in_history(self._session.done[-1:], back=True)

    def redo(self) -> None:
        """Take the last undo back, and show where."""
        self._step_in_history(self._session.undone[:1], back=False)

    def _step_in_history(self, steps: Sequence[Step], *, back: bool) -> None:
        self.cancel_preview()
        for step in steps:
            index = self._keys.index(step.edit.recording)
            self.select_recording(index)
            self._take(index, self._session.undo() if back else self._session.redo())
            if len(step.edit.position):
                self.select_keypoint(middle_of(step))
            self.decided.emit(index)

    def _propose(self, proposal: Proposal, keypoints: KeypointSet, text: str) -> None:
        taken = self._entries[self._current].keypoints.with_proposal(keypoints)
        key = self._keys[self._current]
        self._take(self._current, self._session.edit(key, taken, text, proposal=proposal))

    def _decide(self, keypoints: KeypointSet, text: str, merge_key: str = "") -> None:
        self._drag.take()
        key = self._keys[self._current]
        self._take(self._current, self._session.edit(key, keypoints, text, merge_key))
        self.decided.emit(self._current)

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

    def _see(self, index: int, evidence: Evidence) -> None:
        self._entries[index] = replace(self._entries[index], evidence=evidence)
        if index == self._current:
            self.evidence_changed.emit()

    def _refuse_outside(self) -> None:
        assert self.current is not None
        self.refused.emit(
            f"Channel 1 ends at {time_text(self.current.end_1_s, 1)}; a keypoint cannot be put "
            "outside it. Mark it unalignable if its sound is not in channel 1."
        )


@lru_cache(maxsize=2)
def _time_map_of(keypoints: KeypointSet) -> TimeMap:
    return keypoints.time_map()
