"""Sentences with a person's own labels: where their examples are alike counts as heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import permutations

import numpy as np

from core.arrays import Floats32
from core.find.frames import STEP_S
from core.find.indexing import Index
from core.find.query import Query, Stretch
from core.find.search import Found, scores_at
from core.find.words.chances import chances
from core.find.words.listening import listened
from core.find.words.model import STEP_FRAMES, shipped_words
from core.find.words.own_labels import Labelled, asked_by, found_alike
from core.find.words.searching import STEPS, best_clips
from core.find.words.sentence import WORDS, Sentence
from core.steps import Steps

_MOST_HEARD = 1000
"""Places of a label that may count, the most alike."""
_EVEN = 0.9
"""What a place's likeness is of that of the examples to each other, where it counts for half: of
calls of simulated birds by others, about as many are missed there as are wrong."""
_SPREAD = 0.05
_NEAR_ROWS = 2

Columns = list[list[Floats32]]
"""Of both channels of every recording, how likely a sound begins at every step."""


def search_own_words(
    index: Index, sentence: Sentence, examples: Mapping[str, Sequence[Labelled]], top: int
) -> Steps[list[Found]]:
    """The clips that a sentence is most likely true of, some of whose words are labels.

    Parameters
    ----------
    index : Index
    sentence : Sentence
    examples : mapping of str to sequence of Labelled
        Of each label that it names; other words are those of the shipped model.
    top : int
        As many at most.

    Yields and returns as `core.find.words.searching.search_words`.

    Raises
    ------
    InputError
        If too few examples of a label can be heard, or what was heard cannot be kept.
    """
    told: list[Columns] = []
    for _, word in sentence.runs:
        if word in examples:
            yield len(told) / len(sentence.runs)
            told.append(_of_label(index, word, examples[word]))
        else:
            begins = yield from listened(index, shipped_words())
            at = WORDS.index(word)
            told.append([[each[:, at].astype(np.float32) for each in pair] for pair in begins])
    columns = [
        [np.stack(same, axis=1) for same in zip(*recording, strict=True)]
        for recording in zip(*told, strict=True)
    ]
    return best_clips(columns, partial(chances, steps=STEPS, sentence=sentence), top)


def _of_label(index: Index, name: str, examples: Sequence[Labelled]) -> Columns:
    """How likely a label begins at every step; where it stands it is certain."""
    asked = asked_by(index, name, examples)
    even = _EVEN * _likeness(index, asked.queries)
    columns = [
        [np.zeros(len(each.rows) // STEP_FRAMES, dtype=np.float32) for each in frames.channels]
        for frames in index.frames
    ]

    def hear(stretch: Stretch, likely: float) -> None:
        column = columns[stretch.recording][stretch.channel]
        at = int(stretch.start_s / (STEP_FRAMES * STEP_S))
        if at < len(column):
            column[at] = max(column[at], likely)

    for found in found_alike(index, asked, _MOST_HEARD):
        hear(found.stretch, float(1 / (1 + np.exp((even - found.score) / (_SPREAD * even)))))
    for stretch in asked.known:
        hear(stretch, 1.0)
    return columns


def _likeness(index: Index, queries: Sequence[Query]) -> float:
    """How alike examples are to each other."""
    scores = []
    for one, other in permutations(queries, 2):
        if other.stretch is not None:
            frames = index.frames[other.stretch.recording].channels[other.stretch.channel]
            first = np.array([round(other.stretch.start_s / STEP_S) - _NEAR_ROWS])
            scores.append(float(scores_at(frames, one.frames, first, 2 * _NEAR_ROWS + 1)[0]))
    return max(float(np.median(scores)), _SPREAD)
