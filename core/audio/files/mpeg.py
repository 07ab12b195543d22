"""MPEG audio (MP3): a stream of frames, of which a header can at best say how many there are.

libsndfile believes a Xing tag, and without one reckons with the first frame's bit rate. So frames
are counted here, head by head, and libsndfile is given nothing but whole frames behind a tag that
is right. libmpg123, which decodes them, then has nothing to complain of on standard error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from core.audio.files.claims import MAY_BE_CUT, weigh
from core.audio.files.layout import AudioFile, Piece, SoundLayout

_BLOCK_BYTES = 1 << 20
_MOST_JUNK_BEFORE = 1 << 16
_IN_A_ROW = 3
"""So many heads, each where the one before says, are no chance."""

_KBPS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates by version and layer (ISO 11172-3, 2.4.2.3, and ISO 13818-3)."""
_RATES_HZ = (44100, 48000, 32000)
_RATE_DIVISORS = {0: 4, 2: 2, 3: 1}
"""By the bits for MPEG 2.5, 2 and 1."""

_HAS_FRAMES, _HAS_BYTES = 1, 2
_TAG_BYTES = 36
_DECODER_DELAY = 529
"""What libmpg123 takes off the start of whatever has a tag, beside the encoder's delay; samples."""


_Kind = tuple[int, int, int, bool]


class _Head(NamedTuple):
    """What the four bytes before a frame say.

    Parameters
    ----------
    kind : tuple of int
        Version, layer, sample rate and whether it is mono: what all frames of a stream share.
    layer : int
    length, samples : int
        Bytes of the frame, and samples a channel that it holds.
    side_bytes : int
        What stands between the head and a Xing tag.
    """

    kind: _Kind
    layer: int
    length: int
    samples: int
    side_bytes: int


