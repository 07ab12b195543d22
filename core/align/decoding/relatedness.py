"""Whether the channels hear the same world, moment by moment.

A recorder is carried away, switched off or blown over while the other goes on. Whether there is
anything to align is therefore asked of every row by itself: a chain of two states, "both hear the
same" and "they do not", which rarely change, is run over what each row adds to the belief
that the channels match (forward-backward, Rabiner 1989).
"""

from __future__ import annotations

import numpy as np

from core.arrays import Floats

_PRIOR = 0.9
"""Share of moments that both channels hear, before anything is known."""
_CHANGES = 1.0 / 200.0
"""Chance per row that what both heard ends; with 1/60 silence between few calls looked like it."""
_MOST_NATS = 20.0
"""More evidence in a single row says no more: numbers stay within a float's reach."""


def local_relatedness(row_evidence: Floats) -> Floats:
    """Probability that the channels hear the same around every row.

    Parameters
    ----------
    row_evidence : ndarray, shape (K,)
        `core.align.decoding.decode.Decoded.row_evidence`, nats.

    Returns
    -------
    ndarray, shape (K,)
    """
    ratio = np.exp(np.clip(row_evidence, -_MOST_NATS, _MOST_NATS))
    likely = np.stack([np.ones_like(ratio), ratio], axis=1)
    begins = _CHANGES * _PRIOR / (1 - _PRIOR)
    move = np.array([[1 - begins, begins], [_CHANGES, 1 - _CHANGES]])
    ahead = np.empty_like(likely)
    state = np.array([1 - _PRIOR, _PRIOR])
    for row, here in enumerate(likely):
        state = (state @ move if row else state) * here
        state /= state.sum()
        ahead[row] = state
    message = np.ones(2)
    for row in range(len(likely) - 1, -1, -1):
        ahead[row] *= message
        message = move @ (likely[row] * message)
        message /= message.max()
    return np.asarray(ahead[:, 1] / ahead.sum(axis=1))
