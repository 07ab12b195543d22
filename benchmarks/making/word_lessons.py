"""What is learned from clips whose events are known: batches, and what is true at every step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from benchmarks.making.word_clips import Clip
from core.find.index import SCALE
from core.find.words.model import CLIP_S
from core.find.words.sentence import COUNTS, WORDS, Sentence

STEPS = 75
"""Of the sound tower in a clip."""
_ALIKE = 8
"""Clips of a batch with the same two words."""
_LONE_SHARE = 0.15
_LEVEL_SPREAD, _NOISE = 0.2, 0.03

Floats32 = NDArray[np.float32]
Whole = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Batch:
    """Clips, a sentence that is true of each, and what is wrong.

    Parameters
    ----------
    at : ndarray of int, shape (B,)
        Which clips they are.
    tokens : ndarray of int, shape (B, L)
    wrong : ndarray of bool, shape (B, B)
        Which sentence is not true of which clip.
    """

    at: Whole
    tokens: Whole
    wrong: NDArray[np.bool_]


class Lessons:
    """Batches of clips to learn from.

    Parameters
    ----------
    clips : sequence of Clip
    pairs : sequence of (str, str)
        Orders that may be said.
    seed : int
    """

    def __init__(self, clips: Sequence[Clip], pairs: Sequence[tuple[str, str]], seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._frames = np.stack([clip.frames for clip in clips])
        self._said: list[Sentence] = []
        numbers: dict[Sentence, int] = {}
        self._true: list[NDArray[np.intp]] = []
        known: dict[tuple[str, ...], NDArray[np.intp]] = {}
        self._with: dict[frozenset[str], list[int]] = defaultdict(list)
        for at, clip in enumerate(clips):
            events = clip.events
            if events not in known:
                told = _true_of(events, pairs)
                for sentence in told:
                    if sentence not in numbers:
                        numbers[sentence] = len(numbers)
                        self._said.append(sentence)
                known[events] = np.array([numbers[each] for each in told], dtype=np.intp)
            self._true.append(known[events])
            for pair in {frozenset(_words(self._said[n])) for n in known[events]}:
                if len(pair) > 1:
                    self._with[pair].append(at)
        self._is_true = np.zeros((len(self._said), len(clips)), dtype=bool)
        for at, told in enumerate(self._true):
            self._is_true[told, at] = True
        self._tokens = np.array([sentence.tokens for sentence in self._said])
        self._is_lone = np.array([len(sentence.runs) == 1 for sentence in self._said])

    def __len__(self) -> int:
        return len(self._frames)

    def disturbed(self, at: Whole) -> Floats32:
        """Frames of some clips, at other levels and with noise."""
        frames = self._frames[at].astype(np.float32) / SCALE
        levels, noise = (len(at), 1, 1), frames.shape
        frames *= 1 + np.float32(_LEVEL_SPREAD) * self._rng.standard_normal(levels, "f")
        frames += np.float32(_NOISE) * self._rng.standard_normal(noise, "f")
        return frames

    def some(self, size: int) -> Whole:
        """Any clips."""
        return self._rng.choice(len(self), size, replace=False)

    def batch(self, size: int) -> Batch:
        """Clips of which many have the same two words."""
        chosen: list[int] = []
        said: list[int] = []
        pairs = list(self._with)
        while len(chosen) < size:
            pair = pairs[self._rng.integers(len(pairs))]
            could = self._with[pair]
            for at in self._rng.choice(
                could, min(_ALIKE, len(could), size - len(chosen)), replace=False
            ):
                true = self._true[at]
                is_meant = self._is_lone[true] == (self._rng.random() < _LONE_SHARE)
                is_meant &= [_words(self._said[n]) <= pair for n in true]
                if is_meant.any():
                    chosen.append(int(at))
                    said.append(int(self._rng.choice(true[is_meant])))
        at = np.array(chosen)
        return Batch(at, self._tokens[said], ~self._is_true[said][:, at])


def heard_at(clips: Sequence[Clip]) -> tuple[Whole, Floats32]:
    """Which word begins at every step of clips, counted from 1, and how often each does.

    Returns
    -------
    begins : shape (M, STEPS)
        0 where none does.
    counts : shape (M, words)
    """
    begins = np.zeros((len(clips), STEPS), dtype=np.intp)
    counts = np.zeros((len(clips), len(WORDS)), dtype=np.float32)
    step_s = CLIP_S / STEPS
    for clip, begin, count in zip(clips, begins, counts, strict=True):
        at = np.clip(clip.spans_s[:, 0] // step_s, 0, STEPS - 1).astype(np.intp)
        begin[at] = clip.words + 1
        count[:] = np.bincount(clip.words, minlength=len(WORDS))
    return begins, counts


def _words(sentence: Sentence) -> frozenset[str]:
    return frozenset(word for _, word in sentence.runs)


def _true_of(events: tuple[str, ...], pairs: Sequence[tuple[str, str]]) -> list[Sentence]:
    """All sentences that may be said and are true."""
    there = [word for word in WORDS if word in events]
    could = [Sentence(((count, word),)) for word in there for count in COUNTS]
    could += [
        Sentence(((one, first), (two, second)))
        for first, second in permutations(there, 2)
        if (first, second) in pairs
        for one in COUNTS
        for two in COUNTS
    ]
    return [sentence for sentence in could if sentence.is_told_by(events)]
