"""The noise that every bin of a spectrum lies in."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Powers = NDArray[np.float32]


def noise_power(power: Powers) -> Powers:
    """Mean power of the noise in every bin, from its median; a quarter of the frames is enough.

    The power of noise is distributed exponentially: its mean is its median over ln 2.

    Parameters
    ----------
    power : ndarray of float32, shape (T, F)

    Returns
    -------
    ndarray of float32, shape (F,)
    """
    return np.asarray(quantiles(power, 0.5)[0] / np.float32(math.log(2.0)))


def quantiles(values: Powers, *shares: float) -> list[Powers]:
    """Quantiles of every bin, as numpy's but several times as fast, since sorted once.

    Parameters
    ----------
    values : ndarray of float32, shape (T, F)
    *shares : float
        0 to 1.

    Returns
    -------
    list of ndarray of float32, shape (F,)
        One a share.
    """
    bins = np.sort(np.ascontiguousarray(values.T), axis=1)
    found = []
    for share in shares:
        place = share * (bins.shape[1] - 1)
        low, part = int(place), np.float32(place % 1)
        above = bins[:, min(low + 1, bins.shape[1] - 1)]
        found.append(bins[:, low] + part * (above - bins[:, low]))
    return found
