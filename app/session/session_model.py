"""The one place where keypoints change: by what the machine finds, and by what a person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from app.session.alignment_results import AlignmentResults
from app.session.edit_messages import nothing_to_accept, outside_channel_1
from app.session.edits import edit_label, line_of, released, time_map_of
from app.session.entries import Entry
from app.session.open_session import OpenSession
from app.session.past import Past
from app.session.placing import Placing
from app.session.preview import Preview
from app.session.selection import Selection
from core.align.alignment import Alignment
from core.keypoints import KeypointSet, ReviewState
from core.session import (
    Basis,
    Proposal,
    Provenance,
    RecordingState,
    Run,
    Session,
    SessionRecording,
    Step,
)
from core.time_map import TimeMap


class SessionModel(QObject):
    """The open recordings; views read from here and ask here for every edit.

    Recordings go by their keys in the session.

    Attributes
    ----------
    selection : Selection
        The recording shown, and what is selected in it.
    preview : Preview
        A keypoint that is being dragged.
    placing : Placing
        Which keypoints there are, and which moments are known.
    past : Past
        What was done, to undo and redo.

    Signals
    -------
    replaced(), recordings_changed(), history_changed(), changed(change)
        As those of `OpenSession`.
    keypoints_changed()
        Keypoints of the recording shown changed, a preview included.
    evidence_changed()
        Surface, rankings or alignment of the recording shown changed, or another ranking is
        shown.
    decided(key)
        A person decided on a keypoint of a recording, or took a decision back.
    followed(moved)
        The path of the recording shown went after decisions; shape (N,), the keypoints that
        moved along.
    returned()
        An undo, a redo or a session opened again went back to the selected keypoint.
    refused(message)
        A `Message`: an edit cannot be, and why.
    """

    replaced = Signal()
    recordings_changed = Signal()
    keypoints_changed = Signal()
    evidence_changed = Signal()
    decided = Signal(int)
    followed = Signal(object)
    history_changed = Signal()
    returned = Signal()
    refused = Signal(object)
    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened = opened = OpenSession(self)
        self.selection = Selection(opened, self)
        self.preview = Preview(self.selection, self)
        self.placing = Placing(opened, self.selection, self.preview, self)
        self.past = Past(opened, self.selection, self.preview, self)
        self.past.returned.connect(self.returned)
        for part in (self.placing, self.past):
            part.decided.connect(self.decided)
        opened.replaced.connect(self.replaced)
        opened.recordings_changed.connect(self.recordings_changed)
        opened.history_changed.connect(self.history_changed)
        opened.changed.connect(self.changed)
        opened.found_again.connect(self._on_found_again)
        opened.state_changed.connect(self._on_state)
        opened.evidence_changed.connect(self._on_evidence)
        self.preview.changed.connect(self.keypoints_changed)
        self.selection.ranking_changed.connect(self.evidence_changed)

    # -- what is there ---------------------------------------------------------------

    @property
    def recordings(self) -> Mapping[int, Entry]:
        """All open recordings by their keys, in the order opened."""
        return self._opened.entries

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The same without keys, as they are now."""
        return tuple(self._opened.entries.values())

    @property
    def value(self) -> Session:
        """What is kept of all, as the core takes it."""
        return self._opened.value

    @property
    def current(self) -> Entry | None:
        """The recording shown."""
        return self.selection.entry

    @property
    def keypoints(self) -> KeypointSet | None:
        """Keypoints of the recording shown, with the edit under way."""
        if self.preview.keypoints is not None:
            return self.preview.keypoints
        return None if self.current is None else self.current.keypoints

    @property
    def done(self) -> tuple[Step, ...]:
        """What can be undone, oldest first."""
        return self._opened.value.done

    @property
    def undone(self) -> tuple[Step, ...]:
        """What can be redone; the next one first."""
        return self._opened.value.undone

    def while_so(self, key: int, is_so: Callable[[Entry], bool]) -> Callable[[], bool]:
        """Whether something is so of a recording, as long as its session is open."""
        recordings = self.recordings
        return lambda: self.recordings is recordings and is_so(recordings[key])

    def time_map(self) -> TimeMap:
        """Channel-0 to channel-1 time of the recording shown, through keypoints inside of it."""
        keypoints, entry = self.keypoints, self.current
        if keypoints is None or entry is None:
            return TimeMap.identity()
        return time_map_of(keypoints, entry.recording.durations_s[1])

    # -- which recordings are open ---------------------------------------------------

    def restore(self, session: Session, entries: Sequence[Entry]) -> None:
        """Show a session that was read from disk instead of what is open.

        Parameters
        ----------
        session : Session
        entries : sequence of Entry
            One for each of its recordings, in their order.
        """
        self.selection.clear()
        self._opened.restore(session, entries)
        if self.selection.restore(session.shown):
            self.returned.emit()

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
        found = self._opened.add(tuple(entries), named=named)
        if named:
            self._opened.bring_back(found)
        self.selection.select_first(found)
        return tuple(self.recordings[key] for key in found if self.recordings[key].is_out)

    def take_out(self, key: int) -> None:
        """Take a recording out of the session; all that is known of it is kept."""
        self._opened.take_out(key)
        if key == self.selection.recording:
            self.selection.show_near(key)

    def bring_back(self) -> tuple[Entry, ...]:
        """Bring back every recording that was taken out, and show the first; which they were."""
        back = self._opened.bring_back(self.recordings)
        self.selection.select_first(back)
        return tuple(self.recordings[key] for key in back)

    def lose(self, key: int, why: str) -> None:
        """The audio of a recording is not there any more."""
        self._opened.lose(key, why)

    def relocate(self, found: Mapping[int, SessionRecording]) -> None:
        """The audio of recordings, by their keys, is somewhere else, or another, from now on."""
        self._opened.relocate(found)

    # -- what the machine finds ------------------------------------------------------

    def set_evidence(self, key: int, evidence: AlignmentResults) -> None:
        """What was computed of a recording is something else; its keypoints are as they were."""
        self._opened.set_evidence(key, evidence)

    def set_alignment(self, key: int, alignment: Alignment, made: Provenance | None = None) -> None:
        """The result of a run; proposed wherever no person has decided or imported times stand.

        A run that repeats the last one by what made it, `made`, only brings its evidence back: the
        keypoints are as they were left. Without `made` nothing is kept.
        """
        self._opened.set_alignment(key, alignment, made)

    def set_contradictions(self, found: Mapping[int, str]) -> None:
        """What ways round by other recorders say against recordings; nothing against the rest."""
        self._opened.set_contradictions(found)

    def follow(self, key: int, alignment: Alignment) -> int:
        """The path led through everything a person decided; how many keypoints moved along.

        Imported times and the line of a candidate stand, and so does what an undo brought
        back.
        """
        moved = self._opened.follow(key, alignment)
        if moved is None:
            return 0
        if key == self.selection.recording:
            self.followed.emit(moved)
        return len(moved)

    # -- what a person decides -------------------------------------------------------

    def commit_preview(self) -> None:
        """Decide on what is previewed."""
        if self.preview.is_on and self.preview.is_outside:
            self.preview.cancel()
            self._refuse_outside()
        elif (asked_s := self.preview.asked_s) is not None:
            self.placing.ask(self.selection.keypoint, asked_s)
        elif (dragged := self.preview.take()) is not None:
            self._decide(dragged, f"Move keypoint {self.selection.keypoint + 1}")

    def end_drag(self) -> None:
        """The mouse was released: decide on what is previewed, unless it was dropped."""
        self.commit_preview()
        self.preview.let_go()

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

    def review_keypoints(
        self, indices: Sequence[int], state: ReviewState, key: int | None = None
    ) -> None:
        """A person decides on keypoints, in one step; what nothing has set cannot be accepted.

        They are of the recording shown, unless the key of another one is given.
        """
        entry = self.current if key is None else self.recordings[key]
        if entry is None or not len(indices):
            return
        if state is ReviewState.ACCEPTED and entry.is_unset[indices].any():
            self._refuse_unset()
            return
        self._decide(entry.keypoints.review(indices, state), edit_label(indices, state), key=key)

    def release_keypoints(self, indices: Sequence[int]) -> bool:
        """Take a person's decisions back, in one step: the machine's again; False if none was."""
        entry = self.current
        if entry is None or not entry.keypoints.is_reviewed[indices].any():
            return False
        self._decide(released(entry, indices), edit_label(indices, ReviewState.UNREVIEWED))
        return True

    def propose_candidate(self, rank: int) -> bool:
        """Set unreviewed keypoints to the linear map of a candidate; False if there is none."""
        key, entry, ranking = self.selection.recording, self.current, self.selection.ranking
        if key is None or entry is None or ranking is None:
            return False
        line = line_of(entry, ranking, rank)
        if line is None:
            return False
        self._opened.propose(key, Proposal(Basis.LINE, line), line, f"Take candidate {rank + 1}")
        return True

    def propose_alignment(self, key: int) -> bool:
        """Set unreviewed keypoints of a recording to the path; False if there is none."""
        is_taken = self._opened.propose_path(key)
        entry = self.recordings[key]
        if is_taken and entry.reviewed and entry.alignment is None:
            # What was decided leads the path only once the evidence is there.
            self.decided.emit(key)
        return is_taken

    def propose_table(self, opened: Entry) -> bool:
        """Set unreviewed keypoints of a recording to a table's; False if those are others."""
        keys = {entry.identity: key for key, entry in self.recordings.items()}
        return self._opened.propose_table(keys[opened.identity], opened)

    def take_earlier(self, key: int, earlier: RecordingState, run: Run | None, folder: str) -> bool:
        """Go on from what another session holds of a recording, where nobody decided here.

        Parameters
        ----------
        key : int
        earlier : RecordingState
        run : Run or None
            What the aligner said there last; it counts where it never ran here.
        folder : str
            What to call it.

        Returns
        -------
        bool
            False if it has other keypoints on channel 0.
        """
        is_taken = self._opened.take_earlier(key, earlier, run, folder)
        if is_taken:
            self.decided.emit(key)
        return is_taken

    def _decide(
        self, keypoints: KeypointSet, text: str, merge_key: str = "", key: int | None = None
    ) -> None:
        """A person decided on keypoints, of the recording shown if no other is meant."""
        key = self.selection.recording if key is None else key
        assert key is not None
        self.preview.take()
        self._opened.edit(key, keypoints, text, merge_key)
        self.decided.emit(key)

    def _refuse_unset(self) -> None:
        assert self.selection.recording is not None
        assert self.current is not None
        is_shown = self.selection.while_shown()
        is_so = self.while_so(self.selection.recording, lambda entry: bool(entry.is_unset.any()))
        self.refused.emit(nothing_to_accept(self.current, lambda: is_shown() and is_so()))

    def _refuse_outside(self) -> None:
        assert self.current is not None
        self.refused.emit(outside_channel_1(self.current, self.selection.while_shown()))

    # -- what became of a recording --------------------------------------------------

    @Slot(int)
    def _on_found_again(self, key: int) -> None:
        if key == self.selection.recording:
            self.selection.show_again()
            self.returned.emit()

    @Slot(int)
    def _on_state(self, key: int) -> None:
        if key == self.selection.recording:
            self.preview.go_over(self.recordings[key])
            self.keypoints_changed.emit()

    @Slot(int)
    def _on_evidence(self, key: int) -> None:
        if key == self.selection.recording:
            self.evidence_changed.emit()
