"""What is open, what is selected, and the one place where keypoints are edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.marks import needs_look
from core.align.alignment import Alignment, CandidateScores
from core.audio.recording import Recording
from core.evidence.surface import ScoreSurface
from core.formats.biodcase import BiodcaseTable
from core.keypoints import KeypointSet, ReviewState, keypoint_grid, machine_keypoints
from core.time_map import TimeMap

_SEEN_S = 0.0005
"""A move that the millisecond on the screen shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """A CSV that keypoints came from; it is never written to."""

    path: Path
    table: BiodcaseTable


class Basis(StrEnum):
    """What the keypoints hold that no person has decided on."""

    PATH = "path"
    LINE = "line"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One open recording.

    Parameters
    ----------
    recording : Recording
    keypoints : KeypointSet
    folder : Path
        Where an export is offered first.
    imported : Imported or None
        The CSV the keypoints came from.
    basis : Basis
        Only on the path do keypoints follow corrections; imported times and the
        line of a candidate stand until the person asks for the path.
    proposal : KeypointSet or None
        The times that `basis` stands for, which a released keypoint goes back to.
    surface, candidates
        Evidence as far as it has been computed.
    machine : Alignment or None
        As the machine made it, before any decision.
    alignment : Alignment or None
        The same, led through what the person decided.
    problem : str
        Why the last alignment failed; empty if it did not.
    """

    recording: Recording
    keypoints: KeypointSet
    folder: Path
    imported: Imported | None = None
    basis: Basis = Basis.PATH
    proposal: KeypointSet | None = None
    surface: ScoreSurface | None = None
    candidates: CandidateScores | None = None
    machine: Alignment | None = None
    alignment: Alignment | None = None
    problem: str = ""

    @property
    def reviewed(self) -> int:
        """How many keypoints a person has decided on."""
        return int(self.keypoints.is_reviewed.sum())

    @property
    def concerns(self) -> tuple[str, ...]:
        """Why a person should look at the recording as a whole; empty once all is reviewed."""
        alignment = self.alignment
        if alignment is None or self.reviewed == len(self.keypoints):
            return ()
        found = list(alignment.warnings)
        if alignment.alias is not None:
            sentence = alignment.alias.sentence()
            found = [sentence, *(text for text in found if sentence not in text)]
        if alignment.needs_review and not found:
            found.append(f"the mean confidence is only {alignment.mean_confidence:.2f}")
        return tuple(found)


def new_entry(recording: Recording, folder: Path) -> Entry:
    """A recording without keypoints of its own: the 1-s grid, not aligned yet."""
    time_0_s = keypoint_grid(recording.duration_s)
    end_s = recording.channels[1].duration_s
    return Entry(recording, machine_keypoints(time_0_s, np.minimum(time_0_s, end_s)), folder)


class SessionModel(QObject):
    """The open recordings; views read from here and ask here for every edit.

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
    """

    recordings_changed = Signal()
    recording_selected = Signal()
    keypoints_changed = Signal()
    evidence_changed = Signal()
    selection_changed = Signal()
    decided = Signal(int)
    followed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._current = -1
        self._selected = -1
        self._highlighted = -1
        self._preview: KeypointSet | None = None
        self._preview_dropped = False

    # -- what is there ---------------------------------------------------------------

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All open recordings, in the order opened."""
        return tuple(self._entries)

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
        if self._preview is not None:
            return self._preview
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
        return self._preview is not None

    def time_map(self) -> TimeMap:
        """Channel-0 to channel-1 time of the recording shown, through its keypoints."""
        keypoints = self.keypoints
        return TimeMap.identity() if keypoints is None else keypoints.time_map()

    # -- recordings and evidence -----------------------------------------------------

    def add(self, entries: Iterable[Entry]) -> None:
        """Open recordings; the first one added is shown."""
        first = len(self._entries)
        known = {e.recording: i for i, e in enumerate(self._entries)}
        show = -1
        for entry in entries:
            if entry.recording not in known:
                known[entry.recording] = len(self._entries)
                self._entries.append(replace(entry, proposal=entry.keypoints))
            show = known[entry.recording] if show < 0 else show
        if len(self._entries) > first:
            self.recordings_changed.emit()
        if show >= 0:
            self.select_recording(show)

    def select_recording(self, index: int) -> None:
        """Show another recording."""
        if index == self._current or not 0 <= index < len(self._entries):
            return
        self._drop_preview()
        self._current = index
        self._selected = 0 if len(self._entries[index].keypoints) else -1
        self._highlighted = -1
        self.recording_selected.emit()

    def set_surface(self, index: int, surface: ScoreSurface) -> None:
        """The evidence of a run that begins to rank candidates."""
        entry = self._entries[index]
        self._put(index, replace(entry, surface=surface, candidates=None, problem=""))
        self._evidence_of(index)

    def add_candidates(self, index: int, batch: CandidateScores) -> None:
        """More candidates of the run under way."""
        entry = self._entries[index]
        known = entry.candidates
        self._put(index, replace(entry, candidates=known.joined(batch) if known else batch))
        self._evidence_of(index)

    def set_alignment(self, index: int, alignment: Alignment) -> None:
        """The result of a run; proposed wherever no person has decided or imported times stand."""
        entry = replace(
            self._entries[index],
            machine=alignment,
            alignment=alignment,
            surface=alignment.surface,
            candidates=alignment.candidates,
            problem="",
        )
        self._put(index, entry)
        self._evidence_of(index)
        if entry.basis is not Basis.IMPORTED:
            self._propose(index, Basis.PATH, alignment.keypoints)
        self.recordings_changed.emit()

    def follow(self, index: int, alignment: Alignment) -> int:
        """The path led through everything a person decided; how many keypoints moved along.

        Imported times and the line of a candidate stand.
        """
        entry = self._entries[index]
        self._put(index, replace(entry, alignment=alignment))
        self._evidence_of(index)
        if entry.basis is not Basis.PATH:
            self.recordings_changed.emit()
            return 0
        before_s = entry.keypoints.time_1_s
        self._propose(index, Basis.PATH, alignment.keypoints)
        away_s = np.abs(self._entries[index].keypoints.time_1_s - before_s)
        moved = np.flatnonzero(away_s >= _SEEN_S)
        if index == self._current:
            self.followed.emit(moved)
        return len(moved)

    def set_problem(self, index: int, problem: str) -> None:
        """Why a run failed."""
        self._put(index, replace(self._entries[index], problem=problem))
        self._evidence_of(index)
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

    # -- edits: each ends in `_commit` -----------------------------------------------

    def preview_move(self, index: int, time_1_s: float) -> None:
        """Show keypoint `index` at `time_1_s` everywhere, without deciding."""
        if self.current is not None and not self._preview_dropped:
            self._preview = self.current.keypoints.move(index, self._within(time_1_s))
            self.keypoints_changed.emit()

    def commit_preview(self) -> None:
        """Decide on what is previewed."""
        preview, self._preview = self._preview, None
        if preview is not None:
            self._decide(preview)

    def cancel_preview(self) -> None:
        """Drop what is previewed, and what the drag goes on to say until it ends."""
        if self._preview is not None:
            self._drop_preview()
            self.keypoints_changed.emit()

    def end_drag(self) -> None:
        """The mouse was released: decide on what is previewed, unless it was dropped."""
        self._preview_dropped = False
        self.commit_preview()

    def move_keypoint(self, index: int, time_1_s: float) -> None:
        """A person puts a keypoint at `time_1_s` seconds on channel 1."""
        if self.current is not None:
            self._decide(self.current.keypoints.move(index, self._within(time_1_s)))

    def review_keypoint(self, index: int, state: ReviewState) -> None:
        """A person decides on a keypoint."""
        if self.current is not None:
            self._decide(self.current.keypoints.review(index, state))

    def release_keypoint(self, index: int) -> bool:
        """Take a person's decision back: the machine's again; False if there was none."""
        entry = self.current
        if entry is None or not entry.keypoints.is_reviewed[index]:
            return False
        proposal = entry.proposal
        if entry.basis is Basis.PATH and entry.machine is not None:
            # The path still goes through the decision.
            proposal = entry.machine.keypoints
        released = entry.keypoints.review(index, ReviewState.UNREVIEWED)
        if proposal is not None:
            released = _taken_over(released, proposal, index)
        self._decide(released)
        return True

    def propose_candidate(self, rank: int) -> bool:
        """Set unreviewed keypoints to the linear map of a candidate; False if there is none."""
        entry = self.current
        if entry is None or entry.candidates is None or not 0 <= rank < len(entry.candidates):
            return False
        best = entry.candidates.ranked(rank + 1)
        time_0_s = entry.keypoints.time_0_s
        time_1_s = best.time_map(rank).to_channel_1(time_0_s)
        end_s = entry.recording.channels[1].duration_s
        words = (f"from linear candidate {rank + 1}, not from the path",) * len(time_0_s)
        proposal = machine_keypoints(time_0_s, np.clip(time_1_s, 0.0, end_s), reason=words)
        self._propose(self._current, Basis.LINE, proposal)
        return True

    def propose_alignment(self) -> bool:
        """Set unreviewed keypoints to the path; False if there is none."""
        entry = self.current
        if entry is None or entry.alignment is None:
            return False
        self._propose(self._current, Basis.PATH, entry.alignment.keypoints)
        return True

    def _propose(self, index: int, basis: Basis, proposal: KeypointSet) -> None:
        self._put(index, replace(self._entries[index], basis=basis, proposal=proposal))
        keypoints = self._entries[index].keypoints.with_proposal(proposal)
        if index == self._current and self._preview is not None:
            # A drag under way goes on over the new proposal.
            dragged_s = float(self._preview.time_1_s[self._selected])
            self._preview = keypoints.move(self._selected, dragged_s)
        self._commit(index, keypoints)

    def _decide(self, keypoints: KeypointSet) -> None:
        self._preview = None
        self._commit(self._current, keypoints)
        self.decided.emit(self._current)

    def _commit(self, index: int, keypoints: KeypointSet) -> None:
        self._put(index, replace(self._entries[index], keypoints=keypoints))
        if index == self._current:
            self.keypoints_changed.emit()
        self.recordings_changed.emit()

    def _drop_preview(self) -> None:
        self._preview_dropped = self._preview_dropped or self._preview is not None
        self._preview = None

    def _put(self, index: int, entry: Entry) -> None:
        self._entries[index] = entry

    def _evidence_of(self, index: int) -> None:
        if index == self._current:
            self.evidence_changed.emit()

    def _within(self, time_1_s: float) -> float:
        assert self.current is not None
        return min(max(time_1_s, 0.0), self.current.recording.channels[1].duration_s)


def next_uncertain(keypoints: KeypointSet, after: int) -> int:
    """Index of the next uncertain keypoint after `after`, -1 if there is none up to the end."""
    later = needs_look(keypoints).nonzero()[0]
    later = later[later > after]
    return int(later[0]) if len(later) else -1


def _taken_over(keypoints: KeypointSet, proposal: KeypointSet, index: int) -> KeypointSet:
    """Keypoint `index` as proposed, all others as they are."""
    others = (ReviewState.ACCEPTED,) * len(keypoints)
    only = replace(keypoints, state=others).review(index, ReviewState.UNREVIEWED)
    return replace(only.with_proposal(proposal), state=keypoints.state)
