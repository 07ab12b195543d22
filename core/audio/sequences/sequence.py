"""A folder of consecutive files of one recorder, read like one file: silence between its files."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.files.layout import AudioFile, Sound
from core.audio.files.settle import failure_text, settle
from core.audio.folder import find_audio
from core.audio.sequences.order import FileStart, Order, ordered
from core.audio.start_times.reading import start_time
from core.audio.start_times.start_time import StartTime
from core.errors import InputError, system_reason

_KEPT = 16
_LONGEST_S = 400 * 86_400.0
"""Files of one recorder further apart are of several deployments."""
_FEW_NOTES = 3

_Frames = NDArray[np.float32] | NDArray[np.int16]
_Stamps = tuple[tuple[Path, int, int], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the files.

    Parameters
    ----------
    file : AudioFile
    first : int
        Where it begins in the sequence, samples.
    """

    file: AudioFile
    first: int

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.file.layout.path

    @property
    def stop(self) -> int:
        """The sample of the sequence after its last."""
        return self.first + self.file.frames


@dataclass(frozen=True, slots=True)
class FileSequence:
    """Consecutive files on one clock; it takes the place of a `SoundLayout`.

    Parameters
    ----------
    path : Path
        The folder.
    parts : tuple of Part
        In their order.
    start : datetime or None
        When the first began; None if nothing tells.
    """

    path: Path
    parts: tuple[Part, ...]
    start: datetime | None

    @property
    def rate_hz(self) -> int:
        """Sample rate of all files."""
        return self.parts[0].file.sample_rate_hz

    @property
    def gaps_s(self) -> Floats:
        """Starts and ends of what lies between files, shape (G, 2), seconds."""
        stops = np.array([part.stop for part in self.parts[:-1]], dtype=np.float64)
        firsts = np.array([part.first for part in self.parts[1:]], dtype=np.float64)
        gaps = np.stack([stops, firsts], axis=1) / self.rate_hz
        return np.asarray(gaps[firsts > stops])

    def part_at(self, time_s: float) -> tuple[Part, float] | None:
        """The file that holds a moment, and the moment on its own clock, seconds.

        None in a gap, and beyond the ends.
        """
        frame = time_s * self.rate_hz
        number = bisect_right(self.parts, frame, key=lambda part: part.first) - 1
        if number < 0 or frame > self.parts[number].stop:
            return None
        part = self.parts[number]
        return part, time_s - part.first / self.rate_hz

    @contextmanager
    def opened(self) -> Iterator[SequenceReader]:
        """Open for reading; errors as in `SoundLayout.opened`."""
        with ExitStack() as stack:
            yield SequenceReader(self, stack)


class SequenceReader:
    """Reads a sequence as a `soundfile.SoundFile` reads a file, one file open at a time.

    Parameters
    ----------
    sequence : FileSequence
    stack : ExitStack
        Closes what is open.
    """

    def __init__(self, sequence: FileSequence, stack: ExitStack) -> None:
        self._parts, self._stack = sequence.parts, stack
        self._position = 0
        self._number = -1
        self._file: Sound | None = None
        self.channels = self._parts[0].file.channels
        self.subtype = _subtype([part.file for part in self._parts])

    def seek(self, frame: int) -> int:
        """Go to a frame."""
        self._position = frame
        return frame

    def read(
        self, frames: int, dtype: Literal["int16", "float32"], *, always_2d: bool = True
    ) -> _Frames:
        """The next frames, shape (frames, channels), with silence where no file holds any.

        Raises
        ------
        InputError
            Naming the file that cannot be read, or ends early.
        """
        assert always_2d
        out = np.zeros((frames, self.channels), dtype=dtype)
        begin, stop = self._position, self._position + frames
        first = bisect_right(self._parts, begin, key=lambda part: part.first) - 1
        for number in range(max(first, 0), len(self._parts)):
            part = self._parts[number]
            start, end = max(part.first, begin), min(part.stop, stop)
            if part.first >= stop:
                break
            if start < end:
                out[start - begin : end - begin] = self._held(number, start, end - start, dtype)
        self._position = stop
        return out

    def _held(
        self, number: int, start: int, frames: int, dtype: Literal["int16", "float32"]
    ) -> _Frames:
        """Frames of one of the files, from a frame of the sequence on."""
        part = self._parts[number]
        try:
            if self._file is None or number != self._number:
                self._stack.close()
                self._file = self._stack.enter_context(part.file.layout.opened())
                self._number = number
            self._file.seek(start - part.first)
            found: _Frames = self._file.read(frames, dtype=dtype, always_2d=True)
        except (sf.LibsndfileError, OSError) as error:
            what = f"cannot be read ({failure_text(error)})"
            raise InputError(part.path, what, "copy it again from the recorder") from error
        if len(found) < frames:
            what = "ends before its header says"
            raise InputError(part.path, what, "copy it again from the recorder")
        return found


