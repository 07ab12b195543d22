"""What the other recorder heard where the time map says that it must have heard a hit too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.find.frames import STEP_S
from core.find.indexing import Index
from core.find.query import Query, Stretch
from core.find.search import Found, score_at
from core.known_map import KnownMap

AGREES = 0.7
"""Share of a hit's score that counts as the same sound on the other channel. Of calls and songs of
simulated scenes at 10 dB that both recorders heard, nine in ten reach it; of those that only one
heard, one in five, where another sound was there."""
NEAR_S = 0.1
"""How far a sound may lie from where it must be: travel, and keypoints that are a little off."""


@dataclass(frozen=True, slots=True)
class Other:
    """The same moment on the other channel.

    Parameters
    ----------
    stretch : Stretch
        Where the time map says.
    score : float
        The best within `NEAR_S` of it.
    agrees : bool
        Whether the sound is there.
    """

    stretch: Stretch
    score: float
    agrees: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that is like the query, and its other side.

    Parameters
    ----------
    found : Found
    other : Other or None
        None where the time map is not known.
    """

    found: Found
    other: Other | None = None


def with_other_side(index: Index, query: Query, found: Sequence[Found], top: int) -> list[Hit]:
    """Hits with what is on the other channel; what is heard on both is one hit.

    Parameters
    ----------
    index : Index
    query : Query
    found : sequence of Found
        Best first.
    top : int
        As many at most.

    Returns
    -------
    list of Hit
    """
    hits: list[Hit] = []
    for each in found:
        if len(hits) == top:
            break
        if any(hit.other and hit.other.agrees and each.is_same(hit.other.stretch) for hit in hits):
            continue
        hits.append(Hit(each, _other(index, query, each)))
    return hits


def _other(index: Index, query: Query, found: Found) -> Other | None:
    own = found.stretch
    known = index.collection.recordings[own.recording].known
    stretch = None if known is None else _mapped(known, own)
    if stretch is None:
        return None
    frames = index.frames[own.recording].channels[stretch.channel]
    near = round(NEAR_S / STEP_S)
    first = round(stretch.start_s / STEP_S) - near
    score = float(score_at(frames, query.frames, first, 2 * near + 1).max())
    return Other(stretch, score, score >= AGREES * found.score)


def _mapped(known: KnownMap, own: Stretch) -> Stretch | None:
    """The same moment on the other channel, if it is known."""
    ends_s = np.array([own.start_s, own.end_s])
    over_s = known.time_map.to_channel_0(ends_s) if own.channel else ends_s
    if not known.is_known(over_s).all():
        return None
    if not own.channel:
        over_s = known.time_map.to_channel_1(ends_s)
    start_s, end_s = np.round(over_s, 3).tolist()
    return Stretch(own.recording, 1 - own.channel, start_s, end_s)
