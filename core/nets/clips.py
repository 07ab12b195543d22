"""A channel at the encoder's sample rate, cut into clips: held, passing, or read when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.audio.channels import Samples
from core.audio.recording import Recording
from core.audio.resampled import resampled
from core.nets.encoders.config import SAMPLE_RATE_HZ

CLIP_S = 1.0
"""Length of a clip in the challenge's systems, seconds."""

Starts = NDArray[np.int64]

_QUALITY = "HQ"
CLIP_SAMPLES = round(CLIP_S * SAMPLE_RATE_HZ)
_BLOCK = 16 * SAMPLE_RATE_HZ
"""Samples read at a time where clips are asked for in any order."""
_SETTLED_S = 1
"""After so long a resampler no longer knows where it began, seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class ChannelClips:
    """The clips of one channel.

    Parameters
    ----------
    fingerprint : str
        Of the recording's content.
    channel : int
    samples : ndarray of float32, shape (frames,)
        The whole channel at 16 kHz: 230 MB an hour.
    clip_samples : int
        Length of a clip.
    """

    fingerprint: str
    channel: int
    samples: Samples
    clip_samples: int = CLIP_SAMPLES

    @property
    def duration_s(self) -> float:
        """Length of the channel, seconds."""
        return len(self.samples) / SAMPLE_RATE_HZ

    def cut(self, start: Starts, around: int = 0) -> Samples:
        """Clips with so many samples more on both sides, shape (N, S + 2 around).

        Silent where they reach beyond an end.
        """
        return _cut(self.samples, start - around, self.clip_samples + 2 * around)


class PassingClips:
    """The clips of one channel, read as they are asked for and forgotten when they are past.

    What lies before the first that is asked for is not read.

    Parameters
    ----------
    recording : Recording
    channel : int
    """

    def __init__(self, recording: Recording, channel: int) -> None:
        self.fingerprint = recording.fingerprint()
        self.channel = channel
        self.duration_s = recording.channels[channel].duration_s
        self._recording = recording
        self._coming: Iterator[Samples] | None = None
        self._held = np.empty(0, dtype=np.float32)
        self._first = 0

    def cut(self, start: Starts, around: int = 0) -> Samples:
        """Clips as `ChannelClips.cut`.

        Parameters
        ----------
        start : ndarray of int, shape (N,)
            Ascending, from one call to the next too.
        around : int
            The same in every call.

        Raises
        ------
        InputError
            If the audio cannot be read.
        """
        length = CLIP_SAMPLES + 2 * around
        if not len(start):
            return np.empty((0, length), dtype=np.float32)
        first, stop = max(int(start[0]) - around, 0), int(start[-1]) - around + length
        coming = self._coming or self._begin(first)
        assert first >= self._first, "what is past is forgotten"
        parts, end = [self._held], self._first + len(self._held)
        while end < stop and (part := next(coming, None)) is not None:
            parts.append(part)
            end += len(part)
        held = np.concatenate(parts) if len(parts) > 1 else self._held
        past = min(first - self._first, len(held))
        self._held, self._first = held[past:], self._first + past
        return _cut(self._held, start - around - self._first, length)

    def _begin(self, first: int) -> Iterator[Samples]:
        self._first, self._coming = _from(self._recording, self.channel, first)
        return self._coming


class ReadClips:
    """The clips of one channel, read from its file when they are asked for.

    What was read last is kept: 260 MB at most, of all channels together.

    Parameters
    ----------
    recording : Recording
    channel : int
    fingerprint : str
        Of the recording's content.
    """

    def __init__(self, recording: Recording, channel: int, fingerprint: str) -> None:
        self.fingerprint, self.channel = fingerprint, channel
        self.duration_s = recording.channels[channel].duration_s
        self._recording = recording

    def cut(self, start: Starts, around: int = 0) -> Samples:
        """Clips as `ChannelClips.cut`.

        Raises
        ------
        InputError
            If the audio cannot be read.
        """
        length = CLIP_SAMPLES + 2 * around
        clips = np.zeros((len(start), length), dtype=np.float32)
        for clip, first in zip(clips, (start - around).tolist(), strict=True):
            for number in range(max(first, 0) // _BLOCK, (first + length - 1) // _BLOCK + 1):
                heard = _block(self._recording, self.channel, number)
                begin = number * _BLOCK - first
                inside = heard[max(-begin, 0) : max(length - begin, 0)]
                clip[max(begin, 0) : max(begin, 0) + len(inside)] = inside
        return clips


@lru_cache(maxsize=256)
def _block(recording: Recording, channel: int, number: int) -> Samples:
    """Some seconds of a channel at 16 kHz, counted from its start."""
    begin, coming = _from(recording, channel, number * _BLOCK)
    parts, held, wanted = [np.empty(0, dtype=np.float32)], 0, (number + 1) * _BLOCK - begin
    while held < wanted and (part := next(coming, None)) is not None:
        parts.append(part)
        held += len(part)
    return np.concatenate(parts)[number * _BLOCK - begin : wanted]


class Clips(Protocol):
    """The clips of one channel, wherever they come from."""

    @property
    def fingerprint(self) -> str:
        """Of the recording's content, and of what was changed in it."""

    @property
    def channel(self) -> int:
        """Which one it is."""

    @property
    def duration_s(self) -> float:
        """Length of the channel, seconds."""

    def cut(self, start: Starts, around: int = 0) -> Samples:
        """See `ChannelClips.cut`."""


def _from(recording: Recording, channel: int, first: int) -> tuple[int, Iterator[Samples]]:
    """A channel from a sample on, or a little before it: where it begins, and what comes."""
    start_s = max(0, first // SAMPLE_RATE_HZ - _SETTLED_S)
    coming = resampled(recording, channel, SAMPLE_RATE_HZ, _QUALITY, start_s)
    return start_s * SAMPLE_RATE_HZ, coming


def _cut(samples: Samples, start: Starts, length: int) -> Samples:
    clips = np.zeros((len(start), length), dtype=np.float32)
    for clip, first in zip(clips, start, strict=True):
        before = max(-int(first), 0)
        heard = samples[first + before : max(first + length, 0)]
        clip[before : before + len(heard)] = heard
    return clips


def clip_starts(time_s: ArrayLike) -> Starts:
    """First samples of the clips that begin at these times, cut off as the baselines do."""
    return np.trunc(np.asarray(time_s, dtype=np.float64) * SAMPLE_RATE_HZ).astype(np.int64)


def channel_clips(recording: Recording, channel: int) -> ChannelClips:
    """Read one channel of a recording, resampled to 16 kHz.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    parts = list(resampled(recording, channel, SAMPLE_RATE_HZ, _QUALITY))
    samples = np.concatenate(parts) if parts else np.empty(0, dtype=np.float32)
    return ChannelClips(recording.fingerprint(), channel, samples)
