"""Terms of a score surface: kept apart, so that their weights can be fitted to a recording."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.arrays import Floats, Floats32
from core.audio.spectra.features import HOP_S
from core.audio.spectra.fixed_point import FixedPoint
from core.evidence.surface import ScoreSurface

SHARED_ROWS = 0.8
"""Share of rows that hold a sound which both channels heard, before anything is known of them.
Chosen on drifted real pairs among 0.6 to 1."""

_LEAST_SPREAD = 1e-4
"""A term whose scores spread less than this tells nothing; chosen by hand."""
_MOST_CODE = 32_000
"""The largest score of a network's term in two bytes; they hold 32,767."""
_ROWS_AT_ONCE = 100
"""Few enough for the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class TermSurfaces:
    """Score surfaces of all terms, each with unit spread over the rows with any evidence.

    Parameters
    ----------
    time_0_s : ndarray, shape (K,)
        Centres of the windows on channel 0, seconds.
    first_offset_s : ndarray, shape (K,)
        Offset of each row's first column, seconds.
    parts : tuple of J FixedPoint, shape (K, L)
        The terms, standard deviations; columns are 10 ms apart.
    prior : ndarray, shape (J,)
        Nats per standard deviation of each term before a recording has been seen.
    """

    time_0_s: Floats
    first_offset_s: Floats
    parts: tuple[FixedPoint, ...]
    prior: Floats

    def terms(self, rows: NDArray[np.intp] | slice) -> Floats32:
        """Some rows of all terms.

        Parameters
        ----------
        rows : ndarray of int, shape (M,), or slice

        Returns
        -------
        ndarray of float32, shape (J, M, L)
            Standard deviations.
        """
        return np.stack([part[rows] for part in self.parts])

    @property
    def columns(self) -> int:
        """Offsets a row, L."""
        return int(self.parts[0].codes.shape[1])

    def surface_of(self, score: Floats32) -> ScoreSurface:
        """Scores at these rows and offsets, shape (K, L), as a surface."""
        return ScoreSurface(self.time_0_s, self.first_offset_s, HOP_S, score)

    def with_term(self, term: Floats32, prior: float, share: float = 1.0) -> TermSurfaces:
        """These terms and one more.

        Parameters
        ----------
        term : ndarray of float32, shape (K, L)
            On any scale; 0 where nothing is known.
        prior : float
            Nats per standard deviation before a recording has been seen.
        share : float
            Of the other terms' prior weights that stays.

        Returns
        -------
        TermSurfaces
            With J + 1 terms.
        """
        term = without_row_means(term)
        most = float(max(term.max(), -term.min(), 1e-30))
        part = unit_spread(FixedPoint.of(term, most / _MOST_CODE))
        return replace(self, parts=(*self.parts, part), prior=np.append(share * self.prior, prior))

    def combined(self, weights: Floats) -> ScoreSurface:
        """Sum the terms into log-likelihood ratios.

        See `likelihood_ratios`: a stretch that matches nowhere counts against the whole
        alignment, but no row by more than a little.

        Parameters
        ----------
        weights : ndarray, shape (J,)
            Nats per standard deviation of each term.

        Returns
        -------
        ScoreSurface
            Nats.
        """
        score = np.zeros(self.parts[0].codes.shape, dtype=np.float32)
        for weight, part in zip(weights, self.parts, strict=True):
            weighed = part.times(float(weight))
            if weighed.step:
                score += weighed[:]
        return self.surface_of(likelihood_ratios(score))


def without_row_means(term: Floats32) -> Floats32:
    """A term less each row's mean over what is known, shape (K, L); 0 where nothing is."""
    known = term != 0
    mean = term.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return np.where(known, term - mean, np.float32(0))


def likelihood_ratios(score: Floats32) -> Floats32:
    """Scores as log-likelihood ratios of rows that may hold no shared sound.

    ``log(1 - p + p exp(s) / mean exp(s))`` with p = `SHARED_ROWS`: in every row the ratios
    average to one.

    Parameters
    ----------
    score : ndarray of float32, shape (K, L)
        Nats up to a constant a row; written over.

    Returns
    -------
    ndarray of float32, shape (K, L)
    """
    score -= score.max(axis=1, keepdims=True)
    ratio = np.exp(score, out=score)
    ratio *= SHARED_ROWS / ratio.mean(axis=1, keepdims=True)
    ratio += 1 - SHARED_ROWS
    return np.log(ratio, out=ratio)


def unit_spread(term: FixedPoint) -> FixedPoint:
    """A term over its standard deviation in rows with any evidence; zero if it has none.

    Parameters
    ----------
    term : FixedPoint, shape (K, L)

    Returns
    -------
    FixedPoint, shape (K, L)
        Standard deviations; the codes are shared.
    """
    energy = np.zeros(len(term), dtype=np.float32)
    for start in range(0, len(term), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        values = term.codes[rows].astype(np.float32)
        np.einsum("kl,kl->k", values, values, out=energy[rows])
    cells = np.count_nonzero(energy) * term.codes.shape[1]
    spread = float(np.sqrt(energy.sum(dtype=np.float64) / cells)) if cells else 0.0
    is_told = spread * term.step > _LEAST_SPREAD
    return FixedPoint(term.codes, 1 / spread if is_told else 0.0)
