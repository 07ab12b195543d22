"""Recordings: two channels from one stereo file or from two mono files, read lazily."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

import numpy as np

from core.audio.channels import ChannelSource, Samples, read_blocks
from core.audio.digest import digest_of
from core.audio.files.layout import AudioFile
from core.audio.sequences.sequence import sequence_at, sound_at
from core.audio.sources import Source, Sources, distinct_names, labels_apart, own_name
from core.audio.start_times.difference import StartDifference, start_difference
from core.audio.start_times.reading import start_time
from core.errors import InputError, refuse_undecodable


class NotStereoError(InputError):
    """A file has not two channels: those of a recording are to be named."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What is aligned: channel 0 (the reference clock) and channel 1 (the drifting clock).

    The audio is only ever read. Use `open_recording` to make one.

    Parameters
    ----------
    name : str
        What it is called in a BioDCASE CSV: the name of its file, or of the first of two.
    channels : tuple of two ChannelSource
    notes : tuple of str
        What was assumed of the files where their headers are wrong or silent.
    spacing_m : float or None
        Distance of the microphones, metres; None where nobody says.
    """

    name: str
    channels: tuple[ChannelSource, ChannelSource]
    notes: tuple[str, ...] = ()
    spacing_m: float | None = None

    @property
    def duration_s(self) -> float:
        """Length of channel 0, the reference clock, seconds."""
        return self.channels[0].duration_s

    @property
    def durations_s(self) -> tuple[float, float]:
        """Length of channel 0 and 1, each on its own clock, seconds."""
        first, second = self.channels
        return first.duration_s, second.duration_s

    @property
    def start_difference(self) -> StartDifference | None:
        """What start times say of the offset; None if one is unknown, or both are of one file."""
        first, second = self.channels
        if first.path == second.path or first.start is None or second.start is None:
            return None
        return start_difference(first.start, second.start, *self.durations_s)

    @property
    def expected_offsets_s(self) -> tuple[float, ...]:
        """Around where the offset may be before anything is heard, the likeliest first, seconds."""
        told = self.start_difference
        return (told.offsets_s if told else ()) or (0.0,)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The one or two files behind the recording."""
        return tuple(dict.fromkeys(source.path for source in self.channels))

    @property
    def is_stereo_file(self) -> bool:
        """Whether the recording is one file with nothing else in it."""
        first, second = self.channels
        places = (first.path, first.channel), (second.path, second.channel)
        return first.file_channels == 2 and places == ((first.path, 0), (first.path, 1))

    @property
    def labels(self) -> tuple[str, ...]:
        """What `core.audio.sources.Source.parse` makes the sources from, beside the files."""
        if self.is_stereo_file:
            return (self.channels[0].path.name,)
        return tuple(source.label for source in self.channels)

    @property
    def places(self) -> tuple[Path, ...]:
        """Where the file of each of its `labels` lies."""
        return tuple(source.path for source in self.channels[: len(self.labels)])

    @property
    def title(self) -> str:
        """What it is called where there is room for both of its sides."""
        if self.is_stereo_file or (" + " in self.name and self.name.endswith(self.labels[1])):
            return self.name
        zero, one = self._file_labels
        if self.name == self.labels[0]:
            return f"{zero} + {one}"
        is_usual = self.name.endswith(zero)
        return f"{self.name} + {one}" if is_usual else f"{self.name} ({zero} + {one})"

    @property
    def side_titles(self) -> tuple[str, ...]:
        """Each side's file, after the recorder where that is known, for a person to read."""
        labels = zip(self.channels, self._file_labels, strict=True)
        return tuple(f"{c.device}: {label}" if c.device else label for c, label in labels)

    @property
    def _file_labels(self) -> tuple[str, ...]:
        """What the sides are called, with a folder where both files have one name."""
        sides = [channel.source for channel in self.channels]
        labels = labels_apart(sides)
        return tuple(labels[side.identity] for side in sides)

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
        for (samples,) in read_blocks((self.channels[channel],), block_s, start_s, end_s):
            yield samples

    def both(
        self, block_s: float = 30.0, start_s: float = 0.0, end_s: float | None = None
    ) -> Iterator[tuple[Samples, ...]]:
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
            yield from read_blocks(self.channels, block_s, start_s, end_s)
            return
        first, second = (self.blocks(channel, block_s, start_s, end_s) for channel in (0, 1))
        yield from zip_longest(first, second, fillvalue=np.empty(0, dtype=np.float32))

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
        if len(self.paths) > 1 or max(starts_s) >= min(ends_s):
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


