"""Frames of both channels along a path, and their phases: what coherent sound is told by.

Frames of channel 1 are taken where the path puts those of channel 0. Phases are gated to the
time-frequency cells that stand above the noise in both channels (phase transform, Knapp and
Carter 1976), and added up over the second around every row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from core.arrays import Floats, Floats32
from core.audio.recording import Recording
from core.audio.spectra.noise import noise_power

Places = NDArray[np.intp]

# Chosen by hand during development, where no source is given.

FRAME_S = 0.12
"""A whole number of samples at all usual rates; frames follow each other without a gap."""
_FRAMES_AT_ONCE = 32
"""Frames transformed at a time: few enough for the processor's cache."""
_NOISE_EVERY = 4
"""Every so many frames tell the noise of all."""
_LOW_HZ, _HIGH_HZ = 500.0, 6000.0
"""Band that is compared."""
BINS = slice(round(_LOW_HZ * FRAME_S), round(_HIGH_HZ * FRAME_S))
"""Its bins in the spectrum of a frame."""
LAG_RATE_HZ = 16_000
"""Lags that a correlation has a second."""
ROWS_A_BLOCK = 20
"""Few enough for their spectra to stay in the processor's cache: a third faster than 60."""
_SPARE_S = (0.3, 0.5)
"""What is read of channel 1 before and after a block of rows, beside the path, seconds."""


def row_phases(
    recording: Recording,
    time_0_s: Floats,
    offset_s: Floats,
    block: slice,
) -> NDArray[np.complex64]:
    """Gated phases between the channels along a path, summed over the second around every row.

    Parameters
    ----------
    recording : Recording
    time_0_s, offset_s : ndarray, shape (K,)
        The path: rows on channel 0 and offsets, seconds.
    block : slice
        The rows that are wanted.

    Returns
    -------
    ndarray of complex64, shape (rows of the block, `BINS.stop`)
        From 0 Hz on; zero where there is nothing to compare.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    rows_s = time_0_s[block]
    summed = np.zeros((len(rows_s), BINS.stop), dtype=np.complex64)
    ends_s = np.interp(rows_s[[0, -1]], time_0_s, offset_s)
    span_0_s = np.array([rows_s[0] - 0.6, rows_s[-1] + 0.6])
    span_1_s = span_0_s + ends_s + [-_SPARE_S[0], _SPARE_S[1]]
    frames_0, frames_1 = _stretches(recording, span_0_s, span_1_s)
    begin_0 = np.arange(0, len(frames_0.samples) - frames_0.size, frames_0.size)
    if len(begin_0) == 0 or not (frames_0.samples.any() and frames_1.samples.any()):
        return summed
    centre_s = frames_0.centre_s(begin_0)
    moved_s = centre_s + np.interp(centre_s, time_0_s, offset_s)
    begin_1 = frames_1.begin(moved_s)
    cross = _cross_spectra(frames_0.spectra(begin_0), frames_1.spectra(begin_1))
    # Frames begin at whole samples; what these leave over of the path is moved in the phases.
    left_s = moved_s - frames_1.centre_s(begin_1)
    hz = np.arange(BINS.start, BINS.stop) / FRAME_S
    cross *= np.exp(2j * np.pi * left_s[:, None] * hz[None, :]).astype(np.complex64)
    for row, ends in enumerate(np.searchsorted(centre_s, [rows_s - 0.5, rows_s + 0.5]).T):
        cross[slice(*ends)].sum(axis=0, out=summed[row, BINS])
    return summed


def _cross_spectra(
    spectra_0: NDArray[np.complex64], spectra_1: NDArray[np.complex64]
) -> NDArray[np.complex64]:
    """Phases between frames, of the cells that stand above the noise of both channels."""
    cross = np.conj(spectra_0)
    cross *= spectra_1
    cross *= _gate(spectra_0) * _gate(spectra_1) / (np.abs(cross) + 1e-12)
    return cross


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """A stretch of one channel, cut into frames.

    Parameters
    ----------
    samples : ndarray of float32, shape (N,)
    start_s : float
        When exactly it starts on the channel's clock.
    rate_hz : int
    """

    samples: Floats32
    start_s: float
    rate_hz: int

    @property
    def size(self) -> int:
        """Samples of a frame."""
        return round(FRAME_S * self.rate_hz)

    def centre_s(self, begin: Places) -> Floats:
        """Centres of frames that begin at given samples.

        Parameters
        ----------
        begin : ndarray of int, shape (F,)

        Returns
        -------
        ndarray, shape (F,)
            On the channel's clock, seconds.
        """
        return np.asarray(self.start_s + (begin + self.size / 2) / self.rate_hz)

    def begin(self, centre_s: Floats) -> Places:
        """Samples where frames with these centres begin.

        Parameters
        ----------
        centre_s : ndarray, shape (F,)
            On the channel's clock, seconds.

        Returns
        -------
        ndarray of int, shape (F,)
        """
        return np.rint((centre_s - self.start_s) * self.rate_hz - self.size / 2).astype(np.intp)

    def spectra(self, begin: Places) -> NDArray[np.complex64]:
        """Spectra of frames, between the lowest and the highest frequency.

        Zero for frames that are not whole, and above what the channel holds.

        Parameters
        ----------
        begin : ndarray of int, shape (F,)
            Their first samples.

        Returns
        -------
        ndarray of complex64, shape (F, bins)
        """
        spectra = np.zeros((len(begin), BINS.stop - BINS.start), dtype=np.complex64)
        whole = np.flatnonzero((begin >= 0) & (begin <= len(self.samples) - self.size))
        if not len(whole):
            return spectra
        frames = np.lib.stride_tricks.sliding_window_view(self.samples, self.size)
        window = np.hanning(self.size).astype(np.float32)
        for start in range(0, len(whole), _FRAMES_AT_ONCE):
            part = whole[start : start + _FRAMES_AT_ONCE]
            windowed = frames[begin[part]]
            windowed *= window
            found = rfft(windowed, axis=1)[:, BINS]
            spectra[part, : found.shape[1]] = found
        return spectra


def _stretches(recording: Recording, span_0_s: Floats, span_1_s: Floats) -> list[_Stretch]:
    """A stretch of each channel.

    Parameters
    ----------
    recording : Recording
    span_0_s, span_1_s : ndarray, shape (2,)
        First and last moment on each channel's own clock, seconds.

    Returns
    -------
    list of two Stretch
    """
    read = recording.read_both(tuple(span_0_s), tuple(span_1_s))
    rates_hz = [source.sample_rate_hz for source in recording.channels]
    return [
        _Stretch(samples, max(0, round(start_s * rate_hz)) / rate_hz, rate_hz)
        for samples, start_s, rate_hz in zip(
            read, (span_0_s[0], span_1_s[0]), rates_hz, strict=True
        )
    ]


def _gate(spectra: NDArray[np.complex64]) -> Floats32:
    """Share of every cell's power that stands above twice the noise of its bin.

    Parameters
    ----------
    spectra : ndarray of complex64, shape (F, bins)

    Returns
    -------
    ndarray of float32, shape (F, bins)
        0 to 1.
    """
    gate = spectra.real**2
    gate += spectra.imag**2
    least = -2.0 * noise_power(gate[::_NOISE_EVERY])
    gate += 1e-12
    np.divide(least, gate, out=gate)
    gate += 1.0
    return np.clip(gate, 0.0, 1.0, out=gate)
