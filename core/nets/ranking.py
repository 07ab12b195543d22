"""Scoring time maps with a pair model: every distinct clip and pair once.

Two ways. *Exact*: the clips begin at the sample where a candidate says, as in the
public systems. *Grid*: channel 1 is cut every 100 ms and candidates look up the
nearest clip in a table of scores, so that ten thousand cost what seventy do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.arrays import Floats, Floats32
from core.nets.cache import EmbeddingCache
from core.nets.clips import ChannelClips, Clips, Starts, clip_starts
from core.nets.embed import ClipEncoder
from core.nets.encoders.config import SAMPLE_RATE_HZ
from core.nets.heads.pair import (
    Keys,
    PairScorer,
    in_blocks,
    joined,
    keys_in_parts,
    pairs_in_parts,
    taken,
)
from core.nets.table import PairTable
from core.steps import Steps, part_of

__all__ = ["GRID_S", "PairModel", "PairTable", "exact_predictions", "pair_table"]


GRID_S = 0.1
_KEYPOINTS_A_BLOCK = 128


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

    def move(self, device: torch.device) -> None:
        """Go on there."""
        self.encoder.move(device)
        self.scorer.to(device)


def exact_predictions(
    model: PairModel,
    cache: EmbeddingCache,
    clips: tuple[ChannelClips, ChannelClips],
    time_0_s: Floats,
    time_1_s: Floats,
) -> Steps[Floats32]:
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

    Returns
    -------
    ndarray of float32, shape (N, K)
        NaN where a keypoint is not used.
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
        starts_0 = clip_starts(time_0_s[rows])
        done, end = top / len(time_0_s), (top + len(starts_0)) / len(time_0_s)
        score = yield from part_of(_scored(model, cache, clips, starts_0, pair), done, end)
        prediction[:, rows][here] = score[place.ravel()]
    return prediction


def _scored(
    model: PairModel,
    cache: EmbeddingCache,
    clips: tuple[ChannelClips, ChannelClips],
    start_0: Starts,
    pair: Starts,
) -> Steps[Floats32]:
    """Score distinct pairs (keypoint, first sample on channel 1), batch by batch of clips."""
    score = np.zeros(len(pair), dtype=np.float32)
    wanted_0 = np.unique(start_0[np.unique(pair[:, 0])])
    todo, done = len(wanted_0) + len(np.unique(pair[:, 1])), 0
    parts_0: list[Keys] = []
    for start, tokens in cache.batches(model.encoder, clips[0], wanted_0):
        with torch.inference_mode():
            parts_0.append(keys_in_parts(model.scorer, tokens))
        done += len(start)
        yield done / todo
    keys_0 = joined(parts_0)
    for start, tokens in cache.batches(model.encoder, clips[1], pair[:, 1]):
        with torch.inference_mode():
            keys_1 = keys_in_parts(model.scorer, tokens)
            here = np.nonzero(np.isin(pair[:, 1], start))[0]
            chosen_0 = torch.from_numpy(np.searchsorted(wanted_0, start_0[pair[here, 0]]))
            chosen_1 = torch.from_numpy(np.searchsorted(start, pair[here, 1]))
            found = pairs_in_parts(model.scorer, keys_0, keys_1, (chosen_0, chosen_1))
            score[here] = found.cpu().numpy()
        done += len(start)
        yield done / todo
    return score


def _keys(
    model: PairModel, cache: EmbeddingCache, clips: Clips, start: Starts
) -> tuple[Keys, Starts]:
    """Keys of the distinct clips among at most a batch, and each clip's row among them."""
    distinct, row = np.unique(start, return_inverse=True)
    with torch.inference_mode():
        parts = [
            keys_in_parts(model.scorer, tokens)
            for _, tokens in cache.batches(model.encoder, clips, distinct)
        ]
        return joined(parts), row.ravel()


