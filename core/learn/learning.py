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
from core.learn.comparison import Compared, Comparison, Judged
from core.learn.confidence import moved_calibration
from core.learn.corrections import WHERE, Corrections, refuse_few
from core.learn.curve import LossPoint
from core.learn.hearing import FEWEST_ROWS, HeardRecording, aligned, hear
from core.learn.kept import KeptSteps
from core.learn.tiers import MINUTES, SECONDS
from core.learn.weights import TrueRows, fitted_weights, true_rows
from core.model.model import Card, LearnedFrom, Model, shipped_model
from core.steps import part_of, reported

_NOWHERE = KeptSteps()
FOLDS = 5
_MOST_ROWS = 24_000
"""Seconds of sound whose evidence is kept in memory, of all recordings: most of a gigabyte."""
_SURE, _OFF_S, _FEWEST_SURE = 0.9, 0.2, 5
_MOST_CONTRADICTED = 0.3
"""Share of recordings, or of the surest keypoints in one, that may contradict a person."""


class _Part(Enum):
    """Parts of the work, and the share of each where nothing, or a network, is adapted."""

    HEAR = (0.45, 0.05)
    BEFORE = (0.2, 0.02)
    ADAPT = (0.0, 0.84)
    HEAR_AGAIN = (0.0, 0.05)
    WEIGH = (0.05, 0.01)
    AFTER = (0.3, 0.03)


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
    """

    model: Model
    comparison: Comparison

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
    shipped, fold = shipped_model(learned), _folds(sound)
    adaptation: Adaptation | None = None
    if tier == MINUTES:
        kept = kept.of((__version__, model_id(learned), _known(corrections)))
        of_folds, adaptation = yield from _adapted(heard, fold, kept, plan)
        by_others = [adapted(learned, of_folds[number]) for number in fold]
    else:
        by_others = [learned] * count
    if adaptation is not None or in_use.adaptation is not None:
        again = partial(plan.progress, _Part.HEAR_AGAIN)
        heard = yield from _hear(corrections, by_others, again)
    rows = [true_rows(each, count) for each in heard]
    taught = []
    for number in range(fold.max() + 1):
        yield plan.progress(_Part.WEIGH, "weighing the evidence", number / FOLDS)
        taught.append(_taught(shipped, heard, rows, np.flatnonzero(fold != number)))
    tell = partial(plan.progress, _Part.AFTER, "aligning with what was learned")
    after = yield from _all(heard, [taught[number] for number in fold], tell)
    claims = [each.claimed for each in after]
    compared = []
    for number, each in enumerate(heard):
        others = [claims[other] for other in np.flatnonzero(fold != fold[number])]
        knows_drift = taught[fold[number]].prior is not None
        calibration = moved_calibration(shipped.calibration, others, knows_drift=knows_drift)
        now = after[number].moved(calibration)
        is_known = in_use.was_learned_from(each.corrected.fingerprint)
        compared.append(Compared(each.name, len(each.truth), before[number], now, is_known))
    comparison = Comparison(tuple(compared))
    of_all = _taught(shipped, heard, rows, np.arange(count))
    model = replace(
        of_all,
        calibration=moved_calibration(
            shipped.calibration, claims, knows_drift=of_all.prior is not None
        ),
        adaptation=adaptation,
        card=_card(heard, in_use, comparison, tier),
    )
    yield Progress("comparing the models", 1.0)
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
    heard: Sequence[HeardRecording], fold: NDArray[np.intp], kept: KeptSteps, plan: _Plan
) -> Generator[Progress | LossPoint, None, tuple[list[Adaptation], Adaptation]]:
    """Adapt the compact net for each fold, and to all."""
    # Torch is loaded where it is needed only.
    from core.learn.tier_two import adaptations

    steps = adaptations(heard, fold, kept)
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


def _taught(
    shipped: Model,
    heard: Sequence[HeardRecording],
    rows: Sequence[TrueRows],
    some: NDArray[np.intp],
) -> Model:
    """What some of the recordings teach, with the calibration that is shipped."""
    weights = fitted_weights([rows[index] for index in some], shipped.weights)
    drifts = [prior_fit.usable(heard[index].corrected.keypoints) for index in some]
    told = [each for each in drifts if each is not None]
    prior = prior_fit.fit_prior(told) if len(told) >= prior_fit.FEWEST_RECORDINGS else None
    return replace(shipped, weights=weights, prior=prior)


def _refuse_contradicted(heard: Sequence[HeardRecording], said: Sequence[Judged]) -> None:
    """Refuse corrections that are not where the channels clearly match."""
    tried, against = 0, []
    for each, judged in zip(heard, said, strict=True):
        sure = judged.confidence >= _SURE
        if sure.sum() >= _FEWEST_SURE:
            tried += 1
            if (judged.error_s[sure] > _OFF_S).mean() > _MOST_CONTRADICTED:
                against.append(each.name)
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
