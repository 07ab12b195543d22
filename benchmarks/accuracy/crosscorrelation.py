"""Alternatives by cross-correlation of the waveforms: GCC-PHAT with the right sign.

Knapp and Carter, "The generalized correlation method for estimation of time
delay", IEEE TASSP 24(4), 1976. The 2026 challenge baseline has the sign of the
delay reversed and cuts channel 1 so short that most offsets hardly overlap;
neither is repeated here.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from core.arrays import Floats

WINDOW_S = 2.5
"""Window of the 2026 baseline for zebra finches, seconds."""


def delay_s(reference: Floats, other: Floats, rate_hz: int, reach_s: tuple[float, float]) -> float:
    """How much later `other` is than `reference`, seconds; see `peak`."""
    return peak(reference, other, rate_hz, reach_s)[0]


def peak(
    reference: Floats, other: Floats, rate_hz: int, reach_s: tuple[float, float]
) -> tuple[float, float]:
    """Find the highest correlation by the phase transform.

    Parameters
    ----------
    reference, other : ndarray, shapes (N,) and (M,)
    rate_hz : int
    reach_s : tuple of float
        Least and largest delay considered, seconds.

    Returns
    -------
    delay_s, height : float
        How much later `other` is, and how high the peak stands, in standard deviations of the
        correlation at all delays considered.
    """
    size = next_fast_len(len(reference) + len(other), real=True)
    cross = np.conj(rfft(reference, size)) * rfft(other, size)
    cross /= np.abs(cross) + 1e-12
    correlation = irfft(cross, size)
    lags = np.arange(round(reach_s[0] * rate_hz), round(reach_s[1] * rate_hz) + 1)
    near = correlation[lags % size]
    return float(lags[np.argmax(near)]) / rate_hz, float(near.max() / (near.std() + 1e-12))


def one_delay(samples: Floats, rate_hz: int, time_0_s: Floats, reach_s: float) -> Floats:
    """One offset for the whole file."""
    found = delay_s(samples[:, 0], samples[:, 1], rate_hz, (-reach_s, reach_s))
    return np.clip(time_0_s + found, 0.0, len(samples) / rate_hz)


def delay_per_window(
    samples: Floats, rate_hz: int, time_0_s: Floats, reach_s: float, window_s: float = WINDOW_S
) -> Floats:
    """One offset per keypoint, from a window around it; channel 1 is cut wide enough for any."""
    half, reach = round(window_s / 2 * rate_hz), round(reach_s * rate_hz)
    padded = np.pad(samples, ((half + reach, half + reach), (0, 0)))
    times = np.empty(len(time_0_s))
    for k, time in enumerate(time_0_s):
        centre = round(time * rate_hz) + half + reach
        reference = padded[centre - half : centre + half, 0]
        other = padded[centre - half - reach : centre + half + reach, 1]
        times[k] = time + delay_s(reference, other, rate_hz, (0.0, 2 * reach_s)) - reach_s
    return np.clip(times, 0.0, len(samples) / rate_hz)
