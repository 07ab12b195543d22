"""The text of a sidecar: a head, and a block of lines for each recording, one a keypoint."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.formats.files import checked
from core.formats.files.places import place_at, place_text
from core.keypoints import KeypointSet

_BEFORE, _BETWEEN, _BEHIND = b',\n  "recordings": [\n', b",\n", b"\n  ]\n}\n"
_KEYPOINTS = b', "keypoints": [\n'
_FIRST = b'    {"name": '
"""With which each block begins; lines of keypoints stand further right."""


def fingerprint(content: bytes) -> str:
    """By which content is known again."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def number_or_null(value: float) -> float | None:
    """A number as JSON has it."""
    return value if math.isfinite(value) else None


def block(about: Mapping[str, object], keypoints: KeypointSet, in_table: Sequence[bool]) -> bytes:
    """The lines of one recording.

    Parameters
    ----------
    about : mapping of str to object
        What stands before the keypoints, the name first.
    keypoints : KeypointSet
    in_table : sequence of bool
        Which of them stand in the table.
    """
    lines = ",\n".join(f"        {_json(row)}" for row in _rows(keypoints, in_table))
    return b"".join((_beginning(about), lines.encode(), b"\n    ]}"))


def moved(block: bytes, old: Path, new: Path) -> bytes:
    """The same lines for a sidecar in another folder, from where its places are told.

    Parameters
    ----------
    block : bytes
    old, new : Path
        The folders.
    """
    beginning, _, keypoints = block.partition(_KEYPOINTS)
    about = {} if old.resolve() == new.resolve() else checked.parsed_json(beginning + b"}")
    if not about.get("places"):
        return block
    places = (place_at(checked.text(each), old) for each in checked.items(about["places"]))
    about["places"] = [place_text(place, new) for place in places]
    return _beginning(about) + keypoints


def _beginning(about: Mapping[str, object]) -> bytes:
    return f"    {_json(about)[:-1]}".encode() + _KEYPOINTS


def document(
    head: Mapping[str, object],
    blocks: Sequence[bytes],
    part: Mapping[str, object] | None = None,
) -> bytes:
    """The whole text.

    Parameters
    ----------
    head : mapping of str to object
    blocks : sequence of bytes
        As of `block`.
    part : mapping of str to object, optional
        What is known of a part; the fingerprint of the blocks comes to it.
    """
    listed = _BETWEEN.join(blocks)
    text = _json(head, indent=2)[:-2]
    if part is not None:
        text += f',\n  "part": {_json({**part, "fingerprint": fingerprint(listed)})}'
    return b"".join((text.encode(), _BEFORE, listed, _BEHIND))


def apart(text: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The head and the blocks of a text of a part, which was not changed since.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none, or was changed.
    """
    before, found, behind = text.partition(_BEFORE)
    listed = behind.removesuffix(_BEHIND)
    head = checked.table(checked.parsed_json(before + b"}"))
    if not found or listed == behind or head["part"]["fingerprint"] != fingerprint(listed):
        raise ValueError("it was changed")
    first, *others = listed.split(_BETWEEN + _FIRST)
    return head, [first, *(_FIRST + other for other in others)] if first else []


def _rows(keypoints: KeypointSet, in_table: Sequence[bool]) -> list[dict[str, object]]:
    texts = keypoints.time_0_text or tuple(map(repr, keypoints.time_0_s.tolist()))
    columns = {
        "time_0_s": keypoints.time_0_s.tolist(),
        "time_0_text": texts,
        "time_1_s": keypoints.time_1_s.tolist(),
        "state": map(str, keypoints.state),
        "source": map(str, keypoints.source),
        "confidence": map(number_or_null, keypoints.confidence.tolist()),
        "reason": keypoints.reason,
        "in_table": in_table,
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
