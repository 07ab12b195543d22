"""Terms of a score surface: kept apart, so that their weights can be fitted to a recording."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.audio.features import HOP_S
from core.evidence.surface import ScoreSurface

Floats = NDArray[np.float64]
Scores = NDArray[np.float32]
Codes = NDArray[np.int16]

_LEAST_SPREAD = 1e-4
_MOST_CODE = 32_000


@dataclass(frozen=True, slots=True, eq=False)
class TermSurfaces:
    """Score surfaces of all terms, each with unit spread over the rows with any evidence.

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Centres of the windows on channel 0, seconds.
    first_offset_s : ndarray, shape (K,)
        Offset of each row's first column, seconds.
    codes : tuple of J ndarray of int16, shape (K, L)
        Columns are 10 ms apart; two bytes a cell, for hours.
    step : ndarray, shape (J,)
        Standard deviations that a code of one stands for.
    prior : ndarray, shape (J,)
        Nats per standard deviation of each term before a recording has been seen.
    """

    time_0_s: Floats
    first_offset_s: Floats
    codes: tuple[Codes, ...]
    step: Floats
    prior: Floats

    def terms(self, rows: NDArray[np.intp] | slice) -> Scores:
        """Some rows of all terms, standard deviations, shape (J, K, L)."""
        return np.stack(
            [
                np.multiply(codes[rows], np.float32(step), dtype=np.float32)
                for codes, step in zip(self.codes, self.step, strict=True)
            ]
        )

    def with_term(self, term: Scores, prior: float, share: float = 1.0) -> TermSurfaces:
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
        term = np.where(known, term - mean, np.float32(0))
        most = float(max(term.max(), -term.min(), 1e-30))
        term *= np.float32(_MOST_CODE / most)
        codes = np.rint(term, out=term).astype(np.int16)
        step = unit_step(codes, most / _MOST_CODE)
        return replace(
            self,
            codes=(*self.codes, codes),
            step=np.append(self.step, step),
            prior=np.append(share * self.prior, prior),
        )

    def combined(self, weights: Floats) -> ScoreSurface:
        """Sum the terms into log-likelihood ratios.

        Every row is shifted so that its likelihood ratios average to one: a
        stretch that matches nowhere counts against the whole alignment.

        Parameters
        ----------
        weights : ndarray, shape (J,)
            Nats per standard deviation of each term.
        """
        score = np.zeros(self.codes[0].shape, dtype=np.float32)
        for factor, codes in zip(weights * self.step, self.codes, strict=True):
            if factor:
                score += np.multiply(codes, np.float32(factor), dtype=np.float32)
        score -= score.max(axis=1, keepdims=True)
        score -= np.log(np.mean(np.exp(score), axis=1, keepdims=True))
        return ScoreSurface(self.time_0_s, self.first_offset_s, HOP_S, score)


def unit_step(codes: Codes, step: float) -> float:
    """Standard deviations that a code of one stands for, in rows with any evidence.

    Parameters
    ----------
    codes : ndarray of int16, shape (K, L)
        A term's surface.
    step : float
        What a code of one stood for so far.

    Returns
    -------
    float
        Zero for a term without evidence.
    """
    values = codes.astype(np.float32)
    energy = np.einsum("kl,kl->k", values, values)
    cells = np.count_nonzero(energy) * values.shape[1]
    spread = float(np.sqrt(energy.sum(dtype=np.float64) / cells)) if cells else 0.0
    return 1 / spread if spread * step > _LEAST_SPREAD else 0.0
