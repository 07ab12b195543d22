"""Aligned audio for listening: both channels on channel 0's clock, at a sound device's rate.

Every output frame belongs to a moment of channel 0. Both channels are interpolated
at exactly that moment, channel 1 through the time map, by the same windowed sinc
(Smith and Gossett 1984, "A flexible sampling-rate conversion method"), so that the
interpolation adds no delay between them. A frame depends on nothing but its moment;
blocks of any length therefore give the same sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import count, pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.recording import Recording, Samples
from core.time_map import TimeMap

FADE_S = 0.005
"""Fade at both ends of a passage, seconds of sound."""

BLOCK_FRAMES = 1024

_READ_S = 0.5
_HALF_TAPS = 32
_PHASES = 256
_CUTOFF, _KAISER_BETA = 0.92, 7.857
"""Flat to 0.84 of the lower Nyquist frequency, 80 dB down from that frequency on."""
_STEEP = 1.02
_STEEPEST = 4.0
"""Where channel 1's clock runs as many times faster or slower, nothing could be recognised."""
_HIGH_PASS_ORDER = 4


class ChannelSelection(StrEnum):
    """What is heard: each channel in its ear, or one of them in both."""

    BOTH = "both channels"
    CHANNEL_0 = "channel 0"
    CHANNEL_1 = "channel 1"


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
    """

    passages: tuple[Passage, ...]
    rate_hz: int
    speed: float = 1.0
    high_pass_hz: float = 0.0
    loops: bool = False
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
    ears = _Ears(recording, listening, passage)
    high_pass = _HighPass(listening)
    known = time_map()
    for first in range(0, total, block_frames):
        frame = np.arange(first, min(first + block_frames, total))
        sound = ears.sound(frame, known)
        latest = time_map()
        if latest is not known:
            share = (np.arange(len(frame), dtype=np.float32)[:, None] + 1) / len(frame)
            sound += share * (ears.sound(frame, latest) - sound)
            known = latest
        yield high_pass(sound) * _fade(frame, total, listening.rate_hz)[:, None]


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
        self._readers = tuple(_Reader(recording, channel) for channel in (0, 1))

    def sound(self, frame: NDArray[np.int64], time_map: TimeMap) -> Samples:
        """The output at some frames; shape (frames, 2)."""
        time_0_s: Floats = self._passage.start_s + frame.astype(np.float64) * self._step_s
        heard = self._passage.heard
        sound = np.empty((len(frame), 2), dtype=np.float32)
        if heard is not ChannelSelection.CHANNEL_1:
            sound[:, 0] = self._at(0, time_0_s, np.ones(len(frame)))
        if heard is not ChannelSelection.CHANNEL_0:
            rate: Floats = 1.0 + 1e-6 * time_map.drift_ppm(time_0_s)
            sound[:, 1] = self._at(1, time_map.to_channel_1(time_0_s), rate)
        if heard is ChannelSelection.CHANNEL_0:
            sound[:, 1] = sound[:, 0]
        elif heard is ChannelSelection.CHANNEL_1:
            sound[:, 0] = sound[:, 1]
        return sound

    def _at(self, channel: int, time_s: Floats, rate: Floats) -> Samples:
        """One channel at moments of its own clock, which runs `rate` times as fast there."""
        reader = self._readers[channel]
        position = time_s * reader.rate_hz
        stretch = _stretches(rate, self._step_s * reader.rate_hz)
        borders = [0, *(np.flatnonzero(np.diff(stretch)) + 1).tolist(), len(stretch)]
        out = np.zeros(len(position), dtype=np.float32)
        for a, b in pairwise(borders):
            if stretch[a] > 0:
                out[a:b] = _interpolate(reader, position[a:b], float(stretch[a]))
        return out


def _stretches(rate: Floats, step: float) -> Floats:
    """How much longer than at the source's own rate the kernel must be; 0 for silence.

    A clock that is off by less than `_STEEP` needs no kernel of its own; of the others
    there are a few, so that each is made once.
    """
    steep = 2.0 ** (np.ceil(4 * np.log2(np.maximum(rate, 1.0))) / 4)
    stretch = np.maximum(step * np.where(rate <= _STEEP, 1.0, steep), 1.0)
    return np.where((rate > 1 / _STEEPEST) & (rate < _STEEPEST), stretch, 0.0)


def _interpolate(reader: _Reader, position: Floats, stretch: float) -> Samples:
    """Samples at fractional positions, band-limited; shape as `position`."""
    table = _kernels(stretch)
    taps = table.shape[1]
    whole = np.floor(position).astype(np.int64)
    phase = (position - whole) * _PHASES
    row = phase.astype(np.int64)
    first = int(whole[0]) - taps // 2 + 1
    source = reader.read(first, int(whole[-1]) + taps // 2 + 1)
    windows = sliding_window_view(source, taps)[whole - whole[0]]
    before = np.einsum("ij,ij->i", windows, table[row])
    after = np.einsum("ij,ij->i", windows, table[row + 1])
    return np.asarray(before + (phase - row).astype(np.float32) * (after - before))


@lru_cache(maxsize=32)
def _kernels(stretch: float) -> Samples:
    """Kaiser-windowed sincs between two samples; shape (phases + 1, taps), each row sums to 1."""
    half = int(np.ceil(_HALF_TAPS * stretch))
    phase = np.arange(_PHASES + 1)[:, None] / _PHASES
    away = (phase + half - 1 - np.arange(2 * half)) / stretch
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(1 - (away / _HALF_TAPS) ** 2, 0.0)))
    kernels = np.sinc(_CUTOFF * away) * np.where(np.abs(away) <= _HALF_TAPS, window, 0.0)
    return np.asarray(kernels / kernels.sum(axis=1, keepdims=True), dtype=np.float32)


class _Reader:
    """One channel, read forward, with silence before its start and after its end."""

    def __init__(self, recording: Recording, channel: int) -> None:
        self._recording, self._channel = recording, channel
        source = recording.channels[channel]
        self.rate_hz, self._frames = source.sample_rate_hz, source.frames
        self._blocks: Iterator[Samples] | None = None
        self._held = np.empty(0, dtype=np.float32)
        self._first = 0

    def read(self, first: int, stop: int) -> Samples:
        """Samples `first` to `stop`; what lies far before the last `first` is forgotten."""
        out = np.zeros(stop - first, dtype=np.float32)
        start, end = max(first, 0), min(stop, self._frames)
        if start < end:
            self._hold(start, end)
            out[start - first : end - first] = self._held[start - self._first : end - self._first]
        return out

    def _hold(self, start: int, end: int) -> None:
        held_end = self._first + len(self._held)
        reach = round(_READ_S * self.rate_hz)
        if self._blocks is None or not self._first <= start <= held_end + reach:
            self._blocks = self._recording.blocks(
                self._channel, _READ_S, start_s=start / self.rate_hz
            )
            self._held, self._first = self._held[:0], start
        pieces = [self._held]
        missing = end - self._first - len(self._held)
        while missing > 0:
            pieces.append(next(self._blocks))
            missing -= len(pieces[-1])
        if len(pieces) > 1:
            held = np.concatenate(pieces)
            # A corrected time map may step back a little.
            forget = max(start - reach - self._first, 0)
            self._held, self._first = held[forget:], self._first + forget


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
