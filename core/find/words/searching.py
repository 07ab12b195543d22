"""Where a sentence is true: clips of all recordings, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats32
from core.find.frames import STEP_S
from core.find.index import ChannelFrames, RecordingFrames
from core.find.query import Stretch
from core.find.search import Found, merged
from core.find.words.model import CLIP_FRAMES, CLIP_S, STEP_FRAMES, WordModel
from core.find.words.sentence import WORDS, Sentence
from core.steps import Steps

HOP = 18
"""Steps from clip to clip, more or less: 1.44 s."""
_EVERY = 3
"""Steps between places where a clip may begin."""
_BESIDE = 8
"""Steps outside of a clip in which a row goes on that its ends cut apart: 0.64 s."""
_CUT_COST = 0.3
"""What a clip loses whose ends surely cut apart what the sentence names."""
_STEPS = CLIP_FRAMES // STEP_FRAMES
_BLOCK = 1500
"""Steps that are listened to at a time, two minutes."""
_REACH = 12
"""Steps around that change what is heard."""
_CLIPS_A_BATCH = 256
_CANDIDATES_A_HIT = 8
"""Clips of a channel that may overlap, so that hits are left when they are merged."""


def search_words(
    index: Sequence[RecordingFrames], sentence: Sentence, model: WordModel, top: int
) -> Steps[list[Found]]:
    """The clips most likely told of by a sentence, best first, none twice.

    Parameters
    ----------
    index : sequence of RecordingFrames
    sentence : Sentence
    model : WordModel
    top : int
        As many at most.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    list of Found
        Clips of `core.find.words.model.CLIP_S`; shorter recordings have none.
    """
    total = sum(len(each.rows) for frames in index for each in frames.channels)
    ranked: list[Found] = []
    done = 0
    for number, frames in enumerate(index):
        for channel, each in enumerate(frames.channels):
            ranked += _scored(each, number, channel, sentence, model, _CANDIDATES_A_HIT * top)
            done += len(each.rows)
            yield done / total
    ranked.sort(key=lambda found: -found.score)
    return merged(ranked, None, top)


def _scored(
    frames: ChannelFrames,
    number: int,
    channel: int,
    sentence: Sentence,
    model: WordModel,
    wanted: int,
) -> list[Found]:
    begins = heard(frames, model)
    if len(begins) < _STEPS:
        return []
    starts, cuts = _starts(begins[:, [1 + WORDS.index(word) for _, word in sentence.runs]])
    windows = np.lib.stride_tricks.sliding_window_view(begins, _STEPS, axis=0).swapaxes(1, 2)
    text = model.text(sentence)
    scores = np.concatenate(
        [
            model.scores(text, model.sound(windows[part]))
            for part in np.array_split(starts, -(-len(starts) // _CLIPS_A_BATCH))
        ]
    )
    scores -= _CUT_COST * cuts
    found = []
    for at in np.argsort(-scores)[:wanted].tolist():
        start_s = round(int(starts[at]) * STEP_FRAMES * STEP_S, 3)
        end_s = round(start_s + CLIP_S, 3)
        found.append(Found(Stretch(number, channel, start_s, end_s), float(scores[at])))
    return found


def _starts(named: Floats32) -> tuple[NDArray[np.intp], Floats32]:
    """Where clips begin, and how surely their ends cut a row apart, 0 to 1.

    Of the places in a hop, that with the fewest beginnings of the words just outside of the clip.
    """
    upto = np.concatenate([[0.0], np.cumsum(named.sum(axis=1), dtype=np.float64)])
    starts = np.arange(0, len(named) - _STEPS + 1, _EVERY)
    ends = starts + _STEPS
    before = upto[starts] - upto[np.maximum(starts - _BESIDE, 0)]
    after = upto[np.minimum(ends + _BESIDE, len(named))] - upto[ends]
    cuts = np.minimum(before + after, 1.0)
    hops = np.array_split(np.arange(len(starts)), -(-len(starts) * _EVERY // HOP))
    best = np.array([hop[cuts[hop].argmin()] for hop in hops])
    return starts[best], cuts[best].astype(np.float32)


def heard(frames: ChannelFrames, model: WordModel) -> Floats32:
    """What begins at every step of a channel, shape (T, 1 + words)."""
    count = len(frames.rows) // STEP_FRAMES
    parts = []
    for first in range(0, count, _BLOCK):
        last = min(first + _BLOCK, count)
        left, right = max(0, first - _REACH), min(count, last + _REACH)
        rows = frames.stretch(left * STEP_FRAMES, (right - left) * STEP_FRAMES)
        parts.append(model.begins(rows[None])[0, first - left : last - left])
    return np.concatenate(parts) if parts else np.zeros((0, 1), dtype=np.float32)
