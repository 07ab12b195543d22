"""Alternatives that choose among the challenge's 10 x 10 straight lines.

Candidates as the public BioDCASE 2025 baseline makes them; its
cross-correlation always reads channel 0 from the first second, here it reads
both channels at the keypoint.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.signal import stft

from core.align.candidates import baseline_grid
from core.arrays import Floats

HOP_S = 0.01
CLIP_S = 1.0
_BANDS = 40
_RANGE_HZ = (300.0, 8000.0)


def candidates(duration_s: float, time_0_s: Floats, reach_s: float) -> Floats:
    """Channel-1 times of every candidate within reach, shape (candidates, keypoints)."""
    offset_s, drift_ppm = baseline_grid(duration_s, reach_s)
    line = offset_s[:, None] + time_0_s * (1.0 + drift_ppm[:, None] * 1e-6)
    line = np.clip(line, 0.0, duration_s)
    return line[np.abs(line - time_0_s).max(axis=1) <= reach_s + 1e-9]


def best_by_oracle(duration_s: float, time_0_s: Floats, reach_s: float, truth_s: Floats) -> Floats:
    """The candidate nearest to the truth: what a perfect scorer would choose."""
    lines = candidates(duration_s, time_0_s, reach_s)
    return lines[np.argmin(((lines - truth_s) ** 2).mean(axis=1))]


def best_by_spectra(samples: Floats, rate_hz: int, time_0_s: Floats, reach_s: float) -> Floats:
    """The candidate whose 1-s log-mel clips correlate best on average."""
    lines = candidates(len(samples) / rate_hz, time_0_s, reach_s)
    views = [_clip_views(log_mel(samples[:, channel], rate_hz)) for channel in (0, 1)]
    at_0 = _clips(views[0], time_0_s)
    scores = [np.mean(np.einsum("kd,kd->k", at_0, _clips(views[1], line))) for line in lines]
    return lines[int(np.argmax(scores))]


def log_mel(samples: Floats, rate_hz: int) -> Floats:
    """Log power in 40 mel bands every 10 ms, shape (frames, bands), dB."""
    size = round(0.032 * rate_hz)
    hop = round(HOP_S * rate_hz)
    frequency_hz, _, spectrum = stft(
        samples, rate_hz, nperseg=size, noverlap=size - hop, boundary="zeros"
    )
    low_mel, high_mel = (2595 * math.log10(1 + limit_hz / 700) for limit_hz in _RANGE_HZ)
    edges_mel = np.linspace(low_mel, high_mel, _BANDS + 2)
    edges_hz = 700 * (10 ** (edges_mel / 2595) - 1)
    bank = np.stack(
        [np.interp(frequency_hz, edges_hz[b : b + 3], [0.0, 1.0, 0.0]) for b in range(_BANDS)]
    )
    return np.asarray(10 * np.log10(bank @ np.abs(spectrum) ** 2 + 1e-10)).T


def _clip_views(frames: Floats) -> Floats:
    """The 1-s clip around every frame, shape (frames, bands, frames of a clip), not copied."""
    count = round(CLIP_S / HOP_S)
    padded = np.pad(frames, ((count // 2, count - count // 2 - 1), (0, 0)), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, count, axis=0)


def _clips(views: Floats, time_s: Floats) -> Floats:
    """Clips at given times, each band without its mean, unit norm; shape (times, values)."""
    clips = views[np.clip(np.rint(time_s / HOP_S), 0, len(views) - 1).astype(np.intp)]
    clips = (clips - clips.mean(axis=2, keepdims=True)).reshape(len(clips), -1)
    return np.asarray(clips / np.maximum(np.linalg.norm(clips, axis=1, keepdims=True), 1e-6))
