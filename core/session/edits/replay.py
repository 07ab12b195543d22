"""Undo and redo across a run of the aligner that came after the edit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.arrays import Floats
from core.keypoints import KeypointSet
from core.session.edits.edit import Edit
from core.session.edits.state import Basis, Proposal, RecordingState, proposed_at


def rebase_edit(
    edit: Edit, state: RecordingState, path: Callable[[Floats], KeypointSet], *, undoing: bool
) -> RecordingState:
    """Where an edit leads whose machine values are no longer the machine's word.

    What people decided is taken from the edit; a keypoint that ends up undecided takes what
    stands now instead of what stood when the edit was made.

    Parameters
    ----------
    edit : Edit
    state : RecordingState
        As it stands.
    path : callable
        What the last run said before any decision, of moments of channel 0.
    undoing : bool
        Whether the way is back.
    """
    side = 0 if undoing else 1
    if edit.wholes is not None:
        whole = edit.wholes[side]
        keypoints, proposal = whole.keypoints, _stands_now(whole.proposal, path)
        touched = np.ones(len(keypoints), dtype=bool)
    else:
        rows = edit.before if undoing else edit.after
        keypoints, proposal = rows.put_into(state.keypoints, edit.position), state.proposal
        touched = np.zeros(len(keypoints), dtype=bool)
        touched[edit.position] = True
        if edit.proposals is not None:
            proposal = _stands_now(edit.proposals[side], path)
            touched[:] = True
    return RecordingState(
        proposed_at(keypoints, proposal.keypoints, touched),
        proposal,
        state.is_out if edit.outs is None else edit.outs[side],
        state.sync if edit.syncs is None else edit.syncs[side],
    )


def _stands_now(proposal: Proposal, path: Callable[[Floats], KeypointSet]) -> Proposal:
    if proposal.basis is Basis.PATH:
        return Proposal(Basis.PATH, path(proposal.keypoints.time_0_s))
    return proposal
