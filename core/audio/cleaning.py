"""Cleaning for listening: what lies in the noise of a channel is turned down, calls are left.

Spectral gating (Boll 1979, "Suppression of acoustic noise in speech using spectral subtraction",
in its form with a gate instead of a difference): the short-time spectrum of every channel is
compared with the channel's noise floor, which is measured as the aligner does
(`core.audio.spectra.noise`). It is never fed to the aligner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.arrays import Floats32
from core.audio.channels import Samples
from core.audio.recording import Recording
from core.audio.spectra.noise import Powers, noise_power
from core.audio.warped import WarpedChannel

# Chosen by ear and by the test, where no source is given.

_WINDOW_S = 0.024
"""About as long as a syllable stays the same, seconds of sound."""
_HOPS = 4
"""Windows begin so often within the length of one."""
_OPENS_DB, _OPEN_DB = 5.0, 9.0
"""Over the noise floor the gate begins to open, and is open."""
_SHUT = 10 ** (-18 / 20)
"""What is left of the noise: silence between calls would sound like a fault."""
_STRETCHES, _STRETCH_S = 16, 0.2
"""The noise floor is measured on so many stretches, spread evenly over the channel."""
_LEAST_POWER = 1e-14
_SQUARES = _HOPS * 3 / 8
"""Sum of the squares of Hann windows that lie over each other."""


def window_frames(rate_hz: int) -> int:
    """Length of a window, a power of two.

    Parameters
    ----------
    rate_hz : int
        Frames of sound a second.

    Returns
    -------
    int
    """
    return int(2 ** round(np.log2(_WINDOW_S * rate_hz)))


@lru_cache(maxsize=16)
def noise_floor(recording: Recording, channel: int, step_s: float, rate_hz: int) -> Powers:
    """Mean power of a channel's noise in every bin of a window, as it comes out.

    Parameters
    ----------
    recording : Recording
    channel : int
        0 or 1.
    step_s : float
        Recorded time from one frame of sound to the next, seconds.
    rate_hz : int
        Frames of sound a second.

    Returns
    -------
    ndarray of float32, shape (window_frames(rate_hz) // 2 + 1,)

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    window = window_frames(rate_hz)
    frames = max(round(_STRETCH_S * rate_hz), 2 * window)
    last_s = max(recording.channels[channel].duration_s - frames * step_s, 0.0)
    source = WarpedChannel(recording, channel)
    powers = []
    for start_s in np.linspace(0.0, last_s, _STRETCHES):
        time_s = start_s + np.arange(frames) * step_s
        sound = source.at(time_s, np.ones(frames), step_s)
        powers.append(np.abs(_spectra(sound[:, None], window, window // _HOPS)[:, 0]) ** 2)
    floor = noise_power(np.concatenate(powers))
    floor.flags.writeable = False
    return floor


def cleaned(blocks: Iterable[Samples], floors: tuple[Powers, Powers]) -> Iterator[Samples]:
    """Turn down what lies in the noise.

    Parameters
    ----------
    blocks : iterable of ndarray of float32, shape (frames, 2)
        Sound, one block after the other.
    floors : pair of Powers
        Noise of the left and of the right, from `noise_floor`.

    Yields
    ------
    ndarray of float32, shape (frames, 2)
        As much sound as came in, in blocks of other lengths; how it came in blocks makes no
        difference to it.
    """
    gate = _Gate(np.stack(floors))
    for block in blocks:
        ready = gate.take(block)
        if len(ready):
            yield ready
    yield gate.rest()


class _Gate:
    """Windows that lie over each other, each with a gain for every bin of both ears."""

    def __init__(self, floors: Powers) -> None:
        self._floors = np.maximum(floors, _LEAST_POWER)
        self._window = 2 * (floors.shape[1] - 1)
        self._hop = self._window // _HOPS
        self._owed = 0
        """Frames that came in and did not go out."""
        self._skipped = self._lead = self._window - self._hop
        self._sound = np.zeros((self._lead, 2), dtype=np.float32)
        # A window has its gain from those before and after it too.
        self._spectra = np.zeros((1, *floors.shape), dtype=np.complex64)
        self._sum = np.zeros((self._lead, 2), dtype=np.float32)

    def take(self, block: Samples) -> Samples:
        """The frames that are ready once another block is there; shape (frames, 2)."""
        self._owed += len(block)
        self._sound = np.concatenate([self._sound, block])
        made = _spectra(self._sound, self._window, self._hop)
        self._sound = self._sound[len(made) * self._hop :]
        self._spectra = np.concatenate([self._spectra, made])
        ready = self._added(self._gated())
        skip = min(self._skipped, len(ready))
        self._skipped -= skip
        ready = ready[skip:]
        self._owed -= len(ready)
        return ready

    def rest(self) -> Samples:
        """What is left when nothing follows; shape (frames, 2)."""
        owed = self._owed
        silence = np.zeros((2 * self._window + owed, 2), dtype=np.float32)
        return self.take(silence)[:owed]

    def _gated(self) -> Samples:
        """Sound of the windows whose neighbours are known; shape (windows, 2, window)."""
        power = np.abs(self._spectra) ** 2
        over = _smoothed(power) / self._floors
        over_db = 10 * np.log10(np.maximum(over, 1e-3))
        open_ = np.clip((over_db - _OPENS_DB) / (_OPEN_DB - _OPENS_DB), 0.0, 1.0)
        gain = (_SHUT + (1 - _SHUT) * open_).astype(np.float32)
        frames = np.fft.irfft(self._spectra[1:-1] * gain, self._window, axis=-1)
        self._spectra = self._spectra[-2:]
        return np.asarray(frames * (_hann(self._window) / _SQUARES), dtype=np.float32)

    def _added(self, frames: Samples) -> Samples:
        """Windows over each other, as far as no other lies over them; shape (frames, 2)."""
        whole = np.zeros((len(self._sum) + len(frames) * self._hop, 2), dtype=np.float32)
        whole[: len(self._sum)] = self._sum
        for at, frame in enumerate(frames):
            whole[at * self._hop : at * self._hop + self._window] += frame.T
        done = len(frames) * self._hop
        self._sum = whole[done:]
        return whole[:done]


def _spectra(sound: Samples, window: int, hop: int) -> NDArray[np.complex64]:
    """Spectra of all whole windows, shape (windows, channels, window // 2 + 1)."""
    if len(sound) < window:
        return np.zeros((0, sound.shape[1], window // 2 + 1), dtype=np.complex64)
    frames = sliding_window_view(sound, window, axis=0)[::hop]
    return np.fft.rfft(frames * _hann(window), axis=-1).astype(np.complex64)


def _smoothed(power: Floats32) -> Floats32:
    """Means over three windows and three bins, shape (windows - 2, 2, bins)."""
    in_time = (power[:-2] + power[1:-1] + power[2:]) / 3
    padded = np.pad(in_time, ((0, 0), (0, 0), (1, 1)), mode="edge")
    return np.asarray((padded[..., :-2] + padded[..., 1:-1] + padded[..., 2:]) / 3)


@lru_cache(maxsize=4)
def _hann(length: int) -> Floats32:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length), dtype=np.float32)
