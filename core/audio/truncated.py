"""Tell audio files that were cut short, which libsndfile opens without a word.

So it does with WAV, RF64, W64, AIFF and AU, whose headers are read here. FLAC and
CAF say for themselves when they end early. Ogg, MP3 and rarer formats do not: a file of
theirs that was cut short opens as a shorter recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

_PLACEHOLDER_SIZE = 0x7FFFF000
"""From here on, a size in a header is what a recorder wrote that did not know better."""

_W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")
_ABSURD_SIZE = 1 << 62


@dataclass(frozen=True, slots=True)
class _Chunks:
    """How a family of formats writes its chunks; W64 counts the header in the size."""

    name_bytes: int
    size_bytes: int
    order: Literal["little", "big"]
    aligned: int


def missing_bytes(path: Path) -> int:
    """How many bytes of audio a file lacks of what its header promises.

    A placeholder for the size promises nothing, and other formats count as whole.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        there = path.stat().st_size
        promised = _promised_end(file)
    return 0 if promised is None else max(0, promised - there)


def _promised_end(file: BinaryIO) -> int | None:
    """Where the audio should end, bytes from the start, or None if the header does not tell."""
    form = file.read(12)
    if form[:4] == b".snd":
        start, size = (int.from_bytes(form[i : i + 4], "big") for i in (4, 8))
        return None if size >= _PLACEHOLDER_SIZE else start + size
    if form[:4] in (b"RIFF", b"RF64") and form[8:] == b"WAVE":
        return _end_of_chunk(file, _Chunks(4, 4, "little", 2), b"data")
    if form[:4] == b"FORM" and form[8:] in (b"AIFF", b"AIFC"):
        return _end_of_chunk(file, _Chunks(4, 4, "big", 2), b"SSND")
    if form == _W64_RIFF[:12]:
        file.seek(40)
        return _end_of_chunk(file, _Chunks(16, 8, "little", 8), _W64_DATA)
    return None


def _end_of_chunk(file: BinaryIO, chunks: _Chunks, wanted: bytes) -> int | None:
    """End of the chunk that holds the samples, bytes from the start."""
    large = _ABSURD_SIZE
    head = chunks.name_bytes + chunks.size_bytes
    while len(header := file.read(head)) == head:
        name = header[: chunks.name_bytes]
        size = int.from_bytes(header[chunks.name_bytes :], chunks.order)
        if chunks.size_bytes == 8:
            size -= head
        if not 0 <= size < _ABSURD_SIZE:
            return None
        start = file.tell()
        if name == wanted:
            if chunks.size_bytes == 4 and size >= _PLACEHOLDER_SIZE:
                return None if large >= _ABSURD_SIZE else start + large
            return start + size
        if name == b"ds64":
            large = int.from_bytes(file.read(16)[8:], "little")
        file.seek(start + size + -size % chunks.aligned)
    return None
