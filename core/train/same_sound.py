"""Recordings that are the same sound, whatever their clocks were made to do.

The reference channel of a recording is the same under any drift of the other one. It is known again
by the course of its level in a few bands, which survives another format, gain or a little noise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft, rfftfreq

from core.audio.recording import Samples
from core.nets.encoders.config import SAMPLE_RATE_HZ
from core.train.labelled import LabelledRecording

Course = NDArray[np.float64]

_FRAME_S = 0.25
_EDGES_HZ = (200.0, 800.0, 1600.0, 3200.0, 6400.0)
_LEAST = 1e-12
_LEAST_FRAMES = 8
_SECONDS_A_BATCH = 60
_ALIKE = 0.9
"""Correlation from which two recordings are one; of others in one cage it was below a half."""


def shared(
    first: Sequence[LabelledRecording], second: Sequence[LabelledRecording]
) -> tuple[str, ...]:
    """Names of recordings in `second` whose reference channel is in `first` too.

    Parameters
    ----------
    first, second : sequence of LabelledRecording

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    known = [level_course(recording) for recording in first]
    return tuple(
        recording.name
        for recording in second
        if any(alike(level_course(recording), course) >= _ALIKE for course in known)
    )


def level_course(recording: LabelledRecording) -> Course:
    """Levels of the reference channel in four bands, shape (T, 4), four a second."""
    clips = recording.clips[0]
    start = SAMPLE_RATE_HZ * np.arange(int(clips.duration_s), dtype=np.int64)
    parts = [
        _levels(clips.cut(start[left : left + _SECONDS_A_BATCH]))
        for left in range(0, len(start), _SECONDS_A_BATCH)
    ]
    return np.concatenate(parts) if parts else np.empty((0, len(_EDGES_HZ) - 1))


def _levels(clips: Samples) -> Course:
    frame = round(_FRAME_S * SAMPLE_RATE_HZ)
    power = np.abs(rfft(clips.reshape(-1, frame), axis=1)).astype(np.float64) ** 2
    edges = np.searchsorted(rfftfreq(frame, 1 / SAMPLE_RATE_HZ), _EDGES_HZ)
    bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    return np.asarray(np.log(bands + _LEAST))


def alike(first: Course, second: Course) -> float:
    """Correlation of two courses from their start, as long as both last; 0 of next to nothing."""
    count = min(len(first), len(second))
    if count < _LEAST_FRAMES:
        return 0.0
    a, b = (course[:count] - course[:count].mean(axis=0) for course in (first, second))
    length = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / length if length > 0 else 0.0
