"""What stands of one recording: its keypoints, and what those nobody decided on hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from operator import ne
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.keypoints import KeypointSet, ReviewState, Source
from core.sync_points import SyncPoints

Positions = NDArray[np.intp]
T = TypeVar("T")


class Basis(StrEnum):
    """What the keypoints hold that no person has decided on."""

    PATH = "path"
    LINE = "line"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """What a keypoint goes back to when the decision on it is taken back.

    Parameters
    ----------
    basis : Basis
    keypoints : KeypointSet
        The imported times, the line of a candidate, or the path as the machine made it before
        any decision. Of its columns only time, confidence and reason count.
    """

    basis: Basis
    keypoints: KeypointSet

    def is_as(self, other: Proposal) -> bool:
        """Whether another proposal says the same."""
        mine, theirs = self.keypoints, other.keypoints
        return (
            self.basis is other.basis
            and np.array_equal(mine.time_1_s, theirs.time_1_s)
            and np.array_equal(mine.confidence, theirs.confidence, equal_nan=True)
            and mine.reason == theirs.reason
        )


@dataclass(frozen=True, slots=True, eq=False)
class RecordingState:
    """One recording between two edits.

    Parameters
    ----------
    keypoints : KeypointSet
    proposal : Proposal
        For the same channel-0 times.
    is_out : bool
        Whether a person took the recording out of the session; all of it is kept.
    sync : SyncPoints
        Moments that are known to be the same on both clocks.

    Raises
    ------
    ValueError
        If the proposal is for other keypoints.
    """

    keypoints: KeypointSet
    proposal: Proposal
    is_out: bool = False
    sync: SyncPoints = field(default_factory=SyncPoints.none)

    def __post_init__(self) -> None:
        if not np.array_equal(self.keypoints.time_0_s, self.proposal.keypoints.time_0_s):
            raise ValueError("the proposal is for other keypoints")

    @classmethod
    def new(cls, keypoints: KeypointSet, basis: Basis = Basis.PATH) -> RecordingState:
        """A recording whose keypoints nobody has decided on yet."""
        return cls(keypoints, Proposal(basis, keypoints))

    def at_others(self, kept: NDArray[np.bool_], more: KeypointSet) -> RecordingState:
        """The same with some of its keypoints, and others.

        Parameters
        ----------
        kept : ndarray of bool, shape (K,)
            Which stay as they are.
        more : KeypointSet
            What the machine says elsewhere.
        """
        proposal = replace(self.proposal, keypoints=self.proposal.keypoints.kept(kept).merged(more))
        return replace(self, keypoints=self.keypoints.kept(kept).merged(more), proposal=proposal)

    @property
    def basis(self) -> Basis:
        """What the undecided keypoints hold."""
        return self.proposal.basis


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The columns of some keypoints that can change; each of length M.

    Parameters
    ----------
    time_1_s : ndarray, shape (M,)
        Seconds on channel 1.
    state : tuple of ReviewState
    source : tuple of Source
    confidence : ndarray, shape (M,)
    reason : tuple of str
    """

    time_1_s: NDArray[np.float64]
    state: tuple[ReviewState, ...]
    source: tuple[Source, ...]
    confidence: NDArray[np.float64]
    reason: tuple[str, ...]

    @classmethod
    def of(cls, keypoints: KeypointSet, position: Positions) -> Rows:
        """The keypoints at `position`, shape (M,)."""
        return cls(
            keypoints.time_1_s[position],
            tuple(keypoints.state[p] for p in position),
            tuple(keypoints.source[p] for p in position),
            keypoints.confidence[position],
            tuple(keypoints.reason[p] for p in position),
        )

    @classmethod
    def joined(cls, first: Rows, second: Rows) -> Rows:
        """The rows of both, one after the other."""
        return cls(
            np.concatenate([first.time_1_s, second.time_1_s]),
            first.state + second.state,
            first.source + second.source,
            np.concatenate([first.confidence, second.confidence]),
            first.reason + second.reason,
        )

    def take(self, index: Positions) -> Rows:
        """The rows at `index`, in that order."""
        return Rows(
            self.time_1_s[index],
            tuple(self.state[i] for i in index),
            tuple(self.source[i] for i in index),
            self.confidence[index],
            tuple(self.reason[i] for i in index),
        )

    def put_into(self, keypoints: KeypointSet, position: Positions) -> KeypointSet:
        """`keypoints` with these rows at `position`."""
        time_1_s, confidence = keypoints.time_1_s.copy(), keypoints.confidence.copy()
        time_1_s[position], confidence[position] = self.time_1_s, self.confidence
        return replace(
            keypoints,
            time_1_s=time_1_s,
            state=_put(keypoints.state, position, self.state),
            source=_put(keypoints.source, position, self.source),
            confidence=confidence,
            reason=_put(keypoints.reason, position, self.reason),
        )


def differ(a: KeypointSet | Rows, b: KeypointSet | Rows) -> NDArray[np.bool_]:
    """Which of as many keypoints differ in a column that can change, shape (M,)."""
    same_confidence = (a.confidence == b.confidence) | (
        np.isnan(a.confidence) & np.isnan(b.confidence)
    )
    found = (a.time_1_s != b.time_1_s) | ~same_confidence
    for mine, theirs in ((a.state, b.state), (a.source, b.source), (a.reason, b.reason)):
        if mine != theirs:
            found |= np.fromiter(map(ne, mine, theirs), dtype=bool, count=len(found))
    return np.asarray(found, dtype=bool)


def proposed_at(
    keypoints: KeypointSet, proposal: KeypointSet, where: NDArray[np.bool_]
) -> KeypointSet:
    """Take over a proposal at keypoints that nobody decided on, and of those only `where`.

    Parameters
    ----------
    keypoints, proposal : KeypointSet
        At the same channel-0 times.
    where : ndarray of bool, shape (K,)
    """
    position = np.flatnonzero(where & ~keypoints.is_reviewed)
    return Rows.of(keypoints.with_proposal(proposal), position).put_into(keypoints, position)


def taken_over(keypoints: KeypointSet, earlier: KeypointSet) -> KeypointSet:
    """What another session holds of the same keypoints, wherever nobody decided here.

    Raises
    ------
    ValueError
        If they stand at other channel-0 times.
    """
    if not np.array_equal(keypoints.time_0_s, earlier.time_0_s):
        raise ValueError("the other session has other keypoints")
    position = np.flatnonzero(~keypoints.is_reviewed)
    return Rows.of(earlier, position).put_into(keypoints, position)


def _put(values: tuple[T, ...], position: Positions, new: Sequence[T]) -> tuple[T, ...]:
    items = list(values)
    for place, value in zip(position, new, strict=True):
        items[place] = value
    return tuple(items)
