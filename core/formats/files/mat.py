"""Numbers and texts of MATLAB files of version 5 to 7, as "MAT-File Format" (MathWorks) has them.

scipy reads them too, but a damaged file ends the process with it (`make fuzz KIND=labels`).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.arrays import Floats
from core.errors import InputError
from core.formats.files.reading import read_whole

Value = Floats | str

_HEADER_BYTES = 128
_MOST_BYTES = 1 << 26
"""Of what was packed."""
_MATRIX, _PACKED = 14, 15
_CHARACTERS, _NUMBERS = 4, range(6, 16)
"""Classes of arrays that are read; cells, structures and objects are passed over."""
_NUMERIC = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
_CODINGS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}


def read_mat(path: Path) -> dict[str, Value]:
    """The numbers, all in one row, and texts of a file by their names.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        If it cannot be read, is of another version, or damaged.
    """
    content = read_whole(path)
    if content.startswith(b"MATLAB 7.3"):
        raise InputError(path, "is a MATLAB file of version 7.3", "save it with -v7")
    order = {b"IM": "<", b"MI": ">"}.get(content[126:_HEADER_BYTES])
    if order is None:
        raise InputError(path, "is no MATLAB file that can be read", "save it with -v7")
    try:
        return dict(_variables(content[_HEADER_BYTES:], order))
    except (LookupError, OverflowError, ValueError, struct.error, zlib.error) as error:
        raise InputError(path, f"is a damaged MATLAB file ({error})", "save it again") from error


def _variables(content: bytes, order: str) -> Iterator[tuple[str, Value]]:
    for kind, data in _elements(content, order):
        if kind == _PACKED:
            unpacked = zlib.decompressobj().decompress(data, _MOST_BYTES)
            inner = [each for each in _elements(unpacked, order) if each[0] == _MATRIX]
        else:
            inner = [(kind, data)] if kind == _MATRIX else []
        for _, matrix in inner:
            yield from _variable(matrix, order)


def _variable(data: bytes, order: str) -> Iterator[tuple[str, Value]]:
    parts = _elements(data, order)
    flags, _shape, name = (next(parts, (0, b"")) for _ in range(3))
    (flag,) = struct.unpack_from(f"{order}I", flags[1])
    if flag & 0xFF != _CHARACTERS and flag & 0xFF not in _NUMBERS:
        return
    kind, values = next(parts, (0, b""))
    if flag & 0xFF == _CHARACTERS:
        coding = _CODINGS[kind] if values else "latin-1"
        ends = {"<": "-le", ">": "-be"}[order] if coding in ("utf-16", "utf-32") else ""
        yield name[1].decode("latin-1"), values.decode(coding + ends)
    else:
        stored = np.dtype(order + _NUMERIC[kind]) if values else np.dtype(np.float64)
        yield name[1].decode("latin-1"), np.frombuffer(values, stored).astype(np.float64)


def _elements(content: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Kind and data of each element; raises ValueError if one is cut short."""
    at = 0
    while at + 8 <= len(content):
        kind, size = struct.unpack_from(f"{order}II", content, at)
        start, end = at + 8, at + 8 + size
        if kind >> 16:  # a small one, with its data in the tag
            kind, size = kind & 0xFFFF, kind >> 16
            start, end = at + 4, at + 4 + size
        if end > len(content) or (start == at + 4 and size > 4):
            raise ValueError("it is cut short")
        yield kind, content[start:end]
        at = at + 8 if start == at + 4 else end if kind == _PACKED else end + -end % 8