def open_recording(
    path: Path | str | Source,
    path_1: Path | str | Source | None = None,
    *,
    name: str = "",
    spacing_m: float | None = None,
) -> Recording:
    """Open a stereo file, or a channel of each of two files, as a recording.

    Parameters
    ----------
    path : Path, str or Source
        A stereo file, or the source of channel 0.
    path_1 : Path, str or Source, optional
        The source of channel 1.
    name : str, optional
        What to call it; by default as `core.audio.sources.own_name`.
    spacing_m : float, optional
        Distance of the microphones, metres.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If a file is missing, unreadable, not audio, empty, or has not the channel that is
        wanted; if it is not said which of several is; if both are the same; if a path is not
        valid Unicode.
    """
    sides = [_as_source(path)] if path_1 is None else [_as_source(path), _as_source(path_1)]
    for side in sides:
        refuse_undecodable(side.path)
    found = [sound_at(side.path) for side in sides]
    if path_1 is None:
        sides, found = _both_of(sides[0], found[0]), found * 2
    first, second = (_channel(side, file) for side, file in zip(sides, found, strict=True))
    if (first.path.resolve(), first.channel) == (second.path.resolve(), second.channel):
        raise InputError(
            first.path,
            f"channel {first.channel} of it is given for both sides",
            "give two files, or two channels",
        )
    opened = Recording(name or own_name(sides), (first, second), _notes(found), spacing_m)
    told = opened.start_difference
    return opened if told is None else replace(opened, notes=(*opened.notes, *told.notes))


def open_sources(sources: Sources) -> Recording:
    """Open what a recording is made of; as `open_recording`."""
    return open_recording(*sources.sides, name=sources.own_name, spacing_m=sources.spacing_m)


def names_apart(recordings: Sequence[Recording]) -> list[str]:
    """A name for each recording that no other has: its own, unless several are called so.

    Those are told apart as by `core.audio.sources.distinct_names`.
    """
    counts = Counter(recording.name for recording in recordings)
    return distinct_names(
        [
            Sources(
                (recording.channels[0].source, recording.channels[1].source),
                recording.name if counts[recording.name] == 1 else "",
            )
            for recording in recordings
        ]
    )


def _as_source(path: Path | str | Source) -> Source:
    return path if isinstance(path, Source) else Source(Path(path))


def _both_of(side: Source, file: AudioFile) -> list[Source]:
    """Both channels of a stereo file."""
    if file.channels != 2:
        count = f"{file.channels} channel{'s'[: file.channels - 1]}"
        label = side.path.name
        fix = f"name two channels, as {label}:0 and {label}:1"
        if file.channels == 1:
            fix = "give a stereo file, or two mono files as a pair"
        raise NotStereoError(side.path, f"has {count}, a recording needs two", fix)
    return [replace(side, channel=channel) for channel in (0, 1)]


def _channel(side: Source, file: AudioFile) -> ChannelSource:
    """The channel of a file that one side wants."""
    last = file.channels - 1
    if side.channel is None and last:
        raise InputError(
            side.path,
            f"has {file.channels} channels, and a side of a pair is one",
            f"say which: {side.path.name}:0 to {side.path.name}:{last}",
        )
    channel = side.channel or 0
    if channel > last:
        count = f"{file.channels} channels, 0 to {last}" if last else "1 channel, which is 0"
        raise InputError(
            side.path, f"has {count}, so there is no channel {channel}", "give one that is there"
        )
    return ChannelSource(
        file.layout.path,
        channel,
        file.sample_rate_hz,
        file.frames,
        file.channels,
        side.start or _start_of(side.path),
        side.device,
    )


def _start_of(path: Path) -> datetime | None:
    sequence = sequence_at(path)
    if sequence is not None:
        return sequence.start
    found = start_time(path)
    return None if found is None else found.moment


def _notes(files: Sequence[AudioFile]) -> tuple[str, ...]:
    """What was assumed of the files of channel 0 and 1."""
    first, second = files
    if first.layout.path == second.layout.path:
        return first.notes
    return tuple(
        f"channel {channel}: {note}" for channel, file in enumerate(files) for note in file.notes
    )


def _joined(blocks: Iterable[Samples]) -> Samples:
    parts = list(blocks)
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype=np.float32), *parts])
