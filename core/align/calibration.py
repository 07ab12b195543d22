"""From posterior mass to a probability that holds: the shipped calibration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

MOST_CONFIDENT = 0.99
"""No confidence above this is ever given."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What was measured about the aligner's own certainty.

    Parameters
    ----------
    related_centre_nats, related_scale_nats : float
        Logistic curve from a recording's log evidence to the probability that
        its channels heard the same world.
    alias_share : float
        How often the path is the right one of two where the alias flag is up.
    raw, confidence : ndarray, shape (B,)
        Isotonic curve from ``posterior mass * related [* alias share]`` to the share of
        keypoints within tolerance.
    """

    related_centre_nats: float
    related_scale_nats: float
    alias_share: float
    raw: Floats
    confidence: Floats

    def related(self, log_evidence: float) -> float:
        """Probability that the channels heard the same world at all.

        Every row's likelihood ratios average to one, so the log evidence of the
        mixed drift models is a log Bayes factor against "nothing matches".

        Parameters
        ----------
        log_evidence : float
            Nats; see `core.align.decode.Decoded`.
        """
        return float(expit((log_evidence - self.related_centre_nats) / self.related_scale_nats))

    def __call__(self, raw: Floats) -> Floats:
        """Calibrated confidence of raw certainties, shape kept, at most 0.99."""
        return np.minimum(np.interp(raw, self.raw, self.confidence), MOST_CONFIDENT)


@cache
def shipped_calibration() -> Calibration:
    """The calibration in ``resources/calibration.json``; its card says what it was fitted on."""
    text = resources.files("resources").joinpath("calibration.json").read_text(encoding="utf-8")
    curve = json.loads(text)
    return Calibration(
        curve["related_centre_nats"],
        curve["related_scale_nats"],
        curve["alias_share"],
        np.array(curve["raw"]),
        np.array(curve["confidence"]),
    )
