"""Sentences that can be looked up: how many of which sounds, one kind after the other.

"two distance calls, then song": among the sounds that the sentence names, a row of exactly so many
of the first kind is followed at once by a row of so many of the next. Without a number, any number
is meant; "many" is four or more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from core.errors import InputError
from core.simulate.aviary import DISTANCE_CALL, FLAP, HOP, INTRODUCTION, SONG, TET

WORDS = (TET, DISTANCE_CALL, INTRODUCTION, SONG, HOP, FLAP)
"""What the shipped model knows: names of simulated events."""
COUNTS = ("any", "one", "two", "three", "many")
MANY = 4
_NUMBERS = {"a": "one", "an": "one", "single": "one", "several": "many", "some": "any"}
_PASSED = ("the", "of", "and", "by", "sounds", "sound")
_THEN = ("then", "followed", "before")
_MOST_RUNS = 2
_MOST_TOLD = 12
TOKENS = ("", "then", *COUNTS, *WORDS)
"""All that a sentence is made of; the first fills it up."""
LENGTH = 3 * _MOST_RUNS - 1
"""Tokens of every sentence."""

Run = tuple[str, str]
"""A count of `COUNTS` and a word of `WORDS`."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is looked up.

    Parameters
    ----------
    runs : tuple of Run
        One or two, of different words of `WORDS` or labels of a person's own.
    """

    runs: tuple[Run, ...]

    @property
    def tokens(self) -> tuple[int, ...]:
        """Numbers of its tokens, `LENGTH` of them; it names words of `WORDS` only."""
        words: list[str] = []
        for count, word in self.runs:
            words += (["then"] if words else []) + [count, word]
        words += [""] * (LENGTH - len(words))
        return tuple(map(TOKENS.index, words))

    def is_told_by(self, events: Sequence[str]) -> bool:
        """Whether sounds in this order are what it says."""
        named = {word for _, word in self.runs}
        rows = [(k, len(list(v))) for k, v in groupby(e for e in events if e in named)]
        last = len(rows) - len(self.runs)
        return any(
            all(
                word == row[0] and is_so_many(count, row[1])
                for (count, word), row in zip(self.runs, rows[at:], strict=False)
            )
            for at in range(last + 1)
        )


def parsed(text: str, labels: Sequence[str] = ()) -> Sentence:
    """Read a sentence.

    Parameters
    ----------
    text : str
    labels : sequence of str
        A person's own, which come before words of the same name.

    Raises
    ------
    InputError
        If it has an unknown word, names no sound, or more than can be looked up.
    """
    left = _plain(text)
    named = {plain: word for word in (*WORDS, *labels) if (plain := _plain(word))}
    longest_first = sorted(named, key=len, reverse=True)
    runs: list[Run] = []
    count, unknown = "any", []
    while left:
        word = next((w for w in longest_first if re.match(rf"{w}(s|es)?\b", left)), None)
        if word is not None:
            runs.append((count, named[word]))
            count, left = "any", re.sub(rf"^{word}(s|es)?\s*", "", left)
            continue
        first, _, left = left.partition(" ")
        number = _NUMBERS.get(first, first)
        if number in COUNTS:
            count = number
        elif first not in (*_THEN, *_PASSED):
            unknown.append(first)
    known = f"known are {', '.join(WORDS)}, with {', '.join(COUNTS[1:])} before and 'then' between"
    if labels:
        more = ", …" if len(labels) > _MOST_TOLD else ""
        known += f"; and your labels {', '.join(labels[:_MOST_TOLD])}{more}"
    if unknown:
        words = ", ".join(repr(word) for word in unknown)
        raise InputError(
            "the words",
            f"{words} is not known" if not unknown[1:] else f"{words} are not known",
            known,
        )
    if not runs:
        raise InputError("the words", f"{text!r} names no sound", known)
    if len(runs) > _MOST_RUNS or len({word for _, word in runs}) < len(runs):
        what = f"{text!r} names more than two kinds of sounds, or one twice"
        raise InputError("the words", what, "name one sound, or two that follow each other")
    return Sentence(tuple(runs))


def _plain(text: str) -> str:
    """Its letters and digits, small, with a space between words."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def is_so_many(count: str, found: int) -> bool:
    """Whether a row of so many is what a count says."""
    if count == "any":
        return True
    return found >= MANY if count == "many" else found == COUNTS.index(count)
