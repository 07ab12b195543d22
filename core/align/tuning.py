"""What was learned of the evidence from a person's corrections, in place of what is shipped."""

from __future__ import annotations

from dataclasses import dataclass

from core.align.calibration import Calibration
from core.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tuning:
    """How much each term says, and how sure the aligner may be.

    Parameters
    ----------
    name : str
        Of the model that it belongs to, as a person reads it.
    digest : str
        Tells models apart, 32 hexadecimal digits.
    weights : ndarray, shape (J,)
        As `core.evidence.terms.TermSurfaces.prior`, of the spectral terms and of the networks.
    calibration : Calibration
    """

    name: str
    digest: str
    weights: Floats
    calibration: Calibration
