"""How likely a sentence is true of clips, if it is known how likely each sound begins at a step.

Sounds are taken to begin independently of each other. What has happened of a sentence is a state:
before a row of its first sound, in one that is so long, in a row of the second after it, or past
both. `Sentence.is_told_by` says the same of sounds that are certain.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats32
from core.find.words.sentence import MANY, Sentence, is_so_many


class _State(NamedTuple):
    """How many rows have begun as they must, and how long the last one is, `MANY` at most."""

    rows: int
    long: int


_BEFORE, _PAST = _State(0, 0), _State(3, 0)
_STATES = (_BEFORE, *(_State(*each) for each in product((1, 2), range(1, MANY + 1))), _PAST)


def chances(
    begins: Floats32, starts: NDArray[np.intp], *, steps: int, sentence: Sentence
) -> Floats32:
    """Probability that a sentence is true of each clip.

    Parameters
    ----------
    begins : ndarray, shape (T, R)
        How likely the sound of each run of the sentence begins at a step; more than one in all
        becomes one.
    starts : ndarray of int, shape (M,)
        First steps of clips.
    steps : int
        Of every clip.
    sentence : Sentence

    Returns
    -------
    ndarray, shape (M,)
    """
    total = begins.sum(axis=1, keepdims=True)
    shared = begins / np.maximum(total, 1)
    given = np.ascontiguousarray(np.hstack([np.maximum(1 - total, 0), shared]).T)
    moves = [
        (_STATES.index(state), sound, _STATES.index(_after(state, sound, sentence)))
        for state, sound in product(_STATES, range(1, len(given)))
    ]
    now = np.zeros((len(_STATES), len(starts)), dtype=np.float32)
    now[0] = 1.0
    for step in range(steps):
        likely = given[:, starts + step]
        then = now * likely[0]
        for state, sound, after in moves:
            then[after] += now[state] * likely[sound]
        now = then
    return np.asarray(now[[_is_true(state, sentence) for state in _STATES]].sum(axis=0))


def _after(state: _State, sound: int, sentence: Sentence) -> _State:
    """The state when the sound of a run, counted from 1, has begun."""
    if state == _PAST:
        return state
    if state.rows == sound:
        return _State(sound, min(state.long + 1, MANY))
    if sound == 1:
        return _PAST if _is_true(state, sentence) else _State(1, 1)
    is_long_enough = state.rows == 1 and is_so_many(sentence.runs[0][0], state.long)
    return _State(2, 1) if is_long_enough else _BEFORE


def _is_true(state: _State, sentence: Sentence) -> bool:
    """Whether the sentence is true if nothing else happens."""
    if state.rows != len(sentence.runs):
        return state == _PAST
    return is_so_many(sentence.runs[-1][0], state.long)
