"""Networks in an alignment: each is heard, and ranks straight lines alone."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise

from core.align.alignment import EvidenceUsed, Progress
from core.align.candidates import score_candidates
from core.align.claims.calibration import shipped_calibration
from core.align.rankings import RankedBy, Ranking
from core.align.scores import CandidateScores
from core.align.stages import ProgressPlan, Stage
from core.evidence.learned import EvidenceInput, Networks, model_id
from core.evidence.terms import TermSurfaces
from core.steps import part_of, reported


@dataclass(frozen=True, slots=True, eq=False)
class NetworksHeard:
    """What the networks said of a recording.

    Parameters
    ----------
    terms : TermSurfaces
        What stood before, and a term for each network.
    by_model : Ranking or None
        All lines as the chosen network ranks them; None without one.
    used : EvidenceUsed
        What the networks were, and what they had to tell.
    """

    terms: TermSurfaces
    by_model: Ranking | None
    used: EvidenceUsed


def hear_networks(
    learned: Networks,
    heard: EvidenceInput,
    terms: TermSurfaces,
    max_offset_s: float,
    plan: ProgressPlan,
) -> Generator[Progress | Ranking, None, NetworksHeard]:
    """Add each network's opinion to the terms, and have it rank lines by that alone.

    Parameters
    ----------
    learned : Networks
    heard : EvidenceInput
    terms : TermSurfaces
        What stands already.
    max_offset_s : float
        Largest offset of the baseline's lines, seconds.
    plan : ProgressPlan

    Yields
    ------
    Progress
    Ranking
        Each batch of lines that a network has scored.

    Returns
    -------
    NetworksHeard
    """
    durations_s = (heard.recording.channels[0].duration_s, heard.recording.channels[1].duration_s)
    told = [len(network.notices) for network in learned]
    cost = sum(network.cost for network in learned)
    spans = pairwise(accumulate((network.cost / cost for network in learned), initial=0.0))
    by_model = None
    for network, span in zip(learned, spans, strict=True):
        yield plan.progress(Stage.NETWORK, span[0])
        steps = network.term(heard, terms.time_0_s, terms.first_offset_s, terms.columns)
        term = yield from reported(part_of(steps, *span), partial(plan.progress, Stage.NETWORK))
        by_model = Ranking(RankedBy.MODEL, network.name, CandidateScores.none())
        alone = terms.surface_of(network.log_odds(term))
        for batch in score_candidates(alone, durations_s, max_offset_s, beyond=float("nan")):
            more = Ranking(RankedBy.MODEL, network.name, batch)
            by_model = by_model.joined(more)
            yield more
        terms = terms.with_term(term, network.weight, network.spectral_share)
    return NetworksHeard(terms, by_model, _used(learned, told))


def _used(learned: Networks, told: Sequence[int]) -> EvidenceUsed:
    """What the networks were, with their notices but those told before."""
    if not learned:
        return EvidenceUsed()
    chosen = learned[-1]
    notices = [
        text
        for network, known in zip(learned, told, strict=True)
        for text in network.notices[known:]
    ]
    calibrated = shipped_calibration(chosen.name).evidence
    if calibrated != chosen.name:
        notices.append(
            f"confidence was calibrated with {calibrated} evidence: "
            f"with {chosen.name} evidence it may be too high or too low"
        )
    return EvidenceUsed(chosen.name, model_id(learned), chosen.device, tuple(notices))
