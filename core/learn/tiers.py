"""How much is learned, and what that takes; cheap to import."""

from __future__ import annotations

from core.errors import InputError
from core.nets import ensure_torch

SECONDS, MINUTES = 1, 2
"""What takes seconds: weights of the evidence, calibration, usual drift; and what takes minutes:
how the compact net hears the recorders, besides."""
TIERS = (SECONDS, MINUTES)


def refuse_tier(tier: int, evidence: str) -> None:
    """Make sure that as much can be learned here.

    Parameters
    ----------
    tier : int
        One of `TIERS`.
    evidence : str
        One of `core.evidence.choice.EVIDENCE`.

    Raises
    ------
    InputError
        If PyTorch is not installed, or no network takes part.
    """
    if tier == SECONDS:
        return
    if evidence == "spectral":
        raise InputError(
            "tier 2", "adapts the compact net, which spectral evidence leaves out", "use tier 1"
        )
    ensure_torch("tier 2")
