"""Where else a sound occurs: all frames are compared in their order, first roughly, then exactly.

How alike a query q of L frames and the frames x from t on are is the sum of products along the
diagonal over the lengths of both, ``sum_k q_k . x_{t+k} / sqrt(|q|^2 (|x|^2 + c L))``: a cosine of
the two stretches, in which silence is like nothing (c). The query may be a tenth slower or faster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats32
from core.find.frames import STEP_S
from core.find.index import COARSE_ROWS, COARSE_WIDTH, ChannelFrames, Codes, RecordingFrames
from core.find.query import Query, Stretch

SILENCE = np.float32(0.1)
"""Energy of a frame that counts as silence; c."""
TEMPI = (0.9, 1.0, 1.1)
_TEMPI_FROM = 10
"""Shorter queries, in frames, are not stretched: it would change nothing."""
_MOST_COARSE = 16
"""Rows of a query that are compared roughly."""
_ROWS_A_BLOCK = 8192
"""Few enough for the processor's cache."""
_PLACES_AT_ONCE = 64
"""Compared exactly; few enough for the processor's cache too."""
_CANDIDATES_A_HIT = 10
_FEWEST_CANDIDATES = 200
_THREADS = 2
_SAME_SHARE = 0.5
"""Of the shorter of two hits; what overlaps by more is the same sound."""


Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Found:
    """A place that is like the query.

    Parameters
    ----------
    stretch : Stretch
    score : float
        At most 1.
    """

    stretch: Stretch
    score: float

    def is_same(self, other: Stretch) -> bool:
        """Whether both are mostly the same sound of one channel."""
        own = self.stretch
        if (own.recording, own.channel) != (other.recording, other.channel):
            return False
        shared_s = min(own.end_s, other.end_s) - max(own.start_s, other.start_s)
        shorter_s = min(own.end_s - own.start_s, other.end_s - other.start_s)
        return shared_s > _SAME_SHARE * shorter_s


def search(index: Sequence[RecordingFrames], query: Query, top: int) -> list[Found]:
    """The places most like a query, best first, none of them twice.

    Parameters
    ----------
    index : sequence of RecordingFrames
    query : Query
        Its own stretch is not found.
    top : int
        As many at most.

    Returns
    -------
    list of Found
    """
    places = [(number, channel) for number in range(len(index)) for channel in (0, 1)]
    rough = partial(_rough, query=_coarse_query(query.frames))
    with ThreadPoolExecutor(_THREADS) as pool:
        coarse = [index[number].channels[channel].coarse for number, channel in places]
        found = list(pool.map(rough, coarse))
        scores = np.concatenate([score for score, _ in found])
        wanted = max(_FEWEST_CANDIDATES, _CANDIDATES_A_HIT * top)
        least = -np.inf if len(scores) <= wanted else np.partition(scores, -wanted)[-wanted]
        jobs = [
            (place, at[score >= least] * COARSE_ROWS)
            for place, (score, at) in zip(places, found, strict=True)
            if (score >= least).any()
        ]
        exact = pool.map(lambda job: _exact(index, job[0], job[1], query.frames), jobs)
        ranked = sorted((each for part in exact for each in part), key=lambda x: -x.score)
    return merged(ranked, query.stretch, top)


def merged(ranked: Sequence[Found], own: Stretch | None, top: int) -> list[Found]:
    """The best of every sound, without the query itself."""
    kept: list[Found] = []
    known: dict[tuple[int, int], list[Stretch]] = defaultdict(list)
    if own is not None:
        known[own.recording, own.channel].append(own)
    for each in ranked:
        if len(kept) == top:
            break
        near = known[each.stretch.recording, each.stretch.channel]
        if not any(each.is_same(better) for better in near):
            kept.append(each)
            near.append(each.stretch)
    return kept


def scores_at(frames: ChannelFrames, query: Floats32, firsts: Rows, lags: int) -> Floats32:
    """How alike a query and the frames from some rows on are, at its best tempo and lag.

    Parameters
    ----------
    frames : ChannelFrames
    query : ndarray of float32, shape (L, WIDTH)
    firsts : ndarray of int, shape (n,)
        May lie before the channel.
    lags : int
        Rows from each of them on.

    Returns
    -------
    ndarray of float32, shape (n,)
    """
    parts = [scores.max(axis=(1, 2)) for scores in _by_tempo(frames, query, firsts, lags)]
    return np.concatenate([np.empty(0, dtype=np.float32), *parts])


def _by_tempo(
    frames: ChannelFrames, query: Floats32, firsts: Rows, lags: int
) -> Iterator[Floats32]:
    """Scores from some of the rows on, shape (rows, tempi, lags)."""
    queries = list(_stretched(query))
    longest = max(map(len, queries))
    for start in range(0, len(firsts), _PLACES_AT_ONCE):
        around = frames.stretches(firsts[start : start + _PLACES_AT_ONCE], lags + longest - 1)
        scores = [_alike(each, around[:, : lags + len(each) - 1]) for each in queries]
        yield np.stack(scores, axis=1)


