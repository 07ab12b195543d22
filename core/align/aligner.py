"""The one entry point of alignment: a recording goes in, steps and an alignment come out."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.align.alignment import Alignment, CandidateScores, Progress
from core.align.candidates import score_candidates
from core.align.coarse import coarse_offsets
from core.align.conclude import conclude
from core.align.confidence import estimate
from core.align.decode import FIRST_MODEL, Decoded, columns_holding, decode
from core.align.refine import refine
from core.align.weights import fit_weights
from core.audio.features import HOP_S, ChannelFeatures, feature_blocks
from core.audio.recording import Recording
from core.errors import InputError
from core.evidence.spectral import DEFAULT_WEIGHTS, WINDOW_S, TermSurfaces, term_surfaces
from core.evidence.surface import ScoreSurface
from core.keypoints import keypoint_grid

Floats = NDArray[np.float64]
T = TypeVar("T")

SHORTEST_S = 3.0
"""Channels shorter than this hold too little to align."""
COARSE_ABOVE_S = 10.0
"""Larger offsets than this are searched coarsely first."""
BAND_S = 3.0
"""Half width of the band searched around a coarse path, seconds."""


_TRACE = 1e-6
"""Posterior of a first decoding that the second need not follow."""


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


Step = Progress | ScoreSurface | CandidateScores | Alignment

_STAGES = {
    "reading channel 0": (0.00, 0.15),
    "reading channel 1": (0.15, 0.30),
    "searching large offsets": (0.30, 0.35),
    "comparing the channels": (0.35, 0.60),
    "finding the path": (0.60, 0.70),
    "following the path with fitted weights": (0.70, 0.85),
    "comparing waveforms": (0.85, 0.95),
    "ranking linear candidates": (0.95, 1.0),
}


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
        If the audio cannot be read, a channel is shorter than 3 s or one is
        silent from end to end.
    """
    options = options or AlignOptions()
    if time_0_s is None:
        time_0_s = keypoint_grid(recording.duration_s)
    _refuse_short(recording)
    features: list[ChannelFeatures] = []
    for channel in (0, 1):
        done = yield from _staged(f"reading channel {channel}", feature_blocks(recording, channel))
        _refuse_silent(done, recording, channel)
        features.append(done)

    rows_s = _window_centres(recording.duration_s, time_0_s)
    first_offset_s, columns = yield from _band(features, rows_s, options.max_offset_s)
    terms: TermSurfaces = yield from _staged(
        "comparing the channels",
        term_surfaces(features[0], features[1], rows_s, first_offset_s, columns),
    )
    first: Decoded = yield from _staged(
        "finding the path", decode(terms.combined(DEFAULT_WEIGHTS), FIRST_MODEL)
    )
    surface = terms.combined(fit_weights(terms, first.posterior))
    yield surface
    likely = columns_holding(first.posterior, surface.step_s, _TRACE)
    decoded: Decoded = yield from _staged(
        "following the path with fitted weights", decode(surface, columns=likely)
    )
    path = estimate(surface, decoded.posterior)
    refinement = yield from _staged(
        "comparing waveforms", refine(recording, surface.time_0_s, path)
    )
    scored, batches = CandidateScores.none(), 0
    durations = (features[0].duration_s, features[1].duration_s)
    for batch in score_candidates(surface, durations, options.max_offset_s):
        scored, batches = scored.joined(batch), batches + 1
        yield batch
        yield _progress("ranking linear candidates", 1 - 0.5**batches)
    yield conclude(
        surface,
        decoded.posterior,
        decoded.log_evidence,
        scored,
        time_0_s,
        durations[1],
        options.tolerance_s,
        refinement,
    )


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


def _staged(stage: str, steps: Iterator[float | T]) -> Generator[Progress, None, T]:
    """Pass on a stage's progress; return its last value."""
    yield _progress(stage, 0.0)
    for step in steps:
        if not isinstance(step, float):
            return step
        yield _progress(stage, step)
    raise AssertionError("a stage ends with its result")


def _band(
    features: list[ChannelFeatures], rows_s: Floats, max_offset_s: float
) -> Generator[Progress, None, tuple[Floats, int]]:
    """First offset of every row and the number of columns to search.

    Large offsets are first found to within a second or so; the fine surface
    then needs only a band around them.
    """
    if max_offset_s <= COARSE_ABOVE_S:
        return np.full(len(rows_s), -max_offset_s), 2 * round(max_offset_s / HOP_S) + 1
    centre_s = yield from _staged(
        "searching large offsets",
        coarse_offsets(features[0], features[1], rows_s, max_offset_s),
    )
    return centre_s - BAND_S, 2 * round(BAND_S / HOP_S) + 1


def _progress(stage: str, share: float) -> Progress:
    start, end = _STAGES[stage]
    return Progress(stage, start + (end - start) * share)


def _window_centres(duration_s: float, time_0_s: Floats) -> Floats:
    """Centres of the evidence windows: 1 s apart, in step with the keypoints."""
    phase = float(np.median(np.mod(time_0_s, WINDOW_S))) if len(time_0_s) else 0.0
    return np.asarray(np.arange(phase, max(duration_s, phase + WINDOW_S), WINDOW_S))


def _refuse_short(recording: Recording) -> None:
    for channel, source in enumerate(recording.channels):
        if source.duration_s < SHORTEST_S:
            raise InputError(
                source.path,
                f"channel {channel} lasts {source.duration_s:.2f} s, too short to align",
                f"give recordings of at least {SHORTEST_S:.0f} s",
            )


def _refuse_silent(features: ChannelFeatures, recording: Recording, channel: int) -> None:
    if features.silent:
        raise InputError(
            recording.channels[channel].path,
            f"channel {channel} is silent from start to end",
            "check the recorder or its cable",
        )
