"""The frames of one recording as a file that is only mapped into memory.

A page that says what it is, then for both channels the rows that are scanned first, all rows, and
which moment each is: whole numbers from -127 to 127, one byte each.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats32
from core.audio.recording import Recording
from core.errors import InputError, system_reason
from core.find.frames import MOMENT_WIDTH, STEP_S, WIDTH, FrameEncoder, Frames
from core.formats.files import checked
from core.formats.files.atomic import write_whole
from core.steps import Steps

SUFFIX = ".frames"
SCALE = np.float32(127.0)
"""Codes of a value of one."""
COARSE_ROWS = 2
"""Rows whose mean is a coarse one."""
COARSE_WIDTH = WIDTH // 2
"""Numbers of a coarse row, the most telling ones."""
_MAGIC = b"finchsync frames 2\n"
_PAGE = 4096
_MOST_ROWS = 1 << 31

Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Label:
    """What a file of frames says of itself.

    Parameters
    ----------
    files : tuple of str
        What its recording is made of, as `core.audio.recording.Recording.labels`.
    fingerprint : str
        Of the audio.
    digest : str
        Of the encoder.
    rows : tuple of two int
        Of both channels.
    """

    files: tuple[str, ...]
    fingerprint: str
    digest: str
    rows: tuple[int, int]

    @property
    def file_name(self) -> str:
        """What its file is called."""
        return f"{self.fingerprint}-{self.digest}{SUFFIX}"

    @property
    def file_bytes(self) -> int:
        """How long its file is."""
        return _PAGE + sum(n * width for rows in self.rows for n, width in _parts(rows))


@dataclass(frozen=True, slots=True, eq=False)
class ChannelFrames:
    """Frames of a channel.

    Parameters
    ----------
    coarse : ndarray of int8, shape (T // COARSE_ROWS, COARSE_WIDTH)
    rows : ndarray of int8, shape (T, WIDTH)
        One every `core.find.frames.STEP_S`.
    moments : ndarray of int8, shape (T, MOMENT_WIDTH)
        Which moment each is, whichever recorder heard it.
    """

    coarse: Codes
    rows: Codes
    moments: Codes

    def stretch(self, start: int, length: int) -> Floats32:
        """Some rows, zero where there are none; shape (length, WIDTH)."""
        return _values(self.rows, start, length)

    def stretches(self, starts: NDArray[np.intp], length: int) -> Floats32:
        """The same from several rows on, shape (starts, length, WIDTH)."""
        at = starts[:, None] + np.arange(length)
        values = np.asarray(self.rows[at.clip(0, len(self.rows) - 1)] / SCALE)
        values[(at < 0) | (at >= len(self.rows))] = 0
        return values

    def moments_of(self, start: int, length: int) -> Floats32:
        """Moments of some rows, zero where there are none; shape (length, MOMENT_WIDTH)."""
        return _values(self.moments, start, length)

    @property
    def duration_s(self) -> float:
        """Length, seconds."""
        return len(self.rows) * STEP_S


@dataclass(frozen=True, slots=True, eq=False)
class RecordingFrames:
    """Frames of both channels."""

    label: Label
    channels: tuple[ChannelFrames, ChannelFrames]


def of_parts(parts: Sequence[Frames]) -> ChannelFrames:
    """Frames of a channel from consecutive parts, in memory."""
    whole = _codes([part.kinds for part in parts], WIDTH)
    moments = _codes([part.moments for part in parts], MOMENT_WIDTH)
    pairs = whole[: len(whole) // COARSE_ROWS * COARSE_ROWS, :COARSE_WIDTH]
    mean = pairs.reshape(-1, COARSE_ROWS, COARSE_WIDTH).mean(axis=1, dtype=np.float32)
    return ChannelFrames(np.rint(mean).astype(np.int8), whole, moments)


def write_frames(
    folder: Path, recording: Recording, fingerprint: str, encoder: FrameEncoder
) -> Steps[Path]:
    """Embed a recording and keep its frames; whoever stops iterating leaves no file.

    Parameters
    ----------
    folder : Path
        Where the file goes; is there.
    recording : Recording
    fingerprint : str
        Of the recording.
    encoder : FrameEncoder

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If the audio cannot be read or the file cannot be written.
    """
    total_s, done_s = sum(recording.durations_s), 0.0
    channels = []
    for channel in (0, 1):
        parts: list[Frames] = []
        for part in encoder.frames(recording, channel):
            parts.append(part)
            done_s += len(part.kinds) * STEP_S
            yield min(1.0, done_s / total_s)
        channels.append(of_parts(parts))
    rows = len(channels[0].rows), len(channels[1].rows)
    label = Label(recording.labels, fingerprint, encoder.digest, rows)
    page = _MAGIC + json.dumps(asdict(label), ensure_ascii=False).encode()
    path = folder / label.file_name
    with write_whole(path, overwrite=True) as file:
        file.write(page.ljust(_PAGE, b" "))
        for each in channels:
            for codes in (each.coarse, each.rows, each.moments):
                file.write(codes.tobytes())
    return path


def read_label(path: Path) -> Label:
    """What a file of frames says of itself.

    Raises
    ------
    InputError
        If it cannot be read, is none, or is cut short.
    """
    try:
        with path.open("rb") as file:
            page = file.read(_PAGE)
        size = path.stat().st_size
    except OSError as error:
        what = f"cannot be read ({system_reason(error)})"
        raise InputError(path, what, "check the path") from error
    fix = "delete it, and it is made again"
    if not page.startswith(_MAGIC):
        raise InputError(path, "is no index of FinchSync", fix)
    try:
        label = _label(checked.table(checked.parsed_json(page[len(_MAGIC) :].decode())))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(path, f"is damaged ({error})", fix) from error
    if size != label.file_bytes:
        raise InputError(path, "is cut short", fix)
    return label


def open_frames(path: Path) -> RecordingFrames:
    """Map a file of frames into memory; errors as `read_label`."""
    label = read_label(path)
    codes = np.memmap(path, dtype=np.int8, mode="r", offset=_PAGE)
    channels, at = [], 0
    for rows in label.rows:
        parts = []
        for count, width in _parts(rows):
            parts.append(codes[at : at + count * width].reshape(count, width))
            at += count * width
        channels.append(ChannelFrames(*parts))
    return RecordingFrames(label, (channels[0], channels[1]))


def _label(told: dict[str, Any]) -> Label:
    rows = tuple(checked.whole(count, 1) for count in told["rows"])
    if len(rows) != 2 or max(rows) > _MOST_ROWS:
        raise ValueError("its lengths cannot be")
    files = tuple(checked.text(name) for name in told["files"])
    return Label(files, checked.text(told["fingerprint"]), checked.text(told["digest"]), rows)


def _parts(rows: int) -> tuple[tuple[int, int], ...]:
    """Rows and numbers a row of what is kept of a channel, in their order."""
    return (rows // COARSE_ROWS, COARSE_WIDTH), (rows, WIDTH), (rows, MOMENT_WIDTH)


def _codes(parts: Sequence[Floats32], width: int) -> Codes:
    codes = [np.rint(part * SCALE).astype(np.int8) for part in parts]
    return np.concatenate([np.empty((0, width), dtype=np.int8), *codes])


def _values(codes: Codes, start: int, length: int) -> Floats32:
    out = np.zeros((length, codes.shape[1]), dtype=np.float32)
    low, high = max(start, 0), min(start + length, len(codes))
    if high > low:
        out[low - start : high - start] = codes[low:high] / SCALE
    return out
