"""From a score surface to a posterior over offsets: hidden Markov models of clock drift.

The state is (offset, slope). Between rows the offset moves by the slope and the
slope wanders; rarely a buffer is dropped and the offset jumps. How much a clock
wanders is not known beforehand, so several drift models are decoded and mixed
by their evidence.

Plain numpy, because a row is one gather and one small matrix product: measured
at the speed of a compiled loop (``docs/decisions/0006-decoder-in-numpy.md``),
without a compiler's start-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from core.evidence.surface import ScoreSurface

Floats = NDArray[np.float64]
Grid = NDArray[np.float32]

JUMP_PROBABILITY = 3e-3
"""Chance per row of a dropped buffer: one in five minutes or so."""
JUMP_SCALE_S = 0.15
"""Scale of the Laplace distribution of a dropped buffer's length, seconds."""
LOST_PROBABILITY = 1e-9
"""Chance per row that the clocks jump anywhere at all."""

_BLOCK_ROWS = 128
_LEAST_SHARE = 1e-3
_RULED_OUT = 1e-30
_MARGIN_S = 0.6


@dataclass(frozen=True, slots=True)
class DriftModel:
    """How a clock may drift.

    Parameters
    ----------
    max_slope : float
        Largest drift, seconds per second.
    slopes : int
        Number of slopes on the grid from -max_slope to max_slope.
    wander : float
        Standard deviation of the slope's change in one second, seconds per second.
    log_prior : float
        Log weight of the model before the evidence.
    step_s : float
        Scale of the offset's own random step in one second (Laplace, at most
        twice this), seconds. With it and a single slope of zero the model is of
        first order: a clock without momentum.
    """

    max_slope: float
    slopes: int
    wander: float
    log_prior: float
    step_s: float = 0.0


DRIFT_MODELS = (
    DriftModel(0.015, 31, 0.0005, 0.0),
    DriftModel(0.015, 31, 0.002, -1.0),
    DriftModel(0.045, 37, 0.0025, -2.0),
    DriftModel(0.0, 1, 1.0, -3.0, step_s=0.01),
)
"""Steady clocks, wandering clocks, fast drift, and clocks without momentum.

The first three are of second order (offset and slope), the last of first order:
it follows less, and so is less led astray where evidence is scarce."""

FIRST_MODEL = DRIFT_MODELS[1:2]
"""Enough to find the rows that the evidence weights are fitted to."""

