"""Refinement below the grid: waveforms compared once the drift is compensated.

Frames of channel 1 are taken where the path puts those of channel 0. What coherent
sound there is then lies within milliseconds: a phase-transform cross-correlation (Knapp
and Carter 1976), gated to the time-frequency cells that stand above the noise in
both channels, is followed over the rows by a small hidden Markov model. Most
pairs of a room microphone and a body-worn transmitter share little waveform, so
every other block of rows is compared first, the rest beside those where there was some,
and a row is refined only where this is surer than the path itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from core.align.alignment import BAND_SD, Path, Refinement
from core.audio.noise import noise_power
from core.audio.recording import Recording
from core.audio.resampled import BLOCK_S, at_rate

Floats = NDArray[np.float64]
Grid = NDArray[np.float32]

_RATE_HZ = 16_000
_FFT, _HOP = 2048, 1536
_FRAMES_AT_ONCE = 32
_NOISE_EVERY = 4
_LOW_HZ, _HIGH_HZ = 500.0, 6000.0
_ROWS_A_BLOCK = 20
"""Few enough for their spectra to stay in the processor's cache: a third faster than 60."""
_REACH_S = 0.03
_LAG_S = 0.001
_LAGS = 2 * round(_REACH_S / _LAG_S)
_NATS_A_SD, _MOST_SD = 0.5, 12.0
_STEP_LAGS, _LOST = 0.7, 0.02
_LEAST_SPREAD = 1e-9
_START, _STOP = 0.05, 0.05
_FEWEST_BENDS, _NORMAL = 5, 1.4826
_LEAST_PLACES_SD_S, _USUAL_PLACES_SD_S = 0.001, 0.004
_SMOOTHED = 8.0
"""Following lags from row to row leaves about an eighth of their scatter: with this the bands
hold what they claim on simulated finches and on real pairs."""
_WORTH = 0.5
"""Share of a block's rows that must be coherent for its neighbours to be compared."""
_TIGHTER, _PATH_SD_S, _LEAST_COHERENT = 0.6, 0.02, 0.9


def refine(recording: Recording, time_0_s: Floats, path: Path) -> Iterator[float | Refinement]:
    """Refine a path by drift-compensated, gated cross-correlation.

    Parameters
    ----------
    recording : Recording
    time_0_s : ndarray, shape (K,)
        The path's rows, seconds on channel 0.
    path : Path

    Yields
    ------
    float
        Share of the rows done, block by block.
    Refinement
        Once, last.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    rows = len(time_0_s)
    evidence = np.zeros((rows, _LAGS), dtype=np.float32)
    blocks = [slice(i, min(i + _ROWS_A_BLOCK, rows)) for i in range(0, rows, _ROWS_A_BLOCK)]
    shares = np.zeros(len(blocks) + 1)
    for number, block in enumerate(blocks[::2]):
        evidence[block] = _lags(recording, time_0_s, path, block)
        _, _, coherent = _follow(evidence[block])
        shares[2 * number] = np.mean(coherent > _LEAST_COHERENT)
        yield 0.5 * block.stop / rows
    for number, block in enumerate(blocks[1::2]):
        if max(shares[2 * number], shares[2 * number + 2]) >= _WORTH:
            evidence[block] = _lags(recording, time_0_s, path, block)
        yield 0.5 + 0.5 * block.stop / rows
    shift_s, sd_s, coherent = _follow(evidence)
    path_sd_s = (path.high_s - path.low_s) / (2 * BAND_SD)
    tighter = (sd_s < _TIGHTER * path_sd_s) & (path_sd_s < _PATH_SD_S)
    tighter &= coherent > _LEAST_COHERENT
    offset_s = np.where(tighter, path.offset_s + shift_s, np.nan)
    sd_s = np.hypot(sd_s, places_sd_s(offset_s))
    yield Refinement(offset_s, np.where(tighter, sd_s, np.nan))


def places_sd_s(offset_s: Floats) -> float:
    """How far refined offsets are from the clocks' own, since sounds come from many places.

    A sound that is a metre nearer to one sensor arrives 3 ms earlier there. Sounds from here
    and there make the offsets jump from row to row, where clocks would not.

    Parameters
    ----------
    offset_s : ndarray, shape (K,)
        Refined offsets, NaN where there is none.

    Returns
    -------
    float
        Standard deviation, seconds.
    """
    bend_s = np.diff(offset_s, 2)
    bend_s = bend_s[np.isfinite(bend_s)]
    if len(bend_s) < _FEWEST_BENDS:
        return _USUAL_PLACES_SD_S
    scatter_s = _NORMAL * float(np.median(np.abs(bend_s))) / np.sqrt(6.0)
    return float(np.hypot(_LEAST_PLACES_SD_S, _SMOOTHED * scatter_s))


def _lags(recording: Recording, time_0_s: Floats, path: Path, block: slice) -> Grid:
    """Evidence for every remaining lag of the rows of a block, shape (rows, lags)."""
    rows_s = time_0_s[block]
    offset_s = np.interp(rows_s[[0, -1]], time_0_s, path.offset_s)
    span_0_s = np.array([rows_s[0] - 0.6, rows_s[-1] + 0.6])
    span_1_s = span_0_s + offset_s + [-0.3, 0.5]
    (zero, start_0_s), (one, start_1_s) = _stretches(recording, span_0_s, span_1_s)
    begin_0 = np.arange(0, len(zero) - _FFT, _HOP)
    if len(begin_0) == 0:
        return np.zeros((len(rows_s), _LAGS), dtype=np.float32)
    centre_s = start_0_s + (begin_0 + _FFT / 2) / _RATE_HZ
    moved_s = centre_s + np.interp(centre_s, time_0_s, path.offset_s) - _FFT / 2 / _RATE_HZ
    begin_1 = np.rint((moved_s - start_1_s) * _RATE_HZ).astype(np.intp)
    spectra = [_spectra(zero, begin_0), _spectra(one, begin_1)]
    gates = [_gate(spectrum) for spectrum in spectra]
    summed = np.zeros((len(rows_s), _FFT // 2 + 1), dtype=np.complex64)
    for row, ends in enumerate(np.searchsorted(centre_s, [rows_s - 0.5, rows_s + 0.5]).T):
        here = slice(*ends)
        cross = np.conj(spectra[0][here])
        cross *= spectra[1][here]
        cross *= gates[0][here] * gates[1][here] / (np.abs(cross) + 1e-12)
        cross.sum(axis=0, out=summed[row, _BINS])
    return _lag_evidence(irfft(summed, _FFT, axis=1))


def _stretches(
    recording: Recording, span_0_s: Floats, span_1_s: Floats
) -> list[tuple[Grid, float]]:
    """A stretch of each channel at 16 kHz, and when exactly it starts, seconds."""
    read = recording.read_both(tuple(span_0_s), tuple(span_1_s))
    found = []
    for samples, start_s, source in zip(
        read, (span_0_s[0], span_1_s[0]), recording.channels, strict=True
    ):
        own_hz = source.sample_rate_hz
        exactly_s = max(0, round(start_s * own_hz)) / own_hz
        pieces = np.array_split(samples, np.arange(0, len(samples), round(BLOCK_S * own_hz)))
        found.append((np.concatenate(list(at_rate(pieces, own_hz, _RATE_HZ, "LQ"))), exactly_s))
    return found


_BINS = slice(round(_LOW_HZ * _FFT / _RATE_HZ), round(_HIGH_HZ * _FFT / _RATE_HZ))


def _spectra(samples: Grid, begin: NDArray[np.intp]) -> NDArray[np.complex64]:
    """Spectra of frames that begin at given samples; zero outside the stretch."""
    padded = np.pad(samples, _FFT)
    inside = np.clip(begin + _FFT, 0, len(padded) - _FFT)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)
    window = np.hanning(_FFT).astype(np.float32)
    spectra = np.empty((len(begin), _BINS.stop - _BINS.start), dtype=np.complex64)
    for start in range(0, len(begin), _FRAMES_AT_ONCE):
        part = slice(start, start + _FRAMES_AT_ONCE)
        windowed = frames[inside[part]]
        windowed *= window
        spectra[part] = rfft(windowed, axis=1)[:, _BINS]
    return spectra


def _gate(spectra: NDArray[np.complex64]) -> Grid:
    """Share of every cell's power that stands above twice the noise of its bin."""
    gate = spectra.real**2
    gate += spectra.imag**2
    least = -2.0 * noise_power(gate[::_NOISE_EVERY])
    gate += 1e-12
    np.divide(least, gate, out=gate)
    gate += 1.0
    return np.clip(gate, 0.0, 1.0, out=gate)