@lru_cache(maxsize=4096)
def _head(raw: bytes) -> _Head | None:
    """Read a head; None if these bytes are none."""
    word = int.from_bytes(raw, "big")
    version, layer, rate = word >> 19 & 3, 4 - (word >> 17 & 3), word >> 10 & 3
    bit_rate, padding = word >> 12 & 15, word >> 9 & 1
    is_head = word >> 21 == 0x7FF and version in _RATE_DIVISORS and layer < 4 and rate < 3
    if len(raw) < 4 or not is_head or not 1 <= bit_rate <= 14:
        return None
    is_first, is_mono = version == 3, word >> 6 & 3 == 3
    rate_hz = _RATES_HZ[rate] // _RATE_DIVISORS[version]
    bits_per_s = 1000 * _KBPS[1 if is_first else 2, layer][bit_rate - 1]
    samples = {1: 384, 2: 1152, 3: 1152 if is_first else 576}[layer]
    slot = 4 if layer == 1 else 1
    length = (samples // 8 // slot * bits_per_s // rate_hz + padding) * slot
    side_bytes = (17 if is_mono else 32) if is_first else (9 if is_mono else 17)
    return _Head((version, layer, rate, is_mono), layer, length, samples, side_bytes)


@dataclass(frozen=True, slots=True)
class _Stream:
    """The frames of a file.

    Parameters
    ----------
    head : _Head
    first : bytes
        The first frame.
    runs : tuple of (int, int)
        Stretches of frames without a gap; the first begins with the first frame.
    count : int
    lost_bytes : int
        Between the stretches.
    is_cut : bool
        Whether a last frame is not whole.
    """

    head: _Head
    first: bytes
    runs: tuple[tuple[int, int], ...]
    count: int
    lost_bytes: int
    is_cut: bool


class _Window:
    """Bytes anywhere in a file, which is read in blocks."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start, self._block = 0, b""

    def at(self, position: int, length: int) -> bytes:
        """Bytes from `position`; fewer at the end of the file."""
        first = position - self._start
        if first < 0 or first + length > len(self._block):
            self._file.seek(position)
            self._start, self._block, first = position, self._file.read(_BLOCK_BYTES), 0
        return self._block[first : first + length]


def read_mpeg(path: Path, start: int) -> AudioFile | None:
    """What an MPEG file holds; None if there are no frames in it.

    Parameters
    ----------
    path : Path
    start : int
        Where to look first, bytes from the start of the file.

    Raises
    ------
    InputError
        If it was cut short.
    OSError, soundfile.LibsndfileError
        If it cannot be read.
    """
    with path.open("rb") as file:
        stream = _walk(_Window(file), start, path.stat().st_size)
    if stream is None:
        return None
    pieces, count, claimed = _with_tag(stream)
    found = SoundLayout(path, pieces).described()
    notes: list[str] = []
    if claimed is not None and abs(claimed - count) > 1:  # some count the tag as well
        told, held = claimed * stream.head.samples, count * stream.head.samples
        notes += weigh(path, told, held, found.sample_rate_hz)
    elif claimed is None and stream.is_cut:
        notes.append(MAY_BE_CUT)
    if stream.lost_bytes:
        notes.append(
            f"{stream.lost_bytes} bytes amid its sound are damaged and left out: "
            "what follows may come too early"
        )
    return replace(found, notes=tuple(notes))


def _walk(window: _Window, start: int, size: int) -> _Stream | None:
    """Go from frame to frame; None if there is no first one near the start."""
    begin = _synchronise(window, start, min(start + _MOST_JUNK_BEFORE, size))
    head = None if begin is None else _head(window.at(begin, 4))
    if begin is None or head is None:
        return None
    first = window.at(begin, head.length)
    runs: list[tuple[int, int]] = []
    position, count, lost_bytes = begin, 0, 0
    while True:
        here = _head(window.at(position, 4))
        is_frame = here is not None and here.kind == head.kind
        if here is not None and is_frame and position + here.length <= size:
            position, count = position + here.length, count + 1
            continue
        runs.append((begin, position))
        again = _synchronise(window, position, size, head.kind)
        if again is None:
            return _Stream(head, first, tuple(runs), count, lost_bytes, is_frame)
        if window.at(position, 3) != b"ID3":
            lost_bytes += again - position
        begin = position = again


def _synchronise(window: _Window, start: int, stop: int, kind: _Kind | None = None) -> int | None:
    """Where the next frames begin: of a kind, if one is given."""
    while start < stop:
        block = window.at(start, min(stop - start, _BLOCK_BYTES))
        place = block.find(b"\xff")
        while place >= 0:
            if _is_stream(window, start + place, kind):
                return start + place
            place = block.find(b"\xff", place + 1)
        start += max(len(block), 1)
    return None


def _is_stream(window: _Window, position: int, kind: _Kind | None) -> bool:
    for _ in range(_IN_A_ROW):
        head = _head(window.at(position, 4))
        if head is None or head.kind != (kind or head.kind):
            return False
        position, kind = position + head.length, head.kind
    return True


def _with_tag(stream: _Stream) -> tuple[tuple[Piece, ...], int, int | None]:
    """The frames behind a tag that is right, how many they are, and how many a tag claims."""
    head, frame, runs = stream.head, stream.first, stream.runs
    if head.layer != 3:
        return runs, stream.count, None
    at = 4 + head.side_bytes
    if frame[at : at + 4] not in (b"Xing", b"Info"):
        claimed = _number(frame, 50) if frame[36:40] == b"VBRI" else None
        return (_new_tag(frame, stream.count), *runs), stream.count, claimed
    count = stream.count - 1
    rest = ((runs[0][0] + len(frame), runs[0][1]), *runs[1:])
    flags = _number(frame, at + 4)
    if not flags & _HAS_FRAMES:
        return (_new_tag(frame, count), *rest), count, None
    tag = bytearray(frame)
    tag[at + 8 : at + 12] = count.to_bytes(4, "big")
    if flags & _HAS_BYTES:
        size = sum(stop - start for start, stop in runs)
        tag[at + 12 : at + 16] = size.to_bytes(4, "big")
    return (bytes(tag), *rest), count, _number(frame, at + 8)


def _number(frame: bytes, at: int) -> int:
    return int.from_bytes(frame[at : at + 4], "big")


def _new_tag(frame: bytes, count: int) -> bytes:
    """Two frames like the first: a Xing tag, and silence.

    The silence is as long as what libmpg123 takes off for the delays of encoder and decoder. So
    nothing of the sound is, which had no tag to tell of a delay: its times stay those that
    others read.
    """
    raw, head = next(
        (raw, head)
        for raw in (
            bytes((frame[0], frame[1] | 1, rate << 4 | frame[2] & 0x0C, frame[3]))
            for rate in range(1, 15)
        )
        if (head := _head(raw)) and head.length >= 4 + head.side_bytes + _TAG_BYTES
    )
    tag = b"Xing" + _HAS_FRAMES.to_bytes(4, "big") + (count + 1).to_bytes(4, "big")
    delays = (head.samples - _DECODER_DELAY << 12).to_bytes(3, "big")
    lame = b"FinchSync".ljust(21, b"\0") + delays
    silence = raw.ljust(head.length, b"\0")
    return (raw + bytes(head.side_bytes) + tag + lame).ljust(head.length, b"\0") + silence
