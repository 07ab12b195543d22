"""How far the review of each recording is, and sorting and filtering by it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import takewhile
from pathlib import Path

import numpy as np

from app.look.keypoint_style import needs_look
from app.session.entries import Entry
from core.session import Basis


class Stage(IntEnum):
    """How far the review of a recording is, in the order a list shows it."""

    TO_REVIEW = 0
    IN_REVIEW = 1
    TO_ALIGN = 2
    FAILED = 3
    DONE = 4
    OUT = 5


STAGE_WORDS = {
    Stage.TO_REVIEW: "to review",
    Stage.IN_REVIEW: "in review",
    Stage.TO_ALIGN: "not aligned",
    Stage.FAILED: "failed",
    Stage.DONE: "done",
    Stage.OUT: "taken out",
}


class QueueFilter(StrEnum):
    """Which recordings the queue shows."""

    ALL = "All"
    TO_REVIEW = "To review"
    FLAGGED = "Flagged"
    UNALIGNED = "Not aligned"
    DONE = "Done"


class Column(IntEnum):
    """What can be shown and sorted by."""

    STAGE = 0
    NAME = 1
    CONFIDENCE = 2
    UNCERTAIN = 3
    FLAG = 4
    REVIEWED = 5


_BETWEEN = re.compile(r"([_\-. ]+)")
"""What stands between the words of a name."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One recording in the queue.

    Parameters
    ----------
    name : str
        Name of the recording.
    stage : Stage
    confidence : float
        Mean confidence of the keypoints that nobody decided on; NaN if there is none.
    uncertain : int
        Keypoints that want a look.
    is_alias : bool
        Whether a second alignment fits almost as well.
    is_contradicted : bool
        Whether ways round by other recorders lead elsewhere.
    concerns : tuple of str
        Why the recording as a whole wants a look.
    reviewed, keypoints : int
        How many are decided on, and how many there are.
    """

    name: str
    stage: Stage
    confidence: float
    uncertain: int
    is_alias: bool
    is_contradicted: bool
    concerns: tuple[str, ...]
    reviewed: int
    keypoints: int


def queue_row(entry: Entry) -> QueueRow:
    """What the queue says of a recording; of one that was taken out, nothing counts."""
    if entry.is_out:
        return QueueRow(
            entry.recording.title,
            Stage.OUT,
            float("nan"),
            uncertain=0,
            is_alias=False,
            is_contradicted=False,
            concerns=(),
            reviewed=0,
            keypoints=0,
        )
    keypoints = entry.keypoints
    reviewed = entry.reviewed
    stage = _stage(entry, reviewed)
    waits = stage in {Stage.TO_ALIGN, Stage.FAILED}
    return QueueRow(
        entry.recording.title,
        stage,
        float("nan") if waits else entry.open_confidence,
        0 if waits else int(needs_look(keypoints).sum()),
        stage is not Stage.DONE and entry.verdict is not None and bool(entry.verdict.alias),
        stage is not Stage.DONE and bool(entry.contradiction),
        entry.concerns,
        reviewed,
        len(keypoints),
    )


def is_unaligned(entry: Entry) -> bool:
    """Whether nobody, neither machine nor person nor table, has set a time on channel 1."""
    return entry.verdict is None and entry.basis is not Basis.IMPORTED and not entry.reviewed


def arranged(
    rows: Mapping[int, QueueRow],
    column: Column | None,
    *,
    descending: bool = False,
    only: QueueFilter = QueueFilter.ALL,
    text: str = "",
) -> list[int]:
    """Filter and sort a queue.

    Parameters
    ----------
    rows : mapping of int to QueueRow
        By the key of the recording, in the order opened.
    column : Column or None
        What to sort by; None leaves the order.
    descending : bool
        Largest first. What has no value stands at the end either way, what is done last.
    only : QueueFilter
    text : str
        Part of the name; upper and lower case are alike.

    Returns
    -------
    list of int
        Keys of `rows`.
    """
    wanted, part = _FILTERS[only], text.casefold().strip()
    chosen = [k for k, row in rows.items() if wanted(row) and part in row.name.casefold()]
    if column is None:
        return chosen
    value = _VALUES[column]
    valued = [key for key in chosen if value(rows[key]) is not None]
    # Sorting is stable: of equals, the one opened first stands first in both directions.
    valued.sort(key=lambda key: value(rows[key]), reverse=descending)  # type: ignore[arg-type,return-value]
    others = [key for key in chosen if value(rows[key]) is None]
    return valued + sorted(others, key=lambda key: rows[key].stage)


def shown_names(names: Sequence[str]) -> list[str]:
    """What tells names apart: without the words at either end that all share, nor an ending.

    A number by itself says little and keeps the word before it.
    """
    endings = {Path(name).suffix for name in names}
    # A pair of files has the ending on both of its sides.
    ending = endings.pop() if len(endings) == 1 else ""
    bare = [name.replace(ending, "") if ending else name for name in names]
    if len(names) < 2:
        return [*bare]
    parts = [_BETWEEN.split(name) for name in bare]
    words = [each[::2] for each in parts]
    start = _shared(words)
    stop = _shared([each[start:][::-1] for each in words])
    told = [each[start : len(each) - stop] for each in words]
    if start and all(len(each) == 1 and each[0].isdigit() for each in told):
        start -= 1
    whole = ("".join(each[2 * start : len(each) - 2 * stop]) for each in parts)
    return [each.replace("_", " ").strip() for each in whole]


def _shared(words: Sequence[Sequence[str]]) -> int:
    """How many words all begin with; each has one left."""
    same = takewhile(lambda each: len(set(each)) == 1, zip(*words, strict=False))
    return min(len(list(same)), min(map(len, words)) - 1)


def _stage(entry: Entry, reviewed: int) -> Stage:
    if reviewed == len(entry.keypoints) and reviewed:
        return Stage.DONE
    if entry.problem:
        return Stage.FAILED
    if is_unaligned(entry):
        return Stage.TO_ALIGN
    return Stage.IN_REVIEW if reviewed else Stage.TO_REVIEW


_FILTERS: dict[QueueFilter, Callable[[QueueRow], bool]] = {
    QueueFilter.ALL: lambda row: row.stage is not Stage.OUT,
    QueueFilter.TO_REVIEW: lambda row: row.stage in {Stage.TO_REVIEW, Stage.IN_REVIEW},
    QueueFilter.FLAGGED: lambda row: row.is_alias or row.is_contradicted,
    QueueFilter.UNALIGNED: lambda row: row.stage in {Stage.TO_ALIGN, Stage.FAILED},
    QueueFilter.DONE: lambda row: row.stage is Stage.DONE,
}

Value = tuple[float, ...] | str | None

_VALUES: dict[Column, Callable[[QueueRow], Value]] = {
    Column.STAGE: lambda row: (row.stage,),
    Column.NAME: lambda row: row.name.casefold(),
    Column.CONFIDENCE: lambda row: None if math.isnan(row.confidence) else (row.confidence,),
    Column.UNCERTAIN: lambda row: (row.uncertain,),
    Column.FLAG: lambda row: (4 * row.is_contradicted + 2 * row.is_alias + bool(row.concerns),),
    Column.REVIEWED: lambda row: (row.reviewed / max(row.keypoints, 1),),
}


def next_doubtful(entry: Entry, after: int) -> int:
    """Index of the uncertain keypoint of a recording that is the most doubtful after another.

    Times from a table come first, those furthest from the path before the others; then the least
    certain. The first of all if `after` is not uncertain, -1 if it is the last.
    """
    keypoints, machine = entry.keypoints, entry.machine
    apart_s = np.zeros(len(keypoints))
    if machine is not None and len(machine.keypoints) == len(keypoints):
        apart_s = np.abs(keypoints.offset_s - machine.keypoints.offset_s)
        apart_s[apart_s <= machine.tolerance_s] = 0.0
    order = np.flatnonzero(needs_look(keypoints))
    order = order[np.lexsort((keypoints.confidence[order], -apart_s[order]))]
    place = np.flatnonzero(order == after)
    left = order[place[0] + 1 :] if len(place) else order
    return int(left[0]) if len(left) else -1
