"""FinchSync's own net as a term of the score surface.

A second of embeddings of channel 0 is compared with channel 1 at every lag, as the
spectral terms are; ``resources/compact.yaml`` is the net's model card.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from io import BytesIO

import numpy as np

from core.arrays import Floats, Floats32
from core.audio.features import HOP_S
from core.audio.fixed_point import FixedPoint
from core.evidence.compact_net import CompactNet, band_levels, noise_floor
from core.evidence.learned import EvidenceInput
from core.evidence.spectral import WINDOW_S
from core.evidence.terms import without_row_means
from core.steps import Steps, part_of

FILE = "compact.npz"
"""The weights, in ``resources``."""
_FRAMES_A_BATCH = 1000
"""Frames embedded between two chances to cancel: ten seconds of sound; chosen by hand."""
_ROWS_A_BATCH = 25
"""Rows compared between two chances to cancel; chosen by hand."""
_WINDOW = round(WINDOW_S / HOP_S)
"""Frames of the stretch of channel 0 that is looked for."""
_EVERY = 2
"""Every other frame of channel 0 tells as much as all of them: their embeddings see 0.6 s."""
_STEP = 1 / 16384
"""Of embeddings, which are no longer than one."""
ODDS = 1.0, -2.0
"""Slope and intercept of log odds over standard deviations of the term, where the file has none.
Straight lines on real pairs rank well with them; no probabilities."""


class CompactEvidence:
    """The compact net, as `core.evidence.learned.LearnedEvidence`.

    Parameters
    ----------
    net : CompactNet
    model_id : str
        Digest of its weights.
    weight, spectral_share : float
        As `LearnedEvidence`.
    odds : tuple of two floats
        Slope and intercept of `log_odds`.
    """

    name = "compact"
    device = "cpu"
    cost = 1.0

    def __init__(
        self,
        net: CompactNet,
        model_id: str,
        weight: float,
        spectral_share: float = 1.0,
        odds: tuple[float, float] = ODDS,
    ) -> None:
        self.model_id, self.weight, self.spectral_share = model_id, weight, spectral_share
        self.notices: list[str] = []
        self._net, self._odds = net, odds

    def term(
        self,
        heard: EvidenceInput,
        time_0_s: Floats,
        first_offset_s: Floats,
        columns: int,
    ) -> Steps[Floats32]:
        """Compare a second around each row with channel 1 at every offset.

        Parameters, results and errors as `LearnedEvidence.term`.

        Parameters
        ----------
        heard, time_0_s, first_offset_s, columns
            As in `LearnedEvidence.term`; with features.

        Yields
        ------
        float
            Share of the work done.

        Returns
        -------
        ndarray of float32, shape (K, L)
            Sums of products of embeddings.
        """
        assert heard.features is not None
        features_0, features_1 = heard.features
        embedded_0 = yield from part_of(self._embedded(features_0.log_mel, _EVERY), 0.0, 0.4)
        embedded_1 = yield from part_of(self._embedded(features_1.log_mel, 1), 0.4, 0.8)
        centre = np.rint(time_0_s / HOP_S).astype(np.intp) - features_0.first_frame
        first_0 = -((_WINDOW // 2 - centre) // _EVERY)
        start_1 = _EVERY * first_0 + np.rint(first_offset_s / HOP_S).astype(np.intp)
        start_1 += features_0.first_frame - features_1.first_frame
        term = np.zeros((len(time_0_s), columns), dtype=np.float32)
        length = _WINDOW - _EVERY + columns
        for top in range(0, len(term), _ROWS_A_BATCH):
            starts = start_1[top : top + _ROWS_A_BATCH]
            around = embedded_1.stretch(int(starts.min()), int(np.ptp(starts)) + length)
            for row, start in enumerate(starts - starts.min(), top):
                left = embedded_0.stretch(int(first_0[row]), _WINDOW // _EVERY)
                term[row] = window_scores(left, around[start : start + length], _EVERY)
            yield 0.8 + 0.2 * min(top + _ROWS_A_BATCH, len(term)) / len(term)
        return term

    def log_odds(self, term: Floats32) -> Floats32:
        """As `LearnedEvidence.log_odds`."""
        return log_odds(term, *self._odds)

    def close(self) -> None:
        """Nothing to give back: the net runs on the processor."""

    def _embedded(self, log_power: FixedPoint, every: int) -> Steps[FixedPoint]:
        """Embeddings of every so many frames of a channel."""
        floor = noise_floor(log_power)
        reach = -(-self._net.reach // every) * every
        codes = np.empty((-(-len(log_power) // every), self._net.width), dtype=np.int16)
        for start in range(0, len(log_power), _FRAMES_A_BATCH):
            stop = min(start + _FRAMES_A_BATCH, len(log_power))
            left = max(0, start - reach)
            part = self._net(band_levels(log_power[left : stop + reach], floor), every)
            wanted = part[(start - left) // every :]
            here = codes[start // every : -(-stop // every)]
            here[:] = FixedPoint.of(wanted[: len(here)], _STEP).codes
            yield stop / len(log_power)
        return FixedPoint(codes, _STEP)


def open_compact() -> CompactEvidence:
    """The net that FinchSync ships.

    Returns
    -------
    CompactEvidence
    """
    content = resources.files("resources").joinpath(FILE).read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        told = {name: stored[name] for name in stored.files}
    dilations = tuple(int(step) for step in told.pop("dilations"))
    weight, share = float(told.pop("weight")), float(told.pop("spectral_share"))
    slope, intercept = map(float, told.pop("odds", ODDS))
    net = CompactNet({name: w.astype(np.float32) for name, w in told.items()}, dilations)
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    return CompactEvidence(net, digest, weight, share, (slope, intercept))


def log_odds(term: Floats32, slope: float, intercept: float) -> Floats32:
    """Log odds of "the same moment", affine in the term over its spread.

    Parameters
    ----------
    term : ndarray of float32, shape (K, L)
        0 where nothing is known.
    slope, intercept : float

    Returns
    -------
    ndarray of float32, shape (K, L)
        NaN where nothing is known.
    """
    known = term != 0
    away = without_row_means(term)
    spread = np.sqrt(np.square(away).sum(dtype=np.float64) / max(np.count_nonzero(known), 1))
    odds = np.float32(slope / max(spread, 1e-9)) * away + np.float32(intercept)
    return np.where(known, odds, np.float32(np.nan))


def window_scores(left: Floats32, right: Floats32, every: int = 1) -> Floats32:
    """Sums of products of embeddings at every lag.

    Parameters
    ----------
    left : ndarray of float32, shape (W, D)
        A window of channel 0: every so many frames.
    right : ndarray of float32, shape (every * (W - 1) + L, D)
        All frames of a stretch of channel 1.
    every : int

    Returns
    -------
    ndarray of float32, shape (L,)
    """
    product = left @ right.T
    down, along = product.strides
    shape = (len(left), len(right) - every * (len(left) - 1))
    diagonals = np.lib.stride_tricks.as_strided(product, shape, (down + every * along, along))
    return np.asarray(diagonals.sum(axis=0))