def _exact(
    index: Sequence[RecordingFrames], place: tuple[int, int], rows: Rows, query: Floats32
) -> list[Found]:
    number, channel = place
    frames = index[number].channels[channel]
    lengths = np.array([len(each) for each in _stretched(query)])
    reach = COARSE_ROWS + 1
    lags = 2 * reach + 1
    scores = np.concatenate(list(_by_tempo(frames, query, rows - reach, lags)))
    flat = scores.reshape(len(rows), -1)
    tempi, late = np.divmod(flat.argmax(axis=1), lags)
    starts = rows - reach + late
    starts_s = np.maximum(0.0, starts * STEP_S)
    ends_s = np.minimum((starts + lengths[tempi]) * STEP_S, frames.duration_s)
    return [
        Found(Stretch(number, channel, round(start_s, 3), round(end_s, 3)), score)
        for start_s, end_s, score in zip(
            starts_s.tolist(), ends_s.tolist(), flat.max(axis=1).tolist(), strict=True
        )
        if end_s > start_s
    ]


def _stretched(query: Floats32) -> Iterator[Floats32]:
    """The query at all tempi."""
    if len(query) < _TEMPI_FROM:
        yield query
        return
    for tempo in TEMPI:
        at = np.linspace(0, len(query) - 1, round(len(query) * tempo))
        low = np.minimum(at.astype(np.intp), len(query) - 2)
        part = (at - low).astype(np.float32)[:, None]
        yield query[low] * (1 - part) + query[low + 1] * part


def _alike(query: Floats32, around: Floats32) -> Floats32:
    """Scores of every place at all lags; `around` is (n, lags + L - 1, WIDTH)."""
    products = _diagonals(query @ around.swapaxes(-1, -2), 1)
    return _over(products, query, _windows(around, len(query)))


def _over(products: Floats32, query: Floats32, energy: Floats32) -> Floats32:
    own = np.float32(np.einsum("td,td->", query, query))
    spread = np.sqrt(own * (energy + SILENCE * len(query)) + np.float32(1e-9))
    return np.asarray(products / spread)


def _diagonals(products: Floats32, apart: int) -> Floats32:
    """Sums along diagonals, of the last two axes, that go `apart` columns a row."""
    *several, down, along = products.strides
    *places, rows, columns = products.shape
    shape = (*places, rows, columns - apart * (rows - 1))
    strides = (*several, down + apart * along, along)
    return np.asarray(np.lib.stride_tricks.as_strided(products, shape, strides).sum(axis=-2))


def _windows(rows: Floats32, length: int) -> Floats32:
    """Energy of every so many consecutive rows; rows on the last axis but one."""
    energy = np.einsum("...td,...td->...t", rows, rows, dtype=np.float64)
    upto = np.zeros((*energy.shape[:-1], energy.shape[-1] + 1))
    np.cumsum(energy, axis=-1, out=upto[..., 1:])
    return np.asarray(upto[..., length:] - upto[..., :-length], dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _CoarseQuery:
    """Some rows of a query as the coarse ones are; `apart` rows between them, `length` in all."""

    rows: Floats32
    apart: int
    length: int


def _coarse_query(query: Floats32) -> _CoarseQuery:
    whole = query[: len(query) // COARSE_ROWS * COARSE_ROWS, :COARSE_WIDTH]
    mean = whole.reshape(-1, COARSE_ROWS, COARSE_WIDTH).mean(axis=1)
    apart = -(-len(mean) // _MOST_COARSE)
    rows = np.ascontiguousarray(mean[::apart])
    return _CoarseQuery(rows, apart, apart * (len(rows) - 1) + 1)


def _rough(coarse: Codes, query: _CoarseQuery) -> tuple[Floats32, Rows]:
    """Scores of the best row of every stretch as long as half a query, and which it is."""
    every = max(2, query.length // 2)
    scores: list[Floats32] = []
    places: list[Rows] = []
    block = _ROWS_A_BLOCK // every * every
    for start in range(0, len(coarse) - query.length + 1, block):
        part = coarse[start : start + block + query.length - 1].astype(np.float32)
        part *= np.float32(1 / 127)
        products = _diagonals(query.rows @ part.T, query.apart)
        energy = _windows(part, query.length) * np.float32(len(query.rows) / query.length)
        score = _over(products, query.rows, energy)
        padded = np.full(-(-len(score) // every) * every, -np.inf, dtype=np.float32)
        padded[: len(score)] = score
        best = padded.reshape(-1, every).argmax(axis=1) + every * np.arange(len(padded) // every)
        scores.append(padded[best])
        places.append(start + best)
    none = np.empty(0, dtype=np.float32), np.empty(0, dtype=np.intp)
    return (np.concatenate(scores), np.concatenate(places)) if scores else none
