"""FinchSync's own net as a term of the score surface.

A second of embeddings of channel 0 is compared with channel 1 at every lag, as the
spectral terms are; ``resources/compact.yaml`` is the net's model card.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Floats32
from core.audio.spectra.features import HOP_S
from core.audio.spectra.fixed_point import FixedPoint
from core.audio.spectra.levels import BANDS
from core.evidence.adaptation import Adaptation
from core.evidence.compact_net import CompactNet, band_levels, noise_floor
from core.evidence.compact_scorer import TOKEN_FRAMES, UNIT_STEP, CompactScorer
from core.evidence.lags import window_scores
from core.evidence.learned import EvidenceInput, LearnedTerm, Networks
from core.evidence.spectral import WINDOW_S
from core.steps import Steps, part_of

FILE = "compact.npz"
"""The weights, in ``resources``."""
_ABOUT = ("dilations", "weight", "spectral_share")
"""What stands beside the weights."""
SCORER_FILE = "scorer.npz"
"""Those of the scorer."""
_FRAMES_A_BATCH = 1000
"""Frames embedded between two chances to cancel: ten seconds of sound; chosen by hand."""
_ROWS_A_BATCH = 25
"""Rows compared between two chances to cancel; chosen by hand."""
_WINDOW = round(WINDOW_S / HOP_S)
"""Frames of the stretch of channel 0 that is looked for."""
_EVERY = 2
"""Every other frame of channel 0 tells as much as all of them: their embeddings see 0.6 s."""


class CompactEvidence:
    """The compact net, as `core.evidence.learned.LearnedEvidence`.

    Parameters
    ----------
    net : CompactNet
    model_id : str
        Digest of its weights.
    scorer : CompactScorer
        Ranks by the net alone.
    weight, spectral_share : float
        As `LearnedEvidence`.
    gain : ndarray of float32, shape (2, BANDS), optional
        As `core.evidence.adaptation.Adaptation`; one by default.
    """

    name = "compact"
    device = "cpu"
    cost = 1.0

    def __init__(
        self,
        net: CompactNet,
        model_id: str,
        scorer: CompactScorer,
        weight: float,
        spectral_share: float = 1.0,
        gain: Floats32 | None = None,
    ) -> None:
        self.model_id, self.weight, self.spectral_share = model_id, weight, spectral_share
        self.notices: list[str] = []
        self._net, self._scorer = net, scorer
        self._gain = np.ones((2, BANDS), dtype=np.float32) if gain is None else gain

    def adapted(self, adaptation: Adaptation) -> CompactEvidence:
        """The same as it hears one pair of recorders."""
        return CompactEvidence(
            CompactNet(adaptation.weights, self._net.dilations),
            f"{self.model_id}-{adaptation.digest}",
            self._scorer,
            self.weight,
            self.spectral_share,
            adaptation.gain,
        )

    def term(
        self,
        heard: EvidenceInput,
        time_0_s: Floats,
        first_offset_s: Floats,
        columns: int,
    ) -> Steps[LearnedTerm]:
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
        LearnedTerm
            Sums of products of embeddings, and the scorer's log odds.
        """
        assert heard.features is not None
        features_0, features_1 = heard.features
        gain_0, gain_1 = self._gain
        embedded_0, tokens_0 = yield from part_of(
            self._embedded(features_0.log_mel, gain_0, _EVERY), 0.0, 0.35
        )
        embedded_1, tokens_1 = yield from part_of(
            self._embedded(features_1.log_mel, gain_1, 1), 0.35, 0.7
        )
        centre = np.rint(time_0_s / HOP_S).astype(np.intp) - features_0.first_frame
        ahead = np.rint(first_offset_s / HOP_S).astype(np.intp)
        ahead += features_0.first_frame - features_1.first_frame
        first_0 = -((_WINDOW // 2 - centre) // _EVERY)
        start_1 = _EVERY * first_0 + ahead
        term = np.zeros((len(time_0_s), columns), dtype=np.float32)
        length = _WINDOW - _EVERY + columns
        for top in range(0, len(term), _ROWS_A_BATCH):
            starts = start_1[top : top + _ROWS_A_BATCH]
            around = embedded_1.stretch(int(starts.min()), int(np.ptp(starts)) + length)
            for row, start in enumerate(starts - starts.min(), top):
                left = embedded_0.stretch(int(first_0[row]), _WINDOW // _EVERY)
                term[row] = window_scores(left, around[start : start + length], _EVERY)
            yield 0.7 + 0.1 * min(top + _ROWS_A_BATCH, len(term)) / len(term)
        odds, done = np.empty_like(term), 0
        ranked = self._scorer.log_odds((tokens_0, tokens_1), centre, centre + ahead, columns)
        for part in ranked:
            odds[done : done + len(part)] = part
            done += len(part)
            yield 0.8 + 0.2 * done / len(term)
        return LearnedTerm(term, odds)

    def close(self) -> None:
        """Nothing to give back: the net runs on the processor."""

    def _embedded(
        self, log_power: FixedPoint, gain: Floats32, every: int
    ) -> Steps[tuple[FixedPoint, FixedPoint]]:
        """Embeddings of every so many frames of a channel, and its tokens."""
        floor = noise_floor(log_power)
        reach = -(-self._net.reach // TOKEN_FRAMES) * TOKEN_FRAMES
        codes = np.empty((-(-len(log_power) // every), self._net.width), dtype=np.int16)
        tokens = np.empty((-(-len(log_power) // TOKEN_FRAMES), self._scorer.width), dtype=np.int16)
        for start in range(0, len(log_power), _FRAMES_A_BATCH):
            stop = min(start + _FRAMES_A_BATCH, len(log_power))
            left = max(0, start - reach)
            levels = gain * band_levels(log_power[left : stop + reach], floor)
            embedded, layers = self._net.embedded(levels, every, TOKEN_FRAMES)
            _fill(codes, embedded, start - left, start, stop, every)
            _fill(tokens, self._scorer.tokens(layers), start - left, start, stop, TOKEN_FRAMES)
            yield stop / len(log_power)
        return FixedPoint(codes, UNIT_STEP), FixedPoint(tokens, UNIT_STEP)


def _fill(
    codes: NDArray[np.int16], values: Floats32, before: int, start: int, stop: int, every: int
) -> None:
    """Write the frames from `start` to `stop`, of which `before` others come first in `values`."""
    here = codes[start // every : -(-stop // every)]
    wanted = values[before // every :][: len(here)]
    here[:] = FixedPoint.of(wanted, UNIT_STEP).codes


def open_compact() -> CompactEvidence:
    """The net that FinchSync ships, and its scorer.

    Returns
    -------
    CompactEvidence
    """
    told, digest = stored_arrays(FILE)
    scorer, scorer_digest = stored_arrays(SCORER_FILE)
    return CompactEvidence(
        open_net(),
        f"{digest}-{scorer_digest}",
        CompactScorer(scorer),
        float(told["weight"]),
        float(told["spectral_share"]),
    )


def open_net() -> CompactNet:
    """The net that FinchSync ships, alone."""
    told, _ = stored_arrays(FILE)
    return CompactNet(shipped_weights(), tuple(int(step) for step in told["dilations"]))


def shipped_weights() -> dict[str, Floats32]:
    """Weights of the net that is shipped, by the names of `CompactNet`."""
    told, _ = stored_arrays(FILE)
    return {name: w.astype(np.float32) for name, w in told.items() if name not in _ABOUT}


def adapted(learned: Networks, adaptation: Adaptation) -> Networks:
    """Networks of which the compact one hears one pair of recorders."""
    return tuple(
        each.adapted(adaptation) if isinstance(each, CompactEvidence) else each for each in learned
    )


def stored_arrays(name: str) -> tuple[dict[str, NDArray[np.floating]], str]:
    """Arrays of a resource, and the digest of its content."""
    content = resources.files("resources").joinpath(name).read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in stored.files}
    return arrays, hashlib.blake2b(content, digest_size=16).hexdigest()
