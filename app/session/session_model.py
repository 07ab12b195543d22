"""The one place where keypoints change: by what the machine finds, and by what a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.base.messages import Kind, Message, short_name
from app.base.time_format import time_text
from app.session.edits import (
    differ_in_confidence,
    edit_label,
    line_of,
    middle_of,
    moved_visibly,
    released,
)
from app.session.entries import AlignmentResults, Entry, verdict_of
from app.session.open_session import OpenSession
from core.align.alignment import Alignment
from core.align.rankings import Ranking
from core.evidence.surface import ScoreSurface
from core.keypoints import KeypointSet, ReviewState, machine_keypoints
from core.session import (
    Basis,
    Proposal,
    Provenance,
    RecordingState,
    Run,
    Step,
    taken_over,
)


class SessionModel(OpenSession):
    """The open recordings; views read from here and ask here for every edit."""

    # -- what the machine finds ------------------------------------------------------

    def set_surface(self, index: int, surface: ScoreSurface) -> None:
        """The evidence of the run under way."""
        evidence = self._entries[index].evidence
        self._see(index, replace(evidence, surface=surface, problem=""))

    def set_rankings(self, index: int, rankings: tuple[Ranking, ...]) -> None:
        """The candidates that the run under way has scored."""
        evidence = self._entries[index].evidence
        self._see(index, replace(evidence, rankings=rankings, problem=""))

    def forget_run(self, index: int) -> None:
        """What a run showed that came to no end gives way to the alignment of before, if any."""
        evidence = self._entries[index].evidence
        if (machine := evidence.machine) is not None:
            shown = replace(evidence, surface=machine.surface, rankings=machine.rankings)
            self._see(index, shown)

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
        self.set_evidence(index, alignment)
        last = None if entry.is_outdated else entry.run
        if made is not None and (last is None or not last.made.is_like(made)):
            run = Run.of(self._keys[index], alignment, made, entry.known.fingerprint)
            self._entries[index] = replace(self._entries[index], run=run)
            propose = entry.basis is not Basis.IMPORTED
            self._take(index, self._session.record_run(run, propose=propose))
        self.recordings_changed.emit()

    def set_evidence(self, index: int, alignment: Alignment) -> None:
        """The evidence is there again; the keypoints are as they were left."""
        surface, rankings = alignment.surface, alignment.rankings
        self._see(index, AlignmentResults(surface, rankings, alignment, alignment))
        self.recordings_changed.emit()

    def let_evidence_go(self, index: int) -> None:
        """Give the memory of a recording's evidence back; what was said of it stays."""
        entry = self._entries[index]
        said = None if entry.verdict is None else verdict_of(entry.verdict)
        self._see(index, AlignmentResults(problem=entry.evidence.problem, said=said))

    def set_led(self, index: int, alignment: Alignment) -> None:
        """The evidence, led through everything a person decided; keypoints stay."""
        self._see(index, replace(self._entries[index].evidence, alignment=alignment))
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

    # -- what a person decides: each ends in `_decide` -------------------------------

    def commit_preview(self) -> None:
        """Decide on what is previewed."""
        if self.is_previewing and self._drag.is_outside:
            self.cancel_preview()
            self._refuse_outside()
        elif (dragged := self._drag.take()) is not None:
            self._decide(dragged, f"Move keypoint {self._selected + 1}")

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
        """A person decides on keypoints, in one step; what nothing has set cannot be accepted."""
        if self.current is None or not len(indices):
            return
        if state is ReviewState.ACCEPTED and self.current.is_unset[indices].any():
            self._refuse_unset(self.current)
            return
        keypoints = self.current.keypoints.review(indices, state)
        self._decide(keypoints, edit_label(indices, state))

    def release_keypoint(self, index: int) -> bool:
        """Take a person's decision back: the machine's again; False if there was none."""
        entry = self.current
        if entry is None or not entry.keypoints.is_reviewed[index]:
            return False
        self._decide(released(entry, index), f"Release keypoint {index + 1}")
        return True

    def propose_candidate(self, rank: int) -> bool:
        """Set unreviewed keypoints to the linear map of a candidate; False if there is none."""
        if self.current is None or self.ranking is None:
            return False
        line = line_of(self.current, self.ranking, rank)
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

    def propose_table(self, opened: Entry) -> bool:
        """Set unreviewed keypoints of a recording to a table's; False if those are others."""
        index = [entry.identity for entry in self._entries].index(opened.identity)
        stands, table = self._entries[index].keypoints, opened.imported
        if table is None or not np.array_equal(stands.time_0_s, opened.keypoints.time_0_s):
            return False
        times = machine_keypoints(stands.time_0_s, opened.keypoints.time_1_s)
        self._take(
            index,
            self._session.edit(
                self._keys[index],
                stands.with_proposal(times),
                f"Take the times of {table.path.name}",
                proposal=Proposal(Basis.IMPORTED, times),
            ),
        )
        return True

    def take_earlier(
        self, index: int, earlier: RecordingState, run: Run | None, folder: str
    ) -> bool:
        """Go on from what another session holds of a recording, where nobody decided here.

        Parameters
        ----------
        index : int
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
        key, entry = self._keys[index], self._entries[index]
        if not np.array_equal(entry.keypoints.time_0_s, earlier.keypoints.time_0_s):
            return False
        if run is not None and entry.run is None and run.fingerprint == entry.known.fingerprint:
            own = replace(run, recording=key)
            self._entries[index] = replace(entry, run=own)
            self._take(index, self._session.record_run(own, propose=False))
        keypoints = taken_over(entry.keypoints, earlier.keypoints)
        text = f"Take over what was decided in {folder}"
        made = self._session.edit(key, keypoints, text, proposal=earlier.proposal)
        self._take(index, made)
        self.decided.emit(index)
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
            if step.edit.outs is not None:
                self._follow_out(index)
                continue
            if len(step.edit.position):
                self.select_keypoint(middle_of(step))
                self.returned.emit()
            self.decided.emit(index)

    def _follow_out(self, index: int) -> None:
        """Show a recording that came back, or another one if it went out."""
        if self._entries[index].is_out:
            self._show_near(index)
        else:
            self.select_recording(index)

    def _propose(self, proposal: Proposal, keypoints: KeypointSet, text: str) -> None:
        taken = self._entries[self._current].keypoints.with_proposal(keypoints)
        key = self._keys[self._current]
        self._take(self._current, self._session.edit(key, taken, text, proposal=proposal))

    def _decide(self, keypoints: KeypointSet, text: str, merge_key: str = "") -> None:
        self._drag.take()
        key = self._keys[self._current]
        self._take(self._current, self._session.edit(key, keypoints, text, merge_key))
        self.decided.emit(self._current)

    def _refuse_unset(self, entry: Entry) -> None:
        text = (
            f"{short_name(entry.recording.name)} is not aligned: its keypoints stand at +0.000 s "
            "because nothing has set them. Align it, or move a keypoint to where it belongs; then "
            "there is something to accept."
        )
        is_so = self.while_so(self._current, lambda entry: bool(entry.is_unset.any()))
        is_shown = self.while_shown()
        self.refused.emit(
            Message(Kind.WARNING, text, "align", is_true=lambda: is_shown() and is_so())
        )

    def _refuse_outside(self) -> None:
        assert self.current is not None
        text = (
            f"Channel 1 ends at {time_text(self.current.end_1_s, 1)}; a keypoint cannot be put "
            "outside it. Mark it unalignable if its sound is not in channel 1."
        )
        self.refused.emit(Message(Kind.INFO, text, is_true=self.while_shown()))
