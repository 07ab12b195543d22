"""Recordings that are the same sound, whatever their clocks were made to do.

The reference channel of a recording is the same under any drift of the other one. It is known again
by the course of its level in a few bands, which survives another format, gain or a little noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft, rfftfreq

from core.arrays import Floats
from core.audio.channels import Samples
from core.audio.recording import Recording
from core.audio.resampled import BLOCK_S, resampled

RATE_HZ = 16_000
_QUALITY = "HQ"
_FRAME = round(0.25 * RATE_HZ)
_EDGES_HZ = (200.0, 800.0, 1600.0, 3200.0, 6400.0)
_MOST_BLOCKS = round(600 / BLOCK_S)
_LEAST = 1e-12
_LEAST_FRAMES = 8
_ALIKE = 0.9
"""Correlation from which two recordings are one; of others in one cage it was below a half."""


def course_of(recording: Recording) -> Floats:
    """The level course of the first ten minutes of a recording's reference channel.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    return level_course(islice(resampled(recording, 0, RATE_HZ, _QUALITY), _MOST_BLOCKS))


def level_course(blocks: Iterable[Samples]) -> Floats:
    """Levels in four bands, shape (T, 4), four a second.

    Parameters
    ----------
    blocks : iterable of ndarray of float32, shape (frames,)
        Consecutive samples at 16 kHz.
    """
    parts, left = [], np.empty(0, dtype=np.float32)
    for block in blocks:
        left = np.concatenate([left, block])
        whole = len(left) // _FRAME * _FRAME
        parts.append(_levels(left[:whole].reshape(-1, _FRAME)))
        left = left[whole:]
    return np.concatenate(parts) if parts else np.empty((0, len(_EDGES_HZ) - 1))


def _levels(frames: NDArray[np.float32]) -> Floats:
    power = np.abs(rfft(frames, axis=1)).astype(np.float64) ** 2
    edges = np.searchsorted(rfftfreq(_FRAME, 1 / RATE_HZ), _EDGES_HZ)
    bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    return np.asarray(np.log(bands + _LEAST))


def is_same(first: Floats, second: Floats) -> bool:
    """Whether two level courses are of one sound."""
    return alike(first, second) >= _ALIKE


def alike(first: Floats, second: Floats) -> float:
    """Correlation of two courses from their start, as long as both last; 0 of next to nothing."""
    count = min(len(first), len(second))
    if count < _LEAST_FRAMES:
        return 0.0
    a, b = (course[:count] - course[:count].mean(axis=0) for course in (first, second))
    length = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / length if length > 0 else 0.0


def sounds(courses: Sequence[Floats]) -> list[int]:
    """Number of the sound that each course is of: those of one sound have one number."""
    found: list[int] = []
    for index, course in enumerate(courses):
        same = (found[other] for other in range(index) if is_same(courses[other], course))
        found.append(next(same, max(found, default=-1) + 1))
    return found
