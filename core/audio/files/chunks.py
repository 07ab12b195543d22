"""Chunks: the parts that WAV and its kin are made of, each with a name and a size."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal, NamedTuple

Order = Literal["little", "big"]

ABSURD_SIZE = 1 << 62
WRAP = 1 << 32
"""Sizes of four bytes start again here."""

_MOST_CHUNKS = 10_000
_W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")


class Chunk(NamedTuple):
    """One part of a file.

    Parameters
    ----------
    name : bytes
    start : int
        Where its content begins, bytes from the start of the file.
    size : int
        Of the content as the file tells it, bytes; wrong in many files.
    size_bytes : int
        How many bytes tell the size.
    """

    name: bytes
    start: int
    size: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Chunks:
    """How a family of formats writes its chunks.

    Parameters
    ----------
    first : int
        Where the first begins, bytes from the start.
    name_bytes, size_bytes : int
    order : {"little", "big"}
    samples : bytes
        Name of the chunk that holds the samples.
    aligned : int
        Chunks begin at multiples of this.
    inset : int
        Bytes of that chunk before the samples.
    """

    first: int
    name_bytes: int
    size_bytes: int
    order: Order
    samples: bytes
    aligned: int = 2
    inset: int = 0

    def head(self, file: BinaryIO) -> tuple[bytes, int] | None:
        """Name and size of the chunk that begins here; None at the end of the file."""
        length = self.name_bytes + self.size_bytes
        head = file.read(length)
        if len(head) < length:
            return None
        size = int.from_bytes(head[self.name_bytes :], self.order)
        # W64 counts the head in the size.
        return head[: self.name_bytes], size - (length if self.name_bytes > 4 else 0)

    def of(self, file: BinaryIO) -> Iterator[Chunk]:
        """One chunk after the other, as far as their sizes lead.

        Yields
        ------
        Chunk
            With the file at the start of its content.

        Raises
        ------
        OSError
            If the file cannot be read.
        """
        large: int | None = None
        position, end = self.first, file.seek(0, io.SEEK_END)
        for _ in range(_MOST_CHUNKS):
            file.seek(position)
            head = self.head(file)
            if head is None:
                return
            (name, size), size_bytes = head, self.size_bytes
            start = file.tell()
            if name == b"ds64":
                large = int.from_bytes(file.read(16)[8:], "little")
                file.seek(start)
            if name == self.samples and large is not None and size == WRAP - 1:
                size, size_bytes = large, 8
            yield Chunk(name, start, size, size_bytes)
            position = start + size + -size % self.aligned
            if size < 0 or position >= end:
                return


WAV = Chunks(12, 4, 4, "little", b"data")
_AIFF = Chunks(12, 4, 4, "big", b"SSND", inset=8)
_KINDS = {
    (b"RIFF", b"WAVE"): WAV,
    (b"RF64", b"WAVE"): WAV,
    (b"BW64", b"WAVE"): WAV,
    (b"RIFX", b"WAVE"): replace(WAV, order="big"),
    (b"FORM", b"AIFF"): _AIFF,
    (b"FORM", b"AIFC"): _AIFF,
    (_W64_RIFF[:4], _W64_RIFF[8:12]): Chunks(40, 16, 8, "little", _W64_DATA, aligned=8),
    (b"caff", b"desc"): Chunks(8, 4, 8, "big", b"data", aligned=1, inset=4),
}


def chunks_in(head: bytes) -> Chunks | None:
    """How a file that begins with these 12 bytes writes its chunks; None if it has none."""
    return _KINDS.get((head[:4], head[8:12]))
