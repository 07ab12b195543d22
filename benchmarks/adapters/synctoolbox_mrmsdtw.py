"""synctoolbox: MrMsDTW on chroma and DLNCO features, as its own tutorial runs it.

usage: synctoolbox_mrmsdtw.py < jobs.json
"""

from __future__ import annotations

import librosa
import numpy as np
from _serve import serve, through_path
from synctoolbox.dtw.mrmsdtw import sync_via_mrmsdtw
from synctoolbox.dtw.utils import make_path_strictly_monotonic
from synctoolbox.feature.chroma import pitch_to_chroma, quantize_chroma
from synctoolbox.feature.dlnco import pitch_onset_features_to_DLNCO
from synctoolbox.feature.pitch import audio_to_pitch_features
from synctoolbox.feature.pitch_onset import audio_to_pitch_onset_features

RATE_HZ = 22050
FEATURES_HZ = 50


def align(samples: np.ndarray, rate_hz: int, time_0_s: np.ndarray) -> np.ndarray:
    chroma_0, onsets_0 = _features(samples[:, 0], rate_hz)
    chroma_1, onsets_1 = _features(samples[:, 1], rate_hz)
    path = sync_via_mrmsdtw(
        f_chroma1=chroma_0,
        f_chroma2=chroma_1,
        f_onset1=onsets_0,
        f_onset2=onsets_1,
        input_feature_rate=FEATURES_HZ,
        step_weights=np.array([1.5, 1.5, 2.0]),
        threshold_rec=10**6,
    )
    path = make_path_strictly_monotonic(path)
    return through_path(path.T, 1.0 / FEATURES_HZ, time_0_s)


def _features(samples: np.ndarray, rate_hz: int) -> tuple[np.ndarray, np.ndarray]:
    audio = librosa.resample(samples, orig_sr=rate_hz, target_sr=RATE_HZ)
    pitch = audio_to_pitch_features(audio, Fs=RATE_HZ, feature_rate=FEATURES_HZ)
    chroma = quantize_chroma(pitch_to_chroma(pitch))
    peaks = audio_to_pitch_onset_features(audio, Fs=RATE_HZ)
    return chroma, pitch_onset_features_to_DLNCO(peaks, chroma.shape[1], FEATURES_HZ)


serve(align)
