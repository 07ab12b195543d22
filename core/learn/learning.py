"""What corrections teach: weights of the evidence, the usual drift, the calibration.

In minutes, also how the compact net hears the recorders: `core.learn.tier_two`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from core import __version__
from core.align.alignment import Progress
from core.align.decoding import prior_fit
from core.audio.same_sound import course_of, sounds
from core.errors import InputError
from core.evidence.adaptation import Adaptation
from core.evidence.compact import adapted
from core.evidence.learned import Networks, model_id
from core.learn.comparison import Compared, Comparison, Judged, between_tiers
from core.learn.confidence import moved_calibration
from core.learn.corrections import WHERE, Corrections, refuse_few
from core.learn.curve import LossPoint
from core.learn.hearing import FEWEST_ROWS, HeardRecording, aligned, hear
from core.learn.kept import KeptSteps
from core.learn.tiers import MINUTES, SECONDS
from core.learn.weights import TrueRows, fitted_weights, true_rows
from core.model.model import Card, LearnedFrom, Model, shipped_model
from core.processes.engine import Engine
from core.steps import part_of, reported

_NOWHERE = KeptSteps()
FOLDS = 5
_MOST_ROWS = 24_000
"""Seconds of sound whose evidence is kept in memory, of all recordings: most of a gigabyte."""
_MOST_CONTRADICTED = 0.3
"""Share of recordings that may contradict a person."""


class _Part(Enum):
    """Parts of the work, and the share of each where seconds, or minutes, are given to it."""

    HEAR = (0.45, 0.05)
    BEFORE = (0.2, 0.02)
    HEAR_AS_SHIPPED = (0.0, 0.0)
    TEACH = (0.35, 0.04)
    ADAPT = (0.0, 0.8)
    HEAR_AGAIN = (0.0, 0.05)
    TEACH_AGAIN = (0.0, 0.04)


class _Plan:
    """How far along a part is.

    Parameters
    ----------
    tier : int
    """

    def __init__(self, tier: int) -> None:
        self._tier = tier

    def progress(self, part: _Part, what: str, share: float) -> Progress:
        """A share of a part as a share of the whole."""
        before = sum(each.value[self._tier - 1] for each in takewhile(lambda p: p != part, _Part))
        return Progress(what, min(before + share * part.value[self._tier - 1], 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What came of learning.

    Parameters
    ----------
    model : Model
    comparison : Comparison
        With the model in use.
    beside : str
        What the other tier came to, in a sentence; empty where one alone was learned.
    """

    model: Model
    comparison: Comparison
    beside: str = ""

    @property
    def obstacle(self) -> str:
        """Why the model is not offered; empty where it is."""
        return self.comparison.obstacle


def learn_steps(
    corrections: Corrections,
    learned: Networks,
    in_use: Model,
    tier: int = SECONDS,
    kept: KeptSteps = _NOWHERE,
    engine: Engine | None = None,
) -> Generator[Progress | LossPoint, None, Learned]:
    """Learn, and compare with the model in use; stop iterating to cancel.

    Parameters
    ----------
    corrections : Corrections
        As `core.learn.corrections.usable` returns them.
    learned : Networks
        That take part in alignments, as they are shipped; the model in use belongs to them.
    in_use : Model
    tier : int
        One of `core.learn.tiers.TIERS`; see `core.learn.tiers.refuse_tier`.
    kept : KeptSteps
        Where finished steps outlast an end in between, from which the same call goes on.
    engine : Engine, optional
        What adapts several networks at a time, one for each fold.

    Yields
    ------
    Progress
    LossPoint
        Of the network that learns, as it does.

    Returns
    -------
    Learned

    Raises
    ------
    InputError
        If the audio cannot be read, holds too few sounds, or clearly contradicts a person.
    """
    plan, count = _Plan(tier), len(corrections.recordings)
    by_in_use = [in_use.adapted(learned)] * count
    heard = yield from _hear(corrections, by_in_use, partial(plan.progress, _Part.HEAR))
    sound = np.array(sounds([course_of(each.recording) for each in corrections.recordings]))
    refuse_few(len(set(sound.tolist())), "different recordings")
    tell = partial(plan.progress, _Part.BEFORE, "aligning with the model in use")
    before = yield from _all(heard, [in_use] * count, tell)
    _refuse_contradicted(heard, before)
    task = _Task(in_use, shipped_model(learned), _folds(sound), before)
    if in_use.adaptation is not None:
        again = partial(plan.progress, _Part.HEAR_AS_SHIPPED)
        heard = yield from _hear(corrections, [learned] * count, again)
    in_seconds = yield from _taught(task, heard, partial(plan.progress, _Part.TEACH))
    if tier == SECONDS:
        return in_seconds
    kept = kept.of((__version__, model_id(learned), _known(corrections)))
    of_folds, adaptation = yield from _adapted(heard, task.fold, kept, engine, plan)
    by_others = [adapted(learned, of_folds[number]) for number in task.fold]
    heard = yield from _hear(corrections, by_others, partial(plan.progress, _Part.HEAR_AGAIN))
    tell_again = partial(plan.progress, _Part.TEACH_AGAIN)
    in_minutes = yield from _taught(task, heard, tell_again, adaptation)
    return better_of(in_seconds, in_minutes)


