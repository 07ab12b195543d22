"""Weights of the evidence terms of one deployment, from the true offsets of its recordings.

As `core.align.weights` fits them to one recording along its own path, but along what a person
settled, of all recordings at once. Each recording then starts from these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from core.align.weights import penalised_loss
from core.arrays import Floats, Floats32
from core.learn.hearing import HeardRecording

# Chosen by hand during development.

_PRECISION = 300.0
"""Of a weight around the one that is shipped: as if so many rows of unit spread had said so."""
_ROWS_IN_ALL = 800
_MOST_ROWS = 40
"""Of all recordings, and of each; neighbours say much the same."""
_TARGET_COLUMNS = 2
_MOST_STEPS = 20
_ROUNDING = 1e-6
_LEAST_START = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class TrueRows:
    """Some rows of a recording, and which columns are right.

    Parameters
    ----------
    terms : ndarray of float32, shape (J, M, L)
    target : ndarray of int, shape (M, H)
    """

    terms: Floats32
    target: NDArray[np.intp]


def true_rows(heard: HeardRecording, recordings: int) -> TrueRows:
    """Rows of one of so many recordings, spread evenly over those whose true offset was compared.

    Parameters
    ----------
    heard : HeardRecording
    recordings : int

    Returns
    -------
    TrueRows
    """
    row, column = heard.true_columns()
    edge = _TARGET_COLUMNS + 1
    inside = (column >= edge) & (column < heard.terms.columns - edge)
    row, nearest = row[inside], np.rint(column[inside]).astype(np.intp)
    most = min(_MOST_ROWS, max(_ROWS_IN_ALL // recordings, 1))
    if len(row) > most:
        some = np.linspace(0, len(row) - 1, most).astype(np.intp)
        row, nearest = row[some], nearest[some]
    target = nearest[:, None] + np.arange(-_TARGET_COLUMNS, _TARGET_COLUMNS + 1)
    return TrueRows(heard.terms.terms(row), target)


def fitted_weights(rows: Sequence[TrueRows], shipped: Floats) -> Floats:
    """The weights that make the true offsets likeliest among all others, held to the shipped ones.

    Parameters
    ----------
    rows : sequence of TrueRows
    shipped : ndarray, shape (J,)
        Nats per standard deviation of each term.

    Returns
    -------
    ndarray, shape (J,)
        None below zero.
    """
    some = [each for each in rows if len(each.target)]

    def total(weights: Floats) -> tuple[float, Floats]:
        away = weights - shipped
        loss, gradient = 0.5 * _PRECISION * float(away @ away), _PRECISION * away
        for each in some:
            mass = np.ones(len(each.target))
            more, slope = penalised_loss(weights, each.terms, each.target, mass, weights, 0.0)
            loss, gradient = loss + more, gradient + slope
        return loss, gradient

    result = minimize(
        total,
        np.maximum(shipped, _LEAST_START),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(shipped),
        options={"maxiter": _MOST_STEPS, "ftol": _ROUNDING},
    )
    return np.asarray(result.x)