def sound_at(path: Path) -> AudioFile:
    """What a path holds: an audio file, or a folder of consecutive files of one recorder.

    Parameters
    ----------
    path : Path

    Returns
    -------
    AudioFile
        Of a folder, the layout is a `FileSequence`.

    Raises
    ------
    InputError
        If there is no such file, or one is no audio, empty, cut short or absurd; if a folder holds
        no audio, files that overlap, or such of different rates or channels.
    """
    if not _is_folder(path):
        return settle(path)
    try:
        files = find_audio(path)
        stats = [file.stat() for file in files]
    except OSError as error:
        raise InputError(
            path, f"cannot be read ({system_reason(error)})", "check the path"
        ) from error
    stamps = ((f, s.st_size, s.st_mtime_ns) for f, s in zip(files, stats, strict=True))
    return _sequence(path, tuple(stamps))


def sequence_at(path: Path) -> FileSequence | None:
    """The sequence that a folder is; None for a file."""
    layout = sound_at(path).layout if _is_folder(path) else None
    return layout if isinstance(layout, FileSequence) else None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # Why it cannot be looked at is said where it is opened.
        return False


@lru_cache(_KEPT)
def _sequence(folder: Path, stamps: _Stamps) -> AudioFile:
    found = [settle(path) for path, *_ in stamps]
    _refuse_unlike(found)
    first = found[0]
    rate_hz = first.sample_rate_hz
    order = ordered([FileStart(f.layout.path, f.frames / rate_hz, _start(f)) for f in found])
    parts = _placed(order, {file.layout.path: file for file in found})
    frames = parts[-1].stop
    if frames > _LONGEST_S * rate_hz:
        days = frames / rate_hz / 86_400
        raise InputError(
            folder, f"holds files of {days:,.0f} days", "give each deployment a folder of its own"
        )
    start = order.files[0].start
    layout = FileSequence(folder, parts, None if start is None else start.moment)
    notes = (*order.notes, *_notes(found))
    return AudioFile(layout, rate_hz, first.channels, frames, _subtype(found), first.endian, notes)


def _start(file: AudioFile) -> StartTime | None:
    return start_time(file.layout.path)


def _refuse_unlike(files: list[AudioFile]) -> None:
    first = files[0]
    for file in files:
        for what, mine, others in (
            ("Hz", file.sample_rate_hz, first.sample_rate_hz),
            ("channels", file.channels, first.channels),
        ):
            if mine != others:
                raise InputError(
                    file.layout.path,
                    f"has {mine:,} {what}, and {first.layout.path.name} has {others:,}",
                    "give each recorder a folder of its own",
                )


def _placed(order: Order, files: dict[Path, AudioFile]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for start, begins_s in zip(order.files, order.begins_s.tolist(), strict=True):
        file = files[start.path]
        after = parts[-1].stop if parts else 0
        parts.append(Part(file, max(round(begins_s * file.sample_rate_hz), after)))
    return tuple(parts)


def _subtype(files: list[AudioFile]) -> str:
    """16 bits where all files have as many, or else what holds them all."""
    return "PCM_16" if all(file.subtype == "PCM_16" for file in files) else "FLOAT"


def _notes(files: list[AudioFile]) -> tuple[str, ...]:
    told = [f"{file.layout.path.name}: {note}" for file in files for note in file.notes]
    if len(told) > _FEW_NOTES:
        told[_FEW_NOTES:] = [f"{len(told) - _FEW_NOTES} more files have odd headers"]
    return tuple(told)
