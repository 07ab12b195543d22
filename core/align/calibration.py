"""From posterior mass to a probability that holds: the shipped calibration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.arrays import Floats

MOST_CONFIDENT = 0.99
"""No confidence above this is ever given."""
MOST_UNSURE = 0.89
"""Nor above this on thin grounds: inside channel 1 without a clear match within ten seconds, where
only a pair's usual drift says so, where a second alignment fits almost as well, or beside a step
of the clock."""
_LEAST_DOUBT = 1e-3
_FAR_S = 60.0
"""A clear match further away than this, or none at all, counts as this far, seconds; chosen by
hand, and part of the fit: whoever changes it fits the calibration again."""


@dataclass(frozen=True, slots=True, eq=False)
class ConfidenceCurve:
    """How often keypoints are right, as a function of `certainty_features`.

    Parameters
    ----------
    weights : ndarray, shape (J,)
        Logistic regression from the first J features to a raw certainty.
    raw, confidence : ndarray, shape (B,)
        Corners of an isotonic curve from there to the share of keypoints that are right,
        both rising.
    """

    weights: Floats
    raw: Floats
    confidence: Floats

    def __call__(self, features: Floats) -> Floats:
        """Share of keypoints that are right, shape (K,), for features of shape (K, J)."""
        raw = raw_certainty(features[:, : len(self.weights)], self.weights)
        return np.asarray(np.interp(raw, self.raw, self.confidence))


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What was measured about the aligner's own certainty.

    Parameters
    ----------
    related_centre_nats, related_scale_nats : float
        Logistic curve from a recording's log evidence to the probability that
        its channels heard the same world.
    alone, blind : ConfidenceCurve
        For recordings whose path stands alone: within reach of a clear match, and beyond it.
    aliased : ConfidenceCurve
        For recordings where a second alignment fits almost as well.
    evidence : str
        What it was measured with, by its name in `core.evidence.choice.EVIDENCE`.
    shift, slope, share : float
        How a deployment differs from what all the rest was measured on: log odds of claims go last
        through a line, and so much of the mass's own is added. By default they stay.
    most_lifted : float
        Up to here claims on thin grounds may be moved: as high as recordings confirmed it.
    """

    related_centre_nats: float
    related_scale_nats: float
    alone: ConfidenceCurve
    blind: ConfidenceCurve
    aliased: ConfidenceCurve
    evidence: str
    shift: float = 0.0
    slope: float = 1.0
    share: float = 0.0
    most_lifted: float = MOST_UNSURE

    @property
    def table(self) -> dict[str, object]:
        """Its numbers, as they stand in a file."""
        curves = {
            name: {
                "weights": curve.weights.tolist(),
                "raw": curve.raw.tolist(),
                "confidence": curve.confidence.tolist(),
            }
            for name, curve in (
                ("alone", self.alone),
                ("blind", self.blind),
                ("aliased", self.aliased),
            )
        }
        related = {
            "related_centre_nats": self.related_centre_nats,
            "related_scale_nats": self.related_scale_nats,
        }
        moved = {
            "shift": self.shift,
            "slope": self.slope,
            "share": self.share,
            "most_lifted": self.most_lifted,
        }
        return {**related, **curves, **moved}

    def related(self, log_evidence: float) -> float:
        """Probability that the channels heard the same world at all.

        Every row's likelihood ratios average to one, so the log evidence of the
        mixed drift models is a log Bayes factor against "nothing matches".

        Parameters
        ----------
        log_evidence : float
            Nats; see `core.align.decoding.decode.Decoded`.

        Returns
        -------
        float
        """
        return float(_expit((log_evidence - self.related_centre_nats) / self.related_scale_nats))

    def confidence(
        self,
        mass: Floats,
        related: Floats,
        nearest_clear_s: Floats,
        is_blind: NDArray[np.bool_],
        alias_margin: float | None = None,
    ) -> Floats:
        """Probability that keypoints are right, no higher than `related`.

        Parameters
        ----------
        mass : ndarray, shape (K,)
            Posterior probability within the tolerance of the path.
        related : ndarray, shape (K,)
            Probability that the channels heard the same world around each of them.
        nearest_clear_s : ndarray, shape (K,)
            Distance to the nearest row with a clear match, seconds.
        is_blind : ndarray of bool, shape (K,)
            Which of them lie inside channel 1 with no clear match within reach.
        alias_margin : float, optional
            Of the alias flag, where a second alignment fits almost as well.

        Returns
        -------
        ndarray, shape (K,)
        """
        features = certainty_features(mass, related, nearest_clear_s, alias_margin)
        if alias_margin is None:
            likely = np.where(is_blind, self.blind(features), self.alone(features))
            most = np.where(is_blind, MOST_UNSURE, MOST_CONFIDENT)
        else:
            likely, most = self.aliased(features), np.full(len(mass), MOST_UNSURE)
        return np.minimum(likely, np.minimum(related, most))

    def moved(self, claim: Floats, mass: Floats, *, is_aliased: bool) -> Floats:
        """Claims as they are made in a deployment, shape (K,).

        None is moved from `MOST_UNSURE` or below to above `most_lifted`, and none from there to
        above `MOST_UNSURE` where a second alignment fits almost as well.

        Parameters
        ----------
        claim : ndarray, shape (K,)
            Probabilities that keypoints are right, as they would be anywhere.
        mass : ndarray, shape (K,)
            As in `confidence`.
        is_aliased : bool
            Whether the recording's alignment has such a second one.

        Returns
        -------
        ndarray, shape (K,)
        """
        if (self.shift, self.slope, self.share) == (0.0, 1.0, 0.0):
            return claim
        lifted = MOST_UNSURE if is_aliased else self.most_lifted
        most = np.where(claim > MOST_UNSURE, MOST_CONFIDENT, lifted)
        return np.minimum(self.line(claim, mass), most)

    def line(self, claim: Floats, mass: Floats) -> Floats:
        """Where the line alone takes claims; arguments as `moved`."""
        odds = self.shift + self.slope * log_odds(claim) + self.share * log_odds(mass)
        return _expit(odds)