_SLOPE_SCALE = 0.015


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
    """

    posterior: Grid
    log_shares: Floats
    log_evidence: float


def decode(
    surface: ScoreSurface,
    models: Sequence[DriftModel] = DRIFT_MODELS,
    columns: slice | None = None,
) -> Iterator[float | Decoded]:
    """Forward-backward under every drift model, mixed by evidence.

    Forward messages are kept at every 128th row and recomputed in between, so
    that memory does not grow with models times rows times slopes. A model whose
    evidence leaves it less than a thousandth is not run backward.

    Parameters
    ----------
    surface : ScoreSurface
        Rows equally spaced in time.
    models : sequence of DriftModel
    columns : slice, optional
        The only columns that the path may pass through; the others are neither
        worked on nor given any posterior. All of them by default.

    Yields
    ------
    float
        Share of the work done.
    Decoded
        Once, last.
    """
    columns = columns or slice(0, surface.score.shape[1])
    within = surface.columns(columns)
    chains = [_Chain(within, model) for model in models]
    for number, chain in enumerate(chains):
        for share in chain.forward():
            yield 0.5 * (number + share) / len(chains)
    log_prior = np.array([model.log_prior for model in models])
    log_joint = np.array([chain.log_evidence for chain in chains]) + log_prior
    log_joint -= logsumexp(log_prior)
    # Before the first row every column is as likely, those not worked on as well.
    log_joint += np.log(within.score.shape[1] / surface.score.shape[1])
    total = float(logsumexp(log_joint))
    shares = np.exp(log_joint - total)
    wanted = np.flatnonzero(shares >= _LEAST_SHARE)
    posterior = np.zeros_like(surface.score)
    for number, index in enumerate(wanted):
        weight = shares[index] / shares[wanted].sum()
        for done in chains[index].backward(posterior[:, columns], float(weight)):
            yield 0.5 + 0.5 * (number + done) / len(wanted)
    yield Decoded(posterior, log_joint - total, total)


def columns_holding(posterior: Grid, step_s: float, tail: float, also: Sequence[int] = ()) -> slice:
    """Columns that hold all but a trace of every row's posterior, with a margin.

    Parameters
    ----------
    posterior : ndarray of float32, shape (K, L)
    step_s : float
        Offset between columns, seconds.
    tail : float
        Share of a row's posterior that may be left out at either side.
    also : sequence of int
        Columns that must be among them.

    Returns
    -------
    slice
        With 0.6 s to spare at either side, as far as there are columns.
    """
    below = np.cumsum(posterior, axis=1, dtype=np.float64)
    low = int((below < tail).sum(axis=1).min())
    high = int((below < below[:, -1:] - tail).sum(axis=1).max())
    margin = round(_MARGIN_S / step_s)
    return slice(
        max(0, min([low, *also]) - margin),
        min(posterior.shape[1], max([high, *also]) + margin + 1),
    )


class _Chain:
    """One drift model run over one surface."""

    def __init__(self, surface: ScoreSurface, model: DriftModel) -> None:
        score = surface.score
        self._rows, self._columns = score.shape
        self._best = score.max(axis=1)
        self._emission = np.exp(score - self._best[:, None])
        first = np.rint(surface.first_offset_s / surface.step_s).astype(np.intp)
        self._origin_step = np.diff(first, prepend=first[:1])
        row_s = float(np.median(np.diff(surface.time_0_s))) if self._rows > 1 else 1.0
        self._move = _Move(model, row_s, surface.step_s, self._columns)
        self._starts = range(0, self._rows, _BLOCK_ROWS)
        self._kept: list[Grid] = []
        self._last_block: list[tuple[Grid, float]] = []
        self.log_evidence = float(self._best.sum(dtype=np.float64))

    def forward(self) -> Iterator[float]:
        """Run forward, adding up the evidence and keeping the state before every block."""
        state = self._move.uniform()
        for start in self._starts:
            self._kept.append(state)
            self._last_block = list(self._block(start, state))
            self.log_evidence += _log_sum(self._last_block)
            state = self._last_block[-1][0]
            yield min(start + _BLOCK_ROWS, self._rows) / self._rows

    def backward(self, posterior: Grid, weight: float) -> Iterator[float]:
        """Run backward, adding the marginals times `weight` to `posterior`."""
        message = np.ones_like(self._kept[0])
        block = self._last_block
        for start, state in zip(reversed(self._starts), reversed(self._kept), strict=True):
            if start != self._starts[-1]:
                block = list(self._block(start, state))
            for row in range(start + len(block) - 1, start - 1, -1):
                marginal = np.einsum("sl,sl->l", block[row - start][0], message)
                total = marginal.sum()
                if total > 0:
                    posterior[row] += np.float32(weight) * (marginal / total)
                else:
                    posterior[row] += np.float32(weight / self._columns)
                if row:
                    message = self._move.backward(message * self._emission[row])
                    message = _shifted(message, -int(self._origin_step[row]))
                    message = _rescaled(message)
            yield 1.0 - start / self._rows

    def _block(self, start: int, state: Grid) -> Iterator[tuple[Grid, float]]:
        for row in range(start, min(start + _BLOCK_ROWS, self._rows)):
            if row:
                state = self._move.forward(_shifted(state, int(self._origin_step[row])))
            state = state * self._emission[row]
            norm = float(state.sum())
            if norm < _RULED_OUT:
                state, norm = self._move.uniform(), _RULED_OUT
            else:
                state /= np.float32(norm)
            yield state, norm


class _Move:
    """The transition between two rows, and its adjoint."""

    def __init__(self, model: DriftModel, row_s: float, step_s: float, columns: int) -> None:
        slope = np.linspace(-model.max_slope, model.max_slope, model.slopes)
        cells = slope * row_s / step_s
        whole = np.floor(cells).astype(np.intp)
        self._part = (cells - whole).astype(np.float32)[:, None]
        self._margin = int(np.abs(whole).max()) + 2
        width = columns + 2 * self._margin
        self._padded = np.zeros((model.slopes, width), dtype=np.float32)
        base = (np.arange(model.slopes) * width)[:, None] + self._margin
        self._along = base + np.arange(-1, columns)[None, :] - whole[:, None]
        self._against = base + np.arange(0, columns + 1)[None, :] + whole[:, None]
        self._columns = columns

        self._step = _small_steps(model.step_s * row_s / step_s)
        wander = model.wander * np.sqrt(row_s)
        change = np.exp(-0.5 * ((slope[:, None] - slope[None, :]) / wander) ** 2)
        change /= change.sum(axis=1, keepdims=True)
        steady = 1.0 - JUMP_PROBABILITY - LOST_PROBABILITY
        self._change = (steady * change).astype(np.float32)
        prior = np.exp(-np.abs(slope) / _SLOPE_SCALE)
        self._prior = (prior / prior.sum()).astype(np.float32)
        self._near = _laplace(step_s / JUMP_SCALE_S, columns)

    def uniform(self) -> Grid:
        """The state before anything is known, shape (S, L)."""
        return np.repeat(self._prior[:, None] / np.float32(self._columns), self._columns, axis=1)

    def forward(self, state: Grid) -> Grid:
        """Distribution one row later, shape (S, L)."""
        near = self._gather(state, self._along)
        moved = self._blur(near[:, 1:] * (1 - self._part) + near[:, :-1] * self._part)
        jumped = self._prior[:, None] * self._jump(moved.sum(axis=0))
        return np.asarray(self._change.T @ moved + jumped)

    def backward(self, message: Grid) -> Grid:
        """Adjoint of `forward`, shape (S, L)."""
        before = self._change @ message + self._jump(self._prior @ message)[None, :]
        near = self._gather(self._blur(before), self._against)
        return np.asarray(near[:, :-1] * (1 - self._part) + near[:, 1:] * self._part)

    def _blur(self, state: Grid) -> Grid:
        if len(self._step) == 1:
            return state
        return np.stack([np.convolve(row, self._step, mode="same") for row in state])

    def _gather(self, values: Grid, index: NDArray[np.intp]) -> Grid:
        self._padded[:, self._margin : self._margin + self._columns] = values
        return np.take(self._padded.ravel(), index)

    def _jump(self, mass: Grid) -> Grid:
        """Mass after a dropped buffer (two-sided exponential) or a lost clock (anywhere)."""
        near = np.convolve(mass, self._near)
        cut = len(self._near) // 2
        near = near[cut : cut + self._columns]
        anywhere = float(mass.sum()) / self._columns
        return np.asarray(JUMP_PROBABILITY * near + LOST_PROBABILITY * anywhere, dtype=np.float32)


def _small_steps(scale: float) -> Grid:
    """Laplace steps of a first-order model in columns, cut at twice their scale."""
    reach = int(2 * scale)
    step = np.exp(-np.abs(np.arange(-reach, reach + 1)) / max(scale, 1e-9))
    return np.asarray(step / step.sum(), dtype=np.float32)


def _laplace(decay: float, columns: int) -> Grid:
    """Two-sided exponential of unit mass, cut where it has fallen to exp(-10)."""
    radius = min(columns - 1, int(np.ceil(10.0 / decay)))
    lag = np.abs(np.arange(-radius, radius + 1))
    a = np.exp(-decay)
    return np.asarray((1 - a) / (1 + a) * a**lag, dtype=np.float32)


def _rescaled(message: Grid) -> Grid:
    """Largest value one; where nothing is left (a band that jumped away), begin anew."""
    most = message.max()
    return message / most if most > 0 else np.ones_like(message)


def _log_sum(block: list[tuple[Grid, float]]) -> float:
    return float(np.sum(np.log([norm for _, norm in block])))


def _shifted(values: Grid, step: int) -> Grid:
    """Re-index columns to a row whose first offset is `step` columns later."""
    if step == 0:
        return values
    out = np.zeros_like(values)
    if abs(step) < values.shape[1]:
        if step > 0:
            out[:, :-step] = values[:, step:]
        else:
            out[:, -step:] = values[:, :step]
    return out
