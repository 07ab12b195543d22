"""One reversible change of a recording, holding only what changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from core.keypoints import KeypointSet
from core.session.edits.state import Positions, Proposal, RecordingState, Rows, differ
from core.sync_points import SyncPoints


def moment_now() -> datetime:
    """When an edit is made, as far as the clock tells moments apart."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """All keypoints of a recording, where an edit changed which there are.

    Parameters
    ----------
    keypoints : KeypointSet
    proposal : Proposal
        For the same channel-0 times.
    """

    keypoints: KeypointSet
    proposal: Proposal

    @classmethod
    def of(cls, state: RecordingState) -> Whole:
        """What a state holds."""
        return cls(state.keypoints, state.proposal)

    def put_into(self, state: RecordingState) -> RecordingState:
        """A state with these keypoints."""
        return replace(state, keypoints=self.keypoints, proposal=self.proposal)

    def is_in(self, state: RecordingState) -> bool:
        """Whether a state holds these keypoints."""
        return (
            np.array_equal(self.keypoints.time_0_s, state.keypoints.time_0_s)
            and not differ(self.keypoints, state.keypoints).any()
            and self.proposal.is_as(state.proposal)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """A step that can be undone.

    Parameters
    ----------
    recording : int
        Key of the recording in its session.
    text : str
        What was done, for the undo menu: "Move keypoint 37".
    position : ndarray of int, shape (M,)
        The keypoints that changed, ascending.
    before, after : Rows
        Their columns, length M.
    proposals : tuple of two Proposal, or None
        What undecided keypoints hold, before and after, where the edit changed that.
    outs : tuple of two bool, or None
        Whether the recording is taken out, before and after, where the edit changed that.
    wholes : tuple of two Whole, or None
        All keypoints, before and after, where the edit added or removed some; then no
        `position` is told.
    syncs : tuple of two SyncPoints, or None
        Sync points, before and after, where the edit changed them.
    merge_key : str
        Edits of one recording that follow each other under the same key are one step; an
        empty key never merges.
    made_at : datetime
        UTC. Edits that follow each other with the same moment, mostly of several recordings, were
        made at once and are undone at once.
    """

    recording: int
    text: str
    position: Positions
    before: Rows
    after: Rows
    proposals: tuple[Proposal, Proposal] | None = None
    outs: tuple[bool, bool] | None = None
    wholes: tuple[Whole, Whole] | None = None
    syncs: tuple[SyncPoints, SyncPoints] | None = None
    merge_key: str = ""
    made_at: datetime = field(default_factory=moment_now)

    @classmethod
    def between(
        cls,
        recording: int,
        before: RecordingState,
        after: RecordingState,
        text: str,
        merge_key: str = "",
        made_at: datetime | None = None,
    ) -> Edit:
        """The edit that leads from one state of a recording to another."""
        position, proposals, wholes = np.empty(0, dtype=np.intp), None, None
        if np.array_equal(before.keypoints.time_0_s, after.keypoints.time_0_s):
            position = np.flatnonzero(differ(before.keypoints, after.keypoints))
            if not before.proposal.is_as(after.proposal):
                proposals = before.proposal, after.proposal
        else:
            wholes = Whole.of(before), Whole.of(after)
        return cls(
            recording,
            text,
            position,
            Rows.of(before.keypoints, position),
            Rows.of(after.keypoints, position),
            proposals,
            None if before.is_out == after.is_out else (before.is_out, after.is_out),
            wholes,
            None if before.sync.is_as(after.sync) else (before.sync, after.sync),
            merge_key,
            moment_now() if made_at is None else made_at,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        told = (self.proposals, self.outs, self.wholes, self.syncs)
        return not len(self.position) and all(pair is None for pair in told)

    def apply(self, state: RecordingState) -> RecordingState:
        """The state after the edit."""
        return self._put(state, self.after, 1)

    def revert(self, state: RecordingState) -> RecordingState:
        """The state before the edit."""
        return self._put(state, self.before, 0)

    def leads_to(self, state: RecordingState) -> bool:
        """Whether `state` is what the edit left behind."""
        return self._stands(state, self.after, 1)

    def starts_from(self, state: RecordingState) -> bool:
        """Whether `state` is what the edit found."""
        return self._stands(state, self.before, 0)

    def merges(self, later: Edit) -> bool:
        """Whether a following edit is the same step."""
        return bool(self.merge_key) and (self.recording, self.merge_key) == (
            later.recording,
            later.merge_key,
        )

    def then(self, later: Edit) -> Edit:
        """One edit of this and a following one of the same recording, told as the later one.

        Raises
        ------
        ValueError
            If the edits are of different recordings.
        """
        if self.recording != later.recording:
            raise ValueError("edits of different recordings are different steps")
        if self.wholes is not None:
            first, last = self.wholes
            led = later.apply(RecordingState(last.keypoints, last.proposal))
            return replace(self, wholes=(first, Whole.of(led)))
        position = np.union1d(self.position, later.position)
        own, own_index = _found(position, self.position)
        new, new_index = _found(position, later.position)
        new_index = new_index + len(self.position)
        before = Rows.joined(self.before, later.before).take(np.where(own, own_index, new_index))
        after = Rows.joined(self.after, later.after).take(np.where(new, new_index, own_index))
        kept = np.flatnonzero(differ(before, after))
        return replace(
            later,
            position=position[kept],
            before=before.take(kept),
            after=after.take(kept),
            proposals=self._proposals_then(later),
            outs=self._outs_then(later),
            syncs=self._syncs_then(later),
        )

    def followed_by(self, moved: Edit) -> Edit:
        """One edit of this and what came of it, told as this one."""
        whole = self.then(moved)
        return replace(whole, text=self.text, merge_key=self.merge_key, made_at=self.made_at)

    def _proposals_then(self, later: Edit) -> tuple[Proposal, Proposal] | None:
        if self.proposals is None or later.proposals is None:
            return self.proposals or later.proposals
        before, after = self.proposals[0], later.proposals[1]
        return None if before.is_as(after) else (before, after)

    def _outs_then(self, later: Edit) -> tuple[bool, bool] | None:
        if self.outs is None or later.outs is None:
            return self.outs or later.outs
        return None if self.outs[0] == later.outs[1] else (self.outs[0], later.outs[1])

    def _syncs_then(self, later: Edit) -> tuple[SyncPoints, SyncPoints] | None:
        if self.syncs is None or later.syncs is None:
            return self.syncs or later.syncs
        return self.syncs[0], later.syncs[1]

    def _put(self, state: RecordingState, rows: Rows, side: int) -> RecordingState:
        if self.wholes is not None:
            return self.wholes[side].put_into(state)
        return RecordingState(
            rows.put_into(state.keypoints, self.position),
            state.proposal if self.proposals is None else self.proposals[side],
            state.is_out if self.outs is None else self.outs[side],
            state.sync if self.syncs is None else self.syncs[side],
        )

    def _stands(self, state: RecordingState, rows: Rows, side: int) -> bool:
        if self.wholes is not None:
            return self.wholes[side].is_in(state)
        held = Rows.of(state.keypoints, self.position)
        return (
            not differ(held, rows).any()
            and (self.proposals is None or self.proposals[side].is_as(state.proposal))
            and (self.outs is None or self.outs[side] is state.is_out)
            and (self.syncs is None or self.syncs[side].is_as(state.sync))
        )


def _found(wanted: Positions, among: Positions) -> tuple[np.ndarray, Positions]:
    """Which of `wanted` are in ascending `among`, and where, shape (N,) both."""
    index = np.searchsorted(among, wanted)
    inside = np.flatnonzero(index < len(among))
    found = np.zeros(len(wanted), dtype=bool)
    found[inside] = among[index[inside]] == wanted[inside]
    return found, index
