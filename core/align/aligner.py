"""The one entry point of alignment: a recording goes in, steps and an alignment come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.align.alignment import Alignment, CandidateScores
from core.audio.recording import Recording
from core.evidence.surface import ScoreSurface

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AlignOptions:
    """How to align.

    Parameters
    ----------
    max_offset_s : float
        Largest offset searched, seconds.
    tolerance_s : float
        Error within which a keypoint counts as right for its confidence, seconds.
    """

    max_offset_s: float = 5.0
    tolerance_s: float = 0.05


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Parameters
    ----------
    stage : str
        What is being done, for a person to read.
    fraction : float
        Share of the whole work done, 0 to 1.
    """

    stage: str
    fraction: float


Step = Progress | ScoreSurface | CandidateScores | Alignment


def align_steps(
    recording: Recording,
    time_0_s: Floats | None = None,
    options: AlignOptions | None = None,
) -> Iterator[Step]:
    """Align a recording step by step.

    Stop iterating to cancel: nothing runs between two steps, and no step takes
    longer than one batch.

    Parameters
    ----------
    recording : Recording
    time_0_s : ndarray, shape (K,), optional
        Keypoints on channel 0, seconds; by default the challenge's 1-s grid.
    options : AlignOptions, optional

    Yields
    ------
    Progress
        Between batches of every stage.
    ScoreSurface
        Once, when the evidence is complete.
    CandidateScores
        Each batch of linear candidates as it is scored.
    Alignment
        Once, last.

    Raises
    ------
    InputError
        If the audio cannot be read or one channel is silent from end to end.
    """
    raise NotImplementedError


def align(
    recording: Recording,
    time_0_s: Floats | None = None,
    options: AlignOptions | None = None,
) -> Alignment:
    """Align a recording in one call; arguments and errors as in `align_steps`."""
    for step in align_steps(recording, time_0_s, options):
        if isinstance(step, Alignment):
            return step
    raise AssertionError("align_steps ends with an Alignment")