def _lag_evidence(correlation: Grid) -> Grid:
    """Evidence for every millisecond of lag, nats: its peak above the row's median lag."""
    reach = round(_REACH_S * _RATE_HZ)
    near = np.abs(np.hstack([correlation[:, -reach:], correlation[:, :reach]]))
    spread = near.std(axis=1, keepdims=True)
    peaks = near.reshape(len(near), _LAGS, -1).max(axis=2)
    height = peaks - np.median(peaks, axis=1, keepdims=True)
    height /= np.maximum(spread, _LEAST_SPREAD)
    return np.asarray(_NATS_A_SD * np.minimum(height, _MOST_SD))


def _follow(evidence: Grid) -> tuple[Floats, Floats, Floats]:
    """Mean and spread of the remaining lag, seconds, and how surely there is one; each (rows,).

    One state a lag, and one for "nothing coherent here", against which the
    lags' likelihood ratios count.
    """
    rows, lags = evidence.shape
    lag_s = (np.arange(lags) - (lags - 1) / 2) * _LAG_S
    apart = np.abs(lag_s[:, None] - lag_s[None, :]) / _LAG_S
    step = np.exp(-apart / _STEP_LAGS)
    prior = np.exp(-0.5 * (lag_s / (0.4 * _REACH_S)) ** 2)
    prior /= prior.sum()
    move = np.empty((lags + 1, lags + 1))
    steps = (1 - _LOST) * step / step.sum(axis=1, keepdims=True) + _LOST / lags
    move[:lags, :lags] = (1 - _STOP) * steps
    move[:lags, lags] = _STOP
    move[lags, :lags] = _START * prior
    move[lags, lags] = 1 - _START
    ratio = np.exp(evidence.astype(np.float64))
    likely = np.hstack([ratio / ratio.mean(axis=1, keepdims=True), np.ones((rows, 1))])
    ahead = np.empty((rows, lags + 1))
    state = np.append(0.5 * prior, 0.5)
    for row in range(rows):
        state = (state @ move if row else state) * likely[row]
        state /= state.sum()
        ahead[row] = state
    message = np.ones(lags + 1)
    posterior = np.empty((rows, lags + 1))
    for row in range(rows - 1, -1, -1):
        posterior[row] = ahead[row] * message
        posterior[row] /= posterior[row].sum()
        message = move @ (likely[row] * message)
        message /= message.max()
    coherent = 1.0 - posterior[:, lags]
    lag = posterior[:, :lags] / np.maximum(coherent[:, None], 1e-12)
    mean_s = lag @ lag_s
    return mean_s, np.sqrt(np.maximum(lag @ lag_s**2 - mean_s**2, 0.0)), coherent
