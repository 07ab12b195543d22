"""Power in mel bands on a logarithmic scale: what a small net hears."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.audio.spectra.mel import mel_bank, mel_edges_hz

RATE_HZ = 16_000
FFT = 512
HOP = 160
"""Samples between frames: 10 ms."""
BANDS = 48
LEAST_POWER = 1e-12

_SPAN_HZ = (100.0, 8000.0)
BANK = mel_bank(FFT, RATE_HZ, BANDS, *_SPAN_HZ)
MIDDLES_HZ = mel_edges_hz(BANDS, *_SPAN_HZ)[1:-1]
"""Where each band has its middle."""


def log_mel(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithm of the power in 48 mel bands.

    Parameters
    ----------
    power : ndarray of float32, shape (T, FFT // 2 + 1)
        Power spectra of frames at 16 kHz.

    Returns
    -------
    ndarray of float32, shape (T, BANDS)
        Natural logarithms.
    """
    return np.asarray(np.log(power @ BANK + np.float32(LEAST_POWER)))
