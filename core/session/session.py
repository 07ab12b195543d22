"""The session as a value: every change makes the next session and says what to write down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.keypoints import KeypointSet, between
from core.session.edits.change import Change, Step, StepState, ViewState, change_of
from core.session.edits.edit import Edit
from core.session.edits.replay import rebase_edit
from core.session.edits.state import Basis, Proposal, RecordingState
from core.session.recordings import SessionRecording
from core.session.run import Run
from core.sync_points import SyncPoints

_DROPPED = StepState.DROPPED


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """All recordings with what was done to them; immutable.

    Mappings go by the key of a recording, in the order added.

    Parameters
    ----------
    recordings : mapping of int to SessionRecording
    states : mapping of int to RecordingState
    runs : mapping of int to (int, Run)
        The last run of each recording that has one, and its number.
    done : tuple of Step
        What can be undone, oldest first.
    undone : tuple of Step
        What can be redone; the next one first.
    last_number : int
        Number of the newest step ever made.
    shown : ViewState or None
    """

    recordings: Mapping[int, SessionRecording] = field(default_factory=dict)
    states: Mapping[int, RecordingState] = field(default_factory=dict)
    runs: Mapping[int, tuple[int, Run]] = field(default_factory=dict)
    done: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    last_number: int = 0
    shown: ViewState | None = None

    def add(
        self, items: Iterable[tuple[SessionRecording, RecordingState]]
    ) -> tuple[Session, Change]:
        """Add recordings; their keys are in the change."""
        first = max(self.recordings, default=0) + 1
        added = tuple((first + n, known, state) for n, (known, state) in enumerate(items))
        session = replace(
            self,
            recordings={**self.recordings, **{key: known for key, known, _ in added}},
            states={**self.states, **{key: state for key, _, state in added}},
        )
        return session, Change(added=added)

    def edit(
        self,
        recording: int,
        keypoints: KeypointSet,
        text: str,
        merge_key: str = "",
        proposal: Proposal | None = None,
        made_at: datetime | None = None,
    ) -> tuple[Session, Change]:
        """A person changes keypoints: a new step, or a part of the last one.

        What was undone before can no longer be redone. Where nothing differs, nothing happens.

        Parameters
        ----------
        recording : int
        keypoints : KeypointSet
            All keypoints of the recording, as they are to be.
        text : str
            What was done, for the undo menu: "Move keypoint 37".
        merge_key : str
            See `Edit`. It merges only with the last step, and not after an undo.
        proposal : Proposal, optional
            What undecided keypoints go back to from now on, where the person chose that.
        made_at : datetime, optional
            See `Edit`; now by default.

        Raises
        ------
        ValueError
            If the keypoints are not those of the recording.
        """
        before = self.states[recording]
        if not np.array_equal(before.keypoints.time_0_s, keypoints.time_0_s):
            raise ValueError("these are other keypoints; put_keypoints adds and removes some")
        after = replace(before, keypoints=keypoints, proposal=proposal or before.proposal)
        return self._edit(recording, after, text, merge_key, made_at)

    def set_excluded(
        self, recording: int, *, is_excluded: bool, text: str, made_at: datetime | None = None
    ) -> tuple[Session, Change]:
        """A person takes a recording out, or brings it back as it was: a new step.

        Nothing of it is forgotten. Where it is already so, nothing happens.
        """
        after = replace(self.states[recording], is_out=is_excluded)
        return self._edit(recording, after, text, made_at=made_at)

    def put_keypoints(
        self, recording: int, kept: NDArray[np.bool_], more_0_s: Floats, text: str
    ) -> tuple[Session, Change]:
        """A person adds keypoints, or takes some away: a new step.

        Parameters
        ----------
        recording : int
        kept : ndarray of bool, shape (K,)
            Which of the keypoints stay, as they are.
        more_0_s : ndarray, shape (N,)
            Moments of channel 0 for others, seconds, rising; those that have one are passed over.
            They hold what undecided keypoints hold.
        text : str
            What was done, for the undo menu.
        """
        before = self.states[recording]
        more_0_s = np.setdiff1d(more_0_s, before.keypoints.time_0_s[kept])
        if before.basis is Basis.PATH and recording in self.runs:
            more = self._said_at(recording, more_0_s)
        else:
            more = between(more_0_s, before.proposal.keypoints, self._end_1_s(recording))
        return self._edit(recording, before.at_others(kept, more), text)

    def set_sync(self, recording: int, sync: SyncPoints, text: str) -> tuple[Session, Change]:
        """A person says which moments are known to be the same: a new step."""
        return self._edit(recording, replace(self.states[recording], sync=sync), text)

    def _edit(
        self,
        recording: int,
        after: RecordingState,
        text: str,
        merge_key: str = "",
        made_at: datetime | None = None,
    ) -> tuple[Session, Change]:
        before = self.states[recording]
        made = Edit.between(recording, before, after, text, merge_key, made_at)
        if made.is_empty:
            return self, Change()
        marks = tuple((step.number, _DROPPED) for step in self.undone)
        done, number = self.done, self.last_number
        if done and not self.undone and done[-1].edit.merges(made):
            step = replace(done[-1], edit=done[-1].edit.then(made))
            done = done[:-1]
        else:
            number += 1
            step = Step(number, made, self.run_number(recording))
        if step.edit.is_empty:
            marks += ((step.number, _DROPPED),)
        else:
            done += (step,)
        session = replace(self._with(recording, after), done=done, undone=(), last_number=number)
        return session, change_of(made, steps=(step,), marks=marks)

    def follow(self, recording: int, proposal: KeypointSet) -> tuple[Session, Change]:
        """The path went after decisions: undecided keypoints move along.

        It joins the recording's last step that is about keypoints, so that one undo takes back
        the decision and what followed from it.

        Parameters
        ----------
        recording : int
        proposal : KeypointSet
            The path led through all decisions; it counts where nobody decided.
        """
        before = self.states[recording]
        after = replace(before, keypoints=before.keypoints.with_proposal(proposal))
        moved = Edit.between(recording, before, after, "")
        if moved.is_empty:
            return self, Change()
        session = self._with(recording, after)
        for index in range(len(self.done) - 1, -1, -1):
            step = self.done[index]
            if step.edit.recording == recording and step.edit.outs is None:
                step = replace(step, edit=step.edit.followed_by(moved))
                done = (*self.done[:index], step, *self.done[index + 1 :])
                session = replace(session, done=done)
                return session, change_of(moved, is_by_machine=True, steps=(step,))
        return session, change_of(moved, is_by_machine=True)

    def undo(self) -> tuple[Session, Change]:
        """Take the last step back; raises ValueError if there is none."""
        if not self.done:
            raise ValueError("there is nothing to undo")
        step, steps = self._as_it_stands(self.done[-1], undoing=True)
        key = step.edit.recording
        session = replace(
            self._with(key, step.edit.revert(self.states[key])),
            done=self.done[:-1],
            undone=(step, *self.undone),
        )
        marks = ((step.number, StepState.UNDONE),)
        return session, change_of(step.edit, undoing=True, steps=steps, marks=marks)

    def redo(self) -> tuple[Session, Change]:
        """Take the last undo back; raises ValueError if there is none."""
        if not self.undone:
            raise ValueError("there is nothing to redo")
        step, steps = self._as_it_stands(self.undone[0], undoing=False)
        key = step.edit.recording
        session = replace(
            self._with(key, step.edit.apply(self.states[key])),
            done=(*self.done, step),
            undone=self.undone[1:],
        )
        return session, change_of(step.edit, steps=steps, marks=((step.number, StepState.DONE),))

    def record_run(self, run: Run, *, propose: bool) -> tuple[Session, Change]:
        """Keep what a run said of a recording; it is no step and cannot be undone.

        Parameters
        ----------
        run : Run
        propose : bool
            Whether undecided keypoints take the path it found. Decided ones never do.
        """
        key = run.recording
        number = 1 + max((number for number, _ in self.runs.values()), default=0)
        session = replace(self, runs={**self.runs, key: (number, run)})
        if not propose:
            return session, Change(run=(number, run))
        before = self.states[key]
        said = session._said_at(key, before.keypoints.time_0_s)
        after = replace(
            before,
            keypoints=before.keypoints.with_proposal(said),
            proposal=Proposal(Basis.PATH, said),
        )
        change = change_of(Edit.between(key, before, after, ""), is_by_machine=True)
        return session._with(key, after), replace(change, run=(number, run))

    def relocate(self, found: Mapping[int, SessionRecording]) -> tuple[Session, Change]:
        """Recordings are somewhere else, or have other audio, from now on, as `locate` says."""
        session = replace(self, recordings={**self.recordings, **found})
        return session, Change(relocated=tuple(found.items()))

    def show(self, shown: ViewState) -> tuple[Session, Change]:
        """Remember what is on screen."""
        return replace(self, shown=shown), Change(shown=shown)

    def run_number(self, recording: int) -> int:
        """Number of a recording's last run, 0 if it has none."""
        return self.runs[recording][0] if recording in self.runs else 0

    def _end_1_s(self, recording: int) -> float:
        return self.recordings[recording].recording.channels[1].duration_s

    def _said_at(self, recording: int, time_0_s: Floats) -> KeypointSet:
        """What the last run said of moments of channel 0."""
        return self.runs[recording][1].keypoints_at(time_0_s, self._end_1_s(recording))

    def _with(self, recording: int, state: RecordingState) -> Session:
        return replace(self, states={**self.states, recording: state})

    def _as_it_stands(self, step: Step, *, undoing: bool) -> tuple[Step, tuple[Step, ...]]:
        """A step that fits what the recording holds now, and the same again if it is another."""
        edit, key = step.edit, step.edit.recording
        state, number = self.states[key], self.run_number(key)
        if step.run == number:
            if edit.leads_to(state) if undoing else edit.starts_from(state):
                return step, ()
            target = edit.revert(state) if undoing else edit.apply(state)
        else:
            target = rebase_edit(edit, state, partial(self._said_at, key), undoing=undoing)
        before, after = (target, state) if undoing else (state, target)
        edit = Edit.between(key, before, after, edit.text, edit.merge_key, edit.made_at)
        step = Step(step.number, edit, number)
        return step, (step,)
