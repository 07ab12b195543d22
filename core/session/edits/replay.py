"""Undo and redo across a run of the aligner that came after the edit."""

from __future__ import annotations

import numpy as np

from core.keypoints import KeypointSet
from core.session.edits.edit import Edit
from core.session.edits.state import Basis, Proposal, RecordingState, proposed_at


def rebase_edit(
    edit: Edit, state: RecordingState, path: KeypointSet, *, undoing: bool
) -> RecordingState:
    """Where an edit leads whose machine values are no longer the machine's word.

    What people decided is taken from the edit; a keypoint that ends up undecided takes what
    stands now instead of what stood when the edit was made.

    Parameters
    ----------
    edit : Edit
    state : RecordingState
        As it stands.
    path : KeypointSet
        What the last run said before any decision.
    undoing : bool
        Whether the way is back.
    """
    rows = edit.before if undoing else edit.after
    keypoints = rows.put_into(state.keypoints, edit.position)
    proposal = state.proposal
    touched = np.zeros(len(keypoints), dtype=bool)
    touched[edit.position] = True
    if edit.proposals is not None:
        proposal = edit.proposals[0 if undoing else 1]
        if proposal.basis is Basis.PATH:
            proposal = Proposal(Basis.PATH, path)
        touched[:] = True
    is_out = state.is_out if edit.outs is None else edit.outs[0 if undoing else 1]
    return RecordingState(proposed_at(keypoints, proposal.keypoints, touched), proposal, is_out)
