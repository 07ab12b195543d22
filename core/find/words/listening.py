"""What begins when in recordings, as the shipped model hears it: listened to once, then kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from core.arrays import Floats32
from core.find.index import ChannelFrames
from core.find.indexing import Index
from core.find.words.kept import Halves, kept_channels
from core.find.words.model import STEP_FRAMES, WordModel
from core.find.words.sentence import WORDS
from core.steps import Steps, part_of

_SUFFIX = ".begins"
_BLOCK = 1500
"""Steps that are listened to at a time, two minutes."""
_REACH = 12
"""Steps around that change what is heard."""


def listened(index: Index, model: WordModel) -> Steps[list[tuple[Halves, Halves]]]:
    """What begins at every step of every recording.

    Parameters
    ----------
    index : Index
        What is heard of a recording is kept where its frames are.
    model : WordModel

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    list of tuple of two ndarray, shape (T, words)
        Probabilities of both channels.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    found = []
    for at, frames in enumerate(index.frames):
        name = f"{frames.label.fingerprint}-{frames.label.digest}-{model.digest}{_SUFFIX}"
        steps = kept_channels(index.folder / name, partial(_steps, frames.channels, model))
        shares = at / len(index.frames), (at + 1) / len(index.frames)
        found.append((yield from part_of(steps, *shares)))
        yield shares[1]
    return found


def _steps(channels: Sequence[ChannelFrames], model: WordModel, channel: int) -> Steps[Floats32]:
    yield channel / len(channels)
    return heard(channels[channel], model)


def heard(frames: ChannelFrames, model: WordModel) -> Floats32:
    """What begins at every step of a channel, shape (T, words)."""
    count = len(frames.rows) // STEP_FRAMES
    parts = []
    for first in range(0, count, _BLOCK):
        last = min(first + _BLOCK, count)
        left, right = max(0, first - _REACH), min(count, last + _REACH)
        rows = frames.stretch(left * STEP_FRAMES, (right - left) * STEP_FRAMES)
        parts.append(model.begins(rows[None])[0, first - left : last - left, 1:])
    return np.concatenate(parts) if parts else np.zeros((0, len(WORDS)), dtype=np.float32)
