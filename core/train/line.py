"""The line from similarities to log odds: Eq. 2 of Nihal et al. needs a zero."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from core.arrays import Floats

_LEAST_SLOPE = 1e-3


def fitted_line(right: Floats, wrong: Floats) -> tuple[float, float]:
    """Slope and zero by logistic regression; right and wrong pairs weigh the same in sum.

    Parameters
    ----------
    right, wrong : ndarray, shape (P,) and (N,)
        Similarities; at least one of each.

    Returns
    -------
    slope, zero : float
        Log odds are ``slope * similarity + zero``; the slope is above zero.
    """
    middle = (right.mean() + wrong.mean()) / 2
    spread = max(float(np.concatenate([right, wrong]).std()), 1e-9)

    def missed(line: Floats) -> tuple[float, Floats]:
        total, gradient = 0.0, np.zeros(2)
        for similarity, sign in ((right, -1.0), (wrong, 1.0)):
            x = (similarity - middle) / spread
            odds = sign * (np.exp(line[0]) * x + line[1])
            total += float(np.logaddexp(0.0, odds).mean()) / 2
            share = sign * expit(odds) / 2
            gradient += [float((share * x).mean() * np.exp(line[0])), float(share.mean())]
        return total, gradient

    found = minimize(missed, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-7, 7), (-30, 30)])
    slope = max(float(np.exp(found.x[0])) / spread, _LEAST_SLOPE)
    return slope, float(found.x[1]) - slope * float(middle)
