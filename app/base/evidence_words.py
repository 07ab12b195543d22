"""What each evidence is called: in the toolbar, in sentences, in the preferences."""

from __future__ import annotations

from dataclasses import dataclass

from core.align.rankings import RankedBy, Ranking


@dataclass(frozen=True, slots=True)
class EvidenceWords:
    """Words for one evidence.

    Parameters
    ----------
    title : str
        In toolbar and menu.
    name : str
        In a sentence: "aligned with …".
    choice : str
        As a person chooses it in the preferences.
    about : str
        What that means, in a sentence or two.
    """

    title: str
    name: str
    choice: str
    about: str


EVIDENCE_WORDS = {
    "spectral": EvidenceWords(
        "Spectrograms",
        "spectrograms",
        "Spectrograms",
        "No network. The quickest by a little; errors were larger on average, most of all in "
        "noise.",
    ),
    "compact": EvidenceWords(
        "Compact net",
        "the compact net",
        "Spectrograms and FinchSync's compact net",
        "As shipped: a small network that comes with FinchSync has its say as well. It was trained "
        "on zebra finches and simulated scenes.",
    ),
    "beats": EvidenceWords(
        "BEATs",
        "BEATs",
        "Spectrograms, the compact net and BEATs",
        "BEATs and a scorer that 'finchsync train' made with it, both files of yours, have their "
        "say as well. Without a graphics card this takes many times as long.",
    ),
}
"""By the names in `core.evidence.choice.EVIDENCE`."""


def opinion(ranking: Ranking) -> str:
    """Who ranks, in a sentence: "the compact net alone"."""
    if ranking.by is RankedBy.EVIDENCE:
        return "all evidence"
    known = EVIDENCE_WORDS.get(ranking.model)
    return f"{ranking.model if known is None else known.name} alone"
