"""One channel of a file: where its samples are, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from core.audio.files.layout import Sound
from core.audio.files.settle import failure_text
from core.audio.sequences.sequence import sequence_at, sound_at
from core.audio.sources import Source, label_of
from core.errors import InputError

Samples = NDArray[np.float32]
_Column = NDArray[np.float32] | NDArray[np.int16]

_LARGEST_SAMPLE = 1e12
"""More than any format writes by mistake of scale, less than what overflows in a spectrum."""
_MOST_VALUES = 1 << 22
"""Read at a time, of all channels of a file: files of sixty channels need no more memory."""


@dataclass(frozen=True, slots=True)
class ChannelSource:
    """Where one channel's samples are.

    Parameters
    ----------
    path : Path
    channel : int
        Channel within the file, from 0.
    sample_rate_hz : int
    frames : int
        Length in samples.
    file_channels : int
        How many channels the file has.
    start : datetime or None
        When the file starts; None where nobody knows.
    device : str
        The recorder; empty where nobody says.
    """

    path: Path
    channel: int
    sample_rate_hz: int
    frames: int
    file_channels: int
    start: datetime | None = None
    device: str = ""

    @property
    def source(self) -> Source:
        """What to open it from again."""
        channel = self.channel if self.file_channels > 1 else None
        return Source(self.path, channel, self.start, self.device)

    @property
    def label(self) -> str:
        """The name of the file, with the channel if it is one of several."""
        return label_of(self.path, self.channel if self.file_channels > 1 else None)

    @property
    def duration_s(self) -> float:
        """Length, seconds."""
        return self.frames / self.sample_rate_hz

    def files_at(self, times_s: Sequence[float]) -> list[tuple[str, float] | None]:
        """Which file holds each of some moments, and when in it, seconds.

        None between the files of a sequence, and beyond their ends.
        """
        sequence = sequence_at(self.path)
        if sequence is None:
            return [(self.label, time_s) for time_s in times_s]
        channel = self.channel if self.file_channels > 1 else None
        found = map(sequence.part_at, times_s)
        return [each and (label_of(each[0].path, channel), each[1]) for each in found]


def read_blocks(
    sources: Sequence[ChannelSource],
    block_s: float = 30.0,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> Iterator[tuple[Samples, ...]]:
    """Read channels of one file side by side, block by block; it is decoded once.

    Parameters
    ----------
    sources : sequence of ChannelSource
        Of one file.
    block_s : float
        Length of a block, seconds; the last may be shorter.
    start_s, end_s : float
        Part to read, seconds; clipped to the file.

    Yields
    ------
    tuple of ndarray of float32, shape (frames,)
        One for each source.

    Raises
    ------
    InputError
        If the file cannot be decoded, ends early or holds samples that are NaN,
        infinite or absurdly large.
    """
    for position, columns in _decoded(sources, block_s, start_s, end_s):
        yield tuple(
            _sound(column, position, source)
            for column, source in zip(columns, sources, strict=True)
        )


def _decoded(
    sources: Sequence[ChannelSource], block_s: float, start_s: float, end_s: float | None
) -> Iterator[tuple[int, tuple[_Column, ...]]]:
    """What the file holds of some channels, block by block, and where each block begins."""
    source, channels = sources[0], [each.channel for each in sources]
    if not source.path.exists():
        raise InputError(source.path, "is not there any more", "put it back")
    rate = source.sample_rate_hz
    position = min(max(round(start_s * rate), 0), source.frames)
    stop = source.frames if end_s is None else min(round(end_s * rate), source.frames)
    size = max(1, round(block_s * rate))
    try:
        with sound_at(source.path).layout.opened() as file:
            file.seek(position)
            while position < stop:
                wanted = min(size, stop - position)
                columns = _next_frames(file, wanted, channels)
                if len(columns[0]) < wanted:
                    raise InputError(
                        source.path,
                        f"cannot be read beyond {(position + len(columns[0])) / rate:.2f} s, and "
                        f"should last {source.duration_s:.2f} s",
                        "copy it again from the recorder",
                    )
                yield position, columns
                position += wanted
    except (sf.LibsndfileError, OSError) as error:
        raise InputError(
            source.path,
            f"cannot be read ({failure_text(error)})",
            "copy it again from the recorder",
        ) from error


def _next_frames(file: Sound, wanted: int, channels: Sequence[int]) -> tuple[_Column, ...]:
    """Some channels of the next frames, as many as there are; the others are soon forgotten."""
    dtype = "int16" if file.subtype == "PCM_16" else "float32"
    most = max(1, _MOST_VALUES // file.channels)
    if wanted <= most:
        frames = file.read(wanted, dtype=dtype, always_2d=True)
        return tuple(frames[:, channel] for channel in channels)
    parts = [
        file.read(min(most, wanted - done), dtype=dtype, always_2d=True)[:, list(channels)]
        for done in range(0, wanted, most)
    ]
    return tuple(np.concatenate([part[:, at] for part in parts]) for at in range(len(channels)))


def _sound(column: _Column, position: int, source: ChannelSource) -> Samples:
    """Samples from what was decoded; refuses what is no sound."""
    samples = _floats(column)
    if column.dtype != np.int16:
        _refuse_no_sound(samples, position, source)
    return samples


def _floats(samples: NDArray[np.float32] | NDArray[np.int16]) -> Samples:
    """Samples of full scale one; converting one channel here is faster than both in libsndfile."""
    if samples.dtype == np.int16:
        return np.multiply(samples, np.float32(2.0**-15), dtype=np.float32)
    return np.ascontiguousarray(samples)


def _refuse_no_sound(samples: Samples, position: int, source: ChannelSource) -> None:
    # NaN is within no limits. Two passes, no temporary mask.
    if np.min(samples) >= -_LARGEST_SAMPLE and np.max(samples) <= _LARGEST_SAMPLE:
        return
    first = int(np.argmin(np.abs(samples) <= _LARGEST_SAMPLE))
    is_large = np.isfinite(samples[first])
    where = f"channel {source.channel} " if source.file_channels > 1 else ""
    what = f"samples above {_LARGEST_SAMPLE:g}" if is_large else "NaN or infinite samples"
    raise InputError(
        source.path,
        f"{where}holds {what}, first at {(position + first) / source.sample_rate_hz:.3f} s",
        "export it again without them",
    )
