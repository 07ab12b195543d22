"""Two models on the same recordings: which is better, and by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.align.alignment import Alignment
from core.align.calibration import Calibration
from core.align.limits import TOLERANCE_S
from core.arrays import Floats
from core.keypoints import KeypointSet
from core.learn.confidence import Claimed
from core.learn.corrections import FEWEST_RECORDINGS
from core.model.model import Figures
from core.reliability import Tally

# Chosen by hand during development.

_SAME_MS, _SAME_SHARE = 0.5, 0.05
"""Errors of a recording that differ by less, or by a smaller share, are the same."""
_LEAST_GAIN = 0.02
"""A smaller share of the error is no reason to change models."""
_SLIGHT_MS = 1e3 * TOLERANCE_S / 10
"""Errors well below this hardly differ, whatever their ratio."""
_CHANCE = 1 / 8
"""A gain that chance gives more often is none: three recordings that become right, and nothing
else that matters, are the least."""
_EXACT = 12
"""Up to so many recordings all signs are tried; of more, some at random."""
_DRAWS = 4096
_SURE, _MOST_MORE_LIES = 0.9, 0.02
"""Keypoints claimed so or higher, and the share of all by which more of them may be wrong."""
_OFF_S, _FEWEST_SURE, _MOST_OFF = 0.2, 5, 0.3
"""A recording with so many of them contradicts a person where more than a share are so far off."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What one model said of one recording.

    Parameters
    ----------
    error_s : ndarray, shape (K,)
        Of every settled keypoint, seconds.
    confidence : ndarray, shape (K,)
    mass : ndarray, shape (K,)
        As in `core.align.calibration.Calibration.confidence`.
    is_aliased : bool
        Whether a second alignment fits almost as well.
    """

    error_s: Floats
    confidence: Floats
    mass: Floats
    is_aliased: bool = False

    @classmethod
    def of(cls, alignment: Alignment, truth: KeypointSet) -> Judged:
        """An alignment at the keypoints that a person settled."""
        said, statistics = alignment.keypoints, alignment.statistics
        assert statistics is not None
        rows = alignment.surface.nearest_rows(truth.time_0_s)
        error_s = np.abs(said.time_1_s - truth.time_1_s)
        is_aliased = alignment.alias is not None
        return cls(error_s, said.confidence, statistics.mass[rows], is_aliased)

    def moved(self, calibration: Calibration) -> Judged:
        """The same as it is claimed by a calibration that was moved."""
        claim = calibration.moved(self.confidence, self.mass, is_aliased=self.is_aliased)
        return replace(self, confidence=claim)

    @property
    def mae_ms(self) -> float:
        """Mean absolute error, milliseconds."""
        return 1e3 * float(self.error_s.mean())

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Which keypoints are within the tolerance."""
        return np.asarray(self.error_s <= TOLERANCE_S)

    @property
    def contradicts(self) -> bool | None:
        """Whether a person set other times than are clearly heard; None if too little is."""
        sure = self.confidence >= _SURE
        if sure.sum() < _FEWEST_SURE:
            return None
        return bool((self.error_s[sure] > _OFF_S).mean() > _MOST_OFF)

    @property
    def claimed(self) -> Claimed:
        """For the calibration."""
        return Claimed(self.confidence, self.mass, self.is_right, self.is_aliased)


