"""Files with labels as labs' own programs write them."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

_RATE_HZ = 40_000
_HEADER_BYTES, _VARIABLE_BYTES = 544, 208
_EVENTS, _INTERVALS, _MARKERS = 1, 2, 6


def neuroexplorer(path: Path) -> Path:
    """A .nex file: a click at 0.5 s, a song from 1.25 to 2 s, two markers at 3 and 4 s."""
    variables = (
        (_EVENTS, "click", _ticks(0.5), 0),
        (_INTERVALS, "song", _ticks(1.25) + _ticks(2.0), 0),
        (_MARKERS, "notes", _ticks(3.0, 4.0) + bytes(64) + b"go\0\0" + b"stop", 4),
    )
    at = _HEADER_BYTES + _VARIABLE_BYTES * len(variables)
    told, data = b"", b""
    for kind, name, content, letters in variables:
        count = 2 if kind == _MARKERS else 1
        place = at + len(data)
        head = struct.pack("<ii64sii", kind, 100, name.encode(), place, count)
        told += head + bytes(52) + struct.pack("<ii", 1, letters) + bytes(68)
        data += content
    ends = (0, 10 * _RATE_HZ)
    header = struct.pack("<4si256sdiii", b"NEX1", 104, b"", _RATE_HZ, *ends, len(variables))
    path.write_bytes(header.ljust(_HEADER_BYTES, b"\0") + told + data)
    return path


def _ticks(*times_s: float) -> bytes:
    return np.array([round(time_s * _RATE_HZ) for time_s in times_s], dtype="<i4").tobytes()


def nwb(path: Path, stop_s: float = 2.5) -> Path:
    """An NWB file: an epoch with tags, a table of syllables and, beside them, a trial."""
    from pynwb import NWBHDF5IO, NWBFile
    from pynwb.epoch import TimeIntervals

    file = NWBFile("two birds", "a", datetime(2026, 5, 14, 4, 30, tzinfo=UTC))
    file.add_epoch(0.5, 1.25, tags=["song", "ä"])
    file.add_trial(start_time=1.0, stop_time=2.0)
    table = TimeIntervals(name="syllables", description="by hand")
    table.add_column("label", "what was sung")
    table.add_column("score", "how sure")
    table.add_row(start_time=2.0, stop_time=stop_s, label='b "q"\nnew', score=0.5)
    file.add_time_intervals(table)
    with NWBHDF5IO(path, "w") as out:
        out.write(file)
    return path
