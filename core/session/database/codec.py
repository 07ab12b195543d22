"""What an edit changed as bytes: JSON in columns, compressed with zlib."""

from __future__ import annotations

import json
import math
import sys
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from core.arrays import Floats
from core.formats import checked
from core.keypoints import KeypointSet, ReviewState, Source, machine_keypoints
from core.session.edits.edit import Edit
from core.session.edits.state import Basis, Positions, Proposal, Rows

_FAST = 1
_LARGEST = 1e9
"""Thirty years in seconds: what is beyond is damage, and too far away to be drawn."""
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
    text = json.dumps(told, allow_nan=False, separators=(",", ":"))
    return zlib.compress(text.encode(), _FAST)


def changes_from(
    content: bytes, time_0_s: Floats
) -> tuple[Positions, Rows, Rows, tuple[Proposal, Proposal] | None, tuple[bool, bool] | None]:
    """What `edit_bytes` wrote: positions, before, after, proposals and outs.

    Parameters
    ----------
    content : bytes
    time_0_s : ndarray, shape (K,)
        Keypoints of the recording, seconds.

    Raises
    ------
    ValueError, KeyError, TypeError, zlib.error
        If the bytes are something else.
    """
    count = len(time_0_s)
    told = checked.table(checked.parsed_json(_inflated(content, (count + 1) * _MOST_BYTES)))
    positions = [checked.whole(p, 0, count - 1) for p in checked.items(told["position"])]
    if positions != sorted(set(positions)):
        raise ValueError("keypoints in disorder")
    before, after = (
        _rows_from(checked.table(told[side]), len(positions)) for side in ("before", "after")
    )
    position, proposals, outs = np.array(positions, dtype=np.intp), None, None
    if "proposals" in told:
        first, second = (_proposal_from(p, time_0_s) for p in checked.items(told["proposals"]))
        proposals = first, second
    if "taken_out" in told:
        was, is_out = map(checked.flag, checked.items(told["taken_out"]))
        outs = was, is_out
    return position, before, after, proposals, outs


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
