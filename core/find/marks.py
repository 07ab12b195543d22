"""What a person said of hits, right or wrong, changes the query (Rocchio 1971)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.arrays import Floats32
from core.find.frames import STEP_S
from core.find.index import RecordingFrames
from core.find.query import Query
from core.find.search import Found, merged, scores_at, search

RIGHT, WRONG = 2.0, 0.6
"""What the mean of the marked stretches weighs against the query's one."""
NEAREST = 0.5
"""What likeness to the nearest marked stretch weighs against that to the moved query."""
_NEAR_ROWS = 2
WANTED_MORE = 3
"""So many times the hits are looked for, so that what looks wrong can give way."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a person said of hits.

    Parameters
    ----------
    right, wrong : tuple of Found
    """

    right: tuple[Found, ...] = ()
    wrong: tuple[Found, ...] = ()

    def __len__(self) -> int:
        return len(self.right) + len(self.wrong)


def search_again(
    index: Sequence[RecordingFrames], query: Query, marks: Marks, top: int
) -> list[Found]:
    """The places most like a query and what was marked right, and least like what was wrong.

    Parameters
    ----------
    index : sequence of RecordingFrames
    query : Query
    marks : Marks
    top : int
        As many at most.

    Returns
    -------
    list of Found
        First what was marked right, in the order of the marks; nothing that was marked wrong.
    """
    if not len(marks):
        return search(index, query, top)
    length = len(query.frames)
    right = [_frames(index, each, length) for each in marks.right]
    wrong = [_frames(index, each, length) for each in marks.wrong]
    moved = query.frames.copy()
    if right:
        moved += np.float32(RIGHT) * np.mean(right, axis=0)
    if wrong:
        moved -= np.float32(WRONG) * np.mean(wrong, axis=0)
    known = [*marks.right, *marks.wrong]
    fresh = [
        each
        for each in search(index, replace(query, frames=moved), WANTED_MORE * top + len(known))
        if not any(each.is_same(other.stretch) for other in known)
    ]
    return merged([*marks.right, *_judged(index, fresh, [query.frames, *right], wrong)], None, top)


def _judged(
    index: Sequence[RecordingFrames],
    found: Sequence[Found],
    right: Sequence[Floats32],
    wrong: Sequence[Floats32],
) -> list[Found]:
    """Hits by how much more they are like the nearest right example than like the nearest wrong."""
    near = _nearest(index, found, right) - np.maximum(0, _nearest(index, found, wrong))
    told = [each.score for each in found] + NEAREST * near
    return [found[at] for at in np.argsort(-told, kind="stable")]


def _nearest(
    index: Sequence[RecordingFrames], found: Sequence[Found], examples: Sequence[Floats32]
) -> Floats32:
    """How like the nearest of some examples every hit is; zero without any."""
    near = np.zeros(len(found), dtype=np.float32)
    places = np.array([(x.stretch.recording, x.stretch.channel) for x in found]).reshape(-1, 2)
    starts = np.array([round(x.stretch.start_s / STEP_S) for x in found], dtype=np.intp)
    for recording, channel in np.unique(places, axis=0).tolist() if examples else ():
        here = np.flatnonzero((places == (recording, channel)).all(axis=1))
        frames, firsts = index[recording].channels[channel], starts[here] - _NEAR_ROWS
        likes = [scores_at(frames, each, firsts, 2 * _NEAR_ROWS + 1) for each in examples]
        near[here] = np.max(likes, axis=0)
    return near


def _frames(index: Sequence[RecordingFrames], found: Found, length: int) -> Floats32:
    stretch = found.stretch
    frames = index[stretch.recording].channels[stretch.channel]
    return frames.stretch(round(stretch.start_s / STEP_S), length)
