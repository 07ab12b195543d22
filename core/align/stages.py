"""The stages of an alignment, and how far along each of them is."""

from __future__ import annotations

from collections.abc import Generator
from enum import StrEnum
from functools import partial
from itertools import accumulate, pairwise
from typing import TypeVar

from core.align.alignment import Progress
from core.steps import Steps, reported

T = TypeVar("T")


class Stage(StrEnum):
    """What is being done, in the words that a person reads; in the order of the work."""

    READ = "reading the channels"
    SEARCH = "searching large offsets"
    COMPARE = "comparing the channels"
    NETWORK = "comparing the channels with a network"
    DECODE = "finding the path"
    DECODE_AGAIN = "following the path with fitted weights"
    REFINE = "comparing waveforms"
    RANK = "ranking linear candidates"


_SHARES = {
    Stage.READ: 0.30,
    Stage.SEARCH: 0.05,
    Stage.COMPARE: 0.15,
    Stage.DECODE: 0.15,
    Stage.DECODE_AGAIN: 0.10,
    Stage.REFINE: 0.20,
    Stage.RANK: 0.05,
}
"""Rough shares of the time of an alignment without a network."""


_LAST_OF_SECTION = Stage.DECODE
"""Up to here sections of a recording are worked on one by one."""


class ProgressPlan:
    """Where in the whole work each stage begins and ends, by what the stages usually cost.

    Parameters
    ----------
    network_cost : float
        As `core.evidence.learned.LearnedEvidence.cost`; 0 without a network.
    section, sections : int
        Which of how many sections is worked on in the stages before the path is followed.
    """

    def __init__(self, network_cost: float = 0.0, section: int = 0, sections: int = 1) -> None:
        cost = [_SHARES.get(stage, network_cost) for stage in Stage]
        ends = accumulate(cost, initial=0.0)
        self._spans = dict(zip(Stage, pairwise(end / sum(cost) for end in ends), strict=True))
        self._section, self._sections = section, sections

    def progress(self, stage: Stage, share: float) -> Progress:
        """How far the whole work is when a share of a stage is done.

        Parameters
        ----------
        stage : Stage
        share : float
            Of the stage, 0 to 1.

        Returns
        -------
        Progress
        """
        start, end = self._spans[stage]
        fraction = start + (end - start) * share
        last = self._spans[_LAST_OF_SECTION][1]
        if end <= last:
            fraction = (self._section * last + fraction) / self._sections
        return Progress(stage, fraction)

    def staged(self, stage: Stage, steps: Steps[T]) -> Generator[Progress, None, T]:
        """Take the steps of a stage.

        Parameters
        ----------
        stage : Stage
        steps : generator of float

        Yields
        ------
        Progress
            Before the first step and after every one.

        Returns
        -------
        object
            What the steps return.
        """
        yield self.progress(stage, 0.0)
        return (yield from reported(steps, partial(self.progress, stage)))
