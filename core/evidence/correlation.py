"""Windows of one channel correlated with the other channel at many lags, by Fourier transform.

Windows that follow each other without a gap share the stretch of the other channel that they
are compared with: it is cut into blocks, transformed once, and every window meets the blocks
within its lags (overlap-save).
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from core.arrays import Floats32

Spectra = NDArray[np.complex64]


def blocks_of(lags: int, window: int) -> int:
    """Blocks that hold so many lags.

    Parameters
    ----------
    lags : int
    window : int
        Length of a window, and of a block; frames.

    Returns
    -------
    int
    """
    return -(-lags // window)


def window_spectra(frames: Floats32, window: int) -> Spectra:
    """Conjugate spectra of windows that follow each other.

    Parameters
    ----------
    frames : ndarray of float32, shape (N * window, D)
    window : int

    Returns
    -------
    ndarray of complex64, shape (D, N, window + 1)
    """
    windows = np.ascontiguousarray(frames.T).reshape(frames.shape[1], -1, window)
    return np.asarray(np.conj(scipy.fft.rfft(windows, 2 * window, axis=2)))


def block_spectra(frames: Floats32, window: int) -> Spectra:
    """Spectra of blocks two windows long, a window apart.

    Parameters
    ----------
    frames : ndarray of float32, shape ((B + 1) * window, D)
    window : int

    Returns
    -------
    ndarray of complex64, shape (D, B, window + 1)
    """
    bands = np.ascontiguousarray(frames.T)
    blocks = np.lib.stride_tricks.sliding_window_view(bands, 2 * window, axis=1)
    return np.asarray(scipy.fft.rfft(blocks[:, ::window], axis=2))


def correlations(windows: Spectra, blocks: Spectra, lags: int) -> Floats32:
    """Sums of frame products of every window at lags from zero on.

    Parameters
    ----------
    windows : ndarray of complex64, shape (D, N, window + 1)
        See `window_spectra`.
    blocks : ndarray of complex64, shape (D, N + M - 1, window + 1)
        See `block_spectra`; the first begins with the first window at lag zero, and M
        blocks of lags hold all `lags`.
    lags : int

    Returns
    -------
    ndarray of float32, shape (N, lags)
    """
    _, count, bins = windows.shape
    window, per_window = bins - 1, blocks_of(lags, bins - 1)
    shared = np.empty((count, per_window, bins), dtype=np.complex64)
    for block in range(per_window):
        product = windows * blocks[:, block : block + count]
        product.sum(axis=0, out=shared[:, block])
    # The second half of a circular correlation wraps around.
    linear = scipy.fft.irfft(shared, 2 * window, axis=2)[:, :, :window]
    return np.asarray(linear.reshape(count, -1)[:, :lags])
