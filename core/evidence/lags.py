"""How alike a window of one channel and a stretch of the other are, at every lag."""

from __future__ import annotations

import numpy as np

from core.arrays import Floats32


def window_scores(left: Floats32, right: Floats32, every: int = 1) -> Floats32:
    """Sums of products of embeddings at every lag.

    Parameters
    ----------
    left : ndarray of float32, shape (W, D)
        A window of channel 0: every so many frames.
    right : ndarray of float32, shape (every * (W - 1) + L, D)
        All frames of a stretch of channel 1.
    every : int

    Returns
    -------
    ndarray of float32, shape (L,)
    """
    product = left @ right.T
    down, along = product.strides
    shape = (len(left), len(right) - every * (len(left) - 1))
    diagonals = np.lib.stride_tricks.as_strided(product, shape, (down + every * along, along))
    return np.asarray(diagonals.sum(axis=0))
