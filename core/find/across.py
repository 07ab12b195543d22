"""What the other recorder heard where the time map says that it must have heard a hit too.

Which moment it is, not what it sounds like, is compared: a microphone in the room and a recorder on
a bird's back, which hears the bird through its body, hear one call as two different sounds, and the
compact net was trained to tell that both are one moment. The moments of the hit are compared with
the other channel where the time map says, and where it does not: 0.5 to 5 s away; and the moments
found there with the hit's own channel in the same way. How far the right place stands out among the
others is told in their own standard deviation, so that no recording needs a threshold of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.arrays import Floats32
from core.evidence.lags import window_scores
from core.find.frames import STEP_S
from core.find.index import ChannelFrames
from core.find.indexing import Index
from core.find.query import Stretch
from core.find.search import Found
from core.known_map import KnownMap

AGREES = 1.7
"""Standard deviations above other times that count as the same moment. One in twenty wrong places
of real and simulated pairs reaches it (``python -m benchmarks.accuracy.finding.other_side``)."""
NEAR_S = 0.06
"""How far a sound may lie from where it must be: travel, and keypoints that are a little off."""
APART_S = (0.5, 5.0)
"""How far away the other times are."""
_AROUND = 3
"""Frames around a hit that are compared along: short calls alone tell little."""
_FEWEST_OTHERS = 25
_LEAST_SPREAD = 0.01
"""Standard deviation for a frame: where a channel is all but silent, nothing stands out by less."""


@dataclass(frozen=True, slots=True)
class Other:
    """The same moment on the other channel.

    Parameters
    ----------
    stretch : Stretch
        Where the time map says.
    score : float
        How far it stands out among other times, in their standard deviation.
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
        None where the time map is not known, or no other times are there to compare with.
    """

    found: Found
    other: Other | None = None


def with_other_side(index: Index, found: Sequence[Found], top: int) -> list[Hit]:
    """Hits with what is on the other channel; what is heard on both is one hit.

    Parameters
    ----------
    index : Index
    found : sequence of Found
        Best first.
    top : int
        As many at most.

    Returns
    -------
    list of Hit
    """
    hits: list[Hit] = []
    heard_too: dict[tuple[int, int], list[Stretch]] = defaultdict(list)
    for each in found:
        if len(hits) == top:
            break
        own = each.stretch
        if any(each.is_same(other) for other in heard_too[own.recording, own.channel]):
            continue
        hit = Hit(each, _other(index, own))
        hits.append(hit)
        if hit.other is not None and hit.other.agrees:
            heard_too[own.recording, hit.other.stretch.channel].append(hit.other.stretch)
    return hits


def disagreements(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that are not on the other channel where the time map says: places to review."""
    return [hit for hit in hits if hit.other is not None and not hit.other.agrees]


def stands_out(own: ChannelFrames, at: int, other: ChannelFrames, to: int, length: int) -> float:
    """How far the moment of some frames stands out on the other channel, among other times.

    Parameters
    ----------
    own, other : ChannelFrames
    at : int
        First of the frames.
    to : int
        Frame of the other channel where they must be.
    length : int

    Returns
    -------
    float
        In standard deviations of the other times, the mean of looking from either channel; NaN
        where there are too few of them.
    """
    there, back = (_one_way(*each, length) for each in ((own, at, other, to), (other, to, own, at)))
    return (there + back) / 2


def _one_way(own: ChannelFrames, at: int, other: ChannelFrames, to: int, length: int) -> float:
    near, least, most = (round(each_s / STEP_S) for each_s in (NEAR_S, *APART_S))
    length += 2 * _AROUND
    left = own.moments_of(at - _AROUND, length)
    first = to - most
    right = other.moments_of(first - _AROUND - near, length + 2 * (most + near))
    alike = _best_near(window_scores(left, right), near)
    starts = first + np.arange(len(alike))
    is_other = np.abs(starts - to) >= least
    is_other &= (starts >= 0) & (starts + length - 2 * _AROUND <= len(other.moments))
    if is_other.sum() < _FEWEST_OTHERS:
        return float("nan")
    others = alike[is_other]
    spread = max(float(others.std()), _LEAST_SPREAD * length)
    return float((alike[most] - others.mean()) / spread)


def _best_near(scores: Floats32, near: int) -> Floats32:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(scores, 2 * near + 1).max(axis=1))


def _other(index: Index, own: Stretch) -> Other | None:
    known = index.collection.recordings[own.recording].known
    stretch = None if known is None else _mapped(known, own)
    if stretch is None:
        return None
    channels = index.frames[own.recording].channels
    at, end, to = (round(x / STEP_S) for x in (own.start_s, own.end_s, stretch.start_s))
    score = stands_out(channels[own.channel], at, channels[stretch.channel], to, max(1, end - at))
    return None if np.isnan(score) else Other(stretch, score, score >= AGREES)


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
