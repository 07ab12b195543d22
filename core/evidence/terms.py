"""Terms of a score surface: kept apart, so that their weights can be fitted to a recording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.audio.features import HOP_S
from core.evidence.surface import ScoreSurface

Floats = NDArray[np.float64]
Real = TypeVar("Real", np.float16, np.float32)

_LEAST_SPREAD = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class TermSurfaces:
    """Score surfaces of all terms, each with unit spread over the rows with any evidence.

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Centres of the windows on channel 0, seconds.
    first_offset_s : ndarray, shape (K,)
        Offset of each row's first column, seconds.
    terms : ndarray of float16, shape (J, K, L)
        Columns are 10 ms apart.
    prior : ndarray, shape (J,)
        Nats per standard deviation of each term before a recording has been seen.
    """

    time_0_s: Floats
    first_offset_s: Floats
    terms: NDArray[np.float16]
    prior: Floats

    def with_term(
        self, term: NDArray[np.float32], prior: float, share: float = 1.0
    ) -> TermSurfaces:
        """These terms and one more.

        Parameters
        ----------
        term : ndarray of float32, shape (K, L)
            On any scale; 0 where nothing is known.
        prior : float
            Nats per standard deviation before a recording has been seen.
        share : float
            Of the other terms' prior weights that stays.
        """
        known = term != 0
        mean = term.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
        scaled = unit_spread(np.where(known, term - mean, np.float32(0)))
        terms = np.concatenate([self.terms, scaled[None].astype(np.float16)])
        return replace(self, terms=terms, prior=np.append(share * self.prior, prior))

    def combined(self, weights: Floats) -> ScoreSurface:
        """Sum the terms into log-likelihood ratios.

        Every row is shifted so that its likelihood ratios average to one: a
        stretch that matches nowhere counts against the whole alignment.

        Parameters
        ----------
        weights : ndarray, shape (J,)
            Nats per standard deviation of each term.
        """
        score = np.zeros(self.terms.shape[1:], dtype=np.float32)
        for weight, term in zip(weights, self.terms, strict=True):
            if weight:
                score += np.float32(weight) * term
        peak = score.max(axis=1, keepdims=True)
        score -= peak + np.log(np.mean(np.exp(score - peak), axis=1, keepdims=True))
        return ScoreSurface(self.time_0_s, self.first_offset_s, HOP_S, score)


def unit_spread(surface: NDArray[Real]) -> NDArray[Real]:
    """A surface over its standard deviation in rows with any evidence; zero if it has none."""
    scaled = surface.astype(np.float32)
    energy = np.einsum("kl,kl->k", scaled, scaled)
    cells = np.count_nonzero(energy) * scaled.shape[1]
    spread = np.sqrt(energy.sum() / cells) if cells else 0.0
    scaled *= np.float32(1.0 / spread if spread > _LEAST_SPREAD else 0.0)
    return scaled.astype(surface.dtype, copy=False)
