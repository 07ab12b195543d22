"""Small WAV files with the headers of recorders."""

from __future__ import annotations

import struct
from pathlib import Path

RATE_HZ = 8000


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def guano(timestamp: str) -> bytes:
    return chunk(b"guan", f"GUANO|Version: 1.0\nTimestamp: {timestamp}\nNote: Bär\n".encode())


def wamd(timestamp: str) -> bytes:
    entries = ((0, b"\1\0"), (1, b"SM4"), (5, timestamp.encode()), (6, b"WGS84,47.3,N,8.5,E"))
    return chunk(b"wamd", b"".join(struct.pack("<HI", n, len(b)) + b for n, b in entries))


def bext(date: str, time: str, samples: int = 0) -> bytes:
    body = b"made for a test".ljust(320, b"\0") + date.encode() + time.encode()
    return chunk(b"bext", body + struct.pack("<QH", samples, 1) + bytes(254))


def comment(text: str) -> bytes:
    body = (
        b"INFO" + chunk(b"ICMT", text.encode().ljust(256, b"\0")) + chunk(b"IART", b"AudioMoth\0")
    )
    return chunk(b"LIST", body)


def write_wav(path: Path, *before: bytes, after: tuple[bytes, ...] = (), frames: int = 80) -> Path:
    form = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16))
    chunks = b"".join((form, *before, chunk(b"data", bytes(2 * frames)), *after))
    path.write_bytes(chunk(b"RIFF", b"WAVE" + chunks))
    return path
