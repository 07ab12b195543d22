"""What corrections teach in minutes: the compact net as it hears this pair of recorders."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats
from core.audio.spectra.features import HOP_S, feature_blocks
from core.errors import InputError
from core.evidence.adaptation import Adaptation
from core.evidence.compact_net import band_levels, noise_floor
from core.evidence.spectral import WINDOW_S
from core.learn.corrections import WHERE, Corrected
from core.learn.curve import LossPoint
from core.learn.hearing import HeardRecording, densest
from core.learn.kept import KeptSteps
from core.nets.embed import leave_a_core
from core.processes.engine import Engine, results_of
from core.steps import reported, result_of
from core.train.adapting import RECIPE, Epoch, Example, Keeping, adapt_steps
from core.train.offsets import Training
from core.train.samples.windows import FRAMES, REACH

Step = tuple[str, float, LossPoint | None]

_MOST_ROWS = 6_000
"""Seconds of sound that are learned from, of all recordings: a hundred megabytes of levels."""
_STEPS = "learning how these recorders sound"


def adaptations(
    heard: Sequence[HeardRecording],
    fold: NDArray[np.intp],
    kept: KeptSteps,
    engine: Engine | None = None,
) -> Generator[Step, None, tuple[list[Adaptation], Adaptation]]:
    """Adapt the compact net to all recordings but those of a fold, for each fold; and to all.

    Parameters
    ----------
    heard : sequence of HeardRecording
    fold : ndarray of int, shape (R,)
        Which one each recording is left out in.
    kept : KeptSteps
        Of this run; it goes on from there.
    engine : Engine, optional
        What adapts several at a time; their curves are then not told.

    Yields
    ------
    tuple of str, float and (LossPoint or None)
        What is being done, the share of it that is done, and a point of the curve where there is
        a new one.

    Returns
    -------
    of_folds : list of Adaptation
    of_all : Adaptation

    Raises
    ------
    InputError
        If the audio cannot be read, or all recordings are too short.
    """
    parts = int(fold.max()) + 2
    beside = 1 if engine is None else min(engine.side_by_side, parts)
    lessons = _Lessons([each.corrected for each in heard], fold, kept, RECIPE, beside)
    taught = yield from results_of(
        lessons.part, range(parts), engine, lambda done: (_STEPS, done / parts, None)
    )
    found = []
    for each in taught:
        if each is None:
            assert engine is not None
            raise InputError(WHERE, engine.gave_up, "see if the memory is enough for so many")
        found.append(each)
    return found[:-1], found[-1]


class _Lessons:
    """What nets are adapted to, each part by another; goes to other processes before it begins.

    Parameters
    ----------
    corrected : sequence of Corrected
    fold, kept
        As `adaptations`.
    recipe : Training
    beside : int
        How many processes share this machine.
    """

    def __init__(
        self,
        corrected: Sequence[Corrected],
        fold: NDArray[np.intp],
        kept: KeptSteps,
        recipe: Training,
        beside: int,
    ) -> None:
        self._corrected, self._fold, self._kept = corrected, fold, kept
        self._recipe, self._beside = recipe, beside
        self._examples: list[Example] = []

    def part(self, part: int) -> Generator[Step, None, Adaptation]:
        """Adapt to all but one fold, the last part to all."""
        if not self._examples:
            leave_a_core(self._beside)
            most = max(_MOST_ROWS // len(self._corrected), math.ceil(FRAMES * HOP_S))
            for each in self._corrected:
                self._examples.append(_example(each, most))
                yield _STEPS, 0.0, None
        examples, out = self._examples, self._fold == part
        long = np.array([each.can_teach for each in examples])
        taught = [examples[k] for k in np.flatnonzero(long & ~out)]
        if not taught:
            least = FRAMES * HOP_S
            raise InputError(
                WHERE, f"hold too few stretches of {least:.0f} s to adapt the net", "use tier 1"
            )
        judges = [examples[k] for k in np.flatnonzero(long & out)]
        name, parts = f"part{part}", int(self._fold.max()) + 2
        keeping = Keeping(partial(self._kept.load, name), partial(self._kept.save, name))
        steps = adapt_steps(taught, judges, self._recipe, keeping)
        return (yield from reported(steps, partial(_told, part=part, parts=parts)))


def _told(step: float | Epoch, part: int, parts: int) -> Step:
    if isinstance(step, float):
        return _STEPS, (part + step) / parts, None
    point = LossPoint(part, parts, step.number, step.of, step.loss, step.left_out)
    return _STEPS, (part + step.number / step.of) / parts, point


def _example(corrected: Corrected, most_rows: int) -> Example:
    """What the net hears where a recording has most keypoints, and the truth."""
    recording, truth = corrected.recording, corrected.keypoints
    rows_s = np.arange(truth.time_0_s[0], truth.time_0_s[-1] + WINDOW_S, WINDOW_S)
    first_s, last_s = rows_s[densest(rows_s, truth.time_0_s, most_rows)][[0, -1]]
    rows_s = np.array([first_s, last_s])
    match_s = rows_s + np.interp(rows_s, truth.time_0_s, truth.offset_s)
    spans_s = _around(rows_s, WINDOW_S), _around(match_s, WINDOW_S + REACH * HOP_S)
    features = result_of(feature_blocks(recording, *spans_s))
    levels = []
    for own in features:
        log_power = own.log_mel[:]
        levels.append(band_levels(log_power, noise_floor(log_power)).astype(np.float16))
    time_s = np.asarray(spans_s[0][0] + HOP_S * np.arange(len(levels[0])), dtype=np.float64)
    apart_s = spans_s[0][0] - spans_s[1][0]
    offset = (np.interp(time_s, truth.time_0_s, truth.offset_s) + apart_s) / HOP_S
    match = np.arange(len(levels[0])) + offset
    known = _apart_s(time_s, truth.time_0_s) <= WINDOW_S / 2
    return Example((levels[0], levels[1]), offset, known & (match >= 0) & (match < len(levels[1])))


def _around(times_s: Floats, margin_s: float) -> tuple[int, int]:
    """Whole seconds from before the first to after the last, from the start of a channel on."""
    return max(math.floor(times_s[0] - margin_s), 0), max(math.ceil(times_s[-1] + margin_s), 1)


def _apart_s(time_s: Floats, keypoint_s: Floats) -> Floats:
    """How far the nearest keypoint is, shape (T,)."""
    after = np.clip(np.searchsorted(keypoint_s, time_s), 1, len(keypoint_s) - 1)
    return np.minimum(np.abs(time_s - keypoint_s[after]), np.abs(time_s - keypoint_s[after - 1]))
