"""Keypoints: pairs of moments that are the same in the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import compress
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.arrays import Floats
from core.time_map import TimeMap

T = TypeVar("T")


class ReviewState(StrEnum):
    """What a person has decided about a keypoint."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    UNALIGNABLE = "unalignable"


class Source(StrEnum):
    """Who set a keypoint's channel-1 time."""

    MACHINE = "machine"
    HUMAN = "human"


@dataclass(frozen=True, slots=True, eq=False)
class KeypointSet:
    """All keypoints of one recording, in the order of channel 0; immutable.

    Parameters
    ----------
    time_0_s, time_1_s : ndarray, shape (K,)
        Moments on the clocks of channel 0 and channel 1, seconds. Times on
        channel 0 never decrease; repeated boundary keypoints are allowed.
    state : tuple of ReviewState, length K
    source : tuple of Source, length K
    confidence : ndarray, shape (K,)
        Probability that the keypoint is within the tolerance of the truth;
        NaN where nobody has said.
    reason : tuple of str, length K
        Why the confidence is what it is, in words; may be empty.
    time_0_text : tuple of str, length K, or None
        ``Time Channel 0`` exactly as imported, written back unchanged.

    Raises
    ------
    ValueError
        If lengths differ, a time is not finite or channel 0 decreases.
    """

    time_0_s: Floats
    time_1_s: Floats
    state: tuple[ReviewState, ...] = field(default=())
    source: tuple[Source, ...] = field(default=())
    confidence: Floats = field(default_factory=lambda: np.empty(0))
    reason: tuple[str, ...] = field(default=())
    time_0_text: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        count = len(self.time_0_s)
        defaults: dict[str, object] = {
            "state": (ReviewState.UNREVIEWED,) * count,
            "source": (Source.MACHINE,) * count,
            "confidence": np.full(count, np.nan),
            "reason": ("",) * count,
        }
        for name, value in defaults.items():
            if count and len(getattr(self, name)) == 0:
                object.__setattr__(self, name, value)
        for name in ("time_0_s", "time_1_s", "confidence"):
            column = np.array(getattr(self, name), dtype=np.float64)
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        for name in ("time_1_s", "state", "source", "confidence", "reason", "time_0_text"):
            column = getattr(self, name)
            if column is not None and len(column) != count:
                raise ValueError(f"{name} has {len(column)} entries for {count} keypoints")
        if not (np.all(np.isfinite(self.time_0_s)) and np.all(np.isfinite(self.time_1_s))):
            raise ValueError("keypoint times must be finite")
        if np.any(np.diff(self.time_0_s) < 0):
            raise ValueError("keypoints must be in the order of channel 0")

    def __len__(self) -> int:
        return len(self.time_0_s)

    @property
    def offset_s(self) -> Floats:
        """``time_1 - time_0`` of every keypoint, shape (K,), seconds."""
        return np.asarray(self.time_1_s - self.time_0_s)

    @property
    def ends_s(self) -> tuple[float, float]:
        """The last moment on either clock, seconds: the least that the channels can last."""
        return float(self.time_0_s[-1]), float(self.time_1_s.max())

    @property
    def is_pinned(self) -> NDArray[np.bool_]:
        """Which keypoints a person fixed, shape (K,)."""
        return self._is_in(ReviewState.CORRECTED)

    @property
    def is_reviewed(self) -> NDArray[np.bool_]:
        """Which keypoints a person has decided on, shape (K,)."""
        return ~self._is_in(ReviewState.UNREVIEWED)

    @property
    def is_alignable(self) -> NDArray[np.bool_]:
        """Which keypoints no person has called unalignable, shape (K,)."""
        return ~self._is_in(ReviewState.UNALIGNABLE)

    def _is_in(self, state: ReviewState) -> NDArray[np.bool_]:
        return np.array([s is state for s in self.state], dtype=bool)

    def settled(self, *, with_unreviewed: bool = False) -> KeypointSet:
        """Those that a person accepted or corrected: what is known to be true.

        An unalignable one says that there is no such moment, which is no time.

        Parameters
        ----------
        with_unreviewed : bool
            Whether those that nobody decided on are known as well, since a person set them
            elsewhere.
        """
        return self.kept(self.is_alignable & (self.is_reviewed | with_unreviewed))

    def kept(self, which: NDArray[np.bool_]) -> KeypointSet:
        """Some of the keypoints, as `which` of shape (K,) says."""
        if which.all():
            return self
        texts = self.time_0_text
        return KeypointSet(
            self.time_0_s[which],
            self.time_1_s[which],
            tuple(compress(self.state, which)),
            tuple(compress(self.source, which)),
            self.confidence[which],
            tuple(compress(self.reason, which)),
            None if texts is None else tuple(compress(texts, which)),
        )

    def merged(self, other: KeypointSet) -> KeypointSet:
        """These keypoints and others, in the order of channel 0."""
        order = np.argsort(np.concatenate([self.time_0_s, other.time_0_s]), kind="stable")

        def put(mine: Sequence[T], theirs: Sequence[T]) -> tuple[T, ...]:
            both = (*mine, *theirs)
            return tuple(both[index] for index in order)

        texts = None
        if self.time_0_text is not None or other.time_0_text is not None:
            texts = put(_texts(self), _texts(other))
        return KeypointSet(
            np.concatenate([self.time_0_s, other.time_0_s])[order],
            np.concatenate([self.time_1_s, other.time_1_s])[order],
            put(self.state, other.state),
            put(self.source, other.source),
            np.concatenate([self.confidence, other.confidence])[order],
            put(self.reason, other.reason),
            texts,
        )

    def time_map(self) -> TimeMap:
        """The time map through all keypoints that can be aligned."""
        usable = self.is_alignable
        if not usable.any():
            return TimeMap.identity()
        return TimeMap.from_keypoints(self.time_0_s[usable], self.time_1_s[usable])

    def move(self, index: int, time_1_s: float) -> KeypointSet:
        """A person puts keypoint `index` at `time_1_s` seconds on channel 1."""
        times = self.time_1_s.copy()
        times[index] = time_1_s
        return replace(
            self,
            time_1_s=times,
            state=_put(self.state, index, ReviewState.CORRECTED),
            source=_put(self.source, index, Source.HUMAN),
        )

    def review(self, index: int | Sequence[int], state: ReviewState) -> KeypointSet:
        """A person sets the review state of keypoint `index`, or of several."""
        states = list(self.state)
        for each in (index,) if isinstance(index, int) else index:
            states[each] = state
        return replace(self, state=tuple(states))

    def with_proposal(self, proposal: KeypointSet) -> KeypointSet:
        """Take over a machine proposal wherever no person has decided.

        Parameters
        ----------
        proposal : KeypointSet
            Machine keypoints at the same channel-0 times.

        Raises
        ------
        ValueError
            If the proposal is for other channel-0 times.
        """
        if not np.array_equal(self.time_0_s, proposal.time_0_s):
            raise ValueError("the proposal is for other keypoints")
        free = ~self.is_reviewed
        return replace(
            self,
            time_1_s=np.where(free, proposal.time_1_s, self.time_1_s),
            source=_where(free, proposal.source, self.source),
            confidence=np.where(free, proposal.confidence, self.confidence),
            reason=_where(free, proposal.reason, self.reason),
        )