def better_of(in_seconds: Learned, in_minutes: Learned) -> Learned:
    """What to offer of two tiers: the second if it is better than the model in use and the first.

    Parameters
    ----------
    in_seconds, in_minutes : Learned
        From the same recordings, compared with the same model out of the same folds.

    Returns
    -------
    Learned
        One of them, with what became of the other.
    """
    between = between_tiers(in_seconds.comparison, in_minutes.comparison)
    first_ms, second_ms = between.before.mae_ms, between.after.mae_ms
    errors = f"{second_ms:.1f} ms with the net adapted, {first_ms:.1f} without"
    if in_minutes.obstacle and in_seconds.obstacle:
        return replace(in_minutes, beside=f"neither tier is better than the model in use: {errors}")
    if in_seconds.obstacle:
        why = f"tier 1 alone would not be offered, because {in_seconds.obstacle}"
        return replace(in_minutes, beside=why)
    if in_minutes.obstacle or between.obstacle:
        why = f"tier 1 is taken, because adapting the net does not make it better: {errors}"
        return replace(in_seconds, beside=why)
    return replace(in_minutes, beside=f"tier 2 is better than tier 1: {errors}")


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """What every tier is judged by.

    Parameters
    ----------
    in_use, shipped : Model
    fold : ndarray of int, shape (R,)
        Which one each recording is left out in.
    before : list of Judged
        What the model in use says.
    """

    in_use: Model
    shipped: Model
    fold: NDArray[np.intp]
    before: list[Judged]


def _taught(
    task: _Task,
    heard: Sequence[HeardRecording],
    tell: Callable[[str, float], Progress],
    adaptation: Adaptation | None = None,
) -> Generator[Progress, None, Learned]:
    """What recordings teach, each heard by what was not learned from it."""
    shipped, fold, count = task.shipped, task.fold, len(heard)
    rows = [true_rows(each, count) for each in heard]
    taught = []
    for number in range(fold.max() + 1):
        yield tell("weighing the evidence", 0.1 * number / FOLDS)
        taught.append(_of_some(shipped, heard, rows, np.flatnonzero(fold != number)))
    after = yield from _all(
        heard,
        [taught[number] for number in fold],
        lambda share: tell("aligning with what was learned", 0.1 + 0.9 * share),
    )
    claims = [each.claimed for each in after]
    compared = []
    for number, each in enumerate(heard):
        others = [claims[other] for other in np.flatnonzero(fold != fold[number])]
        knows_drift = taught[fold[number]].prior is not None
        calibration = moved_calibration(shipped.calibration, others, knows_drift=knows_drift)
        now = after[number].moved(calibration)
        is_known = task.in_use.was_learned_from(each.corrected.fingerprint)
        compared.append(Compared(each.name, len(each.truth), task.before[number], now, is_known))
    comparison = Comparison(tuple(compared))
    of_all = _of_some(shipped, heard, rows, np.arange(count))
    knows_drift = of_all.prior is not None
    model = replace(
        of_all,
        calibration=moved_calibration(shipped.calibration, claims, knows_drift=knows_drift),
        adaptation=adaptation,
        card=_card(heard, task.in_use, comparison, SECONDS if adaptation is None else MINUTES),
    )
    yield tell("comparing the models", 1.0)
    return Learned(model, comparison)


