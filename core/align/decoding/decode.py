"""From a score surface to a posterior over offsets: hidden Markov models of clock drift.

The state is (offset, slope). Between rows the offset moves by the slope and the
slope wanders; rarely a buffer is dropped and the offset jumps. How much a clock
wanders is not known beforehand, so several drift models are decoded and mixed
by their evidence.

Plain numpy, because a row is a few copies and one small matrix product: measured
at the speed of a compiled loop (``docs/decisions/0006-decoder-in-numpy.md``),
without a compiler's start-up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from core.align.decoding.band import Band
from core.align.decoding.drift_models import DRIFT_MODELS, DriftModel
from core.align.decoding.transition import NEVER, Transition, overlap
from core.align.decoding.walk import Strides, Walk
from core.arrays import Floats, Floats32
from core.evidence.surface import ScoreSurface
from core.steps import Steps

# Chosen by hand during development.

_BLOCK_ROWS = 128
"""Rows whose states are made again at a time on the way back: more take memory, fewer time."""
_LEAST_SHARE = 1e-3
"""A drift model with a smaller share of the evidence is left out."""
_RULED_OUT = 1e-30
"""A row less likely than this, against its best column, rules out all that came before: the
decoder begins anew there."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Posterior over a surface's offsets.

    Parameters
    ----------
    posterior : ndarray of float32, shape (K, L)
        Rows sum to one.
    log_shares : ndarray, shape (M,)
        Log posterior of each drift model, nats.
    log_evidence : float
        Log evidence of all drift models together, nats: for a surface of
        log-likelihood ratios, the log Bayes factor against "nothing matches".
    row_evidence : ndarray, shape (K,)
        Log Bayes factor of every row given those before it and given those after it, the mean of
        both, nats: what the row adds to the belief that the channels match where it lies.
    """

    posterior: Floats32
    log_shares: Floats
    log_evidence: float
    row_evidence: Floats


def decode(
    surface: ScoreSurface,
    models: Sequence[DriftModel] = DRIFT_MODELS,
    band: Band | None = None,
) -> Steps[Decoded]:
    """Forward-backward under every drift model, mixed by evidence.

    Forward messages are kept at every 128th row and recomputed in between, so
    that memory does not grow with models times rows times slopes. A model whose
    evidence leaves it less than a thousandth is not run backward. Long stretches in which
    no row tells anything, as between the files of a sequence, are crossed in strides.

    Parameters
    ----------
    surface : ScoreSurface
        Rows equally spaced in time.
    models : sequence of DriftModel
    band : Band, optional
        The only columns that the path may pass through; the others are neither
        worked on nor given any posterior. All of them by default.

    Yields
    ------
    float
        Share of the work done.

    Returns
    -------
    Decoded
    """
    band = band or Band.all(surface)
    whole = band.of(surface)
    walk = Walk.over(whole.score)
    within = whole if walk.is_whole else whole.rows(walk.rows)
    best = within.score.max(axis=1)
    emission = within.score
    emission -= best[:, None]
    np.exp(emission, out=emission)
    emission[emission < NEVER] = 0.0
    chains = [_Chain(within, emission, model, walk.strides) for model in models]
    for number, chain in enumerate(chains):
        for share in chain.forward():
            yield 0.5 * (number + share) / len(chains)
    log_prior = np.array([model.log_prior for model in models])
    log_joint = np.array([chain.log_evidence for chain in chains]) + log_prior
    log_joint -= logsumexp(log_prior)
    # Before the first row every column is as likely, those not worked on as well.
    log_joint += np.log(band.width / surface.score.shape[1]) + best.sum(dtype=np.float64)
    total = float(logsumexp(log_joint))
    shares = np.exp(log_joint - total)
    wanted = np.flatnonzero(shares >= _LEAST_SHARE)
    found, row_evidence = np.zeros_like(emission), best.astype(np.float64)
    for number, index in enumerate(wanted):
        weight = float(shares[index] / shares[wanted].sum())
        for done in chains[index].backward(found, weight):
            yield 0.5 + 0.5 * (number + done) / len(wanted)
        row_evidence += 0.5 * weight * (chains[index].log_ahead + chains[index].log_behind)
    posterior = band.spread(walk.filled(found), surface.score.shape[1])
    return Decoded(posterior, log_joint - total, total, walk.put(row_evidence))


class _Chain:
    """One drift model run over one surface, with likelihoods relative to each row's best."""

    def __init__(
        self, surface: ScoreSurface, emission: Floats32, model: DriftModel, strides: Strides
    ) -> None:
        self._rows, self._columns = emission.shape
        self._emission = emission
        first = np.rint(surface.first_offset_s / surface.step_s).astype(np.intp)
        self._origin_step = np.diff(first, prepend=first[:1])
        row_s = float(np.median(np.diff(surface.time_0_s) / strides[1:])) if self._rows > 1 else 1.0
        self._strides: list[int] = strides.tolist()
        self._moves = {
            by: Transition(model.over(by), by * row_s, surface.step_s, self._columns)
            for by in {1, *self._strides}
        }
        self._move = self._moves[1]
        self._starts = range(0, self._rows, _BLOCK_ROWS)
        self._kept: list[Floats32] = []
        self._last_block: list[Floats32] = []
        self.log_ahead = np.zeros(self._rows)
        """Log likelihood of every row given those before, relative to its best offset."""
        self.log_behind = np.zeros(self._rows)
        """The same given those after; known once the model was run backward."""

    @property
    def log_evidence(self) -> float:
        """Log likelihood of all rows, relative to their best offsets."""
        return float(self.log_ahead.sum())

    def forward(self) -> Iterator[float]:
        """Run forward, adding up the evidence and keeping the state before every block."""
        state = self._move.start()
        for start in self._starts:
            self._kept.append(state)
            for row, (after, norm) in enumerate(self._block(start, state), start):
                self.log_ahead[row] = math.log(norm)
                # The others are made again when their turn comes: kept, they would leave the cache.
                if start == self._starts[-1]:
                    self._last_block.append(after)
                state = after
            yield min(start + _BLOCK_ROWS, self._rows) / self._rows

    def backward(self, posterior: Floats32, weight: float) -> Iterator[float]:
        """Run backward, adding the marginals times `weight` to `posterior`."""
        message = np.ones_like(self._kept[0])
        block = self._last_block
        for start, state in zip(reversed(self._starts), reversed(self._kept), strict=True):
            if start != self._starts[-1]:
                block = [state for state, _ in self._block(start, state)]
            marginal = np.empty((len(block), self._columns), dtype=np.float32)
            for row in range(start + len(block) - 1, start - 1, -1):
                np.einsum("sl,sl->l", block[row - start], message, out=marginal[row - start])
                later = self._move.prior @ message
                given = float(later @ self._emission[row]) / max(float(later.sum()), _RULED_OUT)
                self.log_behind[row] = math.log(max(given, _RULED_OUT))
                if row:
                    most = message.max()
                    if most <= 0:  # a band that jumped away: begin anew
                        message, most = np.ones_like(message), np.float32(1)
                    move = self._moves[self._strides[row]]
                    heard = self._emission[row] / most
                    message = self._moved_back(message, move, heard, int(self._origin_step[row]))
            total = marginal.sum(axis=1, keepdims=True)
            marginal = np.where(total > 0, marginal, np.float32(1))  # nothing left: anywhere
            marginal *= np.float32(weight) / marginal.sum(axis=1, keepdims=True)
            posterior[start : start + len(block)] += marginal
            yield 1.0 - start / self._rows

    def _block(self, start: int, state: Floats32) -> Iterator[tuple[Floats32, float]]:
        for row in range(start, min(start + _BLOCK_ROWS, self._rows)):
            if row:
                move = self._moves[self._strides[row]]
                state = self._moved(state, move, int(self._origin_step[row]))
            else:
                state = state.copy()
            emission = self._emission[row]
            norm = float(state.sum(axis=0) @ emission)
            if norm < _RULED_OUT:
                state, norm = self._move.uniform(), _RULED_OUT
            else:
                state *= emission / np.float32(norm)
            yield state, norm

    @staticmethod
    def _moved(state: Floats32, move: Transition, step: int) -> Floats32:
        """One row on; what is beyond the columns there may jump into them, as from anywhere."""
        inside = _shifted(state, step)
        moved = move.forward(inside)
        if step:
            beyond = state.sum() - inside.sum()
            moved += (move.anywhere * max(beyond, np.float32(0)) * move.prior)[:, None]
        return moved

    @staticmethod
    def _moved_back(message: Floats32, move: Transition, heard: Floats32, step: int) -> Floats32:
        """One row back, as `_moved` goes on."""
        jumped = float(move.anywhere * ((move.prior @ message) @ heard)) if step else 0.0
        return _shifted(move.backward(message, heard), -step, jumped)


def _shifted(values: Floats32, step: int, beyond: float = 0.0) -> Floats32:
    """Re-index columns to a row whose first offset is `step` columns later."""
    if step == 0:
        return values
    out = np.full_like(values, beyond)
    if abs(step) < values.shape[1]:
        target, source = overlap(-step)
        out[:, target] = values[:, source]
    return out
