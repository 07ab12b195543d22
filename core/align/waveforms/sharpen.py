"""Below the millisecond: coherent sound compared once more, along a smooth path.

A first comparison (`core.align.waveforms.refine`) leaves offsets on a grid of a millisecond,
each by itself. Where they scatter so little that one place was heard, a clock that drifts
smoothly is laid through them (Kalman filter and Rauch-Tung-Striebel smoother, 1965). Frames of
both channels are then taken along it to the fraction of a sample, so that their phases add up
over a second, and the peak of the phase-transform correlation is read between its samples
(parabola through three), also of rows that the first comparison left out. The smoother joins what
is read; how much it scatters is measured on the recording.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

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
_MOST_FINE_S = 0.0005
"""The same of offsets that were read between the samples, seconds."""
_FEWEST_BENDS = 5
"""With fewer second differences of rows that follow each other, those across silence count too."""
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
_REACH_S = 0.015
"""Largest lag beside the smooth path, seconds: what a clock may bend in silence of ten seconds."""
_NEAR_S = 0.002
"""Lags up to here are expected, seconds."""
_LEAST_PEAK, _LEAST_FAR_PEAK = 6.0, 8.0
"""A near and a far peak are read where they stand this many standard deviations out of their row's
lags. Of rows without shared sound none in a hundred has such a peak (decision 0080); a wrong one at
the end of a silence bends the clock all along it."""
_CLOSE = 0.95
"""Lags whose correlation comes this close to the peak are as likely as the peak's: of readings with
a second peak so high a third slip by a period in noise of 0 dB, of others one in fifty."""
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
        if _scatter(offset_s[rows]) > _MOST_ROUGH_S:
            continue
        clock = rough = _smoothed(time_0_s[rows], offset_s[rows], _GRID_SD_S)
        for reading in range(_READINGS):
            read_s, doubt_s = np.full((2, len(clock.offset_s)), np.nan)
            for start in range(0, len(read_s), ROWS_A_BLOCK):
                part = slice(start, start + ROWS_A_BLOCK)
                read_s[part], doubt_s[part] = _read(recording, time_0_s[rows], clock.offset_s, part)
                done = (reading + start / len(read_s)) / _READINGS
                yield (rows.start + done * len(read_s)) / len(time_0_s)
            if np.isfinite(read_s).sum() < _LEAST_ROWS:
                break
            clock = _sharpened(time_0_s[rows], clock, read_s, doubt_s)
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
    """Lay a clock through offsets that are read equally well.

    Parameters
    ----------
    time_0_s, offset_s : ndarray, shape (K,)
        Seconds; NaN where nothing was read.
    least_s : float
        Scatter that is never gone below, seconds.
    """
    scatter_s = max(_scatter(offset_s), least_s)
    smooth_s, sd_s = _laid(time_0_s, offset_s, np.full(len(offset_s), scatter_s))
    return _Smoothed(smooth_s, sd_s, scatter_s)


def _sharpened(time_0_s: Floats, clock: _Smoothed, read_s: Floats, doubt_s: Floats) -> _Smoothed:
    """Lay a clock through what was read along another one, which a far reading contradicts.

    Parameters
    ----------
    time_0_s, read_s, doubt_s : ndarray, shape (K,)
        Seconds; what was read lies beside `clock`, and is known that well by itself.
    clock : _Smoothed
    """
    offset_s = clock.offset_s + read_s
    scatter_s = max(_scatter(offset_s), _LEAST_SD_S)
    read_sd_s = np.hypot(scatter_s, doubt_s)
    far = _far(read_s, np.hypot(read_sd_s, clock.sd_s))
    smooth_s, sd_s = _laid(time_0_s, offset_s, read_sd_s, far)
    return _Smoothed(smooth_s, sd_s, scatter_s)


def _laid(
    time_0_s: Floats, offset_s: Floats, read_sd_s: Floats, far: Floats | float = 1.0
) -> tuple[Floats, Floats]:
    """A clock through offsets; what lies far from it counts less (iterated weights).

    Parameters
    ----------
    time_0_s, offset_s, read_sd_s : ndarray, shape (K,)
        Seconds.
    far : ndarray, shape (K,)
        How many times as unsure each of them is at first.

    Returns
    -------
    smooth_s, sd_s : ndarray, shape (K,)
        Seconds.
    """
    for _ in range(_ROUNDS):
        ways = [_filtered(time_0_s, offset_s, far * read_sd_s, wander) for wander in _WANDERS]
        smooth_s, sd_s = _looked_back(time_0_s, max(ways, key=attrgetter("log_likelihood")))
        far = _far(offset_s - smooth_s, read_sd_s)
    return smooth_s, np.maximum(sd_s, _LEAST_SD_S)


def _far(away_s: Floats, sd_s: Floats) -> Floats:
    """How many times as unsure an offset is as its standard deviation says, being so far away."""
    return np.fmax(1.0, np.abs(away_s) / (_FAR_SD * sd_s))


def _scatter(offset_s: Floats) -> float:
    """Standard deviation of offsets about a line through their neighbours, seconds."""
    bend_s = np.diff(offset_s, 2)
    bend_s = bend_s[np.isfinite(bend_s)]
    if len(bend_s) < _FEWEST_BENDS:
        bend_s = np.diff(offset_s[np.isfinite(offset_s)], 2)
    return _NORMAL * float(np.median(np.abs(bend_s))) / math.sqrt(6.0)


_State = tuple[float, float, float, float, float]
"""Offset and slope of a clock, and their variances with the covariance between."""


@dataclass(frozen=True, slots=True)
class _Filtered:
    """What is known of a clock at each of K rows from those before it, without and with the row."""

    ahead: list[_State]
    known: list[_State]
    log_likelihood: float


def _filtered(time_0_s: Floats, offset_s: Floats, read_sd_s: Floats, wander: float) -> _Filtered:
    """Follow a clock whose slope is a random walk (Kalman filter).

    Row by row in plain numbers: for matrices of two by two numpy takes twenty times as long.

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
    _Filtered
        With the log likelihood of what was read, nats.
    """
    ahead: list[_State] = []
    known: list[_State] = []
    log_likelihood, walk = 0.0, wander**2
    at_s, slope = float(np.nanmedian(offset_s)), 0.0
    var, both, slope_var = 100.0, 0.0, 1e-2
    steps_s = np.diff(time_0_s, prepend=time_0_s[:1]).tolist()
    for step_s, read_s, noise in zip(
        steps_s, offset_s.tolist(), (read_sd_s**2).tolist(), strict=True
    ):
        at_s += step_s * slope
        var += step_s * (2 * both + step_s * (slope_var + walk * step_s / 3))
        both += step_s * (slope_var + walk * step_s / 2)
        slope_var += walk * step_s
        ahead.append((at_s, slope, var, both, slope_var))
        if not math.isnan(read_s):
            variance, away_s = var + noise, read_s - at_s
            log_likelihood -= 0.5 * (away_s**2 / variance + math.log(variance))
            gain, slope_gain = var / variance, both / variance
            at_s, slope = at_s + gain * away_s, slope + slope_gain * away_s
            slope_var -= slope_gain * both
            var, both = var - gain * var, both - gain * both
        known.append((at_s, slope, var, both, slope_var))
    return _Filtered(ahead, known, log_likelihood)


def _looked_back(time_0_s: Floats, way: _Filtered) -> tuple[Floats, Floats]:
    """A clock as all rows know it (Rauch-Tung-Striebel smoother).

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Seconds.
    way : _Filtered

    Returns
    -------
    offset_s, sd_s : ndarray, shape (K,)
        Seconds.
    """
    at_s, slope, var, both, slope_var = way.known[-1]
    found, found_var = [at_s], [var]
    back = zip(np.diff(time_0_s)[::-1].tolist(), way.ahead[:0:-1], way.known[-2::-1], strict=True)
    for step_s, (at_1, slope_1, var_1, both_1, slope_var_1), known in back:
        at_0, slope_0, var_0, both_0, slope_var_0 = known
        # What here and there have in common, over the variance there: the gain.
        shared, shared_both = var_0 + step_s * both_0, both_0 + step_s * slope_var_0
        over = var_1 * slope_var_1 - both_1**2
        to_at = (shared * slope_var_1 - both_0 * both_1) / over
        to_at_turn = (both_0 * var_1 - shared * both_1) / over
        to_slope = (shared_both * slope_var_1 - slope_var_0 * both_1) / over
        to_slope_turn = (slope_var_0 * var_1 - shared_both * both_1) / over
        off_s, turn = at_s - at_1, slope - slope_1
        at_s = at_0 + to_at * off_s + to_at_turn * turn
        slope = slope_0 + to_slope * off_s + to_slope_turn * turn
        less, less_both, less_slope = var - var_1, both - both_1, slope_var - slope_var_1
        at_less = to_at * less + to_at_turn * less_both
        at_less_turn = to_at * less_both + to_at_turn * less_slope
        slope_less = to_slope * less + to_slope_turn * less_both
        slope_less_turn = to_slope * less_both + to_slope_turn * less_slope
        var = var_0 + at_less * to_at + at_less_turn * to_at_turn
        both = both_0 + at_less * to_slope + at_less_turn * to_slope_turn
        slope_var = slope_var_0 + slope_less * to_slope + slope_less_turn * to_slope_turn
        found.append(at_s)
        found_var.append(var)
    # Rounding may leave less than nothing of a variance that nearly vanishes.
    return np.array(found[::-1]), np.sqrt(np.maximum(found_var[::-1], 0.0))


def _read(
    recording: Recording, time_0_s: Floats, offset_s: Floats, block: slice
) -> tuple[Floats, Floats]:
    """What is left beside a smooth path in a block of rows, as `_peaks_s` has it."""
    phases = row_phases(recording, time_0_s, offset_s, block)
    return _peaks_s(irfft(phases, _FINER * round(LAG_RATE_HZ * FRAME_S), axis=1))


def _peaks_s(correlation: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Lag of the highest point of every row, between its samples, and how ambiguous it is.

    A whistle matches itself a period earlier and later: the lags around at which the correlation
    comes close to its peak are as likely.

    Parameters
    ----------
    correlation : ndarray of float32, shape (K, lags)

    Returns
    -------
    lag_s, doubt_s : ndarray, shape (K,)
        Seconds; NaN without a clear peak.
    """
    rate_hz = _FINER * LAG_RATE_HZ
    reach = round(_REACH_S * rate_hz)
    near = np.hstack([correlation[:, -reach:], correlation[:, : reach + 1]])
    top = near[:, 1:-1].argmax(axis=1) + 1
    rows = np.arange(len(near))
    before, here, after = (near[rows, top + by] for by in (-1, 0, 1))
    bent = before - 2 * here + after
    part = np.where(bent < 0, 0.5 * (before - after) / np.where(bent < 0, bent, 1.0), 0.0)
    is_near = np.abs(top - reach) <= _NEAR_S * rate_hz
    least = np.where(is_near, _LEAST_PEAK, _LEAST_FAR_PEAK)
    clear = here > least * correlation.std(axis=1)
    inside = (top > 1) & (top < near.shape[1] - 2)
    lags = np.arange(near.shape[1]) - top[:, None]
    close = (near >= _CLOSE * here[:, None]) & (np.abs(lags) <= _NEAR_S * rate_hz)
    doubt = np.sqrt(np.sum(close * lags**2, axis=1) / np.maximum(close.sum(axis=1), 1))
    found = np.where(clear & inside, [top - reach + part, doubt], np.nan) / rate_hz
    return found[0], found[1]
