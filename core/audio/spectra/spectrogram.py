"""Spectrograms to look at: uint8 decibels on one fixed scale, with a pyramid of maxima."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.channels import Samples
from core.audio.recording import Recording
from core.audio.spectra.frame_plan import FramePlan, Taper

Decibels = NDArray[np.uint8]

FLOOR_DB = -127.0
"""Decibels re full scale that code 0 stands for; codes are `STEP_DB` apart."""
STEP_DB = 0.5

_FEWEST_FRAMES = 1024


class Spectrogram:
    """Frames of one channel as they arrive, with maxima over 2, 4, 8, ... frames.

    One thread adds frames, each once and in any order; others may read at any time, and
    find valid data within `stretches`. Decimating by maximum keeps the short calls
    visible that averaging would wash out.

    Code c stands for ``FLOOR_DB + STEP_DB * c`` decibels re full scale.

    Parameters
    ----------
    plan : FramePlan

    Attributes
    ----------
    level_count : int
        Level 0 holds the frames, level n maxima of ``2**n`` of them.
    stretches : tuple of (int, int)
        First and past-the-last frames of level 0 that are there, in order and apart.
    histogram : ndarray of int64, shape (256,)
        How often each code occurs so far.
    """

    def __init__(self, plan: FramePlan) -> None:
        self.plan = plan
        self.stretches: tuple[tuple[int, int], ...] = ()
        self.histogram = np.zeros(256, dtype=np.int64)
        self.level_count = max(int(np.ceil(np.log2(plan.frames / _FEWEST_FRAMES))), 0) + 1
        self._kept = [
            np.zeros((-(-plan.frames >> level), plan.bins), dtype=np.uint8)
            for level in range(0, self.level_count, 2)
        ]

    def add(self, codes: Decibels, at: int | None = None) -> None:
        """Put frames, shape (count, bins), where frame `at` begins; after the last, if not given.

        The pyramid is brought up to date.

        Parameters
        ----------
        codes : ndarray of uint8, shape (count, bins)
        at : int, optional
            Frame at which they begin; by default after the last.
        """
        first = at if at is not None else (self.stretches[-1][1] if self.stretches else 0)
        added = (first, first + len(codes))
        stop = added[1]
        self._kept[0][first:stop] = codes
        self.histogram += np.bincount(codes.ravel(), minlength=256)
        for fine, coarse in zip(self._kept, self._kept[1:], strict=False):
            first, stop = first // 4, -(-stop // 4)
            coarse[first:stop] = _halved(_halved(fine[4 * first : 4 * stop]))
        self.stretches = _joined(sorted([*self.stretches, added]))

    def columns(self, level: int, first: int, stop: int) -> Decibels:
        """Columns of a level, each the maximum of ``2**level`` frames.

        Every second level is kept, the others are made when asked for.

        Parameters
        ----------
        level : int
        first, stop : int
            Columns of that level.

        Returns
        -------
        ndarray of uint8, shape (stop - first, bins)
        """
        kept = self._kept[level // 2]
        return _halved(kept[2 * first : 2 * stop]) if level % 2 else kept[first:stop]

    def count(self, first: float, stop: float) -> int:
        """How many frames of a stretch are there.

        Parameters
        ----------
        first, stop : int
            Frames of level 0.

        Returns
        -------
        int
        """
        inside = (min(stop, end) - max(first, start) for start, end in self.stretches)
        return int(sum(max(frames, 0) for frames in inside))

    @property
    def is_complete(self) -> bool:
        """Whether every frame is there."""
        return self.stretches == ((0, self.plan.frames),)

    def level_for(self, frames_per_px: float) -> int:
        """The finest level that has no more than one column a pixel.

        Parameters
        ----------
        frames_per_px : float

        Returns
        -------
        int
        """
        level = int(np.ceil(np.log2(max(frames_per_px, 1.0))))
        return min(level, self.level_count - 1)

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
        there = np.zeros(len(frame), dtype=np.bool_)
        for first, stop in self.stretches:
            there |= (frame >= first) & (frame < stop)
        codes = np.zeros((len(frame), self.plan.bins), dtype=np.uint8)
        kept = self._kept[level // 2]
        step = 1 << level % 2
        columns = (frame[there] >> level) * step
        codes[there] = kept[columns]
        if step == 2:
            beside = np.minimum(columns + 1, len(kept) - 1)
            codes[there] = np.maximum(codes[there], kept[beside])
        return codes

    def level_db(self, time_s: float, hz: float) -> float | None:
        """Level at a moment and a frequency.

        Parameters
        ----------
        time_s : float
            Seconds on the channel.
        hz : float

        Returns
        -------
        float or None
            Decibels re full scale; None where nothing is there.
        """
        frame, row = round(time_s / self.plan.hop_s), round(hz / self.plan.bin_hz)
        if not (0 <= row < self.plan.bins and frame >= 0 and self.count(frame, frame + 1)):
            return None
        return float(FLOOR_DB + STEP_DB * self._kept[0][frame, row])


def _halved(codes: Decibels) -> Decibels:
    """Maxima of neighbouring columns; an odd last one stands alone."""
    halved = codes[::2].copy()
    odd = codes[1::2]
    np.maximum(halved[: len(odd)], odd, out=halved[: len(odd)])
    return halved


def _joined(stretches: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined = stretches[:1]
    for first, stop in stretches[1:]:
        if first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((first, stop))
    return tuple(joined)


def frame_blocks(
    recording: Recording,
    channel: int,
    plan: FramePlan,
    block_s: float = 10.0,
    first: int = 0,
    stop: int | None = None,
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
    first, stop : int
        The frames wanted; up to the last if `stop` is not given.

    Yields
    ------
    ndarray of uint8, shape (frames, bins)
        Consecutive frames, the same whatever the block length and the first frame.

    Raises
    ------
    InputError
        As `Recording.blocks`.
    """
    left = (plan.frames if stop is None else stop) - first
    begin = first * plan.hop - plan.window // 2
    waiting = np.zeros(max(0, -begin), dtype=np.float32)
    for block in recording.blocks(channel, block_s, start_s=max(begin, 0) / plan.sample_rate_hz):
        waiting = np.concatenate([waiting, block])
        ready = min(left, (len(waiting) - plan.window) // plan.hop + 1)
        if ready > 0:
            yield _codes(waiting, ready, plan)
            waiting = waiting[ready * plan.hop :]
            left -= ready
        if left <= 0:
            return
    if left:
        short = max(0, (left - 1) * plan.hop + plan.window - len(waiting))
        yield _codes(np.concatenate([waiting, np.zeros(short, np.float32)]), left, plan)


def _window(plan: FramePlan) -> Samples:
    """The taper, scaled so that a full-scale sine reads 0 dB; shape (window,)."""
    window = _TAPERS[plan.taper](plan.window + 1)[:-1]
    return np.asarray(window * (2.0 / window.sum()), dtype=np.float32)


def _gaussian(length: int) -> Floats:
    return np.exp(-0.5 * (np.linspace(-3.0, 3.0, length)) ** 2)


_TAPERS: Mapping[Taper, Callable[[int], Floats]] = {
    Taper.HANN: np.hanning,
    Taper.HAMMING: np.hamming,
    Taper.BLACKMAN: np.blackman,
    Taper.GAUSSIAN: _gaussian,
    Taper.RECTANGULAR: np.ones,
}


def _codes(samples: Samples, frames: int, plan: FramePlan) -> Decibels:
    """Power of `frames` windowed frames from the start of `samples`, as codes."""
    # Three times as fast as numpy's, and imported late, in the worker's thread.
    from scipy.fft import rfft

    framed = sliding_window_view(samples, plan.window)[: frames * plan.hop : plan.hop]
    spectrum = rfft(framed * _window(plan), n=plan.fft, axis=1)[:, : plan.bins]
    power = spectrum.real**2 + spectrum.imag**2
    tiny = np.float32(10.0 ** (FLOOR_DB / 10))
    level_db = np.maximum(power, tiny, out=power)
    np.log10(level_db, out=level_db)
    level_db *= np.float32(10.0 / STEP_DB)
    level_db -= np.float32(FLOOR_DB / STEP_DB)
    return np.asarray(np.minimum(np.rint(level_db, out=level_db), 255), dtype=np.uint8)
