"""Spectrograms to look at: uint8 decibels on one fixed scale, with a pyramid of maxima."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.audio.recording import Recording, Samples

Decibels = NDArray[np.uint8]
Floats = NDArray[np.float64]

FLOOR_DB = -127.0
"""Decibels re full scale that code 0 stands for; codes are `STEP_DB` apart."""
STEP_DB = 0.5

_WINDOW_S = 0.016
_BIN_HZ = 47.0
_MAX_HZ = 12_000.0
_FINE_HOP_S, _COARSE_HOP_S = 0.005, 0.010
_FINE_UP_TO_S = 1200.0
_FEWEST_FRAMES = 1024


@dataclass(frozen=True, slots=True)
class FramePlan:
    """Where the frames of one channel lie; frame k is centred on sample ``k * hop``.

    Parameters
    ----------
    sample_rate_hz : int
    samples : int
        Length of the channel.
    window, fft, hop : int
        Window, transform and step, samples.
    bins : int
        Frequency bins kept, from 0 Hz up.
    """

    sample_rate_hz: int
    samples: int
    window: int
    fft: int
    hop: int
    bins: int

    @classmethod
    def for_channel(cls, sample_rate_hz: int, samples: int) -> FramePlan:
        """A plan that resolves song syllables: 16 ms windows, 5 ms steps (10 ms past 20 min)."""
        hop_s = _FINE_HOP_S if samples <= _FINE_UP_TO_S * sample_rate_hz else _COARSE_HOP_S
        fft = 1 << int(np.ceil(np.log2(max(sample_rate_hz / _BIN_HZ, 16))))
        top_hz = min(_MAX_HZ, sample_rate_hz / 2)
        return cls(
            sample_rate_hz=sample_rate_hz,
            samples=samples,
            window=min(fft, max(8, round(_WINDOW_S * sample_rate_hz))),
            fft=fft,
            hop=max(1, round(hop_s * sample_rate_hz)),
            bins=int(top_hz / sample_rate_hz * fft) + 1,
        )

    @property
    def frames(self) -> int:
        """Number of frames; the last is centred within the channel."""
        return (self.samples - 1) // self.hop + 1

    @property
    def hop_s(self) -> float:
        """Step between frames, seconds."""
        return self.hop / self.sample_rate_hz

    @property
    def bin_hz(self) -> float:
        """Step between bins, hertz."""
        return self.sample_rate_hz / self.fft

    @property
    def top_hz(self) -> float:
        """Upper edge of the highest bin, hertz."""
        return (self.bins - 0.5) * self.bin_hz


class Spectrogram:
    """Frames of one channel as they arrive, with maxima over 2, 4, 8, ... frames.

    One thread adds frames in order; others may read at any time, and find
    valid data below `filled`. Decimating by maximum keeps the short calls
    visible that averaging would wash out.

    Parameters
    ----------
    plan : FramePlan

    Attributes
    ----------
    levels : list of ndarray of uint8, shape (frames / 2**level, bins)
        Code c stands for ``FLOOR_DB + STEP_DB * c`` decibels re full scale.
    filled : int
        Frames of level 0 that are there.
    histogram : ndarray of int64, shape (256,)
        How often each code occurs so far.
    """

    def __init__(self, plan: FramePlan) -> None:
        self.plan = plan
        self.filled = 0
        self.histogram = np.zeros(256, dtype=np.int64)
        self.levels = [np.zeros((plan.frames, plan.bins), dtype=np.uint8)]
        while len(self.levels[-1]) > _FEWEST_FRAMES:
            half = (len(self.levels[-1]) + 1) // 2
            self.levels.append(np.zeros((half, plan.bins), dtype=np.uint8))

    def add(self, codes: Decibels) -> None:
        """Append frames, shape (count, bins), and bring the pyramid up to date."""
        first, stop = self.filled, self.filled + len(codes)
        self.levels[0][first:stop] = codes
        self.histogram += np.bincount(codes.ravel(), minlength=256)
        for fine, coarse in zip(self.levels, self.levels[1:], strict=False):
            first, stop = first // 2, (stop + 1) // 2
            even = fine[2 * first : 2 * stop : 2]
            odd = fine[2 * first + 1 : 2 * stop : 2]
            coarse[first:stop] = even
            np.maximum(coarse[first : first + len(odd)], odd, out=coarse[first : first + len(odd)])
        self.filled += len(codes)

    @property
    def is_complete(self) -> bool:
        """Whether every frame is there."""
        return self.filled == self.plan.frames

    def level_for(self, frames_per_px: float) -> int:
        """The finest level that has no more than one column a pixel."""
        level = int(np.ceil(np.log2(max(frames_per_px, 1.0))))
        return min(level, len(self.levels) - 1)

    def at(self, time_s: Floats, level: int = 0) -> Decibels:
        """Nearest frames to moments on the channel's clock.

        Parameters
        ----------
        time_s : ndarray, shape (N,)
        level : int
            Level of the pyramid to look in.

        Returns
        -------
        ndarray of uint8, shape (N, bins)
            Zero outside the frames that are there.
        """
        frame = np.rint(time_s / self.plan.hop_s).astype(np.intp)
        there = (frame >= 0) & (frame < self.filled)
        codes = np.zeros((len(frame), self.plan.bins), dtype=np.uint8)
        codes[there] = self.levels[level][frame[there] >> level]
        return codes


def frame_blocks(
    recording: Recording, channel: int, plan: FramePlan, block_s: float = 10.0
) -> Iterator[Decibels]:
    """Compute the frames of one channel block by block.

    Parameters
    ----------
    recording : Recording
    channel : int
        0 or 1.
    plan : FramePlan
    block_s : float
        Audio read at a time, seconds.

    Yields
    ------
    ndarray of uint8, shape (frames, bins)
        Consecutive frames, the same whatever the block length.

    Raises
    ------
    InputError
        As `Recording.blocks`.
    """
    before = plan.window // 2
    waiting = np.zeros(before, dtype=np.float32)
    left = plan.frames
    for block in recording.blocks(channel, block_s):
        waiting = np.concatenate([waiting, block])
        ready = min(left, (len(waiting) - plan.window) // plan.hop + 1)
        if ready > 0:
            yield _codes(waiting, ready, plan)
            waiting = waiting[ready * plan.hop :]
            left -= ready
    if left:
        short = max(0, (left - 1) * plan.hop + plan.window - len(waiting))
        yield _codes(np.concatenate([waiting, np.zeros(short, np.float32)]), left, plan)


def _codes(samples: Samples, frames: int, plan: FramePlan) -> Decibels:
    """Power of `frames` Hann-windowed frames from the start of `samples`, as codes."""
    window = np.hanning(plan.window + 1)[:-1].astype(np.float32)
    # A full-scale sine reads 0 dB.
    window *= np.float32(2.0 / window.sum())
    framed = sliding_window_view(samples, plan.window)[: frames * plan.hop : plan.hop]
    spectrum = np.fft.rfft(framed * window, n=plan.fft, axis=1)[:, : plan.bins]
    power = spectrum.real**2 + spectrum.imag**2
    tiny = np.float32(10.0 ** (FLOOR_DB / 10))
    level_db = 10 * np.log10(np.maximum(power, tiny))
    codes = np.rint((level_db - np.float32(FLOOR_DB)) / np.float32(STEP_DB))
    return np.asarray(np.minimum(codes, 255), dtype=np.uint8)
