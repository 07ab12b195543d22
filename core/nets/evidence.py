"""Opens the evidence that a person chose; torch is loaded only where it is needed."""

from __future__ import annotations

from core.evidence.choice import EvidenceChoice
from core.evidence.compact import open_compact
from core.evidence.learned import LearnedEvidence, Networks
from core.nets import ensure_torch


def open_evidence(choice: EvidenceChoice) -> Networks:
    """Load what an evidence needs; takes seconds, so not in a window's own thread.

    Parameters
    ----------
    choice : EvidenceChoice

    Returns
    -------
    Networks
        The chosen one, beside the compact net in any case; none where none is wanted.

    Raises
    ------
    InputError
        If PyTorch is not installed, the device is not there, or a file cannot be used.
    """
    if choice.name == "spectral":
        return ()
    if choice.name == "compact":
        return (open_compact(),)
    return open_compact(), open_pair(choice)


def open_pair(choice: EvidenceChoice) -> LearnedEvidence:
    """Load the network of a choice that needs PyTorch; errors as `open_evidence`."""
    ensure_torch()
    from core.nets.pair_evidence import open_pair_evidence

    assert choice.checkpoint is not None
    assert choice.scorer is not None
    return open_pair_evidence(choice.checkpoint, choice.scorer, choice.device, choice.precision)
