"""One channel at the encoder's sample rate, cut into clips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.audio.recording import Recording, Samples
from core.audio.resampled import resampled
from core.nets.config import SAMPLE_RATE_HZ

CLIP_S = 1.0
"""Length of a clip in the challenge's systems, seconds."""

Starts = NDArray[np.int64]


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
    clip_samples: int = round(CLIP_S * SAMPLE_RATE_HZ)

    @property
    def duration_s(self) -> float:
        """Length of the channel, seconds."""
        return len(self.samples) / SAMPLE_RATE_HZ

    def cut(self, start: Starts) -> Samples:
        """Clips, shape (N, S), silent where they reach beyond the end."""
        clips = np.zeros((len(start), self.clip_samples), dtype=np.float32)
        for clip, first in zip(clips, start, strict=True):
            heard = self.samples[first : first + self.clip_samples]
            clip[: len(heard)] = heard
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
