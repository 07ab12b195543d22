"""Aligned audio as a file: channel 1 on channel 0's clock, alone or beside channel 0."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import __version__
from core.audio.laid import laid_blocks
from core.audio.recording import Recording
from core.audio.sequences.sequence import sound_at
from core.errors import InputError
from core.formats.files.sound_files import SoundKind, sound_writer
from core.known_map import KnownMap, Stretch
from core.steps import Steps

CONTAINERS = {".wav": "WAV", ".flac": "FLAC"}
"""By the endings of files."""
RATES_HZ = (1_000, 655_350)
"""Lowest and highest sample rate that is written; FLAC has no higher one."""

_SAMPLE_BYTES = {"PCM_24": 3, "FLOAT": 4}
_WAV_BYTES = (1 << 32) - (1 << 20)
"""Larger WAV files are written as RF64."""
_MOST_NAMED = 20
_ROUNDING = 1e-6
"""Of a sample: times in seconds are not exact."""


@dataclass(frozen=True, slots=True)
class AlignedAudio:
    """What of a recording is written.

    Parameters
    ----------
    known : KnownMap
        Channel 1 is silent where it says nothing.
    rate_hz : int or None
        Sample rate; None for that of channel 0.
    with_reference : bool
        Whether channel 0 is written as well, as the first of two channels.
    is_whole : bool
        Whether all of channel 0 is written, else from the first to the last moment that is known.
    """

    known: KnownMap
    rate_hz: int | None = None
    with_reference: bool = True
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class WrittenAudio:
    """What was written.

    Parameters
    ----------
    path : Path
    start_s, end_s : float
        What of channel 0, seconds.
    rate_hz : int
    notes : tuple of str
        Where channel 1 is silent and why; what was clipped.
    """

    path: Path
    start_s: float
    end_s: float
    rate_hz: int
    notes: tuple[str, ...]


def write_aligned_audio(
    path: Path, recording: Recording, asked: AlignedAudio, *, overwrite: bool = False
) -> Steps[WrittenAudio]:
    """Write aligned audio as WAV or FLAC, as the path's ending says.

    Samples are of 24 bits; in WAV of 32 with a floating point where those of the recording have
    one.

    Parameters
    ----------
    path : Path
    recording : Recording
    asked : AlignedAudio
    overwrite : bool
        Whether an existing file may be replaced.

    Yields
    ------
    float
        Share of the work done. Stopped in between, it leaves nothing behind.

    Returns
    -------
    WrittenAudio

    Raises
    ------
    InputError
        If nothing is known, the place or the sample rate is of no use or the place an original,
        the disk is full, or the audio cannot be read.
    """
    refuse_originals(path, [recording])
    rate_hz = asked.rate_hz or recording.channels[0].sample_rate_hz
    span_s = _span_s(recording, asked, rate_hz)
    frames = round((span_s[1] - span_s[0]) * rate_hz)
    kind = _kind(path, recording, asked, rate_hz, span_s)
    done, clipped = 0, 0
    blocks = laid_blocks(
        recording, asked.known, rate_hz, span_s, with_reference=asked.with_reference
    )
    with sound_writer(path, kind, overwrite=overwrite) as file:
        for block in blocks:
            if kind.subtype != "FLOAT":
                clipped += int(np.count_nonzero(np.abs(block) > 1.0))
            file.write(block)
            done += len(block)
            yield done / frames
    notes = silences(recording, asked)
    if clipped:
        notes += (f"{clipped:,} samples above full scale were clipped; WAV of floats holds them",)
    return WrittenAudio(path, *span_s, rate_hz, notes)


def refuse_originals(path: Path, recordings: Iterable[Recording]) -> None:
    """Raise InputError if a place to write to is a file of one of some recordings."""
    if path.resolve() in {file.resolve() for each in recordings for file in each.paths}:
        raise InputError(path, "is an original, which is never written to", "choose a new name")


def subtype_for(recording: Recording, container: str) -> str:
    """How samples are written: with a floating point only where the recording's have one."""
    is_float = any(sound_at(file).subtype in ("FLOAT", "DOUBLE") for file in recording.paths)
    return "FLOAT" if is_float and container == "WAV" else "PCM_24"


def silences(recording: Recording, asked: AlignedAudio) -> tuple[str, ...]:
    """Where channel 1 is silent in what is written, and why, a sentence each.

    Parameters
    ----------
    recording : Recording
    asked : AlignedAudio
    """
    if asked.known.is_empty:
        return ()
    span_s = _span_s(recording, asked, asked.rate_hz or recording.channels[0].sample_rate_hz)
    return tuple(_silent_text(x) for x in asked.known.unknown if _meets(x, span_s))


def _span_s(recording: Recording, asked: AlignedAudio, rate_hz: int) -> tuple[float, float]:
    """What of channel 0 is written: from a sample to a sample of the rate."""
    known = asked.known
    if known.is_empty:
        raise InputError(
            recording.name,
            "has no keypoint that counts while both channels run",
            "accept or correct keypoints first, or count those that nobody reviewed",
        )
    start_s, end_s = known.known_s[[0, -1], [0, 1]].tolist()
    if asked.is_whole:
        start_s, end_s = 0.0, recording.duration_s
    first = math.ceil(start_s * rate_hz - _ROUNDING)
    stop = math.floor(end_s * rate_hz + _ROUNDING)
    return first / rate_hz, stop / rate_hz


def _kind(
    path: Path,
    recording: Recording,
    asked: AlignedAudio,
    rate_hz: int,
    span_s: tuple[float, float],
) -> SoundKind:
    container = CONTAINERS.get(path.suffix.lower())
    if container is None:
        raise InputError(path, "is neither WAV nor FLAC", "let its name end with .wav or .flac")
    lowest_hz, highest_hz = RATES_HZ
    if not lowest_hz <= rate_hz <= highest_hz:
        raise InputError(
            path,
            f"cannot be written at {rate_hz:,} Hz",
            f"choose a sample rate from {lowest_hz:,} to {highest_hz:,} Hz",
        )
    channels = 2 if asked.with_reference else 1
    subtype = subtype_for(recording, container)
    length = round((span_s[1] - span_s[0]) * rate_hz) * channels * _SAMPLE_BYTES[subtype]
    if container == "WAV" and length > _WAV_BYTES:
        container = "RF64"
    return SoundKind(rate_hz, channels, container, subtype, _comment(recording, asked, span_s))


def _comment(recording: Recording, asked: AlignedAudio, span_s: tuple[float, float]) -> str:
    """What was done, for the header."""
    start_s, end_s = span_s
    first = "left: channel 0 as recorded; right: " if asked.with_reference else ""
    told = list(silences(recording, asked))
    if len(told) > _MOST_NAMED:
        told[_MOST_NAMED:] = [f"{len(told) - _MOST_NAMED} more stretches are silent"]
    return "; ".join(
        (
            f"FinchSync {__version__}: {recording.name}, {start_s:.6f} to {end_s:.6f} s of channel "
            f"0; {first}channel 1 on the clock of channel 0, through {asked.known.keypoints} "
            "keypoints",
            *told,
        )
    )


def _meets(stretch: Stretch, span_s: tuple[float, float]) -> bool:
    return stretch.start_s < span_s[1] and stretch.end_s > span_s[0]


def _silent_text(stretch: Stretch) -> str:
    return (
        f"channel 1 is silent from {stretch.start_s:.3f} to {stretch.end_s:.3f} s: {stretch.reason}"
    )