def _hear(
    corrections: Corrections, by: Sequence[Networks], tell: Callable[[str, float], Progress]
) -> Generator[Progress, None, list[HeardRecording]]:
    """Hear every recording with its networks."""
    found, count = [], len(corrections.recordings)
    most_rows = max(_MOST_ROWS // count, FEWEST_ROWS)
    for number, (corrected, own) in enumerate(zip(corrections.recordings, by, strict=True)):
        steps = part_of(hear(corrected, own, most_rows), number / count, (number + 1) / count)
        found.append((yield from reported(steps, partial(tell, "hearing the recordings"))))
    return found


def _adapted(
    heard: Sequence[HeardRecording],
    fold: NDArray[np.intp],
    kept: KeptSteps,
    engine: Engine | None,
    plan: _Plan,
) -> Generator[Progress | LossPoint, None, tuple[list[Adaptation], Adaptation]]:
    """Adapt the compact net for each fold, and to all."""
    # Torch is loaded where it is needed only.
    from core.learn.tier_two import adaptations

    steps = adaptations(heard, fold, kept, engine)
    with closing(steps):
        while True:
            try:
                what, share, point = next(steps)
            except StopIteration as end:
                found: tuple[list[Adaptation], Adaptation] = end.value
                return found
            yield plan.progress(_Part.ADAPT, what, share)
            if point is not None:
                yield point


def _known(corrections: Corrections) -> list[object]:
    """All that a network learns from."""
    return [
        (each.fingerprint, each.keypoints.time_0_s.tolist(), each.keypoints.time_1_s.tolist())
        for each in corrections.recordings
    ]


def _all(
    heard: Sequence[HeardRecording],
    models: Sequence[Model],
    tell: Callable[[float], Progress],
) -> Generator[Progress, None, list[Judged]]:
    """Align every recording with its model, and compare with what a person settled."""
    found, count = [], len(heard)
    for number, (each, model) in enumerate(zip(heard, models, strict=True)):
        steps = aligned(each, model.tuning, model.prior)
        spread = part_of(steps, number / count, (number + 1) / count)
        found.append(Judged.of((yield from reported(spread, tell)), each.truth))
    return found


def _folds(sound: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which fold each recording is left out in; those of one sound are left out together."""
    order = np.random.default_rng(0).permutation(sound.max() + 1)
    return np.asarray(order[sound] % FOLDS)


def _of_some(
    shipped: Model,
    heard: Sequence[HeardRecording],
    rows: Sequence[TrueRows],
    some: NDArray[np.intp],
) -> Model:
    """What some of the recordings teach, with the calibration that is shipped."""
    weights = fitted_weights([rows[index] for index in some], shipped.weights)
    of_some = [heard[index].corrected for index in some]
    told = [each.keypoints for each in of_some if each.tells_drift]
    prior = prior_fit.fit_prior(told) if len(told) >= prior_fit.FEWEST_RECORDINGS else None
    return replace(shipped, weights=weights, prior=prior)


def _refuse_contradicted(heard: Sequence[HeardRecording], said: Sequence[Judged]) -> None:
    """Refuse corrections that are not where the channels clearly match."""
    found = [each.contradicts for each in said]
    tried = len(found) - found.count(None)
    against = [each.name for each, contradicts in zip(heard, found, strict=True) if contradicts]
    if len(against) > _MOST_CONTRADICTED * tried:
        raise InputError(
            WHERE,
            f"contradict what is clearly heard in {len(against)} of {tried} recordings, first in "
            f"{against[0]}: were the recorders swapped?",
            "look at them again, or leave those recordings out",
        )


def _card(
    heard: Sequence[HeardRecording], in_use: Model, comparison: Comparison, tier: int
) -> Card:
    return Card(
        datetime.now(UTC).replace(microsecond=0),
        __version__,
        tier,
        tuple(
            LearnedFrom(each.name, each.corrected.fingerprint, len(each.truth)) for each in heard
        ),
        in_use.digest,
        comparison.before,
        comparison.after,
        comparison.better,
        comparison.worse,
    )
