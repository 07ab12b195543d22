"""A channel at the encoder's sample rate, cut into clips: held whole, or read as it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.audio.recording import Recording, Samples
from core.audio.resampled import resampled
from core.nets.encoders.config import SAMPLE_RATE_HZ

CLIP_S = 1.0
"""Length of a clip in the challenge's systems, seconds."""

Starts = NDArray[np.int64]

CLIP_SAMPLES = round(CLIP_S * SAMPLE_RATE_HZ)
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
        start_s = max(0, first // SAMPLE_RATE_HZ - _SETTLED_S)
        self._first = start_s * SAMPLE_RATE_HZ
        self._coming = resampled(self._recording, self.channel, SAMPLE_RATE_HZ, "HQ", start_s)
        return self._coming


Clips = ChannelClips | PassingClips


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
    parts = list(resampled(recording, channel, SAMPLE_RATE_HZ, quality="HQ"))
    samples = np.concatenate(parts) if parts else np.empty(0, dtype=np.float32)
    return ChannelClips(recording.fingerprint(), channel, samples)
