"""What recorders that were aligned each with each say of each other."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from core.align.closure import Closure, Leg, closures, in_words, suspects
from core.audio.sources import labels_apart
from core.cli.batch.jobs import Job
from core.cli.batch.outcome import Aligned, Outcome, WayRound


def closed(jobs: Sequence[Job], outcomes: Sequence[Outcome], tolerance_s: float) -> list[Outcome]:
    """Outcomes with what ways round by other recorders say of them.

    What contradicts all others is to be reviewed, whatever its own confidence.

    Parameters
    ----------
    jobs : sequence of Job
    outcomes : sequence of Outcome
        One for each.
    tolerance_s : float
        As `AlignOptions.tolerance_s`.

    Returns
    -------
    list of Outcome
    """
    told = [*outcomes]
    at = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Aligned)]
    sides = [jobs[number].sources.both for number in at]
    labels = labels_apart(side for both in sides for side in both)
    legs = [
        Leg(zero.identity, one.identity, outcome.keypoints, tolerance_s)
        for number, (zero, one) in zip(at, sides, strict=True)
        if isinstance(outcome := outcomes[number], Aligned)
    ]
    found = closures(legs)
    wrong = suspects(found)
    for leg, number in enumerate(at):
        outcome = outcomes[number]
        ways = [closure for closure in found if leg in closure.legs]
        if not ways or not isinstance(outcome, Aligned):
            continue
        outcome = replace(outcome, ways_round=tuple(_way(way, leg, labels) for way in ways))
        if leg in wrong:
            by = labels[wrong[leg][0].third(leg)]
            notes = (in_words(wrong[leg], by), *outcome.notes)
            outcome = replace(outcome, needs_review=True, notes=notes)
        told[number] = outcome
    return told


def _way(closure: Closure, leg: int, labels: Mapping[Hashable, str]) -> WayRound:
    return WayRound(
        labels[closure.third(leg)],
        len(closure.time_s),
        int(closure.is_apart.sum()),
        1000 * closure.typical_s if len(closure.time_s) else None,
        closure.closes,
    )
