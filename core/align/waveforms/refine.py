"""Refinement below the grid: waveforms compared once the drift is compensated.

Frames of channel 1 are taken where the path puts those of channel 0. What coherent
sound there is then lies within milliseconds: a phase-transform cross-correlation (Knapp
and Carter 1976), gated to the time-frequency cells that stand above the noise in
both channels, is followed over the rows by a small hidden Markov model. Most
pairs of a room microphone and a body-worn transmitter share little waveform, so of
every three blocks of rows the surest is compared, and from there on outward as far as there is
some; a row is refined only where this is surer than the path itself.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from scipy.fft import irfft

from core.align.path import BAND_SD, OffsetPath, Refinement
from core.align.waveforms.frames import FRAME_S, LAG_RATE_HZ, ROWS_A_BLOCK, row_phases
from core.arrays import Floats, Floats32
from core.audio.recording import Recording
from core.steps import Steps

# Chosen by hand during development, where no source is given.

_REACH_S = 0.03
"""Largest lag beside the path, seconds."""
_LAG_S = 0.001
"""Between the lags that are followed, seconds."""
_LAGS = 2 * round(_REACH_S / _LAG_S)
"""How many are followed."""
_NATS_A_SD = 0.5
"""Evidence of a correlation peak for each of its standard deviations, nats (decision 0006)."""
_MOST_SD = 12.0
"""Higher peaks count as this high, standard deviations."""
_LEAST_SPREAD = 1e-9
"""Least standard deviation of a correlation, where it would be zero."""
_STEP_LAGS = 0.7
"""Scale of the lag's change from row to row (two-sided exponential), lags."""
_LOST = 0.02
"""Chance a row that the lag jumps to any other."""
_START = 0.05
"""Chance a row that coherent sound begins."""
_STOP = 0.05
"""Chance a row that it ends."""

_FEWEST_BENDS = 5
"""With fewer second differences the scatter of places is not measured but taken as usual."""
_NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""
_LEAST_PLACES_SD_S = 0.001
"""Scatter of places that is never gone below, seconds: a third of a metre of sound."""
_USUAL_PLACES_SD_S = 0.004
"""Scatter of places where it cannot be measured, seconds: a metre and a half of sound."""
_SMOOTHED = 8.0
"""Following lags from row to row leaves about an eighth of their scatter: with this the bands
hold what they claim on simulated finches and on real pairs."""

_EVERY = 3
"""Of so many blocks one is compared in any case."""
_WORTH = 0.35
"""Share of a block's rows that must be coherent for its neighbours to be compared."""
_LEAST_COHERENT = 0.9
"""Probability of coherent sound from which a row is coherent."""
_TIGHTER = 0.6
"""A row is refined where its lag's standard deviation is below this share of the path's."""
_PATH_SD_S = 0.02
"""And where the path's is below this, seconds: the true lag is within reach then."""


def refine(recording: Recording, time_0_s: Floats, path: OffsetPath) -> Steps[Refinement]:
    """Refine a path by drift-compensated, gated cross-correlation.

    Parameters
    ----------
    recording : Recording
    time_0_s : ndarray, shape (K,)
        The path's rows, seconds on channel 0.
    path : OffsetPath

    Yields
    ------
    float
        Share of the rows done, block by block.

    Returns
    -------
    Refinement

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    rows = len(time_0_s)
    evidence = np.zeros((rows, _LAGS), dtype=np.float32)
    blocks = [slice(i, min(i + ROWS_A_BLOCK, rows)) for i in range(0, rows, ROWS_A_BLOCK)]
    path_sd_s = (path.high_s - path.low_s) / (2 * BAND_SD)
    precision = np.maximum(path_sd_s, _LEAST_PLACES_SD_S) ** -2
    waiting = _surest(np.array([precision[block].sum() for block in blocks]))
    met = set(waiting)
    while waiting:
        number = waiting.popleft()
        block = blocks[number]
        evidence[block] = _lags(recording, time_0_s, path, block)
        _, _, coherent = _follow(evidence[block])
        if np.mean(coherent > _LEAST_COHERENT) >= _WORTH:
            beside = {number - 1, number + 1}.intersection(range(len(blocks))) - met
            waiting.extend(sorted(beside))
            met |= beside
        yield (len(met) - len(waiting)) / len(blocks)
    shift_s, sd_s, coherent = _follow(evidence)
    tighter = (sd_s < _TIGHTER * path_sd_s) & (path_sd_s < _PATH_SD_S)
    tighter &= coherent > _LEAST_COHERENT
    offset_s = np.where(tighter, path.offset_s + shift_s, np.nan)
    sd_s = np.hypot(sd_s, places_sd_s(offset_s))
    return Refinement(offset_s, np.where(tighter, sd_s, np.nan))


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


def _surest(precision: Floats) -> deque[int]:
    """One block of every few: that in which the path is known best, where most is to be heard."""
    numbers = np.arange(len(precision))
    groups = np.array_split(numbers, max(1, round(len(numbers) / _EVERY)))
    return deque(int(group[precision[group].argmax()]) for group in groups)


def _lags(recording: Recording, time_0_s: Floats, path: OffsetPath, block: slice) -> Floats32:
    """Evidence for every remaining lag of the rows of a block, shape (rows, lags)."""
    phases = row_phases(recording, time_0_s, path.offset_s, block)
    return _lag_evidence(irfft(phases, round(LAG_RATE_HZ * FRAME_S), axis=1))


def _lag_evidence(correlation: Floats32) -> Floats32:
    """Evidence for every millisecond of lag, nats: its peak above the row's median lag."""
    reach = round(_REACH_S * LAG_RATE_HZ)
    near = np.abs(np.hstack([correlation[:, -reach:], correlation[:, :reach]]))
    spread = near.std(axis=1, keepdims=True)
    peaks = near.reshape(len(near), _LAGS, -1).max(axis=2)
    height = peaks - np.median(peaks, axis=1, keepdims=True)
    height /= np.maximum(spread, _LEAST_SPREAD)
    return np.asarray(_NATS_A_SD * np.minimum(height, _MOST_SD))


def _follow(evidence: Floats32) -> tuple[Floats, Floats, Floats]:
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
