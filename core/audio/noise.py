"""The noise that every bin of a spectrum lies in."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Powers = NDArray[np.float32]

_EVERY = 4


def noise_power(power: Powers) -> Powers:
    """Mean power of the noise in every bin, from its median over every fourth frame.

    The power of noise is distributed exponentially: its mean is its median over ln 2.

    Parameters
    ----------
    power : ndarray of float32, shape (T, F)

    Returns
    -------
    ndarray of float32, shape (F,)
    """
    bins = np.ascontiguousarray(power[::_EVERY].T)
    half = bins.shape[1] // 2
    # Several times as fast as np.median, which partitions for several places at once.
    parted = np.partition(bins, half, axis=1)
    median = parted[:, half]
    if bins.shape[1] % 2 == 0:
        median = (parted[:, :half].max(axis=1) + median) / 2
    return np.asarray(median / math.log(2.0))
