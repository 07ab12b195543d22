"""Scoring time maps with a pair model: every distinct clip and pair once.

Two ways. *Exact*: the clips begin at the sample where a candidate says, as in the
public systems. *Grid*: channel 1 is cut every 100 ms and candidates look up the
nearest clip in a table of scores, so that ten thousand cost what seventy do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from core.align.candidates import PredictionScores, score_predictions
from core.evidence.surface import ScoreSurface
from core.nets.cache import EmbeddingCache
from core.nets.clips import ChannelClips, Starts, clip_starts
from core.nets.embed import ClipEncoder
from core.nets.pair import Keys, PairScorer, in_blocks, taken

Floats = NDArray[np.float64]
Scores = NDArray[np.float32]

GRID_S = 0.1
_KEYPOINTS_A_BLOCK = 128
_MAPS_A_BATCH = 1000
_PASSING_BYTES = 1 << 26


@dataclass(frozen=True, slots=True, eq=False)
class PairModel:
    """An encoder, and a scorer of pairs of its tokens, on the same device.

    Parameters
    ----------
    encoder : ClipEncoder
    scorer : PairScorer
    """

    encoder: ClipEncoder
    scorer: PairScorer


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Predictions of keypoints against clips of channel 1 on a grid.

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Keypoints on channel 0, seconds.
    first_cell : ndarray of int, shape (K,)
        Each row's first clip, in grid steps from the start of channel 1.
    step_s : float
        Between clips, seconds.
    prediction : ndarray of float32, shape (K, W)
        Log odds of "the same moment"; NaN outside channel 1.
    """

    time_0_s: Floats
    first_cell: NDArray[np.int64]
    step_s: float
    prediction: Scores

    def at(self, time_1_s: ArrayLike) -> Scores:
        """Predictions along time maps, of the clip nearest to each time.

        Parameters
        ----------
        time_1_s : array_like, shape (N, K)
            Keypoints on channel 1, seconds; NaN where one is not used.

        Returns
        -------
        ndarray of float32, shape (N, K)
            NaN where there is none.
        """
        column = np.rint(np.asarray(time_1_s) / self.step_s) - self.first_cell
        with np.errstate(invalid="ignore"):
            inside = (column >= 0) & (column < self.prediction.shape[1])
        index = np.where(inside, column, 0).astype(np.intp)
        found = self.prediction[np.arange(len(self.time_0_s)), index]
        return np.where(inside, found, np.float32(np.nan))

    def rank(self, time_1_s: Floats) -> PredictionScores:
        """Scores of time maps, shape (N, K) as for `at`; any number of them."""
        parts = [
            score_predictions(self.at(time_1_s[left : left + _MAPS_A_BATCH]))
            for left in range(0, max(len(time_1_s), 1), _MAPS_A_BATCH)
        ]
        return PredictionScores.joined(parts)

    def surface(self) -> ScoreSurface:
        """The table as evidence by offset: rows' likelihood ratios average to one.

        Keypoints should lie on the grid; others are moved by up to half a step.
        """
        odds = self.prediction.astype(np.float64)
        known = ~np.isnan(odds)
        peak = np.max(odds, axis=1, where=known, initial=-np.inf, keepdims=True)
        peak = np.where(np.isfinite(peak), peak, 0.0)
        mass = np.where(known, np.exp(np.where(known, odds, 0.0) - peak), 0.0).sum(axis=1)
        level = peak[:, 0] + np.log(np.maximum(mass / np.maximum(known.sum(axis=1), 1), 1e-300))
        score = np.where(known, odds - level[:, None], 0.0).astype(np.float32)
        first_offset_s = self.first_cell * self.step_s - self.time_0_s
        return ScoreSurface(self.time_0_s, first_offset_s, self.step_s, score)


def exact_predictions(
    model: PairModel,
    cache: EmbeddingCache,
    clips: tuple[ChannelClips, ChannelClips],
    time_0_s: Floats,
    time_1_s: Floats,
) -> Iterator[float | Scores]:
    """Predictions along time maps, each clip where the map says to the sample.

    Parameters
    ----------
    model : PairModel
    cache : EmbeddingCache
    clips : tuple of two ChannelClips
        Both channels.
    time_0_s : ndarray, shape (K,)
        Keypoints on channel 0, ascending, seconds.
    time_1_s : ndarray, shape (N, K)
        Keypoints on channel 1, seconds; NaN where one is not used.

    Yields
    ------
    float
        Share of the clips done, after every batch.
    ndarray of float32, shape (N, K)
        Once, last; NaN where a keypoint is not used.
    """
    used = ~np.isnan(time_1_s)
    start_1 = clip_starts(np.where(used, time_1_s, 0.0))
    prediction = np.full(time_1_s.shape, np.nan, dtype=np.float32)
    for top in range(0, len(time_0_s), _KEYPOINTS_A_BLOCK):
        rows = slice(top, top + _KEYPOINTS_A_BLOCK)
        here = used[:, rows]
        keypoint = np.nonzero(here)[1]
        pair, place = np.unique(
            np.stack([keypoint, start_1[:, rows][here]], axis=1), axis=0, return_inverse=True
        )
        for step in _scored(model, cache, clips, clip_starts(time_0_s[rows]), pair):
            if isinstance(step, float):
                yield (top + step * len(time_0_s[rows])) / len(time_0_s)
            else:
                prediction[:, rows][here] = step[place.ravel()]
    yield prediction


