"""One pair of channels as labs have it: in a stereo file, and in files of two recorders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr

from core.keypoints import KeypointSet

_RATE = 1 + 100e-6


@dataclass(frozen=True)
class TwoRecorders:
    """Files with the same two channels, of which channel 1 runs 100 ppm fast.

    Parameters
    ----------
    stereo : Path
    many : Path
        48 kHz W64; channel 3 of 5 is channel 0, the others are noise.
    other : Path
        44.1 kHz FLAC with channel 1.
    """

    stereo: Path
    many: Path
    other: Path

    @classmethod
    def write(cls, folder: Path, samples: np.ndarray, rate_hz: int) -> TwoRecorders:
        """Write two channels that were recorded together, shape (frames, 2)."""
        made = cls(folder / "stereo.wav", folder / "many.w64", folder / "other.flac")
        zero = samples[:, 0]
        one = soxr.resample(samples[:, 1], rate_hz, rate_hz * _RATE, quality="VHQ")
        both = np.stack([zero[: len(one)], one[: len(zero)]], axis=1)
        sf.write(made.stereo, both, rate_hz, subtype="FLOAT")
        many = np.random.default_rng(1).normal(scale=0.01, size=(3 * len(zero) + rate_hz, 5))
        sound = soxr.resample(zero, rate_hz, 48000, quality="VHQ")
        many = many[: len(sound)]
        many[:, 3] = sound
        sf.write(made.many, many, 48000, subtype="PCM_24")
        other = soxr.resample(samples[:, 1], rate_hz, 44100 * _RATE, quality="VHQ")
        sf.write(made.other, other, 44100, subtype="PCM_24")
        return made


def mae_ms(keypoints: KeypointSet) -> float:
    """Mean error of keypoints within both channels, milliseconds."""
    error_s = keypoints.time_1_s - keypoints.time_0_s * _RATE
    return float(1000 * np.abs(error_s[1:-2]).mean())