def figures(judged: Sequence[Judged]) -> Figures:
    """Of all recordings together."""
    right = np.concatenate([each.is_right for each in judged])
    confidence = np.concatenate([each.confidence for each in judged])
    return Figures(
        float(np.mean([each.mae_ms for each in judged])),
        float(right.mean()),
        Tally.of(confidence, right).expected_error,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """One recording before and after.

    Parameters
    ----------
    name : str
    keypoints : int
    before, after : Judged
        By the model in use, and by one that was not learned from it.
    was_learned_from : bool
        Whether the model in use was learned from it: then `before` flatters.
    """

    name: str
    keypoints: int
    before: Judged
    after: Judged
    was_learned_from: bool = False

    @property
    def change(self) -> int:
        """1 if it got better, -1 if worse, 0 if neither."""
        before_ms, after_ms = self.before.mae_ms, self.after.mae_ms
        same_ms = max(_SAME_MS, _SAME_SHARE * before_ms)
        return int(before_ms - after_ms > same_ms) - int(after_ms - before_ms > same_ms)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """All recordings before and after.

    Parameters
    ----------
    recordings : tuple of Compared
    """

    recordings: tuple[Compared, ...]

    @property
    def judges(self) -> tuple[Compared, ...]:
        """Those that neither model was learned from, if they are enough; else all."""
        new = tuple(each for each in self.recordings if not each.was_learned_from)
        return new if len(new) >= FEWEST_RECORDINGS else self.recordings

    @property
    def before(self) -> Figures:
        """Of the model in use."""
        return figures([each.before for each in self.judges])

    @property
    def after(self) -> Figures:
        """Of what was learned, on recordings that it was not learned from."""
        return figures([each.after for each in self.judges])

    @property
    def better(self) -> int:
        """How many recordings got better."""
        return sum(each.change > 0 for each in self.judges)

    @property
    def worse(self) -> int:
        """How many got worse."""
        return sum(each.change < 0 for each in self.judges)

    @property
    def obstacle(self) -> str:
        """Why not to change models; empty where the new one is better."""
        why, count = self._obstacle(), len(self.judges)
        against = [each.name for each in self.judges if each.before.contradicts]
        if not why or not against:
            return why
        heard = f"{len(against)} of {count} recordings contradict what is clearly heard"
        return f"{why}; {heard}, first {against[0]}: look at them again"

    def _obstacle(self) -> str:
        before, after = self.before, self.after
        gain = 1.0 - after.mae_ms / max(before.mae_ms, 1e-9)
        errors = f"{before.mae_ms:.1f} ms before, {after.mae_ms:.1f} ms after"
        if gain <= -_LEAST_GAIN:
            return f"what was learned is worse on recordings that it was not learned from: {errors}"
        if gain < _LEAST_GAIN:
            return f"what was learned changes nothing: {errors}"
        if chance_of(self._gains()) > _CHANCE:
            return f"the gain may be chance ({errors}): review more recordings"
        if self._lies("after") > self._lies("before") + _MOST_MORE_LIES:
            return "more keypoints would be claimed at 0.9 or above and be wrong"
        return ""

    def _lies(self, name: str) -> float:
        """Share of keypoints that are claimed for sure, and are wrong."""
        judged = [getattr(each, name) for each in self.judges]
        return float(
            np.mean(np.concatenate([(j.confidence >= _SURE) & ~j.is_right for j in judged]))
        )

    def _gains(self) -> Floats:
        """Of every recording, as a share, so that one that is far off does not decide alone."""
        before, after = (
            np.array([getattr(each, name).mae_ms for each in self.judges])
            for name in ("before", "after")
        )
        return np.asarray(np.log((before + _SLIGHT_MS) / (after + _SLIGHT_MS)))


def between_tiers(first: Comparison, second: Comparison) -> Comparison:
    """Two that were compared with the same model on the same recordings, compared with each other.

    Parameters
    ----------
    first, second : Comparison

    Returns
    -------
    Comparison
        What came after, in either.
    """
    pairs = zip(first.recordings, second.recordings, strict=True)
    return Comparison(tuple(replace(two, before=one.after) for one, two in pairs))


def chance_of(gains: Floats) -> float:
    """How often gains as large in sum come about where each is as likely to be a loss.

    Parameters
    ----------
    gains : ndarray, shape (R,)

    Returns
    -------
    float
        The one-sided p value of the sign-flip test.
    """
    if len(gains) <= _EXACT:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(gains))))
    else:
        signs = np.random.default_rng(0).choice((-1.0, 1.0), (_DRAWS, len(gains)))
    return float(np.mean(signs @ gains >= gains.sum() - 1e-12))
