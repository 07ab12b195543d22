"""librosa: dynamic time warping of log-mel spectrograms within a band of +-5 s.

usage: librosa_dtw.py HOP_MS < jobs.json
"""

from __future__ import annotations

import sys

import librosa
import numpy as np
from _serve import serve, through_path

BAND_S = 5.0
HOP_S = float(sys.argv[1]) / 1e3


def align(samples: np.ndarray, rate_hz: int, time_0_s: np.ndarray) -> np.ndarray:
    frames = [_log_mel(samples[:, channel], rate_hz) for channel in (0, 1)]
    band = min(1.0, BAND_S * rate_hz / len(samples))
    _, path = librosa.sequence.dtw(*frames, global_constraints=True, band_rad=band)
    return through_path(path, HOP_S, time_0_s)


def _log_mel(samples: np.ndarray, rate_hz: int) -> np.ndarray:
    power = librosa.feature.melspectrogram(
        y=samples.astype(np.float32),
        sr=rate_hz,
        n_fft=1024,
        hop_length=round(HOP_S * rate_hz),
        n_mels=40,
        fmin=300.0,
        fmax=8000.0,
    )
    level_db = librosa.power_to_db(power)
    # Every band at zero mean and unit spread: two recorders differ in colour and gain.
    level_db -= level_db.mean(axis=1, keepdims=True)
    return np.asarray(level_db / (level_db.std(axis=1, keepdims=True) + 1e-6))


serve(align)
