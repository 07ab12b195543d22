"""Power spectra of overlapping frames."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

_FRAMES_AT_ONCE = 100
"""Few enough for the processor's cache."""


def frame_power(samples: NDArray[np.float32], size: int, hop: int) -> NDArray[np.float32]:
    """Power spectra of all whole frames, under Hann's window.

    Parameters
    ----------
    samples : ndarray of float32, shape (N,)
    size : int
        Samples of a frame.
    hop : int
        Samples from frame to frame.

    Returns
    -------
    ndarray of float32, shape (max(0, (N - size) // hop + 1), size // 2 + 1)
    """
    count = max(0, (len(samples) - size) // hop + 1)
    power = np.empty((count, size // 2 + 1), dtype=np.float32)
    if count:
        frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
        window = np.hanning(size).astype(np.float32)
        windowed = np.empty((min(count, _FRAMES_AT_ONCE), size), dtype=np.float32)
        for start in range(0, count, _FRAMES_AT_ONCE):
            part = power[start : start + _FRAMES_AT_ONCE]
            here = windowed[: len(part)]
            np.multiply(frames[start : start + len(part)], window, out=here)
            # Twice as fast as squaring and adding the real and imaginary parts, which alternate.
            np.abs(scipy.fft.rfft(here, axis=1), out=part)
            np.square(part, out=part)
    return power
