"""What the aligner computed of an open recording."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.align.alignment import Alignment
from core.align.rankings import Ranking
from core.arrays import Floats
from core.evidence.surface import ScoreSurface
from core.formats.sidecar import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class AlignmentResults:
    """What the aligner computed since the recording was opened; it can be computed again.

    Parameters
    ----------
    surface : ScoreSurface or None
    rankings : tuple of Ranking
        Of linear candidates, as far as they are scored; each by another opinion.
    machine : Alignment or None
        As the machine made it, before any decision.
    alignment : Alignment or None
        The same, led through what the person decided.
    problem : str
        Why the last alignment failed; empty if it did not.
    said : Verdict or None
        What the alignment said, once the rest was let go.
    """

    surface: ScoreSurface | None = None
    rankings: tuple[Ranking, ...] = ()
    machine: Alignment | None = None
    alignment: Alignment | None = None
    problem: str = ""
    said: Verdict | None = None

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        made = {id(a): a for a in (self.machine, self.alignment) if a is not None}
        tables = [self.surface, *(a.surface for a in made.values())]
        scores = {id(s.score): s.score.nbytes for s in tables if s is not None}
        return sum(scores.values()) + sum(a.posterior.nbytes for a in made.values())

    @classmethod
    def of(cls, alignment: Alignment) -> AlignmentResults:
        """What a run ended with, before it is led through any decision."""
        return cls(alignment.surface, alignment.rankings, alignment, alignment)

    def at(self, time_0_s: Floats) -> AlignmentResults:
        """The same of keypoints at other moments of channel 0, shape (K,), seconds."""
        machine = self.machine and self.machine.at(time_0_s)
        if self.alignment is self.machine:
            return replace(self, machine=machine, alignment=machine)
        return replace(
            self, machine=machine, alignment=self.alignment and self.alignment.at(time_0_s)
        )

    def with_surface(self, surface: ScoreSurface) -> AlignmentResults:
        """The evidence of the run under way."""
        return replace(self, surface=surface, problem="")

    def with_rankings(self, rankings: tuple[Ranking, ...]) -> AlignmentResults:
        """The candidates that the run under way has scored."""
        return replace(self, rankings=rankings, problem="")

    def without_run(self) -> AlignmentResults:
        """What a run showed that came to no end gives way to the alignment of before, if any."""
        if self.machine is None:
            return self
        return replace(self, surface=self.machine.surface, rankings=self.machine.rankings)

    def led(self, alignment: Alignment) -> AlignmentResults:
        """The alignment led through everything a person decided."""
        return replace(self, alignment=alignment)

    def failed(self, problem: str) -> AlignmentResults:
        """A run could not be ended, and why."""
        return replace(self, problem=problem)
