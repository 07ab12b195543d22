"""Where a sentence is true: clips of all recordings, by what is heard to begin in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats32
from core.find.frames import STEP_S
from core.find.indexing import Index
from core.find.query import Stretch
from core.find.search import Found, merged
from core.find.words.chances import chances
from core.find.words.listening import listened
from core.find.words.model import CLIP_FRAMES, CLIP_S, STEP_FRAMES, shipped_words
from core.find.words.sentence import WORDS, Sentence
from core.steps import Steps

STEPS = CLIP_FRAMES // STEP_FRAMES
"""Of a clip."""
HOP = 18
"""Steps from clip to clip, more or less: 1.44 s."""
_EVERY = 3
"""Steps between places where a clip may begin."""
_BESIDE = 8
"""Steps outside of a clip in which a row goes on that its ends cut apart: 0.64 s."""
_CUT_COST = 0.5
"""Share of its score that a clip loses whose ends surely cut apart what the sentence names."""
_CANDIDATES_A_HIT = 8
"""Clips that may overlap, so that hits are left when they are merged."""

Starts = NDArray[np.intp]
Scorer = Callable[[Floats32, Starts], Floats32]
"""From what begins at every step of a channel, and the first steps of clips, to their scores."""


def search_words(index: Index, sentence: Sentence, top: int) -> Steps[list[Found]]:
    """The clips most likely told of by a sentence, best first, none twice.

    Parameters
    ----------
    index : Index
    sentence : Sentence
    top : int
        As many at most.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    list of Found
        As `best_clips`; scores are the probability that the sentence is true.

    Raises
    ------
    InputError
        If what was heard cannot be kept.
    """
    begins = yield from listened(index, shipped_words())
    named = [WORDS.index(word) for _, word in sentence.runs]
    only = [(zero[:, named], one[:, named]) for zero, one in begins]
    return best_clips(only, partial(chances, steps=STEPS, sentence=sentence), top)


def best_clips(
    begins: Sequence[Sequence[NDArray[np.floating]]], scorer: Scorer, top: int
) -> list[Found]:
    """Clips of `core.find.words.model.CLIP_S` with the best scores, best first, none twice.

    Parameters
    ----------
    begins : sequence of two ndarray, shape (T, R)
        Of both channels of every recording, how likely each of R sounds begins at a step. Shorter
        channels than a clip have none.
    scorer : Scorer
    top : int
        As many at most.
    """
    places: list[tuple[int, int]] = []
    starts: list[Starts] = []
    scores: list[Floats32] = []
    for number, channels in enumerate(begins):
        for channel, kept in enumerate(channels):
            if len(kept) >= STEPS:
                each = kept.astype(np.float32)
                first, cuts = clip_starts(each)
                places += [(number, channel)] * len(first)
                starts.append(first)
                scores.append(scorer(each, first) * (1 - np.float32(_CUT_COST) * cuts))
    if not places:
        return []
    start, score = np.concatenate(starts), np.concatenate(scores)
    ranked = []
    for at in np.argsort(-score, kind="stable")[: _CANDIDATES_A_HIT * top].tolist():
        start_s = round(int(start[at]) * STEP_FRAMES * STEP_S, 3)
        number, channel = places[at]
        stretch = Stretch(number, channel, start_s, round(start_s + CLIP_S, 3))
        ranked.append(Found(stretch, float(score[at])))
    return merged(ranked, None, top)


def clip_starts(named: Floats32) -> tuple[Starts, Floats32]:
    """Where clips begin, and how surely their ends cut a row apart, 0 to 1.

    Of the places in a hop, that with the fewest beginnings of the words just outside of the clip.
    """
    upto = np.concatenate([[0.0], np.cumsum(named.sum(axis=1), dtype=np.float64)])
    starts = np.arange(0, len(named) - STEPS + 1, _EVERY)
    ends = starts + STEPS
    before = upto[starts] - upto[np.maximum(starts - _BESIDE, 0)]
    after = upto[np.minimum(ends + _BESIDE, len(named))] - upto[ends]
    cuts = np.minimum(before + after, 1.0)
    a_hop = HOP // _EVERY
    hops = np.pad(cuts, (0, -len(cuts) % a_hop), constant_values=np.inf).reshape(-1, a_hop)
    best = np.arange(len(hops)) * a_hop + hops.argmin(axis=1)
    return starts[best], cuts[best].astype(np.float32)
