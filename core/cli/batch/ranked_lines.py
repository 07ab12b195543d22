"""The best straight lines of a recording, in each opinion and form, as reports give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.align.limits import BEST_LINES
from core.align.rankings import RankedBy, Ranking
from core.align.scores import FORMS, CandidateScores, Form


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its score in one form of Eq. 2, and what that is made of.

    Parameters
    ----------
    offset_s : float
        At channel-0 time zero, seconds.
    drift_ppm : float
    score : float
    positive, top, votes, level : float
        As in `core.align.scores.PredictionScores`; `votes` is a mean in the normalised form.
    count, used : int
        How many predictions are positive, and how many there are.
    """

    offset_s: float
    drift_ppm: float
    score: float
    positive: float
    top: float
    votes: float
    level: float
    count: int
    used: int


@dataclass(frozen=True, slots=True)
class RankedLines:
    """The best lines in one opinion and form.

    Parameters
    ----------
    by : RankedBy
    model : str or None
        The network that ranks alone or takes part; None without one.
    form : Form
    exact : bool
        Whether every clip began where the line says, to the sample, as in the challenge.
    lines : tuple of Line
        Best first.
    """

    by: RankedBy
    model: str | None
    form: Form
    exact: bool
    lines: tuple[Line, ...]


def best_lines(rankings: Sequence[Ranking], *, exactly: bool = False) -> tuple[RankedLines, ...]:
    """The best lines of rankings, each in all forms.

    Parameters
    ----------
    rankings : sequence of Ranking
    exactly : bool
        Whether the model's are from clips that begin where lines say.
    """
    return tuple(
        RankedLines(
            ranking.by,
            ranking.model or None,
            form,
            exactly and ranking.by is RankedBy.MODEL,
            _lines(ranking.candidates.ranked(BEST_LINES, form), form),
        )
        for ranking in rankings
        for form in FORMS
    )


def _lines(best: CandidateScores, form: Form) -> tuple[Line, ...]:
    parts = best.parts
    votes = parts.votes / parts.used if form == "normalised" else parts.votes
    columns = (
        best.offset_s,
        best.drift_ppm,
        getattr(parts, form),
        parts.positive,
        parts.top,
        votes,
        parts.level,
        parts.count,
        parts.used,
    )
    return tuple(Line(*row) for row in zip(*(c.tolist() for c in columns), strict=True))


def ranked_as_json(ranked: RankedLines) -> dict[str, object]:
    """As it stands in a report; `ranked_from_json` reads it back."""
    return {**asdict(ranked), "by": str(ranked.by)}


def ranked_from_json(value: dict[str, Any]) -> RankedLines:
    """From JSON; KeyError, TypeError or ValueError if it is not what `ranked_as_json` gives."""
    if value["form"] not in FORMS:
        raise ValueError(value["form"])
    return RankedLines(
        RankedBy(value["by"]),
        value["model"],
        value["form"],
        bool(value["exact"]),
        tuple(Line(**line) for line in value["lines"]),
    )