def between(time_0_s: Floats, keypoints: KeypointSet, end_1_s: float) -> KeypointSet:
    """Machine keypoints at other moments: straight from one keypoint to the next.

    Parameters
    ----------
    time_0_s : ndarray, shape (N,)
        Seconds on channel 0, rising.
    keypoints : KeypointSet
        Of shape (K,); where there are none, both clocks agree.
    end_1_s : float
        Where channel 1 ends, seconds.

    Returns
    -------
    KeypointSet
        Of shape (N,), each with the reason of the nearest keypoint.
    """
    if not len(keypoints):
        return machine_keypoints(time_0_s, np.clip(time_0_s, 0.0, end_1_s))
    known_s = keypoints.time_0_s
    middle_s = (known_s[1:] + known_s[:-1]) / 2
    offset_s = np.interp(time_0_s, known_s, keypoints.offset_s)
    return machine_keypoints(
        time_0_s,
        np.maximum.accumulate(np.clip(time_0_s + offset_s, 0.0, end_1_s)),
        np.interp(time_0_s, known_s, keypoints.confidence),
        [keypoints.reason[index] for index in np.searchsorted(middle_s, time_0_s)],
    )


def keypoint_grid(duration_s: float, step_s: float = 1.0) -> Floats:
    """Channel-0 times of the challenge's keypoints.

    Parameters
    ----------
    duration_s : float
        Length of channel 0, seconds.
    step_s : float
        Spacing, seconds.

    Returns
    -------
    ndarray, shape (K,)
        0, step, 2 step, ... below the duration, seconds.
    """
    return np.arange(0.0, duration_s, step_s)


def machine_keypoints(
    time_0_s: ArrayLike,
    time_1_s: ArrayLike,
    confidence: ArrayLike | None = None,
    reason: Sequence[str] = (),
) -> KeypointSet:
    """Unreviewed keypoints as a model proposes them; arguments of shape (K,)."""
    return KeypointSet(
        np.asarray(time_0_s, dtype=np.float64),
        np.asarray(time_1_s, dtype=np.float64),
        confidence=np.empty(0) if confidence is None else np.asarray(confidence, dtype=np.float64),
        reason=tuple(reason),
    )


def _texts(keypoints: KeypointSet) -> tuple[str, ...]:
    return keypoints.time_0_text or tuple(map(repr, keypoints.time_0_s.tolist()))


def _put(values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    items = list(values)
    items[index] = value
    return tuple(items)


def _where(mask: NDArray[np.bool_], a: tuple[T, ...], b: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(x if m else y for m, x, y in zip(mask, a, b, strict=True))
