"""How well sentences find clips of other birds, whose orders of sounds were never taught.

A clip of six seconds at 10 dB is relevant if the sentence is true of its events. Of sentences with
all numbers, those count that are true of enough clips. mAP@10, mAP@16 and R@10 are of as many hits
as there could be.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.making.word_clips import Clip, Order, held_back, judged_clips, sentences
from core.arrays import Floats32
from core.find.index import SCALE
from core.find.words.chances import chances
from core.find.words.model import WordModel
from core.find.words.sentence import WORDS, Sentence

FEWEST = 3
"""Clips that a sentence must be true of to be judged by."""
Scores = NDArray[np.floating]
Row = dict[str, float]


class Judges:
    """Clips and sentences to judge by.

    Parameters
    ----------
    work : Path
        Where scenes are kept.
    orders : sequence of Order, optional
        Of two words, that sentences say; by default those that are never taught.
    """

    def __init__(self, work: Path, orders: Sequence[Order] | None = None) -> None:
        self.clips: list[Clip] = judged_clips(work)
        self.said: list[Sentence] = sentences(held_back()[0] if orders is None else orders)
        events = [clip.events for clip in self.clips]
        self._true = np.array([[each.is_told_by(told) for told in events] for each in self.said])

    def row(self, scores: Scores, only: Sequence[int] | None = None) -> Row:
        """Figures of scores of every sentence and every clip."""
        told = []
        for at in range(len(self.said)) if only is None else only:
            true = self._true[at]
            if true.sum() < FEWEST:
                continue
            hits = true[np.argsort(-scores[at])].astype(float)
            found = np.cumsum(hits) / np.arange(1, len(hits) + 1) * hits
            most_10, most_16 = (min(top, int(true.sum())) for top in (10, 16))
            precise = found[:10].sum() / most_10, found[:16].sum() / most_16
            told.append((*precise, hits[:10].sum() / most_10, true.mean()))
        names = ("mAP@10", "mAP@16", "R@10", "share of clips that are relevant")
        means = np.mean(told, axis=0).round(3).tolist()
        return dict(zip(names, means, strict=True)) | {"sentences": len(told)}

    @property
    def without_numbers(self) -> list[int]:
        """Places of the sentences that say no number."""
        return [n for n, each in enumerate(self.said) if {c for c, _ in each.runs} == {"any"}]

    def by_model(self, model: WordModel) -> Scores:
        """What the head of a model says that needs no PyTorch."""
        sounds = model.sound(self._begins(model))
        return np.stack([model.scores(model.text(sentence), sounds) for sentence in self.said])

    def by_chances(self, model: WordModel) -> Scores:
        """How likely sentences are, by what its ear hears: what `core.find.words` goes by."""
        begins = self._begins(model)
        starts = np.arange(len(begins)) * begins.shape[1]
        rows = begins.reshape(-1, begins.shape[-1])[:, 1:]
        return np.stack(
            [
                chances(
                    rows[:, [WORDS.index(word) for _, word in sentence.runs]],
                    starts,
                    steps=begins.shape[1],
                    sentence=sentence,
                )
                for sentence in self.said
            ]
        )

    def _begins(self, model: WordModel) -> Floats32:
        frames = np.stack([clip.frames for clip in self.clips]) / SCALE
        return np.concatenate([model.begins(part) for part in np.array_split(frames, 16)])


def rows_of_chances(judges: Judges, taught: Judges, model: WordModel) -> dict[str, Row]:
    """Figures of what sentences are looked up by, also of orders that were taught."""
    scores = judges.by_chances(model)
    return {
        "chances": judges.row(scores),
        "chances, no numbers": judges.row(scores, judges.without_numbers),
        "chances, orders that were taught": taught.row(taught.by_chances(model)),
    }
