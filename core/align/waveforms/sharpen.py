"""Below the millisecond: coherent sound compared once more, along a smooth path.

A first comparison (`core.align.waveforms.refine`) leaves offsets on a grid of a millisecond,
each by itself. Where they scatter so little that one place was heard, a clock that drifts
smoothly is laid through them (Kalman filter and Rauch-Tung-Striebel smoother, 1965). Frames of
both channels are then taken along it to the fraction of a sample, so that their phases add up
over a second, and the peak of the phase-transform correlation is read between its samples
(parabola through three). The smoother joins what is read; how much it scatters is measured on
the recording.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft

from core.align.path import Refinement
from core.align.waveforms.frames import FRAME_S, LAG_RATE_HZ, ROWS_A_BLOCK, row_phases
from core.arrays import Floats
from core.audio.recording import Recording
from core.steps import Steps

_LEAST_ROWS = 10
"""Rows of a stretch without a jump, below which it is left as it is."""
_JUMP_S = 0.004
"""A larger step between rows, beyond the drift around it, is a dropped buffer, seconds."""
_MOST_ROUGH_S = 0.0015
"""First offsets that scatter more are heard from many places: nothing to sharpen, seconds."""
_MOST_FINE_S = 0.0006
"""The same of offsets that were read between the samples, seconds."""
_WANDERS = (1e-5, 5e-5, 2.5e-4, 1.2e-3, 6e-3)
"""Standard deviations of the slope's change in one second, seconds per second, of which the
likeliest is taken: from crystals, whose rate changes by parts per million in a minute, to clocks
that wander as much as the decoder's."""
_GRID_SD_S = 0.0003
"""What a grid of a millisecond scatters at least, seconds: its width over the root of twelve."""
_READINGS = 2
"""The second one goes along what the first one read: frames of a second then agree."""
_FINER = 8
"""Lags computed for each of the first comparison's."""
_REACH_S = 0.002
"""Largest lag beside the smooth path, seconds."""
_LEAST_PEAK = 4.0
"""A peak is read where it stands this many standard deviations out of its row's lags."""
_NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""
_FAR_SD = 2.0
"""What lies further from the smooth path counts less, by its distance, standard deviations."""
_ROUNDS = 4
"""How often the distances are measured anew."""
_LEAST_SD_S = 1e-4
"""No offset is surer than this, seconds: three centimetres of sound."""


