"""What one change of a session writes down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from core.session.edits.edit import Edit, Whole
from core.session.edits.state import Positions, Proposal, RecordingState, Rows
from core.session.recordings import SessionRecording
from core.session.run import Run
from core.sync_points import SyncPoints


class StepState(StrEnum):
    """Where a step stands in the history."""

    DONE = "done"
    UNDONE = "undone"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An edit in the history.

    Parameters
    ----------
    number : int
        Counts from 1 in the order made; never given twice.
    edit : Edit
    run : int
        Number of the recording's last run when the edit's values were right, 0 before any.
    """

    number: int
    edit: Edit
    run: int


def made_together(steps: Iterable[Step]) -> list[tuple[Step, ...]]:
    """Steps by what a person did at once: those that follow each other with the same moment."""
    return [tuple(each) for _, each in groupby(steps, lambda step: step.edit.made_at)]


@dataclass(frozen=True, slots=True)
class ViewState:
    """What was on screen last: a recording by its key, and a keypoint of it, -1 for none."""

    recording: int
    keypoint: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class RowsWritten:
    """Keypoints of one recording that hold something new.

    Parameters
    ----------
    recording : int
    position : ndarray of int, shape (M,)
    rows : Rows
        Length M.
    is_by_machine : bool
        Whether no person asked for it, so that decided keypoints must not be among them.
    """

    recording: int
    position: Positions
    rows: Rows
    is_by_machine: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What leads from one session to the next: one transaction of the file.

    Parameters
    ----------
    added : tuple of (int, SessionRecording, RecordingState)
        New recordings under their keys.
    relocated : tuple of (int, SessionRecording)
        Recordings whose audio is somewhere else now.
    rows : RowsWritten or None
    proposal : tuple of (int, Proposal), or None
        What undecided keypoints of a recording go back to from now on.
    out : tuple of (int, bool), or None
        A recording, and whether it is taken out from now on.
    whole : tuple of (int, Whole), or None
        A recording, and all its keypoints from now on.
    sync : tuple of (int, SyncPoints), or None
        Sync points of a recording from now on.
    steps : tuple of Step
        New in the history, or with another content.
    marks : tuple of (int, StepState)
        Steps by number that stand elsewhere now.
    run : tuple of (int, Run), or None
        A new run and its number.
    shown : ViewState or None
    """

    added: tuple[tuple[int, SessionRecording, RecordingState], ...] = ()
    relocated: tuple[tuple[int, SessionRecording], ...] = ()
    rows: RowsWritten | None = None
    proposal: tuple[int, Proposal] | None = None
    out: tuple[int, bool] | None = None
    whole: tuple[int, Whole] | None = None
    sync: tuple[int, SyncPoints] | None = None
    steps: tuple[Step, ...] = ()
    marks: tuple[tuple[int, StepState], ...] = ()
    run: tuple[int, Run] | None = None
    shown: ViewState | None = None


def change_of(
    edit: Edit,
    *,
    undoing: bool = False,
    is_by_machine: bool = False,
    steps: tuple[Step, ...] = (),
    marks: tuple[tuple[int, StepState], ...] = (),
) -> Change:
    """What applying or undoing an edit writes down."""
    rows = edit.before if undoing else edit.after
    written = RowsWritten(edit.recording, edit.position, rows, is_by_machine)
    side = 0 if undoing else 1
    stands = edit.proposals and edit.proposals[side]
    return Change(
        rows=written if len(edit.position) else None,
        proposal=(edit.recording, stands) if stands else None,
        out=(edit.recording, edit.outs[side]) if edit.outs else None,
        whole=(edit.recording, edit.wholes[side]) if edit.wholes else None,
        sync=(edit.recording, edit.syncs[side]) if edit.syncs else None,
        steps=steps,
        marks=marks,
    )
