"""One channel at any moments of its clock, band-limited: what is heard and what is written.

The kernel is a windowed sinc (Smith and Gossett 1984, "A flexible sampling-rate conversion
method"). Its taps are polynomials of the place between two samples (Farrow 1988, "A continuously
variable digital delay element"): each power is one convolution, done by fast Fourier
transform, whatever the places are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.channels import Samples
from core.audio.recording import Recording

HALF_TAPS = 64
_CUTOFF, _KAISER_BETA = 0.95, 10.06
"""Flat to 0.90 of the lower Nyquist frequency, 100 dB down from that frequency on."""
_DEGREE = 8
"""Of the polynomials: the taps are met to 1e-6."""
_LONGEST = 1 << 15
"""Samples that are transformed at once; more no longer fit into the processor's cache."""

_READ_S = 0.5
_STEEP = 1.02
_STEEPEST = 4.0
"""Where a clock runs as many times faster or slower, nothing could be recognised."""


class WarpedChannel:
    """Reads one channel at moments that mostly go forward.

    Parameters
    ----------
    recording : Recording
    channel : int
        0 or 1.
    """

    def __init__(self, recording: Recording, channel: int) -> None:
        self._reader = _Reader(recording, channel)

    def at(self, time_s: Floats, rate: Floats, step_s: float) -> Samples:
        """The sound at moments of the channel's own clock; a moment's sound depends on it alone.

        Parameters
        ----------
        time_s : ndarray, shape (frames,)
            Rising, seconds.
        rate : ndarray, shape (frames,)
            How many times as fast as the clock of what comes out it runs there.
        step_s : float
            From one frame that comes out to the next by that clock, seconds.

        Returns
        -------
        ndarray of float32, shape (frames,)
            Silence before the channel's start and after its end, and where `rate` is absurd.

        Raises
        ------
        InputError
            If the audio cannot be read; see `Recording.blocks`.
        """
        position = time_s * self._reader.rate_hz
        stretch = _stretches(rate, step_s * self._reader.rate_hz)
        borders = [0, *(np.flatnonzero(np.diff(stretch)) + 1).tolist(), len(stretch)]
        out = np.zeros(len(position), dtype=np.float32)
        for a, b in pairwise(borders):
            if stretch[a] > 0:
                _interpolate(self._reader, position[a:b], float(stretch[a]), out[a:b])
        return out


def _stretches(rate: Floats, step: float) -> Floats:
    """How much longer than at the source's own rate the kernel must be; 0 for silence.

    A clock that is off by less than `_STEEP` needs no kernel of its own; of the others
    there are a few, so that each is made once.
    """
    steep = 2.0 ** (np.ceil(4 * np.log2(np.maximum(rate, 1.0))) / 4)
    stretch = np.maximum(step * np.where(rate <= _STEEP, 1.0, steep), 1.0)
    return np.where((rate > 1 / _STEEPEST) & (rate < _STEEPEST), stretch, 0.0)


def _interpolate(reader: _Reader, position: Floats, stretch: float, out: Samples) -> None:
    """Samples at rising fractional positions; into `out`, which is silent."""
    half = _half(stretch)
    start, stop = np.searchsorted(position, [-half, reader.frames - 1 + half])
    room = _room(half) - 2 * half - 1
    while start < stop:
        end = min(int(np.searchsorted(position, position[start] + room)), stop)
        out[start:end] = _piece(reader, position[start:end], stretch)
        start = end


def _piece(reader: _Reader, position: Floats, stretch: float) -> Samples:
    # Imported late: the window, which loads this file, does without scipy.
    from scipy.fft import irfft, rfft

    half = _half(stretch)
    whole = np.floor(position).astype(np.int64)
    away = (position - whole - 0.5).astype(np.float32)
    first = int(whole[0]) - half + 1
    source = reader.read(first, int(whole[-1]) + half + 1)
    size = max(1 << (len(source) - 1).bit_length(), 2)
    spectrum = rfft(source, size)
    place = whole - whole[0]
    sound = np.zeros(len(position), dtype=np.float32)
    for power in _spectra(stretch, size):
        sound *= away
        sound += np.take(irfft(spectrum * power, size), place)
    return sound


def _half(stretch: float) -> int:
    """Taps of the kernel to either side."""
    return int(np.ceil(HALF_TAPS * stretch))


def _room(half: int) -> int:
    """How many samples are transformed at once: many times as many as the kernel is long."""
    return max(_LONGEST, 1 << (16 * half).bit_length())


@lru_cache(maxsize=32)
def _spectra(stretch: float, size: int) -> NDArray[np.complex64]:
    """What convolves with the kernel's polynomials, the highest power first.

    Shape (powers, size // 2 + 1).
    """
    from scipy.fft import rfft

    return np.conj(rfft(_polynomials(stretch)[::-1], size)).astype(np.complex64)


@lru_cache(maxsize=32)
def _polynomials(stretch: float) -> Floats:
    """The kernel between two samples, shape (powers, taps), the lowest power first.

    The powers are of the place between the samples, less one half.
    """
    half = _half(stretch)
    # Chebyshev nodes: the largest deviation is about as small as it can be.
    place = np.cos(np.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1)) / 2
    away = (place[:, None] + 0.5 + half - 1 - np.arange(2 * half)) / stretch
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(1 - (away / HALF_TAPS) ** 2, 0.0)))
    kernels = np.sinc(_CUTOFF * away) * np.where(np.abs(away) <= HALF_TAPS, window, 0.0)
    kernels /= kernels.sum(axis=1, keepdims=True)
    return np.asarray(np.linalg.solve(np.vander(place, increasing=True), kernels))


class _Reader:
    """One channel, read forward, with silence before its start and after its end."""

    def __init__(self, recording: Recording, channel: int) -> None:
        self._recording, self._channel = recording, channel
        source = recording.channels[channel]
        self.rate_hz, self.frames = source.sample_rate_hz, source.frames
        self._blocks: Iterator[Samples] | None = None
        self._held = np.empty(0, dtype=np.float32)
        self._first = 0

    def read(self, first: int, stop: int) -> Samples:
        """Samples `first` to `stop`; what lies far before the last `first` is forgotten."""
        out = np.zeros(stop - first, dtype=np.float32)
        start, end = max(first, 0), min(stop, self.frames)
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
