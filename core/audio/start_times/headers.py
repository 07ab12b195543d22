"""Start times in the chunks of WAV, RF64 and W64 files, wherever in the file they stand.

GUANO: https://guano-md.org, a chunk of lines ``Key: value``. WAMD, of Wildlife Acoustics: entries
of a number (2 bytes), a length (4) and content. bext: EBU Tech 3285. AudioMoth: the comment of
the list of information.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from core.audio.files.chunks import Chunk, Order, chunks_in
from core.audio.start_times.start_time import (
    StartTime,
    ToldBy,
    moment_of,
    read_iso,
    resolution_of,
    zone_of,
)

_MOST_BYTES = 1 << 18
"""More of a chunk is not read: headers have hundreds of bytes, and lists of sounds found in a
recording may follow."""
_WAMD_TIMESTAMP = 5
_BEXT_DATE, _BEXT_TIME, _BEXT_SAMPLES = slice(320, 330), slice(330, 338), slice(338, 346)
_SAME_S = 2.0
"""So near to the clock in bext, its count of samples since midnight tells the same moment, more
finely; else it is a place in an editor's session."""

_AUDIOMOTH = re.compile(
    r"Recorded at (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6}))?"
    r" (?P<day>\d\d)/(?P<month>\d\d)/(?P<year>\d{4})(?: \(UTC(?P<zone>[+-]\d{1,2}(?::?\d\d)?)?\))?"
)
"""Firmware before 1.0.1 writes no zone; it knew only UTC."""


@dataclass(frozen=True, slots=True)
class _Content:
    """What a chunk holds, and what is needed to read it.

    Parameters
    ----------
    data : bytes
    order : {"little", "big"}
    rate_hz : int
        Sample rate of the file; 0 if nothing has told it yet.
    """

    data: bytes
    order: Order
    rate_hz: int


def starts_in_headers(path: Path) -> tuple[StartTime, ...]:
    """Every start time that the headers of a file tell of, by `ToldBy`.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of StartTime
        Empty if there are none, or the file has no such headers.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        chunks = chunks_in(file.read(12))
        if chunks is None:
            return ()
        told: dict[ToldBy, StartTime] = {}
        rate_hz = 0
        for chunk in chunks.of(file):
            name = chunk.name[:4]
            content = _Content(_read(file, chunk), chunks.order, rate_hz)
            if name == b"fmt ":
                rate_hz = int.from_bytes(content.data[4:8], chunks.order)
            elif (reader := _READERS.get(name)) and (start := reader(content)):
                told.setdefault(start.told_by, start)
    return tuple(told[who] for who in ToldBy if who in told)


def _read(file: BinaryIO, chunk: Chunk) -> bytes:
    wanted = chunk.name[:4] in _READERS or chunk.name[:4] == b"fmt "
    return file.read(min(max(chunk.size, 0), _MOST_BYTES)) if wanted else b""


def _guano(content: _Content) -> StartTime | None:
    for line in content.data.decode("utf-8", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() == "timestamp":
            return read_iso(value, ToldBy.GUANO)
    return None


def _wamd(content: _Content) -> StartTime | None:
    for number, data in _entries(content.data):
        if number == _WAMD_TIMESTAMP:
            text = data.decode("ascii", errors="replace").strip("\0 ")
            return read_iso(text, ToldBy.WAMD)
    return None


def _entries(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 6 <= len(data):
        number = int.from_bytes(data[position : position + 2], "little")
        length = int.from_bytes(data[position + 2 : position + 6], "little")
        position += 6 + length
        yield number, data[position - length : position]


def _bext(content: _Content) -> StartTime | None:
    date, time = (
        re.fullmatch(rb"(\d+)[-_: ./](\d+)[-_: ./](\d+)", content.data[field])
        for field in (_BEXT_DATE, _BEXT_TIME)
    )
    if date is None or time is None:
        return None
    year, month, day = (int(number) for number in date.groups())
    hour, minute, second = (int(number) for number in time.groups())
    moment = moment_of((year, month, day), (hour, minute, second))
    if moment is None:
        return None
    start = StartTime(moment, ToldBy.BEXT)
    samples = int.from_bytes(content.data[_BEXT_SAMPLES], content.order)
    if not content.rate_hz or samples > 86_400 * content.rate_hz:
        return start
    midnight = datetime(moment.year, moment.month, moment.day)
    finer = midnight + timedelta(seconds=samples / content.rate_hz)
    if abs((finer - moment).total_seconds()) > _SAME_S:
        return start
    return replace(start, moment=finer, resolution_s=1 / content.rate_hz)


def _comment(content: _Content) -> StartTime | None:
    found = _AUDIOMOTH.search(content.data.decode("latin-1"))
    if found is None:
        return None
    day, month, year, hour, minute, second = (
        int(found[name]) for name in ("day", "month", "year", "hour", "minute", "second")
    )
    fraction, zone = found["fraction"] or "", zone_of(found["zone"] or "UTC")
    moment = moment_of((year, month, day), (hour, minute, second), fraction, zone)
    return None if moment is None else StartTime(moment, ToldBy.COMMENT, resolution_of(fraction))


_READERS: dict[bytes, Callable[[_Content], StartTime | None]] = {
    b"guan": _guano,
    b"wamd": _wamd,
    b"bext": _bext,
    b"LIST": _comment,
}
