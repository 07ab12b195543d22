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
from core.keypoints import KeypointSet, ReviewState, Source, machine_keypoints
from core.session.edit import Edit
from core.session.state import Basis, Positions, Proposal, Rows

_FAST = 1
_MOST_BYTES = 256 * 2**20


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
    told = json.loads(_decompressed(content))
    position = np.array(told["position"], dtype=np.intp)
    if np.any((position < 0) | (position >= len(time_0_s))):
        raise ValueError("a keypoint that is not there")
    before, after = (_rows_from(told[side], len(position)) for side in ("before", "after"))
    proposals = outs = None
    if "proposals" in told:
        first, second = (_proposal_from(proposal, time_0_s) for proposal in told["proposals"])
        proposals = first, second
    if "taken_out" in told:
        was, is_out = map(bool, told["taken_out"])
        outs = was, is_out
    return position, before, after, proposals, outs


def _decompressed(content: bytes) -> bytes:
    """At most what an edit of a recording of days takes."""
    whole = zlib.decompressobj()
    text = whole.decompress(content, _MOST_BYTES)
    if not whole.eof:
        raise ValueError("an edit that is cut short or too long")
    return text


def nullable(values: Iterable[float]) -> list[float | None]:
    """Numbers as JSON and SQLite hold them: NaN becomes nothing."""
    return [None if math.isnan(value) else value for value in values]


def floats(values: Sequence[float | None]) -> Floats:
    """The reverse of `nullable`, shape (N,)."""
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


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
    if any(len(column) != count for column in told.values()):
        raise ValueError("columns of different lengths")
    return Rows(
        np.array(told["time_1_s"], dtype=np.float64),
        tuple(map(ReviewState, told["state"])),
        tuple(map(Source, told["source"])),
        floats(told["confidence"]),
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
    time_1_s, confidence = np.array(told["time_1_s"], np.float64), floats(told["confidence"])
    keypoints = proposed(time_0_s, time_1_s, confidence, told["reason"])
    return Proposal(Basis(told["basis"]), keypoints)
