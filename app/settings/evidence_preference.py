"""Which evidence to align with, as a person chose it; perhaps incomplete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.base.evidence_words import EVIDENCE_WORDS, EvidenceWords
from core.errors import InputError
from core.evidence.choice import DEVICES, EVIDENCE, PRECISIONS, EvidenceChoice, Precision
from core.nets import ensure_torch
from core.session import Provenance

_DIGITS = 10


@dataclass(frozen=True, slots=True)
class EvidencePreference:
    """What was chosen in the preferences.

    Parameters
    ----------
    name : str
        One of `core.evidence.choice.EVIDENCE`.
    checkpoint, scorer : str
        Where BEATs and its pair scorer are; empty until they are chosen.
    device : str
        One of `core.evidence.choice.DEVICES`, where BEATs runs.
    precision : Precision
        What BEATs computes in.

    Raises
    ------
    ValueError
        If `name`, `device` or `precision` is none of these.
    """

    name: str = EvidenceChoice().name
    checkpoint: str = ""
    scorer: str = ""
    device: str = "auto"
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        known = (self.name in EVIDENCE, self.device in DEVICES, self.precision in PRECISIONS)
        if not all(known):
            raise ValueError(f"{self.name} on {self.device} in {self.precision}")

    @property
    def is_learned(self) -> bool:
        """Whether a network takes part."""
        return self.name != "spectral"

    @property
    def words(self) -> EvidenceWords:
        """What it is called."""
        return EVIDENCE_WORDS[self.name]

    def as_made(self, made: Provenance) -> EvidencePreference:
        """The same files and device, for the evidence that a run went by."""
        return replace(self, name=made.evidence) if made.evidence in EVIDENCE else self

    def choice(self) -> EvidenceChoice:
        """The choice as the core takes it.

        Raises
        ------
        InputError
            If files are missing in it.
        """
        files = _path(self.checkpoint), _path(self.scorer)
        return EvidenceChoice(self.name, *files, self.device, self.precision)

    def obstacle(self) -> str:
        """Which file is missing, in a sentence; empty if none is."""
        if self.name != "beats":
            return ""
        for what, text in (("BEATs checkpoint", self.checkpoint), ("pair scorer", self.scorer)):
            path = _path(text)
            if path is None:
                return f"Choose a {what}."
            if not path.is_file():
                return f"{path}: there is no such file; choose the {what} again."
        return ""


AS_SHIPPED = EvidencePreference()


def why_no_beats() -> str:
    """Why BEATs cannot be chosen on this computer, in a sentence; empty if it can."""
    try:
        ensure_torch()
    except InputError as error:
        return f"BEATs {error.what}; {error.fix}."
    return ""


def made_with(made: Provenance) -> str:
    """What made a run, in words."""
    known = EVIDENCE_WORDS.get(made.evidence)
    words = made.evidence if known is None else known.name
    if made.model != "none":
        words += f" ({made.model[:_DIGITS]}) on {made.device}"
    tuned_by = made.settings.get("tuned_by")
    return f"{words}, by the model {tuned_by}" if isinstance(tuned_by, str) else words


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text.strip() else None
