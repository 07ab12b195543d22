"""Recordings: two channels from one stereo file or from two mono files, read lazily."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from core.audio.digest import digest_of
from core.audio.files.layout import AudioFile
from core.audio.files.settle import failure_text, settle
from core.errors import InputError, refuse_undecodable

Samples = NDArray[np.float32]
_Frames = NDArray[np.float32] | NDArray[np.int16]

_LARGEST_SAMPLE = 1e12
"""More than any format writes by mistake of scale, less than what overflows in a spectrum."""


class MonoFileError(InputError):
    """A file is one channel of a recording; the other one is in another file."""


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
    """

    path: Path
    channel: int
    sample_rate_hz: int
    frames: int

    @property
    def duration_s(self) -> float:
        """Length, seconds."""
        return self.frames / self.sample_rate_hz


@dataclass(frozen=True, slots=True)
class Recording:
    """What is aligned: channel 0 (the reference clock) and channel 1 (the drifting clock).

    The audio is only ever read. Use `open_recording` to make one.

    Parameters
    ----------
    name : str
        File name as it stands in a BioDCASE CSV.
    channels : tuple of two ChannelSource
    notes : tuple of str
        What was assumed of the files where their headers are wrong or silent.
    """

    name: str
    channels: tuple[ChannelSource, ChannelSource]
    notes: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of channel 0, the reference clock, seconds."""
        return self.channels[0].duration_s

    @property
    def paths(self) -> tuple[Path, ...]:
        """The one or two files behind the recording."""
        return tuple(dict.fromkeys(source.path for source in self.channels))

    def blocks(
        self, channel: int, block_s: float = 30.0, start_s: float = 0.0, end_s: float | None = None
    ) -> Iterator[Samples]:
        """Read one channel block by block.

        Parameters
        ----------
        channel : int
            0 or 1.
        block_s : float
            Length of a block, seconds; the last may be shorter.
        start_s, end_s : float
            Part to read, seconds on the channel's own clock; clipped to the channel.

        Yields
        ------
        ndarray of float32, shape (frames,)

        Raises
        ------
        InputError
            If the file cannot be decoded, ends early or holds samples that are NaN,
            infinite or absurdly large.
        """
        for position, frames in _decoded(self.channels[channel], block_s, start_s, end_s):
            yield self._sound(frames, position, channel)

    def both(
        self, block_s: float = 30.0, start_s: float = 0.0, end_s: float | None = None
    ) -> Iterator[tuple[Samples, Samples]]:
        """Read both channels side by side; a file that holds both is decoded once.

        Parameters
        ----------
        block_s, start_s, end_s : float
            As in `blocks`.

        Yields
        ------
        tuple of two ndarray of float32, shape (frames,)
            The same stretch of both channels' own clocks; a channel that has ended is empty.

        Raises
        ------
        InputError
            As `blocks`.
        """
        if len(self.paths) == 1:
            for position, frames in _decoded(self.channels[0], block_s, start_s, end_s):
                yield self._sound(frames, position, 0), self._sound(frames, position, 1)
            return
        first, second = (self.blocks(channel, block_s, start_s, end_s) for channel in (0, 1))
        yield from zip_longest(first, second, fillvalue=np.empty(0, dtype=np.float32))

    def _sound(self, frames: _Frames, position: int, channel: int) -> Samples:
        """Samples of one channel of decoded frames; refuses what is no sound."""
        source = self.channels[channel]
        samples = _floats(frames[:, source.channel])
        if frames.dtype != np.int16:
            _refuse_no_sound(samples, position, source, channel)
        return samples

    def read(self, channel: int, start_s: float = 0.0, end_s: float | None = None) -> Samples:
        """Read a stretch of one channel at once.

        Parameters
        ----------
        channel : int
        start_s, end_s : float
            As in `blocks`.

        Returns
        -------
        ndarray of float32, shape (frames,)

        Raises
        ------
        InputError
            As `blocks`.
        """
        return _joined(self.blocks(channel, start_s=start_s, end_s=end_s))

    def read_both(
        self, span_0_s: tuple[float, float], span_1_s: tuple[float, float]
    ) -> tuple[Samples, Samples]:
        """Read a stretch of each channel; where they overlap in one file, it is decoded once.

        Parameters
        ----------
        span_0_s, span_1_s : tuple of two floats
            Start and end, seconds on each channel's own clock; clipped to the channel.

        Returns
        -------
        tuple of two ndarray of float32, shape (frames,)

        Raises
        ------
        InputError
            As `blocks`.
        """
        spans_s = (span_0_s, span_1_s)
        starts_s, ends_s = zip(*spans_s, strict=True)
        if len(self.paths) == 2 or max(starts_s) >= min(ends_s):
            return self.read(0, *span_0_s), self.read(1, *span_1_s)
        rate = self.channels[0].sample_rate_hz
        blocks = list(self.both(start_s=min(starts_s), end_s=max(ends_s)))
        first = max(0, round(min(starts_s) * rate))

        def part(channel: int) -> Samples:
            start, end = (max(0, round(at_s * rate) - first) for at_s in spans_s[channel])
            return _joined(block[channel] for block in blocks)[start:end]

        return part(0), part(1)

    def fingerprint(self) -> str:
        """Digest of the content, independent of names and folders.

        Returns
        -------
        str
            32 hexadecimal digits.

        Raises
        ------
        InputError
            If a file cannot be read.
        """
        return digest_of((source.path, source.channel) for source in self.channels)


def open_recording(path: Path | str, path_1: Path | str | None = None) -> Recording:
    """Open one stereo file, or two mono files, as a recording.

    Parameters
    ----------
    path : Path or str
        A stereo file, or the mono file of channel 0.
    path_1 : Path or str, optional
        The mono file of channel 1.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If a file is missing, unreadable, not audio, empty, or has the wrong
        number of channels; if its path is not valid Unicode.
    """
    first = Path(path)
    for file_path in (first, first if path_1 is None else Path(path_1)):
        refuse_undecodable(file_path)
    found = settle(first)
    if path_1 is None:
        if found.channels != 2:
            kind = MonoFileError if found.channels == 1 else InputError
            raise kind(
                first,
                f"has {found.channels} channel{'s'[: found.channels - 1]}, a recording needs two",
                "give a stereo file, or two mono files as a pair",
            )
        return Recording(first.name, (_source(found, 0), _source(found, 1)), found.notes)
    found_1 = settle(Path(path_1))
    for file in (found, found_1):
        if file.channels != 1:
            raise InputError(
                file.layout.path,
                f"has {file.channels} channels, a pair needs one channel a file",
                "give two mono files, or this stereo file alone",
            )
    notes = (
        f"channel {channel}: {note}"
        for channel, file in enumerate((found, found_1))
        for note in file.notes
    )
    return Recording(first.name, (_source(found, 0), _source(found_1, 0)), tuple(notes))


def _source(file: AudioFile, channel: int) -> ChannelSource:
    return ChannelSource(file.layout.path, channel, file.sample_rate_hz, file.frames)


def _decoded(
    source: ChannelSource, block_s: float, start_s: float, end_s: float | None
) -> Iterator[tuple[int, _Frames]]:
    """Frames of a source's file, block by block, and the index of each block's first."""
    if not source.path.exists():
        raise InputError(source.path, "is not there any more", "put it back")
    rate = source.sample_rate_hz
    position = min(max(round(start_s * rate), 0), source.frames)
    stop = source.frames if end_s is None else min(round(end_s * rate), source.frames)
    size = max(1, round(block_s * rate))
    try:
        with settle(source.path).layout.opened() as file:
            file.seek(position)
            dtype = "int16" if file.subtype == "PCM_16" else "float32"
            while position < stop:
                wanted = min(size, stop - position)
                frames = file.read(wanted, dtype=dtype, always_2d=True)
                if len(frames) < wanted:
                    raise InputError(
                        source.path,
                        f"cannot be read beyond {(position + len(frames)) / rate:.2f} s, and "
                        f"should last {source.duration_s:.2f} s",
                        "copy it again from the recorder",
                    )
                yield position, frames
                position += wanted
    except (sf.LibsndfileError, OSError) as error:
        raise InputError(
            source.path,
            f"cannot be read ({failure_text(error)})",
            "copy it again from the recorder",
        ) from error


def _joined(blocks: Iterable[Samples]) -> Samples:
    parts = list(blocks)
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype=np.float32), *parts])


def _floats(samples: NDArray[np.float32] | NDArray[np.int16]) -> Samples:
    """Samples of full scale one; converting one channel here is faster than both in libsndfile."""
    if samples.dtype == np.int16:
        return np.multiply(samples, np.float32(2.0**-15), dtype=np.float32)
    return np.ascontiguousarray(samples)


def _refuse_no_sound(samples: Samples, position: int, source: ChannelSource, channel: int) -> None:
    # NaN is within no limits. Two passes, no temporary mask.
    if np.min(samples) >= -_LARGEST_SAMPLE and np.max(samples) <= _LARGEST_SAMPLE:
        return
    first = int(np.argmin(np.abs(samples) <= _LARGEST_SAMPLE))
    is_large = np.isfinite(samples[first])
    what = f"samples above {_LARGEST_SAMPLE:g}" if is_large else "NaN or infinite samples"
    raise InputError(
        source.path,
        f"channel {channel} holds {what}, first at "
        f"{(position + first) / source.sample_rate_hz:.3f} s",
        "export it again without them",
    )
