"""Ways to damage a file: by bytes, by numbers in text, by values in JSON, by header fields."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

_ODD_NUMBERS = (b"-1", b"0", b"1e999", b"-1e18", b"NaN", b"9" * 400, b"", b"1_0", b"0x10", b"\xff")
_ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    1e308,
    "",
    "\udcff",
    [],
    {},
    [[]],
    "9" * 999,
)
_ODD_SIZES = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFF000)


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """A file with one to four things wrong with it; most stays as it was.

    Parameters
    ----------
    content : bytes
        Of a good file.
    rng : Generator
    """
    for _ in range(int(rng.integers(1, 5))):
        way = _WAYS[int(rng.integers(len(_WAYS)))]
        content = way(content, rng)
    return content


def _place(content: bytes, rng: np.random.Generator) -> int:
    """Anywhere; every other time near the beginning, where headers are."""
    reach = len(content) if rng.random() < 0.5 else min(len(content), 256)
    return int(rng.integers(reach)) if reach else 0


def _flip(content: bytes, rng: np.random.Generator) -> bytes:
    out = bytearray(content)
    for _ in range(int(rng.integers(1, 9))):
        if out:
            out[_place(content, rng)] ^= 1 << int(rng.integers(8))
    return bytes(out)


def _overwrite(content: bytes, rng: np.random.Generator) -> bytes:
    at, size = _place(content, rng), int(rng.integers(1, 64))
    return content[:at] + rng.bytes(size) + content[at + size :]


def _cut(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: _place(content, rng)]


def _take_out(content: bytes, rng: np.random.Generator) -> bytes:
    at = _place(content, rng)
    return content[:at] + content[at + int(rng.integers(1, 200)) :]


def _double(content: bytes, rng: np.random.Generator) -> bytes:
    at, size = _place(content, rng), int(rng.integers(1, 400))
    return content[: at + size] + content[at:]


def _size(content: bytes, rng: np.random.Generator) -> bytes:
    """An odd number in place of four bytes, in either order."""
    at = _place(content, rng)
    value = _ODD_SIZES[int(rng.integers(len(_ODD_SIZES)))]
    return (
        content[:at] + struct.pack("<I" if rng.random() < 0.7 else ">I", value) + content[at + 4 :]
    )


def _number(content: bytes, rng: np.random.Generator) -> bytes:
    """An odd number in place of one that is written out."""
    digits = [i for i, byte in enumerate(content[:20_000]) if 48 <= byte <= 57]
    if not digits:
        return _flip(content, rng)
    start = end = digits[int(rng.integers(len(digits)))]
    while end < len(content) and content[end] in b"0123456789.eE+-":
        end += 1
    return content[:start] + _ODD_NUMBERS[int(rng.integers(len(_ODD_NUMBERS)))] + content[end:]


def _value(content: bytes, rng: np.random.Generator) -> bytes:
    """An odd value somewhere in JSON, or nesting without end."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return _number(content, rng)
    if rng.random() < 0.05:
        return b"[" * 100_000
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, child in list(items):
            places.append((node, key))
            if isinstance(child, dict | list):
                walk(child)

    if isinstance(document, dict | list):
        walk(document)
    if places:
        node, key = places[int(rng.integers(len(places)))]
        if rng.random() < 0.2 and isinstance(node, dict):
            del node[key]
        else:
            node[key] = _ODD_VALUES[int(rng.integers(len(_ODD_VALUES)))]
    return json.dumps(document).encode("utf-8", "surrogatepass")


_WAYS = (_flip, _overwrite, _cut, _take_out, _double, _size, _number, _value, _value)
