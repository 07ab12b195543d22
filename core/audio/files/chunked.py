"""WAV, RF64, BW64, W64, AIFF, AU and CAF: where the samples are, whatever size the header gives.

Sizes in these headers are wrong in known ways: never filled in, not brought up to date, wrapped
at 4 GiB, some bytes too large; libsndfile believes those that are too small. What follows the
samples tells a true size: the end of the file, another chunk, or zeros that fill up a block.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from core.audio.files.chunks import ABSURD_SIZE, WRAP, Chunk, Chunks, Order, chunks_in
from core.audio.files.claims import TO_THE_END, WRAPPED, weigh
from core.audio.files.layout import AudioFile, RawFormat, SoundLayout
from core.errors import InputError

_HALF_WRAP = 1 << 31
_NEAR = 0x1000
"""A size as near to 2 or 4 GiB that reaches beyond the file stands in for the true one; bytes."""
_LITTLE = 256
"""So few bytes are no sound that anybody misses."""
_MOST_PADDING = 1 << 20

_AU: dict[bytes, Order] = {b".snd": "big", b"dns.": "little"}

_SAMPLE_BYTES = {
    "PCM_S8": 1,
    "PCM_U8": 1,
    "PCM_16": 2,
    "PCM_24": 3,
    "PCM_32": 4,
    "FLOAT": 4,
    "DOUBLE": 8,
    "ULAW": 1,
    "ALAW": 1,
}
"""Where every sample takes as many bytes."""


@dataclass(frozen=True, slots=True)
class _Samples:
    """Where the samples begin and how many bytes the header claims of them, None if it is silent.

    Sizes of `size_bytes` tell it; `chunks` may follow.
    """

    start: int
    claimed: int | None
    order: Order
    size_bytes: int
    chunks: Chunks | None


class _Settled(NamedTuple):
    """How many bytes of samples there are, and how many the header claims; None if it is silent.

    `laps` is how often the size ran over 4 GiB.
    """

    held: int
    claimed: int | None
    laps: int = 0


def is_chunked(head: bytes) -> bool:
    """Whether a file that begins with these 12 bytes is of one of these formats."""
    return head[:4] in _AU or chunks_in(head) is not None


def read_chunked(path: Path) -> AudioFile:
    """What a file of one of these formats holds.

    Raises
    ------
    InputError
        If it was cut short, or nothing tells where its sound ends.
    OSError, soundfile.LibsndfileError
        If it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        samples = _find_samples(file, head)
        settled = None if samples is None else _settled(file, samples, size)
    # BW64 is RF64 by another name, and libsndfile knows RF64.
    layout = SoundLayout(path, (b"RF64", (4, size)) if head[:4] == b"BW64" else ())
    found = layout.described()
    if samples is None or settled is None or settled.held == settled.claimed:
        return found
    if found.subtype not in _SAMPLE_BYTES:
        return _coded(found, settled)
    frame_bytes = _SAMPLE_BYTES[found.subtype] * found.channels
    frames = settled.held // frame_bytes
    claimed = None if settled.claimed is None else settled.claimed // frame_bytes
    reason = WRAPPED if settled.laps else ""
    notes = weigh(path, claimed, frames, found.sample_rate_hz, reason)
    if frames != found.frames:
        order = samples.order.upper() if found.endian == "FILE" else found.endian
        raw = RawFormat(found.sample_rate_hz, found.channels, found.subtype, order)
        layout = SoundLayout(path, ((samples.start, samples.start + frames * frame_bytes),), raw)
    return replace(found, layout=layout, frames=frames, notes=notes)


def _coded(found: AudioFile, settled: _Settled) -> AudioFile:
    """Where samples take no fixed number of bytes, libsndfile alone can count them."""
    path, claimed = found.layout.path, settled.claimed
    if found.frames > 0 and claimed is None:
        return replace(found, notes=(TO_THE_END,))
    if found.frames > 0 and claimed is not None and claimed > settled.held:
        told = round(found.frames * claimed / settled.held)
        return replace(found, notes=weigh(path, told, found.frames, found.sample_rate_hz))
    raise InputError(
        path,
        f"holds {settled.held} bytes of {found.subtype} sound, its header tells of {claimed or 0}",
        "repair the header, or convert it to WAV or FLAC",
    )


def _find_samples(file: BinaryIO, head: bytes) -> _Samples | None:
    """Where the header says that the samples are; None if it does not say."""
    if head[:4] in _AU:
        order = _AU[head[:4]]
        start, claimed = (int.from_bytes(head[i : i + 4], order) for i in (4, 8))
        return _Samples(start, claimed, order, 4, None)
    chunks = chunks_in(head)
    assert chunks is not None
    for chunk in chunks.of(file):
        if chunk.name == chunks.samples:
            return _samples(file, chunks, chunk)
    return None


def _samples(file: BinaryIO, chunks: Chunks, chunk: Chunk) -> _Samples:
    """What is claimed by the chunk that holds the samples, at whose content the file stands."""
    start, size = chunk.start + chunks.inset, chunk.size
    if chunks.samples == b"SSND":
        offset = int.from_bytes(file.read(4), "big")
        start, size = start + offset, size - offset
    claimed = max(size - chunks.inset, 0) if size < ABSURD_SIZE else None
    return _Samples(start, claimed, chunks.order, chunk.size_bytes, chunks)


def _settled(file: BinaryIO, samples: _Samples, size: int) -> _Settled:
    """What a file of this size holds of the samples that its header claims."""
    there = max(size - samples.start, 0)
    claimed = samples.claimed
    if claimed is None:
        return _Settled(there, None)
    if claimed > there:
        off = (claimed + _NEAR) % _HALF_WRAP
        is_placeholder = samples.size_bytes == 4 and claimed > _NEAR and off <= 2 * _NEAR
        return _Settled(there, None if is_placeholder else claimed)
    most_laps = (there - claimed) // WRAP if samples.size_bytes == 4 else 0
    for laps in range(most_laps + 1):
        span = claimed + laps * WRAP
        if _is_end(file, samples, samples.start + span, size):
            return _Settled(span, claimed, laps)
    return _Settled(there, claimed or None)


def _is_end(file: BinaryIO, samples: _Samples, position: int, size: int) -> bool:
    """Whether samples can end here: before the end, a chunk, or zeros that fill up a block."""
    rest = size - position
    if rest < _LITTLE or _is_chunk(file, samples, position, size):
        return True
    if rest > _MOST_PADDING:
        return False
    file.seek(position)
    return not any(file.read(rest))


def _is_chunk(file: BinaryIO, samples: _Samples, position: int, size: int) -> bool:
    """Whether there is a chunk that fits into the file, here or at the next place for one."""
    chunks = samples.chunks
    if chunks is None:
        return False
    for start in (position, position + (samples.start - position) % chunks.aligned):
        file.seek(start)
        name, length = chunks.head(file) or (b"", -1)
        is_name = name[:4].isascii() and name[:4].decode("ascii").isprintable()
        if is_name and 0 <= length <= size - file.tell() + _LITTLE:
            return True
    return False
