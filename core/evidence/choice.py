"""Which evidence to align with: a value that can be sent to another process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from core.errors import InputError

EVIDENCE = ("spectral", "compact", "beats")
"""Without a network; with the small one that is shipped, the default; with BEATs and a pair
scorer beside it, which alone needs PyTorch."""

DEVICES = ("auto", "cuda", "mps", "cpu")
"""Where PyTorch may run; ``auto`` is the first of the others that is there."""
Precision = Literal["float32", "half", "int8"]
"""Of a network's weights: ``half`` is float16 on a GPU and bfloat16 elsewhere; ``int8`` is for
processors, with activations quantised as they come."""
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
"""All of them, the exact one first."""


@dataclass(frozen=True, slots=True)
class EvidenceChoice:
    """What to align with.

    Parameters
    ----------
    name : str
        One of `EVIDENCE`.
    checkpoint, scorer : Path or None
        BEATs, and what ``finchsync train`` made beside it; for ``beats`` only, and both.
    device : str
        One of `DEVICES`, where ``beats`` runs.
    precision : Precision
        What BEATs computes in.

    Raises
    ------
    InputError
        If a name is unknown or a file is missing in the choice.
    """

    name: str = "compact"
    checkpoint: Path | None = None
    scorer: Path | None = None
    device: str = "auto"
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        for what, value, known in (
            ("evidence", self.name, EVIDENCE),
            ("device", self.device, DEVICES),
            ("precision", self.precision, PRECISIONS),
        ):
            if value not in known:
                raise InputError(
                    f"{what} {value}", "is not known", f"choose one of: {', '.join(known)}"
                )
        if self.name != "beats":
            return
        if self.checkpoint is None:
            raise InputError(
                "evidence beats", "needs a BEATs checkpoint", "give one; none is shipped"
            )
        if self.scorer is None:
            raise InputError(
                "evidence beats", "needs a pair scorer", "give one that 'finchsync train' made"
            )
