"""Weights of the evidence terms, fitted to one recording along its own path.

Which terms speak depends on the sensors and the noise of the recording at hand.
After a first decoding the offsets are roughly known, so the weights that make
those offsets most likely among all others can be fitted (a conditional logit,
McFadden 1974; one expectation-maximisation step) with a Gaussian prior at the
defaults. Ten or eleven numbers from a hundred rows: too few to talk a wrong path right.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from core.arrays import Floats
from core.evidence.spectral import TERMS
from core.evidence.terms import TermSurfaces

TEMPER = 0.8
"""Share of the fitted evidence that counts: neighbouring windows hear the same
reverberation, movement and miss-match, so their evidence is not independent."""

# Chosen by hand during development, where no source is given.

_PRIOR_PRECISION = 100.0
"""Of a spectral term's weight around its default: a standard deviation of 0.1 nats per unit."""
_LEARNED_PRECISION = 25.0
"""A network may be at home in this recording or lost in it: its rows say more than the prior."""

_NEAR_COLUMNS = 3
"""How settled a row is: its posterior within so many columns of its mode."""
_TARGET_COLUMNS = 2
"""Columns to either side of the mode that count as right (decision 0005)."""
_LEAST_MASS = 0.2
"""A row takes part from this posterior near its mode on."""
_LEAST_ROWS = 5
"""With fewer rows the prior weights stand."""
_MOST_ROWS = 120
"""Of more rows so many take part, spread evenly: enough for a dozen numbers."""
_LEAST_START = 0.01
"""The fit starts no lower than this, nats per unit: off its bound at zero."""
_MOST_STEPS = 15
"""Steps of the fit; `_ROUNDING` ends it sooner as a rule."""
_ROUNDING = 1e-7
"""Share of the loss that single precision leaves in doubt: no use going further."""


def fit_weights(surfaces: TermSurfaces, posterior: NDArray[np.float32]) -> Floats:
    """Fit the term weights to the rows whose offset a first decoding settled.

    Parameters
    ----------
    surfaces : TermSurfaces
    posterior : ndarray of float32, shape (K, L)
        Posterior over offsets decoded with the terms' prior weights.

    Returns
    -------
    ndarray, shape (J,)
        Non-negative and tempered; the prior ones, tempered, where fewer than five
        rows are settled.
    """
    columns = posterior.shape[1]
    mode = posterior.argmax(axis=1)
    near = np.arange(-_NEAR_COLUMNS, _NEAR_COLUMNS + 1)
    index = np.clip(mode[:, None] + near, 0, columns - 1)
    mass = np.take_along_axis(posterior, index, axis=1).sum(axis=1)
    inside = (mode > _NEAR_COLUMNS) & (mode < columns - _NEAR_COLUMNS - 1)
    rows = np.flatnonzero(inside & (mass > _LEAST_MASS))
    if len(rows) < _LEAST_ROWS:
        return TEMPER * surfaces.prior
    if len(rows) > _MOST_ROWS:
        rows = rows[np.linspace(0, len(rows) - 1, _MOST_ROWS).astype(np.intp)]
    target = mode[rows, None] + np.arange(-_TARGET_COLUMNS, _TARGET_COLUMNS + 1)
    terms = surfaces.terms(rows)
    precision = np.full(len(terms), _LEARNED_PRECISION)
    precision[: len(TERMS)] = _PRIOR_PRECISION
    result = minimize(
        penalised_loss,
        np.maximum(surfaces.prior, _LEAST_START),
        args=(terms, target, mass[rows].astype(np.float64), surfaces.prior, precision),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(surfaces.prior),
        options={"maxiter": _MOST_STEPS, "ftol": _ROUNDING},
    )
    return np.asarray(TEMPER * result.x)


def penalised_loss(
    weights: Floats,
    terms: NDArray[np.float32],
    target: NDArray[np.intp],
    mass: Floats,
    prior: Floats,
    precision: Floats | float,
) -> tuple[float, Floats]:
    """Penalised negative log-likelihood of target columns, and its gradient.

    Parameters
    ----------
    weights : ndarray, shape (J,)
    terms : ndarray of float32, shape (J, K, L)
    target : ndarray of int, shape (K, H)
        Columns of each row that count as right.
    mass : ndarray, shape (K,)
        How much each row counts.
    prior : ndarray, shape (J,)
        Mean of the Gaussian prior.
    precision : ndarray, shape (J,), or float
        Its inverse variances.

    Returns
    -------
    loss : float
        Nats.
    gradient : ndarray, shape (J,)
        By the weights.
    """
    score = np.tensordot(weights.astype(np.float32), terms, 1)
    share = np.exp(score - score.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    hit = np.take_along_axis(share, target, axis=1)
    total = hit.sum(axis=1)
    rows = np.arange(len(target))[:, None]
    at_target = np.einsum("jkh,kh->jk", terms[:, rows, target], hit / total[:, None])
    expected = np.einsum("jkl,kl->jk", terms, share)
    away = weights - prior
    loss = 0.5 * (precision * away) @ away - mass @ np.log(np.maximum(total, 1e-30))
    gradient = precision * away - (at_target - expected) @ mass
    return float(loss), np.asarray(gradient, dtype=np.float64)
