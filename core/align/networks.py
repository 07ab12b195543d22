"""Networks in an alignment: each is heard, and ranks straight lines alone."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise

from core.align.alignment import EvidenceUsed, Progress
from core.align.calibration import shipped_calibration
from core.align.candidates import score_candidates
from core.align.rankings import RankedBy, Ranking
from core.align.scores import CandidateScores
from core.align.stages import ProgressPlan, Stage
from core.align.tuning import Tuning
from core.evidence.learned import EvidenceInput, Networks, model_id
from core.evidence.surface import ScoreSurface
from core.evidence.terms import TermSurfaces
from core.steps import part_of, reported


@dataclass(frozen=True, slots=True, eq=False)
class NetworksHeard:
    """What the networks said of a recording, or of a part of it.

    Parameters
    ----------
    terms : TermSurfaces
        What stood before, and a term for each network.
    alone : ScoreSurface or None
        What the chosen network says alone, log odds; None without one, or once lines are ranked.
    by_model : Ranking or None
        All lines as it ranks them; None without one, or where lines are not ranked yet.
    """

    terms: TermSurfaces
    alone: ScoreSurface | None = None
    by_model: Ranking | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Which straight lines are ranked.

    Parameters
    ----------
    duration_s : tuple of two float
        Lengths of both channels, seconds.
    max_offset_s : float
        Largest offset of the baseline's lines, seconds.
    """

    duration_s: tuple[float, float]
    max_offset_s: float


def hear_networks(
    learned: Networks,
    heard: EvidenceInput,
    terms: TermSurfaces,
    plan: ProgressPlan,
    lines: Lines | None,
) -> Generator[Progress | Ranking, None, NetworksHeard]:
    """Add each network's opinion to the terms, and have it rank lines by that alone.

    Parameters
    ----------
    learned : Networks
    heard : EvidenceInput
    terms : TermSurfaces
        What stands already.
    plan : ProgressPlan
    lines : Lines or None
        None where only a part of a recording is heard, by which no line can be ranked.

    Yields
    ------
    Progress
    Ranking
        Each batch of lines that a network has scored.

    Returns
    -------
    NetworksHeard
    """
    cost = sum(network.cost for network in learned)
    spans = pairwise(accumulate((network.cost / cost for network in learned), initial=0.0))
    said = NetworksHeard(terms)
    for network, span in zip(learned, spans, strict=True):
        yield plan.progress(Stage.NETWORK, span[0])
        steps = network.term(heard, terms.time_0_s, terms.first_offset_s, terms.columns)
        term = yield from reported(part_of(steps, *span), partial(plan.progress, Stage.NETWORK))
        alone = terms.surface_of(term.log_odds)
        by_model = None if lines is None else (yield from rank_alone(network.name, alone, lines))
        with_it = said.terms.with_term(term.score, network.weight, network.spectral_share)
        said = NetworksHeard(with_it, alone if lines is None else None, by_model)
    return said


def rank_alone(name: str, alone: ScoreSurface, lines: Lines) -> Generator[Ranking, None, Ranking]:
    """Have a network rank straight lines by its opinion alone.

    Parameters
    ----------
    name : str
        Of the network.
    alone : ScoreSurface
        Its log odds; NaN where it knows nothing.
    lines : Lines

    Yields
    ------
    Ranking
        Each batch of lines as it is scored.

    Returns
    -------
    Ranking
        All of them.
    """
    by_model = Ranking(RankedBy.MODEL, name, CandidateScores.none())
    for batch in score_candidates(alone, lines.duration_s, lines.max_offset_s, beyond=float("nan")):
        more = Ranking(RankedBy.MODEL, name, batch)
        by_model = by_model.joined(more)
        yield more
    return by_model


def used_of(learned: Networks, told: Sequence[int], tuning: Tuning | None) -> EvidenceUsed:
    """What the networks were, and what they had to tell.

    Parameters
    ----------
    learned : Networks
    told : sequence of int
        How many notices of each were told before.
    tuning : Tuning or None

    Returns
    -------
    EvidenceUsed
    """
    tuned_by = f"{tuning.name} {tuning.digest}" if tuning else ""
    if not learned:
        return EvidenceUsed(tuned_by=tuned_by)
    chosen = learned[-1]
    notices = [
        text
        for network, known in zip(learned, told, strict=True)
        for text in network.notices[known:]
    ]
    calibrated = shipped_calibration(chosen.name).evidence
    if tuning is None and calibrated != chosen.name:
        notices.append(
            f"confidence was calibrated with {calibrated} evidence: "
            f"with {chosen.name} evidence it may be too high or too low"
        )
    return EvidenceUsed(
        chosen.name, model_id(learned), chosen.device, tuple(notices), tuned_by=tuned_by
    )
