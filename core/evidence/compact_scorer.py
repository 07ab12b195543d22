"""The shipped scorer: how sure the compact net alone is that both channels hold the same moment.

Every 20 ms a *token*: one linear map of all the net's layers, as long as a gate says that it
tells something. Three seconds of tokens of channel 0 are compared with channel 1 place by place,
so that the order of sounds counts, each place with a weight of its own. It is trained by
``benchmarks/making/fit_scorer.py``; ``resources/scorer.yaml`` is its model card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from core.arrays import Floats32
from core.audio.spectra.fixed_point import FixedPoint
from core.evidence.compact_net import gated
from core.evidence.lags import window_scores

TOKEN_FRAMES = 2
"""Frames of 10 ms from token to token."""
UNIT_STEP = 1 / 16384
"""Value of a code of vectors that are no longer than one."""
BLUR_TOKENS = 3.0
"""Standard deviation of how far around an offset its odds are gathered, tokens: 60 ms. A straight
line follows a drifting clock no closer. Chosen among 0 to 160 ms on recordings A and B."""
EMBEDDING_SCALE = 3.0
"""Factor of the embeddings beside the other layers, which have unit spread."""
_NORM_EPS = 1e-5
_MOST_NATS = 60.0
"""Above the mean of a row: far beyond what three seconds of tokens can say."""
_ROWS_A_BATCH = 25


class CompactScorer:
    """Tokens of the compact net's layers, and log odds from comparing them.

    Parameters
    ----------
    weights : mapping of str to ndarray of float32
        ``projection`` (I, D + 1) with ``projection.bias``, whose first output is the gate, I
        numbers of all layers; ``taper`` (W,), a weight for every place of a window; ``odds``,
        slope and intercept of the log odds over sums of products.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.floating]]) -> None:
        self._projection = weights["projection"].astype(np.float32)
        self._bias = weights["projection.bias"].astype(np.float32)
        self._taper = weights["taper"].astype(np.float32)
        self._slope, self._intercept = (float(value) for value in weights["odds"])

    @property
    def width(self) -> int:
        """Numbers of a token."""
        return int(self._projection.shape[1]) - 1

    def tokens(self, layers: Sequence[Floats32]) -> Floats32:
        """Tokens of frames.

        Parameters
        ----------
        layers : sequence of ndarray of float32, shape (T, C)
            As `core.evidence.compact_net.CompactNet.layers`; last the embeddings.

        Returns
        -------
        ndarray of float32, shape (T, D)
            No longer than one.
        """
        return gated(side_by_side(layers) @ self._projection + self._bias)

    def log_odds(
        self,
        tokens: tuple[FixedPoint, FixedPoint],
        centre: NDArray[np.intp],
        first: NDArray[np.intp],
        columns: int,
    ) -> Iterator[Floats32]:
        """Log odds of "the same moment", some rows at a time.

        Parameters
        ----------
        tokens : tuple of two FixedPoint, shape (T, D)
            Of both channels.
        centre : ndarray of int, shape (K,)
            Frame of channel 0 in the middle of each row.
        first : ndarray of int, shape (K,)
            Frame of channel 1 that each row's first column compares it with.
        columns : int
            Offsets per row, L, a frame apart.

        Yields
        ------
        ndarray of float32, shape (M, L)
            NaN before channel 1 begins and after it ends.
        """
        channel_0, channel_1 = tokens
        window, half = len(self._taper), len(self._taper) // 2
        row, odd = centre // TOKEN_FRAMES, centre % TOKEN_FRAMES
        start, within = np.divmod(first - odd, TOKEN_FRAMES)
        lags = columns // TOKEN_FRAMES + 2
        for top in range(0, len(row), _ROWS_A_BATCH):
            here = slice(top, top + _ROWS_A_BATCH)
            low = int(start[here].min())
            around = channel_1.stretch(low - half, int(np.ptp(start[here])) + window + lags - 1)
            score = np.empty((len(row[here]), lags), dtype=np.float32)
            for place, (at, begin) in enumerate(zip(row[here], start[here] - low, strict=True)):
                left = channel_0.stretch(int(at) - half, window) * self._taper[:, None]
                score[place] = window_scores(left, around[begin : begin + window + lags - 1])
            cell = start[here][:, None] + np.arange(lags)
            score[(cell < 0) | (cell >= len(channel_1))] = np.nan
            odds = self._odds(score)
            yield np.stack(
                [
                    _every_frame(own)[skipped : skipped + columns]
                    for own, skipped in zip(odds, within[here], strict=True)
                ]
            )

    def _odds(self, score: Floats32) -> Floats32:
        """Sums of products as log odds, each gathered from the offsets around it."""
        unknown = np.isnan(score)
        known = np.where(unknown, np.float32(0), score)
        mean = known.sum(axis=1) / np.maximum((~unknown).sum(axis=1), 1)
        nats = np.minimum(self._slope * (known - mean[:, None]), _MOST_NATS)
        nats[unknown] = 0.0
        odds = (
            np.log(scipy.ndimage.gaussian_filter1d(np.exp(nats), BLUR_TOKENS, axis=1))
            + self._intercept
        )
        odds[unknown] = np.nan
        return np.asarray(odds, dtype=np.float32)


def side_by_side(layers: Sequence[Floats32]) -> Floats32:
    """All layers of frames in one array, on one scale.

    Parameters
    ----------
    layers : sequence of ndarray of float32, shape (T, C)
        As of `core.evidence.compact_net.CompactNet.embedded`; last the embeddings.

    Returns
    -------
    ndarray of float32, shape (T, I)
    """
    *hidden, embedded = layers
    return np.concatenate([*map(_normal, hidden), np.float32(EMBEDDING_SCALE) * embedded], axis=1)


def _normal(hidden: Floats32) -> Floats32:
    """Frames without their mean, at unit spread."""
    away = hidden - hidden.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.einsum("tc,tc->t", away, away) / away.shape[1] + np.float32(_NORM_EPS))
    return np.asarray(away / spread[:, None])


def _every_frame(row: Floats32) -> Floats32:
    """Values at every frame from those at every other, straight lines between them."""
    fine = np.empty(2 * len(row) - 1, dtype=np.float32)
    fine[::2] = row
    fine[1::2] = (row[:-1] + row[1:]) / 2
    return fine