def _scored(
    model: PairModel,
    cache: EmbeddingCache,
    clips: tuple[ChannelClips, ChannelClips],
    start_0: Starts,
    pair: Starts,
) -> Iterator[float | Scores]:
    """Score distinct pairs (keypoint, first sample on channel 1), batch by batch of clips."""
    score = np.zeros(len(pair), dtype=np.float32)
    wanted_0 = np.unique(start_0[np.unique(pair[:, 0])])
    todo, done = len(wanted_0) + len(np.unique(pair[:, 1])), 0
    parts_0: list[Keys] = []
    for start, tokens in cache.batches(model.encoder, clips[0], wanted_0):
        with torch.inference_mode():
            parts_0.append(model.scorer.keys(tokens))
        done += len(start)
        yield done / todo
    keys_0 = _joined(parts_0)
    for start, tokens in cache.batches(model.encoder, clips[1], pair[:, 1]):
        with torch.inference_mode():
            keys_1 = model.scorer.keys(tokens)
            here = np.nonzero(np.isin(pair[:, 1], start))[0]
            chosen_0 = torch.from_numpy(np.searchsorted(wanted_0, start_0[pair[here, 0]]))
            chosen_1 = torch.from_numpy(np.searchsorted(start, pair[here, 1]))
            most = max(1, _PASSING_BYTES // model.scorer.bytes_a_pair(keys_1))
            parts = [
                model.scorer.pairs(taken(keys_0, a), taken(keys_1, b))
                for a, b in zip(
                    torch.split(chosen_0, most), torch.split(chosen_1, most), strict=True
                )
            ]
            score[here] = torch.cat(parts).cpu().numpy()
        done += len(start)
        yield done / todo
    yield score


def _keys(
    model: PairModel, cache: EmbeddingCache, clips: ChannelClips, start: Starts
) -> tuple[Keys, Starts]:
    """Keys of the distinct clips among at most a batch, and each clip's row among them."""
    distinct, row = np.unique(start, return_inverse=True)
    with torch.inference_mode():
        parts = [
            model.scorer.keys(tokens) for _, tokens in cache.batches(model.encoder, clips, distinct)
        ]
        return _joined(parts), row.ravel()


def _joined(parts: list[Keys]) -> Keys:
    return tuple(torch.cat(part) for part in zip(*parts, strict=True))


def pair_table(
    model: PairModel,
    cache: EmbeddingCache,
    clips: tuple[ChannelClips, ChannelClips],
    time_0_s: Floats,
    max_offset_s: float,
    step_s: float = GRID_S,
) -> Iterator[float | PairTable]:
    """Score every keypoint against the clips of channel 1 within reach.

    Parameters
    ----------
    model : PairModel
    cache : EmbeddingCache
    clips : tuple of two ChannelClips
        Both channels.
    time_0_s : ndarray, shape (K,)
        Keypoints on channel 0, ascending, seconds.
    max_offset_s : float
        Reach, seconds.
    step_s : float
        Of the grid, seconds.

    Yields
    ------
    float
        Share of the keypoints done, after each batch of clips and each keypoint.
    PairTable
        Once, last.
    """
    reach = round(max_offset_s / step_s)
    first = np.rint(time_0_s / step_s).astype(np.int64) - reach
    last_cell = int(np.floor(clips[1].duration_s / step_s + 1e-9))
    table = np.full((len(time_0_s), 2 * reach + 1), np.nan, dtype=np.float32)
    window = _Window(model, cache, clips[1], step_s, last_cell)
    for top in range(0, len(time_0_s), model.encoder.batch):
        starts = clip_starts(time_0_s[top : top + model.encoder.batch])
        keys_0, place = _keys(model, cache, clips[0], starts)
        for row in range(top, top + len(starts)):
            cell = int(first[row])
            left, right = max(cell, 0), min(cell + table.shape[1], last_cell + 1)
            if left < right:
                while not window.reaches(left, right):
                    yield row / len(time_0_s)
                own = taken(keys_0, slice(place[row - top], place[row - top] + 1))
                with torch.inference_mode():
                    there = window.between(left, right)
                    found = in_blocks(model.scorer, own, there, _PASSING_BYTES)
                table[row, left - cell : right - cell] = found[0].cpu().numpy()
            yield (row + 1) / len(time_0_s)
    yield PairTable(time_0_s, first, step_s, table)


class _Window:
    """Keys of consecutive clips of the grid, moving forward; each is made once."""

    def __init__(
        self,
        model: PairModel,
        cache: EmbeddingCache,
        clips: ChannelClips,
        step_s: float,
        last_cell: int,
    ) -> None:
        self._model, self._cache, self._clips = model, cache, clips
        self._step_s, self._last_cell = step_s, last_cell
        self._first = self._stop = 0
        self._keys: Keys = ()

    def reaches(self, left: int, right: int) -> bool:
        """Whether cells from `left` to before `right` are there; if not, add a batch of them.

        Neither `left` nor `right` may go back from call to call.
        """
        if left >= self._stop:
            self._first = self._stop = left
            self._keys = ()
        if right <= self._stop:
            return True
        stop = min(self._stop + self._model.encoder.batch, self._last_cell + 1)
        starts = clip_starts(np.arange(self._stop, stop) * self._step_s)
        new, row = _keys(self._model, self._cache, self._clips, starts)
        with torch.inference_mode():
            new = taken(new, torch.from_numpy(row))
            kept = taken(self._keys, slice(left - self._first, None))
            self._keys = _joined([kept, new]) if kept else new
        self._first, self._stop = left, stop
        return False

    def between(self, left: int, right: int) -> Keys:
        """Keys of the cells from `left` to before `right`."""
        return taken(self._keys, slice(left - self._first, right - self._first))
