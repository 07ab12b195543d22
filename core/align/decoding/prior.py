"""What is known of a pair of recorders before anything is heard: how their clocks usually drift."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.align.decoding.drift_models import DriftModel, Start
from core.arrays import Floats, Floats32

# Chosen by hand during development.

_MOST_SLOPE = 0.045
"""No clock is thought to leave its pair's usual drift faster, seconds per second."""
_REACH_SD = 4.0
"""How far from the usual offset and slope is looked, standard deviations."""
_SLOPES = 31
_JUMPS = 1e-9
"""Chance per row of a dropped buffer: a clock that drops any does not follow its usual drift."""
_LOOSER = 4.0
"""How much more than usual the slope of a looser clock wanders."""


@dataclass(frozen=True, slots=True, eq=False)
class DriftPrior:
    """The usual drift of a pair of recorders, and how much a recording differs from it.

    A recording's offset is the usual one, and ``a + b t`` more: *a* and *b* are Gaussian over
    recordings, and *b* wanders within one as it does in `core.align.decoding.drift_models`.

    Parameters
    ----------
    time_0_s : ndarray, shape (G,)
        Moments of channel 0, rising, seconds.
    offset_s : ndarray, shape (G,)
        Usual offset there, seconds; linear between them, and along their line beyond.
    offset_sd_s : float
        Standard deviation of *a*, seconds.
    slope_sd : float
        Standard deviation of *b*, seconds per second.
    correlation : float
        Of *a* and *b*.
    wander : float
        Standard deviation of the slope's change in one second, seconds per second.
    recordings : int
        How many it was learned from.
    """

    time_0_s: Floats
    offset_s: Floats
    offset_sd_s: float
    slope_sd: float
    correlation: float
    wander: float
    recordings: int

    @property
    def digest(self) -> str:
        """Tells priors apart, 32 hexadecimal digits."""
        numbers = (self.offset_sd_s, self.slope_sd, self.correlation, self.wander)
        digest = hashlib.blake2b(repr((*numbers, self.recordings)).encode(), digest_size=16)
        for column in (self.time_0_s, self.offset_s):
            digest.update(np.ascontiguousarray(column, dtype="<f8").tobytes())
        return digest.hexdigest()

    @property
    def covariance(self) -> Floats:
        """Of *a* and *b*, shape (2, 2)."""
        shared = self.correlation * self.offset_sd_s * self.slope_sd
        return np.array([[self.offset_sd_s**2, shared], [shared, self.slope_sd**2]])

    def usual_offset_s(self, time_0_s: Floats) -> Floats:
        """The usual offset, shape (K,), at moments of channel 0, seconds."""
        line = np.polynomial.Polynomial.fit(self.time_0_s, self.offset_s, 1)
        within_s = np.clip(time_0_s, self.time_0_s[0], self.time_0_s[-1])
        inside_s = np.interp(within_s, self.time_0_s, self.offset_s)
        return np.asarray(inside_s + line(time_0_s) - line(within_s))

    def reach_s(self, time_0_s: Floats) -> float:
        """How far from the usual offset a recording may be at any of these moments, seconds."""
        first_s, last_s = float(np.min(time_0_s)), float(np.max(time_0_s))
        wandered_s = self.wander * math.sqrt(self._learned_s(last_s - first_s) ** 3 / 3)
        return _REACH_SD * max(self._at(first_s)[0], math.hypot(self._at(last_s)[0], wandered_s))

    def models(self, time_0_s: Floats) -> tuple[DriftModel, ...]:
        """How the clock of a recording may leave the usual drift.

        Parameters
        ----------
        time_0_s : ndarray, shape (K,)
            Rows, seconds.

        Returns
        -------
        tuple of DriftModel
            Of the deviation from `usual_offset_s`.
        """
        start = Start(*self._at(float(time_0_s[0])))
        root_s = math.sqrt(self._learned_s(float(time_0_s[-1] - time_0_s[0])))

        def model(looser: float, log_prior: float) -> DriftModel:
            wander = looser * self.wander
            most = _REACH_SD * math.hypot(self.slope_sd, wander * root_s)
            most = min(most, _MOST_SLOPE)
            # A grid of slopes cannot hold a slower wander.
            wander = max(wander, most / _SLOPES)
            return DriftModel(most, _SLOPES, wander, log_prior, _JUMPS, start=start)

        return (model(1.0, 0.0), model(_LOOSER, -1.0))

    def _learned_s(self, duration_s: float) -> float:
        """As much of a duration as recordings were reviewed for: no slope wanders for ever."""
        return min(duration_s, float(self.time_0_s[-1] - self.time_0_s[0]))

    def _at(self, time_0_s: float) -> tuple[float, float, float]:
        """Standard deviations of offset and slope at a moment, and their correlation."""
        move = np.array([[1.0, time_0_s], [0.0, 1.0]])
        there = move @ self.covariance @ move.T
        offset_sd_s, slope_sd = np.sqrt(np.diag(there))
        return float(offset_sd_s), float(slope_sd), float(there[0, 1] / (offset_sd_s * slope_sd))


@dataclass(frozen=True, slots=True, eq=False)
class PriorUse:
    """What a prior had to do with a decoded path, and what is known without it.

    Parameters
    ----------
    digest : str
        As `DriftPrior.digest`.
    share : float
        Probability that the recording's clocks follow the prior, 0 to 1.
    posterior, log_evidence, related
        As in `core.align.alignment.DecodedEvidence`, from the evidence alone.
    """

    digest: str
    share: float
    posterior: Floats32
    log_evidence: float
    related: Floats

    def rows(self, kept: slice | NDArray[np.intp]) -> PriorUse:
        """The same of some rows only.

        Parameters
        ----------
        kept : slice or ndarray of int

        Returns
        -------
        PriorUse
        """
        return replace(self, posterior=self.posterior[kept], related=self.related[kept])
