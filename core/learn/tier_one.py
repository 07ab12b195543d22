"""What corrections teach in seconds: weights of the evidence, the usual drift, the calibration."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core import __version__
from core.align.alignment import Progress
from core.align.decoding import prior_fit
from core.audio.same_sound import course_of, sounds
from core.errors import InputError
from core.evidence.learned import Networks
from core.learn.comparison import Compared, Comparison, Judged
from core.learn.confidence import moved_calibration
from core.learn.corrections import WHERE, Corrections, refuse_few
from core.learn.hearing import FEWEST_ROWS, HeardRecording, aligned, hear
from core.learn.weights import TrueRows, fitted_weights, true_rows
from core.model.model import Card, LearnedFrom, Model, shipped_model
from core.steps import Steps, part_of, reported

T = TypeVar("T")

FOLDS = 5
_MOST_ROWS = 24_000
"""Seconds of sound whose evidence is kept in memory, of all recordings: most of a gigabyte."""
_HEAR, _BEFORE, _WEIGH, _AFTER = 0.45, 0.65, 0.7, 0.98
"""Shares of the work that are done after each part."""
_SURE, _OFF_S, _FEWEST_SURE = 0.9, 0.2, 5
_MOST_CONTRADICTED = 0.3
"""Share of recordings, or of the surest keypoints in one, that may contradict a person."""


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
    corrections: Corrections, learned: Networks, in_use: Model
) -> Generator[Progress, None, Learned]:
    """Learn what takes seconds, and compare it with the model in use; stop iterating to cancel.

    Parameters
    ----------
    corrections : Corrections
        As `core.learn.corrections.usable` returns them.
    learned : Networks
        That take part in alignments; the model in use belongs to them.
    in_use : Model

    Yields
    ------
    Progress

    Returns
    -------
    Learned

    Raises
    ------
    InputError
        If the audio cannot be read, holds too few sounds, or clearly contradicts a person.
    """
    count = len(corrections.recordings)
    most_rows = max(_MOST_ROWS // count, FEWEST_ROWS)
    heard, courses = [], []
    for number, corrected in enumerate(corrections.recordings):
        steps = part_of(hear(corrected, learned, most_rows), number / count, (number + 1) / count)
        heard.append((yield from _told(steps, "hearing the recordings", 0.0, _HEAR)))
        courses.append(course_of(corrected.recording))
    sound = np.array(sounds(courses))
    refuse_few(len(set(sound.tolist())), "different recordings")
    known = [in_use] * count
    before = yield from _all(heard, known, "aligning with the model in use", _HEAR, _BEFORE)
    _refuse_contradicted(heard, before)
    shipped = shipped_model(learned)
    rows, fold = [true_rows(each, count) for each in heard], _folds(sound)
    taught = []
    for number in range(fold.max() + 1):
        yield Progress("weighing the evidence", _BEFORE + (_WEIGH - _BEFORE) * number / FOLDS)
        taught.append(_taught(shipped, heard, rows, np.flatnonzero(fold != number)))
    of_others = [taught[number] for number in fold]
    after = yield from _all(heard, of_others, "aligning with what was learned", _WEIGH, _AFTER)
    claims = [each.claimed for each in after]
    compared = []
    for number, each in enumerate(heard):
        others = [claims[other] for other in np.flatnonzero(fold != fold[number])]
        calibration = moved_calibration(shipped.calibration, others)
        now = after[number].moved(calibration)
        is_known = in_use.was_learned_from(each.corrected.fingerprint)
        compared.append(Compared(each.name, len(each.truth), before[number], now, is_known))
    comparison = Comparison(tuple(compared))
    model = replace(
        _taught(shipped, heard, rows, np.arange(count)),
        calibration=moved_calibration(shipped.calibration, claims),
        card=_card(heard, in_use, comparison),
    )
    yield Progress("comparing the models", 1.0)
    return Learned(model, comparison)


def _all(
    heard: Sequence[HeardRecording], models: Sequence[Model], what: str, start: float, end: float
) -> Generator[Progress, None, list[Judged]]:
    """Align every recording with its model, and compare with what a person settled."""
    found, count = [], len(heard)
    for number, (each, model) in enumerate(zip(heard, models, strict=True)):
        steps = aligned(each, model.tuning, model.prior)
        spread = part_of(steps, number / count, (number + 1) / count)
        said = yield from _told(spread, what, start, end)
        found.append(Judged.of(said, each.truth))
    return found


def _told(steps: Steps[T], what: str, start: float, end: float) -> Generator[Progress, None, T]:
    return reported(part_of(steps, start, end), partial(Progress, what))


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


def _card(heard: Sequence[HeardRecording], in_use: Model, comparison: Comparison) -> Card:
    return Card(
        datetime.now(UTC).replace(microsecond=0),
        __version__,
        1,
        tuple(
            LearnedFrom(each.name, each.corrected.fingerprint, len(each.truth)) for each in heard
        ),
        in_use.digest,
        comparison.before,
        comparison.after,
        comparison.better,
        comparison.worse,
    )