def log_odds(claim: Floats) -> Floats:
    """Of claims, shape (K,); those nearer to 0 or 1 than a thousandth count as that far."""
    doubted = np.clip(claim, _LEAST_DOUBT, 1 - _LEAST_DOUBT)
    return np.asarray(np.log(doubted / (1 - doubted)))


def certainty_features(
    mass: Floats, related: Floats, nearest_clear_s: Floats, alias_margin: float | None = None
) -> Floats:
    """What a raw certainty is a logistic function of.

    Parameters
    ----------
    mass, related, nearest_clear_s, alias_margin
        As in `Calibration.confidence`.

    Returns
    -------
    ndarray, shape (K, 4) or (K, 5)
        One, the log odds of the mass, the log of the relatedness, the log of one plus the
        distance to a clear match in seconds, and the alias margin where there is one.
    """
    mass = np.clip(mass, 1e-4, 1 - 1e-4)
    clear = np.log1p(np.minimum(nearest_clear_s, _FAR_S))
    columns = [np.log(mass / (1.0 - mass)), np.log(np.maximum(related, 1e-12)), clear]
    margin = [] if alias_margin is None else [np.full(len(mass), alias_margin)]
    return np.stack([np.ones(len(mass)), *columns, *margin], axis=1)


def raw_certainty(features: Floats, weights: Floats) -> Floats:
    """How certain, before the isotonic curve.

    Parameters
    ----------
    features : ndarray, shape (K, J)
        See `certainty_features`.
    weights : ndarray, shape (J,)

    Returns
    -------
    ndarray, shape (K,)
        0 to 1.
    """
    return np.asarray(_expit(features @ weights))


def calibration_of(table: Mapping[str, Any], evidence: str) -> Calibration:
    """A calibration from the numbers of its file.

    Parameters
    ----------
    table : mapping
        As `Calibration.table` gives it; models of earlier versions have one curve for keypoints
        in and out of reach of a clear match.
    evidence : str
        One of `core.evidence.choice.EVIDENCE`.

    Returns
    -------
    Calibration
    """
    alone, blind, aliased = (
        ConfidenceCurve(*(np.array(curve[part]) for part in ("weights", "raw", "confidence")))
        for curve in (table["alone"], table.get("blind", table["alone"]), table["aliased"])
    )
    centre, scale = table["related_centre_nats"], table["related_scale_nats"]
    names = ("shift", "slope", "share", "most_lifted")
    moved = {name: table[name] for name in names if name in table}
    return Calibration(centre, scale, alone, blind, aliased, evidence, **moved)


def _card(evidence: str) -> Traversable:
    of = "" if evidence == "spectral" else f"_{evidence}"
    return resources.files("resources").joinpath(f"calibration{of}.json")


@cache
def shipped_calibration(evidence: str) -> Calibration:
    """The calibration for an evidence, or the compact net's where it has none of its own.

    Whatever other network is chosen, the compact net is heard as well. Read from
    ``resources/calibration.json``, or ``calibration_NAME.json``; its card says what it was
    fitted on.

    Parameters
    ----------
    evidence : str
        One of `core.evidence.choice.EVIDENCE`.

    Returns
    -------
    Calibration
    """
    own = _card(evidence)
    if not own.is_file():
        own, evidence = _card("compact"), "compact"
    return calibration_of(json.loads(own.read_text(encoding="utf-8")), evidence)


def _expit(log_odds: ArrayLike) -> Floats:
    """Probability of log odds; the window, which must not wait for scipy, loads this file too."""
    return np.asarray(0.5 + 0.5 * np.tanh(np.asarray(log_odds) / 2))
