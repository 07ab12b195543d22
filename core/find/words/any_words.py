"""Any words, by a model that a person has: a text and a sound become vectors of one space."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Protocol

import numpy as np

from core.arrays import Floats32
from core.audio.recording import Recording
from core.audio.resampled import resampled
from core.find.collection import Searched
from core.find.indexing import Index
from core.find.query import Stretch
from core.find.search import Found, merged
from core.find.words.kept import kept_channels
from core.find.words.model import CLIP_S
from core.steps import Steps, reported

HOP_S = 3.0
"""From clip to clip."""
_CLIPS_A_BATCH = 8
_SUFFIX = ".clips"


class Model(Protocol):
    """Texts and sounds in one space; see `core.nets.clap.ClapFolder`."""

    digest: str
    rate_hz: int

    def text(self, text: str) -> Floats32:
        """The vector of a text, at unit length, shape (D,)."""
        ...

    def sounds(self, clips: list[Floats32]) -> Floats32:
        """Vectors of clips of equal length at `rate_hz`, at unit length, shape (M, D)."""
        ...


def search_any_words(index: Index, text: str, model: Model, top: int) -> Steps[list[Found]]:
    """The clips whose vectors are most like that of a text, best first, none twice.

    Parameters
    ----------
    index : Index
        Vectors of clips are kept where its frames are, a file a recording: they are made once.
    text : str
    model : Model
    top : int
        As many at most.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    list of Found
        Clips of `CLIP_S`; the last of a recording may be shorter.

    Raises
    ------
    InputError
        If the audio cannot be read or the folder cannot be written.
    """
    wanted = model.text(text)
    recordings = index.collection.recordings
    total_s = sum(sum(each.recording.durations_s) for each in recordings)
    done_s, ranked = 0.0, list[Found]()
    for number, each in enumerate(recordings):
        share = partial(_share, done_s, total_s)
        path = index.folder / f"{each.fingerprint}-{model.digest}{_SUFFIX}"
        steps = kept_channels(path, partial(_vectors, each, model))
        vectors = yield from reported(steps, share)
        for channel, rows in enumerate(vectors):
            end_s = each.recording.durations_s[channel]
            for at, score in enumerate((rows.astype(np.float32) @ wanted).tolist()):
                start_s = at * HOP_S
                stretch = Stretch(number, channel, start_s, min(start_s + CLIP_S, end_s))
                ranked.append(Found(stretch, score))
        done_s += sum(each.recording.durations_s)
    ranked.sort(key=lambda found: -found.score)
    return merged(ranked, None, top)


def _share(before_s: float, total_s: float, own_s: float) -> float:
    return min(1.0, (before_s + own_s) / total_s)


def _vectors(each: Searched, model: Model, channel: int) -> Steps[Floats32]:
    """Vectors of the clips of a channel; yields the seconds that are done of both."""
    done_s = channel * each.recording.durations_s[0]
    batch: list[Floats32] = []
    rows: list[Floats32] = []
    for clip in clips_of(each.recording, channel, model.rate_hz):
        batch.append(clip)
        if len(batch) == _CLIPS_A_BATCH:
            rows.append(model.sounds(batch))
            done_s, batch = done_s + HOP_S * _CLIPS_A_BATCH, []
            yield done_s
    if batch:
        rows.append(model.sounds(batch))
    return np.concatenate(rows)


def clips_of(recording: Recording, channel: int, rate_hz: int) -> Iterator[Floats32]:
    """Clips of `CLIP_S` every `HOP_S`, silence after the end; one at least."""
    length, hop = round(CLIP_S * rate_hz), round(HOP_S * rate_hz)
    held, is_first = np.zeros(0, dtype=np.float32), True
    for block in resampled(recording, channel, rate_hz, "MQ"):
        held = np.concatenate([held, block])
        while len(held) >= length:
            yield held[:length]
            held, is_first = held[hop:], False
    if is_first or len(held) > length - hop:
        yield np.pad(held, (0, length - len(held)))