def sharpen(recording: Recording, time_0_s: Floats, first: Refinement) -> Steps[Refinement]:
    """Read coherent offsets to a fraction of a millisecond.

    Parameters
    ----------
    recording : Recording
    time_0_s : ndarray, shape (K,)
        Rows, seconds on channel 0; evenly spaced.
    first : Refinement
        Of the same rows.

    Yields
    ------
    float
        Share of the rows done.

    Returns
    -------
    Refinement
        The first one where sound comes from many places, or is not coherent for ten rows.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    offset_s, sd_s = first.offset_s.copy(), first.sd_s.copy()
    for rows in _steady_stretches(time_0_s, offset_s):
        rough = _smoothed(time_0_s[rows], offset_s[rows], _GRID_SD_S)
        if rough.scatter_s > _MOST_ROUGH_S:
            continue
        clock = rough
        for reading in range(_READINGS):
            read_s = np.full(len(clock.offset_s), np.nan)
            for start in range(0, len(read_s), ROWS_A_BLOCK):
                part = slice(start, start + ROWS_A_BLOCK)
                read_s[part] = _read(recording, time_0_s[rows], clock.offset_s, part)
                done = (reading + start / len(read_s)) / _READINGS
                yield (rows.start + done * len(read_s)) / len(time_0_s)
            if np.isfinite(read_s).sum() < _LEAST_ROWS:
                break
            clock = _smoothed(time_0_s[rows], clock.offset_s + read_s, _LEAST_SD_S)
        if clock is not rough and clock.scatter_s < _MOST_FINE_S:
            offset_s[rows], sd_s[rows] = clock.offset_s, clock.sd_s
    return Refinement(offset_s, sd_s)


@dataclass(frozen=True, slots=True, eq=False)
class _Smoothed:
    """A clock laid through offsets; arrays of shape (K,), seconds."""

    offset_s: Floats
    sd_s: Floats
    scatter_s: float


def _steady_stretches(time_0_s: Floats, offset_s: Floats) -> list[slice]:
    """Runs of rows without a jump, half way to the next run, with offsets among them."""
    known = np.flatnonzero(np.isfinite(offset_s))
    if len(known) < _LEAST_ROWS:
        return []
    slope = np.diff(offset_s[known]) / np.diff(time_0_s[known])
    usual = np.median(np.stack([np.roll(slope, by) for by in range(-2, 3)]), axis=0)
    steps_s = np.abs(slope - usual) * np.diff(time_0_s[known])
    ends = [0, *(np.flatnonzero(steps_s > _JUMP_S) + 1).tolist(), len(known)]
    runs = [known[low:high] for low, high in pairwise(ends)]
    between = [(int(one[-1]) + int(other[0])) // 2 + 1 for one, other in pairwise(runs)]
    edges = pairwise([0, *between, len(offset_s)])
    return [slice(*edge) for run, edge in zip(runs, edges, strict=True) if len(run) >= _LEAST_ROWS]


def _smoothed(time_0_s: Floats, offset_s: Floats, least_s: float) -> _Smoothed:
    """Lay a clock through offsets; what lies far from it counts less (iterated weights).

    Parameters
    ----------
    time_0_s, offset_s : ndarray, shape (K,)
        Seconds; NaN where nothing was read.
    least_s : float
        Scatter that is never gone below, seconds.
    """
    scatter_s = max(_scatter(offset_s), least_s)
    read_sd_s = np.full(len(offset_s), scatter_s)
    for _ in range(_ROUNDS):
        clocks = [_clock(time_0_s, offset_s, read_sd_s, wander) for wander in _WANDERS]
        smooth_s, sd_s, _ = max(clocks, key=itemgetter(2))
        away_s = np.abs(offset_s - smooth_s)
        read_sd_s = scatter_s * np.maximum(1.0, away_s / (_FAR_SD * scatter_s))
    return _Smoothed(smooth_s, np.maximum(sd_s, _LEAST_SD_S), scatter_s)


def _scatter(offset_s: Floats) -> float:
    """Standard deviation of offsets about a line through their neighbours, seconds."""
    known = offset_s[np.isfinite(offset_s)]
    bend_s = np.abs(np.diff(known, 2))
    return _NORMAL * float(np.median(bend_s)) / math.sqrt(6.0)


def _clock(
    time_0_s: Floats, offset_s: Floats, read_sd_s: Floats, wander: float
) -> tuple[Floats, Floats, float]:
    """A clock whose slope is a random walk: Kalman filter and smoother.

    Parameters
    ----------
    time_0_s, offset_s : ndarray, shape (K,)
        Seconds; NaN where nothing was read.
    read_sd_s : ndarray, shape (K,)
        Standard deviation of what was read, seconds.
    wander : float
        Standard deviation of the slope's change in one second, seconds per second.

    Returns
    -------
    offset_s, sd_s : ndarray, shape (K,)
        Smoothed, and its standard deviation, seconds.
    log_likelihood : float
        Of what was read, nats.
    """
    count, log_likelihood = len(time_0_s), 0.0
    mean, cov = np.array([np.nanmedian(offset_s), 0.0]), np.diag([100.0, 1e-2])
    means, covs = np.empty((count, 2)), np.empty((count, 2, 2))
    ahead, ahead_cov = np.empty((count, 2)), np.empty((count, 2, 2))
    for row in range(count):
        if row:
            mean, cov = _moved(mean, cov, float(time_0_s[row] - time_0_s[row - 1]), wander)
        ahead[row], ahead_cov[row] = mean, cov
        if np.isfinite(offset_s[row]):
            variance, away_s = cov[0, 0] + read_sd_s[row] ** 2, offset_s[row] - mean[0]
            log_likelihood -= 0.5 * (away_s**2 / variance + np.log(variance))
            gain = cov[:, 0] / variance
            mean = mean + gain * away_s
            cov = cov - np.outer(gain, cov[0])
        means[row], covs[row] = mean, cov
    for row in range(count - 2, -1, -1):
        step = np.array([[1.0, time_0_s[row + 1] - time_0_s[row]], [0.0, 1.0]])
        back = np.linalg.solve(ahead_cov[row + 1], step @ covs[row]).T
        means[row] += back @ (means[row + 1] - ahead[row + 1])
        covs[row] += back @ (covs[row + 1] - ahead_cov[row + 1]) @ back.T
    return means[:, 0], np.sqrt(covs[:, 0, 0]), float(log_likelihood)


def _moved(mean: Floats, cov: Floats, step_s: float, wander: float) -> tuple[Floats, Floats]:
    """A clock's state so many seconds later."""
    step = np.array([[1.0, step_s], [0.0, 1.0]])
    walk = wander**2 * step_s * np.array([[step_s**2 / 3, step_s / 2], [step_s / 2, 1.0]])
    return step @ mean, step @ cov @ step.T + walk


def _read(recording: Recording, time_0_s: Floats, offset_s: Floats, block: slice) -> Floats:
    """What is left beside a smooth path in a block of rows, seconds; NaN without a clear peak."""
    phases = row_phases(recording, time_0_s, offset_s, block, between_samples=True)
    return _peaks_s(irfft(phases, _FINER * round(LAG_RATE_HZ * FRAME_S), axis=1))


def _peaks_s(correlation: NDArray[np.float32]) -> Floats:
    """Lag of the highest point of every row, between its samples, seconds."""
    rate_hz = _FINER * LAG_RATE_HZ
    reach = round(_REACH_S * rate_hz)
    near = np.hstack([correlation[:, -reach:], correlation[:, : reach + 1]])
    top = near[:, 1:-1].argmax(axis=1) + 1
    rows = np.arange(len(near))
    before, here, after = (near[rows, top + by] for by in (-1, 0, 1))
    bent = before - 2 * here + after
    part = np.where(bent < 0, 0.5 * (before - after) / np.where(bent < 0, bent, 1.0), 0.0)
    clear = here > _LEAST_PEAK * correlation.std(axis=1)
    inside = (top > 1) & (top < near.shape[1] - 2)
    return np.where(clear & inside, (top - reach + part) / rate_hz, np.nan)
