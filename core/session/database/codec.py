"""What an edit changed as bytes: JSON in columns, compressed with zlib."""

from __future__ import annotations

import json
import math
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import numpy as np

from core.arrays import Floats
from core.formats.files import checked
from core.formats.sync_json import sync_as_json, sync_from_json
from core.keypoints import KeypointSet, ReviewState, Source, machine_keypoints
from core.session.edits.edit import Edit, Whole
from core.session.edits.state import Basis, Positions, Proposal, Rows
from core.sync_points import SyncPoints

T = TypeVar("T")

_FAST = 1
_LARGEST = 1e9
"""Thirty years in seconds: what is beyond is damage, and too far away to be drawn."""
_MOST_TIMES = 100
"""JSON of keypoints is no longer than so many times what zlib makes of it."""
_MOST_BYTES = 4096
"""More than JSON says of a keypoint; a few bytes of zlib can stand for gigabytes."""


def edit_bytes(edit: Edit) -> bytes:
    """What an edit changes, before and after."""
    told: dict[str, object] = {
        "position": edit.position.tolist(),
        "before": _rows(edit.before),
        "after": _rows(edit.after),
    }
    if edit.proposals is not None:
        told["proposals"] = [_proposal(proposal) for proposal in edit.proposals]
    if edit.outs is not None:
        told["taken_out"] = edit.outs
    if edit.wholes is not None:
        told["wholes"] = [_whole(whole) for whole in edit.wholes]
    if edit.syncs is not None:
        told["sync_points"] = [sync_as_json(sync) for sync in edit.syncs]
    text = json.dumps(told, allow_nan=False, separators=(",", ":"))
    return zlib.compress(text.encode(), _FAST)


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What `edit_bytes` wrote; as the fields of `Edit`."""

    position: Positions
    before: Rows
    after: Rows
    proposals: tuple[Proposal, Proposal] | None
    outs: tuple[bool, bool] | None
    wholes: tuple[Whole, Whole] | None
    syncs: tuple[SyncPoints, SyncPoints] | None

    def edit(self, recording: int, text: str, merge_key: str, made_at: datetime) -> Edit:
        """The edit that they are of."""
        return Edit(
            recording,
            text,
            self.position,
            self.before,
            self.after,
            self.proposals,
            self.outs,
            self.wholes,
            self.syncs,
            merge_key,
            made_at,
        )


def changes_from(content: bytes, time_0_s: Floats) -> Changes:
    """What `edit_bytes` wrote.

    Parameters
    ----------
    content : bytes
    time_0_s : ndarray, shape (K,)
        Keypoints of the recording when the edit was made, seconds.

    Raises
    ------
    ValueError, KeyError, TypeError, zlib.error
        If the bytes are something else.
    """
    count = len(time_0_s)
    most_bytes = (count + 1) * _MOST_BYTES + _MOST_TIMES * len(content)
    told = checked.table(checked.parsed_json(_inflated(content, most_bytes)))
    positions = [checked.whole(p, 0, count - 1) for p in checked.items(told["position"])]
    if positions != sorted(set(positions)):
        raise ValueError("keypoints in disorder")
    before, after = (
        _rows_from(checked.table(told[side]), len(positions)) for side in ("before", "after")
    )
    return Changes(
        np.array(positions, dtype=np.intp),
        before,
        after,
        _pair(told, "proposals", lambda each: _proposal_from(checked.table(each), time_0_s)),
        _pair(told, "taken_out", checked.flag),
        _pair(told, "wholes", lambda each: _whole_from(checked.table(each))),
        _pair(told, "sync_points", lambda each: sync_from_json(checked.items(each))),
    )


def _pair(told: dict[str, Any], name: str, read: Callable[[Any], T]) -> tuple[T, T] | None:
    """What stands before and after, where the edit changed it."""
    if name not in told:
        return None
    before, after = map(read, checked.items(told[name]))
    return before, after


def nullable(values: Iterable[float]) -> list[float | None]:
    """Numbers as JSON and SQLite hold them: NaN becomes nothing."""
    return [None if math.isnan(value) else value for value in values]


def floats(values: Sequence[float | None]) -> Floats:
    """The reverse of `nullable`, shape (N,); ValueError where a number is damage."""
    found = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    if np.any(np.abs(found) > _LARGEST):
        raise ValueError("a number that is too large")
    return found


def proposed(time_0_s: Floats, time_1_s: Floats, confidence: Floats, reason: Any) -> KeypointSet:
    """Machine keypoints; the same words share their memory."""
    return machine_keypoints(time_0_s, time_1_s, confidence, shared(reason))


def shared(words: Iterable[str]) -> tuple[str, ...]:
    """Words that share the memory of the same words elsewhere."""
    return tuple(sys.intern(word) for word in words)


def _rows(rows: Rows) -> dict[str, object]:
    return {
        "time_1_s": rows.time_1_s.tolist(),
        "state": rows.state,
        "source": rows.source,
        "confidence": nullable(rows.confidence.tolist()),
        "reason": rows.reason,
    }


def _rows_from(told: dict[str, Any], count: int) -> Rows:
    if any(len(checked.items(column)) != count for column in told.values()):
        raise ValueError("columns of different lengths")
    return Rows(
        _numbers(told["time_1_s"]),
        tuple(map(ReviewState, told["state"])),
        tuple(map(Source, told["source"])),
        _numbers(told["confidence"], may_lack=True),
        shared(told["reason"]),
    )


def _whole(whole: Whole) -> dict[str, object]:
    keypoints = whole.keypoints
    return {
        "time_0_s": keypoints.time_0_s.tolist(),
        "time_0_text": keypoints.time_0_text,
        **_rows(Rows.of(keypoints, np.arange(len(keypoints)))),
        "proposal": _proposal(whole.proposal),
    }


def _whole_from(told: dict[str, Any]) -> Whole:
    time_0_s, texts = _numbers(told.pop("time_0_s")), told.pop("time_0_text")
    proposal = _proposal_from(checked.table(told.pop("proposal")), time_0_s)
    rows = _rows_from(told, len(time_0_s))
    keypoints = KeypointSet(
        time_0_s,
        rows.time_1_s,
        rows.state,
        rows.source,
        rows.confidence,
        rows.reason,
        None if texts is None else shared(map(checked.text, checked.items(texts))),
    )
    return Whole(keypoints, proposal)


def _proposal(proposal: Proposal) -> dict[str, object]:
    keypoints = proposal.keypoints
    return {
        "basis": proposal.basis,
        "time_1_s": keypoints.time_1_s.tolist(),
        "confidence": nullable(keypoints.confidence.tolist()),
        "reason": keypoints.reason,
    }


def _proposal_from(told: dict[str, Any], time_0_s: Floats) -> Proposal:
    time_1_s, confidence = _numbers(told["time_1_s"]), _numbers(told["confidence"], may_lack=True)
    keypoints = proposed(time_0_s, time_1_s, confidence, told["reason"])
    return Proposal(Basis(told["basis"]), keypoints)


def _numbers(told: object, *, may_lack: bool = False) -> Floats:
    return floats(
        [
            None if value is None and may_lack else checked.number(value)
            for value in checked.items(told)
        ]
    )


def _inflated(content: bytes, most_bytes: int) -> bytes:
    inflater = zlib.decompressobj()
    text = inflater.decompress(content, most_bytes)
    if not inflater.eof:
        raise ValueError("it is cut short, or longer than its keypoints can make it")
    return text