def pair_table(
    model: PairModel,
    cache: EmbeddingCache,
    clips: tuple[Clips, Clips],
    time_0_s: Floats,
    max_offset_s: float,
    step_s: float = GRID_S,
    around_s: Floats | None = None,
) -> Steps[PairTable]:
    """Score every keypoint against the clips of channel 1 within reach.

    Parameters
    ----------
    model : PairModel
    cache : EmbeddingCache
    clips : tuple of two ChannelClips or PassingClips
        Both channels.
    time_0_s : ndarray, shape (K,)
        Keypoints on channel 0, ascending, seconds.
    max_offset_s : float
        Reach, seconds.
    step_s : float
        Of the grid, seconds.
    around_s : ndarray, shape (K,), optional
        Offsets in the middle of the reach, by default zero: the best line or path of
        a coarse table, to be looked at in finer steps.

    Yields
    ------
    float
        Share of the keypoints and clips done, after each batch of clips and each keypoint.

    Returns
    -------
    PairTable
    """
    reach = round(max_offset_s / step_s)
    centre_s = time_0_s if around_s is None else np.maximum.accumulate(time_0_s + around_s)
    first = np.rint(centre_s / step_s).astype(np.int64) - reach
    last_cell = int(np.floor(clips[1].duration_s / step_s + 1e-9))
    table = np.full((len(time_0_s), 2 * reach + 1), np.nan, dtype=np.float32)
    without_gaps = bool((np.diff(first) <= table.shape[1]).all())
    window = _Window(model, cache, clips[1], step_s)
    todo = len(time_0_s) + _distinct_cells(first, table.shape[1], last_cell + 1)
    batch = model.encoder.batch
    for top in range(0, len(time_0_s), batch):
        starts = clip_starts(time_0_s[top : top + batch])
        keys_0, place = _keys(model, cache, clips[0], starts)
        for row in range(top, top + len(starts)):
            cell = int(first[row])
            left, right = max(cell, 0), min(cell + table.shape[1], last_cell + 1)
            if left < right:
                while not window.reaches(left, right, last_cell + 1 if without_gaps else right):
                    yield min(1.0, (row + window.made) / todo)
                own = taken(keys_0, slice(place[row - top], place[row - top] + 1))
                with torch.inference_mode():
                    there = window.between(left, right)
                    found = in_blocks(model.scorer, own, there)
                table[row, left - cell : right - cell] = found[0].cpu().numpy()
            yield min(1.0, (row + 1 + window.made) / todo)
    return PairTable(time_0_s, first, step_s, table)


def _distinct_cells(first: Starts, width: int, end: int) -> int:
    """How many cells rows of this width cover between 0 and `end`; no row goes back."""
    left, right = np.clip(first, 0, end), np.clip(first + width, 0, end)
    before = np.concatenate([[0], right[:-1]])
    return int(np.maximum(right - np.maximum(left, before), 0).sum())


class _Window:
    """Keys of consecutive clips of the grid, moving forward; each is made once.

    Attributes
    ----------
    made : int
        Cells so far.
    """

    def __init__(
        self,
        model: PairModel,
        cache: EmbeddingCache,
        clips: Clips,
        step_s: float,
    ) -> None:
        self._model, self._cache, self._clips, self._step_s = model, cache, clips, step_s
        self._first = self._stop = 0
        self._keys: Keys = ()
        self.made = 0

    def reaches(self, left: int, right: int, end: int) -> bool:
        """Whether cells from `left` to before `right` are there; if not, add a batch of them.

        Nothing from `end` on is added. Neither `left` nor `right` may go back.
        """
        if left >= self._stop:
            self._first = self._stop = left
            self._keys = ()
        if right <= self._stop:
            return True
        stop = min(self._stop + self._model.encoder.batch, end)
        starts = np.rint(np.arange(self._stop, stop) * self._step_s * SAMPLE_RATE_HZ).astype(int)
        new, row = _keys(self._model, self._cache, self._clips, starts)
        with torch.inference_mode():
            new = taken(new, torch.from_numpy(row))
            kept = taken(self._keys, slice(left - self._first, None))
            self._keys = joined([kept, new]) if kept else new
        self.made += stop - self._stop
        self._first, self._stop = left, stop
        return False

    def between(self, left: int, right: int) -> Keys:
        """Keys of the cells from `left` to before `right`."""
        return taken(self._keys, slice(left - self._first, right - self._first))
