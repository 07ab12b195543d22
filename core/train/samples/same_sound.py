"""Recordings that are learned from and measured on: one sound under another drift is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.arrays import Floats
from core.audio.channels import Samples
from core.audio.same_sound import is_same, level_course
from core.nets.encoders.config import SAMPLE_RATE_HZ
from core.train.samples.labelled import LabelledRecording

_SECONDS_A_BATCH = 60


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
    known = [course(recording) for recording in first]
    there = ((recording.name, course(recording)) for recording in second)
    return tuple(name for name, sound in there if any(is_same(sound, other) for other in known))


def course(recording: LabelledRecording) -> Floats:
    """The level course of the reference channel."""
    return level_course(_seconds(recording))


def _seconds(recording: LabelledRecording) -> Iterator[Samples]:
    clips = recording.clips[0]
    start = SAMPLE_RATE_HZ * np.arange(int(clips.duration_s), dtype=np.int64)
    for left in range(0, len(start), _SECONDS_A_BATCH):
        yield clips.cut(start[left : left + _SECONDS_A_BATCH]).ravel()
