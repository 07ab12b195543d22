"""Mel filters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mel_edges_hz(bands: int, low_hz: float, high_hz: float) -> NDArray[np.float64]:
    """Where filters begin, have their middles and end, even on the mel scale.

    Parameters
    ----------
    bands : int
    low_hz, high_hz : float
        Where the lowest filter begins and the highest ends.

    Returns
    -------
    ndarray, shape (bands + 2,)
        Filter b reaches from entry b over entry b + 1 to entry b + 2, hertz.
    """
    low_mel, high_mel = 2595.0 * np.log10(1.0 + np.array([low_hz, high_hz]) / 700.0)
    return np.asarray(700.0 * (10 ** (np.linspace(low_mel, high_mel, bands + 2) / 2595.0) - 1))


def mel_bank(
    fft: int, rate_hz: float, bands: int, low_hz: float, high_hz: float
) -> NDArray[np.float32]:
    """Triangular filters of unit sum, even on the mel scale of O'Shaughnessy 1987.

    Parameters
    ----------
    fft : int
        Samples of a frame.
    rate_hz : float
    bands : int
    low_hz, high_hz : float
        Where the lowest filter begins and the highest ends.

    Returns
    -------
    ndarray of float32, shape (fft // 2 + 1, bands)
    """
    edges_hz = mel_edges_hz(bands, low_hz, high_hz)
    bins_hz = np.arange(fft // 2 + 1)[:, None] * rate_hz / fft
    rise = (bins_hz - edges_hz[:-2]) / np.diff(edges_hz)[:-1]
    fall = (edges_hz[2:] - bins_hz) / np.diff(edges_hz)[1:]
    bank = np.clip(np.minimum(rise, fall), 0.0, None)
    return np.asarray(bank / np.maximum(bank.sum(axis=0), 1e-9), dtype=np.float32)
