"""FLAC: how long it is where STREAMINFO does not say, or says what is not so."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from pathlib import Path

from core.audio.files.claims import weigh
from core.audio.files.layout import AudioFile, SoundLayout, reaches

FLAC_MARK = b"fLaC"

_TOTAL = slice(18, 26)
"""Where STREAMINFO keeps the number of samples, in the lower 36 of these bits (RFC 9639, 8.2)."""
_TOTAL_BITS = 36


def read_flac(path: Path, start: int) -> AudioFile:
    """What a FLAC file holds.

    libsndfile cannot seek without a length, nor near one that is too large, but finds the last
    sample of any that is right or too small. So the true length is the largest for which it
    does, and halving the interval finds it in some 40 looks.

    Parameters
    ----------
    path : Path
    start : int
        Where the mark is, bytes from the start of the file.

    Raises
    ------
    InputError
        If it was cut short.
    OSError, soundfile.LibsndfileError
        If it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(start)
        head = file.read(_TOTAL.stop)
    word = int.from_bytes(head[_TOTAL], "big")
    claimed = word % (1 << _TOTAL_BITS)

    def of(frames: int) -> SoundLayout:
        total = (word - claimed + frames).to_bytes(8, "big")
        return SoundLayout(path, (head[: _TOTAL.start] + total, (start + len(head), size)))

    plain = SoundLayout(path)
    found = plain.described()
    if claimed and reaches(plain, claimed) and not reaches(of(claimed + 1), claimed + 1):
        return found
    lengths = range(1, 1 << _TOTAL_BITS)
    frames = bisect_left(lengths, 1, key=lambda n: int(not reaches(of(n), n)))
    notes = weigh(path, claimed or None, frames, found.sample_rate_hz)
    return replace(found, layout=of(frames), frames=frames, notes=notes)
