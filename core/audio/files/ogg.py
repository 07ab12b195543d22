"""Ogg: its length stands in its last page, which is not always whole, or the last there was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from core.audio.files.claims import MAY_BE_CUT
from core.audio.files.layout import AudioFile, SoundLayout

OGG_MARK = b"OggS"

_HEAD_BYTES = 27
_LONGEST_PAGE = _HEAD_BYTES + 255 + 255 * 255
_ENDS_STREAM = 4
_OTHERS_FOLLOW = "it holds several recordings one after the other: only the first is read"


class _Page(NamedTuple):
    """Where a page lies in some bytes, and what its head says (RFC 3533, 6)."""

    start: int
    end: int
    flags: int
    stream: bytes


def read_ogg(path: Path) -> AudioFile:
    """What an Ogg file holds.

    Raises
    ------
    InputError, OSError, soundfile.LibsndfileError
        If it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        tail_at = max(size - 2 * _LONGEST_PAGE, 0)
        file.seek(tail_at)
        tail = file.read()
    layout = SoundLayout(path)
    last = _last_page(tail)
    is_whole = last is not None and last.end <= len(tail)
    if last is not None and not is_whole and tail_at + last.start > 0:
        # libsndfile finds no length behind a page that is not whole.
        layout = SoundLayout(path, ((0, tail_at + last.start),))
    notes = []
    if last is None or not (is_whole and last.flags & _ENDS_STREAM):
        notes.append(MAY_BE_CUT)
    if last is not None and last.stream != _stream(head):
        notes.append(_OTHERS_FOLLOW)
    return replace(layout.described(), notes=tuple(notes))


def _last_page(tail: bytes) -> _Page | None:
    start = tail.rfind(OGG_MARK)
    while start >= 0 and len(tail) - start < _HEAD_BYTES:
        start = tail.rfind(OGG_MARK, 0, start)
    if start < 0:
        return None
    head = tail[start : start + _HEAD_BYTES]
    segments = tail[start + _HEAD_BYTES :][: head[26]]
    missing = head[26] - len(segments)
    end = start + _HEAD_BYTES + len(segments) + missing + sum(segments)
    return _Page(start, end, head[5], _stream(head))


def _stream(head: bytes) -> bytes:
    return head[14:18]
