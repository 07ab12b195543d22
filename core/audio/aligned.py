"""Aligned audio for listening: both channels on channel 0's clock, at a sound device's rate.

Every output frame belongs to a moment of channel 0. Both channels are interpolated
at exactly that moment, channel 1 through the time map, by the same kernel, so that the
interpolation adds no delay between them. A frame depends on nothing but its moment;
blocks of any length therefore give the same sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.channels import Samples
from core.audio.cleaning import cleaned, noise_floor
from core.audio.recording import Recording
from core.audio.spectra.noise import Powers
from core.audio.warped import WarpedChannel
from core.time_map import TimeMap

FADE_S = 0.005
"""Fade at both ends of a passage, seconds of sound."""

BLOCK_FRAMES = 1024

_HIGH_PASS_ORDER = 4


class ChannelSelection(StrEnum):
    """What is heard: each channel in its ear, or one of them in both."""

    BOTH = "both channels"
    CHANNEL_0 = "channel 0"
    CHANNEL_1 = "channel 1"


_HEARD = {
    ChannelSelection.BOTH: (0, 1),
    ChannelSelection.CHANNEL_0: (0, 0),
    ChannelSelection.CHANNEL_1: (1, 1),
}
"""Channel in the left and in the right ear."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of channel 0's clock, heard once.

    Parameters
    ----------
    start_s, end_s : float
        On channel 0's clock.
    heard : ChannelSelection
    """

    start_s: float
    end_s: float
    heard: ChannelSelection = ChannelSelection.BOTH


def alternating(start_s: float, end_s: float, clip_s: float) -> tuple[Passage, ...]:
    """Passages that give every `clip_s` seconds of channel 0, then the same of channel 1.

    Parameters
    ----------
    start_s, end_s : float
        On channel 0, seconds.
    clip_s : float
        Length of a passage, seconds.

    Returns
    -------
    tuple of Passage
    """
    starts_s = start_s + clip_s * np.arange(max(round((end_s - start_s) / clip_s), 1))
    ends_s = [*starts_s[1:].tolist(), end_s]
    return tuple(
        Passage(a, b, heard)
        for a, b in zip(starts_s.tolist(), ends_s, strict=True)
        for heard in (ChannelSelection.CHANNEL_0, ChannelSelection.CHANNEL_1)
    )


@dataclass(frozen=True, slots=True)
class Listening:
    """What is to be heard, and how.

    Parameters
    ----------
    passages : tuple of Passage
        One after the other; at least one.
    rate_hz : int
        Sample rate of the output.
    speed : float
        Seconds of the recording in a second of sound; the pitch goes along.
    high_pass_hz : float
        Corner frequency in the recording, 0 for none.
    loops : bool
        Whether it begins again at the end.
    cleans : bool
        Whether what lies in the noise is turned down, as by `core.audio.cleaning`.
    """

    passages: tuple[Passage, ...]
    rate_hz: int
    speed: float = 1.0
    high_pass_hz: float = 0.0
    loops: bool = False
    cleans: bool = False
    _ends: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ends = np.cumsum([self.frames(passage) for passage in self.passages])
        object.__setattr__(self, "_ends", tuple(ends.tolist()))

    @property
    def step_s(self) -> float:
        """Recorded time from one output frame to the next, seconds."""
        return self.speed / self.rate_hz

    def frames(self, passage: Passage) -> int:
        """How many output frames a passage has.

        Parameters
        ----------
        passage : Passage

        Returns
        -------
        int
        """
        return max(round((passage.end_s - passage.start_s) / self.step_s), 1)

    def locate(self, frame: float) -> tuple[float, ChannelSelection]:
        """Which moment the output is at.

        Parameters
        ----------
        frame : float
            Output frames since the beginning.

        Returns
        -------
        time_s : float
            On channel 0's clock.
        heard : ChannelSelection
        """
        if self.loops:
            frame = frame % self._ends[-1]
        index = min(int(np.searchsorted(self._ends, frame, side="right")), len(self._ends) - 1)
        passage = self.passages[index]
        first = self._ends[index - 1] if index else 0
        return min(passage.start_s + (frame - first) * self.step_s, passage.end_s), passage.heard


def render(
    recording: Recording,
    time_map: Callable[[], TimeMap],
    listening: Listening,
    block_frames: int = BLOCK_FRAMES,
) -> Iterator[Samples]:
    """Make the sound, block by block; memory does not grow with its length.

    Parameters
    ----------
    recording : Recording
    time_map : callable
        Asked before every block, so that a correction is heard at once; a block in
        which the map is another fades from the old to the new.
    listening : Listening
        A loop goes on for ever.
    block_frames : int
        Longest block; one that ends a passage is shorter.

    Yields
    ------
    ndarray of float32, shape (frames, 2)
        Left and right ear, full scale at 1. Silence where a channel holds no sound.

    Raises
    ------
    InputError
        If a file cannot be decoded, ends early or holds NaN or infinite samples.
    """
    for turn in count():
        if turn and not listening.loops:
            return
        for passage in listening.passages:
            yield from _render_passage(recording, time_map, listening, passage, block_frames)


def _render_passage(
    recording: Recording,
    time_map: Callable[[], TimeMap],
    listening: Listening,
    passage: Passage,
    block_frames: int,
) -> Iterator[Samples]:
    total = listening.frames(passage)
    high_pass = _HighPass(listening)
    blocks = _warped(recording, time_map, listening, passage, block_frames)
    if listening.cleans:
        blocks = cleaned(blocks, _floors(recording, listening, passage))
    done = 0
    for sound in blocks:
        frame = np.arange(done, done + len(sound))
        done += len(sound)
        yield high_pass(sound) * _fade(frame, total, listening.rate_hz)[:, None]


def _warped(
    recording: Recording,
    time_map: Callable[[], TimeMap],
    listening: Listening,
    passage: Passage,
    block_frames: int,
) -> Iterator[Samples]:
    """A passage as it is heard before any filter, block by block."""
    total = listening.frames(passage)
    ears = _Ears(recording, listening, passage)
    known = time_map()
    for first in range(0, total, block_frames):
        frame = np.arange(first, min(first + block_frames, total))
        sound = ears.sound(frame, known)
        latest = time_map()
        if latest is not known:
            share = (np.arange(len(frame), dtype=np.float32)[:, None] + 1) / len(frame)
            sound += share * (ears.sound(frame, latest) - sound)
            known = latest
        yield sound


def _floors(recording: Recording, listening: Listening, passage: Passage) -> tuple[Powers, Powers]:
    """Noise of what the left and the right ear hear."""
    left, right = _HEARD[passage.heard]
    step_s, rate_hz = listening.step_s, listening.rate_hz
    return (
        noise_floor(recording, left, step_s, rate_hz),
        noise_floor(recording, right, step_s, rate_hz),
    )


def _fade(frame: NDArray[np.int64], total: int, rate_hz: int) -> Samples:
    """Raised-cosine gain by the distance to the nearer end; shape (frames,)."""
    length = max(min(round(FADE_S * rate_hz), total // 2), 1)
    near = np.minimum(frame, total - 1 - frame) / length
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(near, 0.0, 1.0)), dtype=np.float32)


class _Ears:
    """Both channels at the moments of a passage."""

    def __init__(self, recording: Recording, listening: Listening, passage: Passage) -> None:
        self._passage = passage
        self._step_s = listening.step_s
        self._channels = tuple(WarpedChannel(recording, channel) for channel in (0, 1))

    def sound(self, frame: NDArray[np.int64], time_map: TimeMap) -> Samples:
        """The output at some frames; shape (frames, 2)."""
        time_0_s: Floats = self._passage.start_s + frame.astype(np.float64) * self._step_s
        heard = self._passage.heard
        sound = np.empty((len(frame), 2), dtype=np.float32)
        if heard is not ChannelSelection.CHANNEL_1:
            sound[:, 0] = self._channels[0].at(time_0_s, np.ones(len(frame)), self._step_s)
        if heard is not ChannelSelection.CHANNEL_0:
            rate: Floats = 1.0 + 1e-6 * time_map.drift_ppm(time_0_s)
            time_1_s = time_map.to_channel_1(time_0_s)
            sound[:, 1] = self._channels[1].at(time_1_s, rate, self._step_s)
        if heard is ChannelSelection.CHANNEL_0:
            sound[:, 1] = sound[:, 0]
        elif heard is ChannelSelection.CHANNEL_1:
            sound[:, 0] = sound[:, 1]
        return sound


class _HighPass:
    """A Butterworth high-pass over blocks that follow each other."""

    def __init__(self, listening: Listening) -> None:
        self._sections: Floats | None = None
        self._state: Floats | None = None
        if listening.high_pass_hz > 0:
            from scipy.signal import butter

            corner_hz = listening.high_pass_hz * listening.speed
            self._sections = butter(
                _HIGH_PASS_ORDER, corner_hz, "highpass", fs=listening.rate_hz, output="sos"
            )

    def __call__(self, sound: Samples) -> Samples:
        """Filter the next block; shape (frames, 2)."""
        if self._sections is None:
            return sound
        from scipy.signal import sosfilt, sosfilt_zi

        if self._state is None:
            # As if the first sample had stood there for ever: an offset gives no thump.
            self._state = sosfilt_zi(self._sections)[:, :, None] * sound[0]
        filtered, self._state = sosfilt(self._sections, sound, axis=0, zi=self._state)
        return np.asarray(filtered, dtype=np.float32)
