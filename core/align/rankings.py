"""Straight lines in the order of one opinion: a network's alone, or that of all evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from core.align.scores import CandidateScores

DISAGREE_S = 0.1
"""Best lines further apart than this, on average over a recording, are told of, seconds."""


class RankedBy(StrEnum):
    """Whose opinion ranks."""

    MODEL = "model"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Linear candidates with one opinion's scores; a batch of them, or all.

    Parameters
    ----------
    by : RankedBy
    model : str
        The network that ranks alone, or that takes part in the evidence, by its name in
        `core.evidence.choice.EVIDENCE`; empty without one.
    candidates : CandidateScores
        In the order scored.
    """

    by: RankedBy
    model: str
    candidates: CandidateScores

    def joined(self, more: Ranking) -> Ranking:
        """These candidates followed by those of `more`, which ranks by the same."""
        return replace(self, candidates=self.candidates.joined(more.candidates))


def apart_s(first: Ranking, second: Ranking, duration_s: float) -> float | None:
    """How far two rankings' best lines lie apart.

    Parameters
    ----------
    first, second : Ranking
    duration_s : float
        Length of channel 0, seconds.

    Returns
    -------
    float or None
        Mean over the recording, seconds; None where one of them has no line.
    """
    if not (len(first.candidates) and len(second.candidates)):
        return None
    best, other = (ranking.candidates.ranked(1) for ranking in (first, second))
    start_s = float(best.offset_s[0] - other.offset_s[0])
    end_s = start_s + 1e-6 * float(best.drift_ppm[0] - other.drift_ppm[0]) * duration_s
    if start_s * end_s >= 0:
        return abs(start_s + end_s) / 2
    # They cross: two triangles.
    return (start_s**2 + end_s**2) / (2 * abs(end_s - start_s))
