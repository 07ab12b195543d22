"""Opens the evidence that a person chose; torch is loaded only where it is needed."""

from __future__ import annotations

from core.evidence.choice import EvidenceChoice
from core.evidence.compact import open_compact
from core.evidence.learned import Networks
from core.nets import ensure_torch


def open_evidence(choice: EvidenceChoice, processes: int = 1) -> Networks:
    """Load what an evidence needs; takes seconds, and PyTorch holds up a window of this process.

    Parameters
    ----------
    choice : EvidenceChoice
    processes : int
        How many such as this one share the processors.

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
    ensure_torch()
    from core.nets.embed import leave_a_core
    from core.nets.pair_evidence import open_pair_evidence

    assert choice.checkpoint is not None
    assert choice.scorer is not None
    leave_a_core(processes)
    pair = open_pair_evidence(choice.checkpoint, choice.scorer, choice.device, choice.precision)
    return open_compact(), pair
