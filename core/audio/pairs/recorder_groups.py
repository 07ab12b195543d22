"""Recorders that share a reference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import combinations

from core.audio.sources import Source, Sources, labels_apart


def checks_of(recordings: Sequence[Sources]) -> list[Sources]:
    """Pairs of recorders that have the same reference and were not asked for.

    Parameters
    ----------
    recordings : sequence of Sources

    Returns
    -------
    list of Sources
        Named after both sides.
    """
    labels = labels_apart(side for recording in recordings for side in recording.both)
    others: dict[Hashable, dict[Hashable, Source]] = defaultdict(dict)
    there: set[frozenset[Hashable]] = set()
    for recording in recordings:
        zero, one = recording.both
        others[zero.identity][one.identity] = one
        there.add(frozenset((zero.identity, one.identity)))
    found = []
    for group in others.values():
        for (first, zero), (second, one) in combinations(group.items(), 2):
            if frozenset((first, second)) not in there:
                there.add(frozenset((first, second)))
                name = f"{labels[zero.identity]} + {labels[one.identity]}"
                found.append(Sources((zero, one), name))
    return found
