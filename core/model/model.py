"""What is known before a recording is heard, learned from a person's corrections or shipped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from core.align.calibration import Calibration, shipped_calibration
from core.align.decoding.prior import DriftPrior
from core.align.tuning import Tuning
from core.arrays import Floats
from core.errors import InputError
from core.evidence.adaptation import Adaptation
from core.evidence.compact import adapted
from core.evidence.learned import Networks, model_id
from core.evidence.spectral import DEFAULT_WEIGHTS, TERMS

SHIPPED = "shipped"
"""Name of the model that FinchSync comes with."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How good alignments are, beside what a person set.

    Parameters
    ----------
    mae_ms : float
        Mean over recordings of each one's mean absolute error, milliseconds.
    within : float
        Share of keypoints no further off than the tolerance, 0 to 1.
    calibration_error : float
        Expected calibration error of the confidences, 0 to 1.
    """

    mae_ms: float
    within: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class LearnedFrom:
    """A recording that a model was learned from.

    Parameters
    ----------
    name : str
    fingerprint : str
        As `Recording.fingerprint`.
    keypoints : int
        How many a person had settled.
    """

    name: str
    fingerprint: str
    keypoints: int


@dataclass(frozen=True, slots=True)
class Card:
    """Where a model comes from.

    Parameters
    ----------
    made_at : datetime
        UTC.
    finchsync : str
        Version that made it.
    tier : int
        How much was learned: 1 is weights, calibration and drift prior, 2 the compact net besides.
    learned_from : tuple of LearnedFrom
    instead_of : str
        Digest of the model that it was compared with.
    before, after : Figures
        Of that model, and of such as this one on recordings that it was not learned from.
    better, worse : int
        How many recordings are so by more than chance would have it.
    """

    made_at: datetime
    finchsync: str
    tier: int
    learned_from: tuple[LearnedFrom, ...]
    instead_of: str
    before: Figures
    after: Figures
    better: int
    worse: int


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What is known before a recording is heard.

    Parameters
    ----------
    name : str
        As a person knows it: the stem of its file.
    evidence : str
        One of `core.evidence.choice.EVIDENCE`.
    encoder : str
        Digests of the networks that it belongs to; empty without one.
    weights : ndarray, shape (J,)
        As `core.evidence.terms.TermSurfaces.prior`.
    calibration : Calibration
    prior : DriftPrior or None
        The usual drift of the recorders, where it is known.
    adaptation : Adaptation or None
        How the compact net hears them, where it has learned that.
    card : Card or None
        None of the shipped one.
    """

    name: str
    evidence: str
    encoder: str
    weights: Floats
    calibration: Calibration
    prior: DriftPrior | None = None
    adaptation: Adaptation | None = None
    card: Card | None = None

    @property
    def digest(self) -> str:
        """Tells models apart by what comes of them, 32 hexadecimal digits."""
        content = (
            self.evidence,
            self.encoder,
            self.weights.tolist(),
            self.calibration.table,
            self.prior.digest if self.prior else "",
            *([self.adaptation.digest] if self.adaptation else []),
        )
        return hashlib.blake2b(json.dumps(content).encode(), digest_size=16).hexdigest()

    @property
    def is_shipped(self) -> bool:
        """Whether it is the one that FinchSync comes with."""
        return self.card is None

    @property
    def tuning(self) -> Tuning:
        """What the aligner takes in place of what is shipped."""
        return Tuning(self.name, self.digest, self.weights, self.calibration)

    def adapted(self, learned: Networks) -> Networks:
        """Networks as they hear these recorders.

        Parameters
        ----------
        learned : Networks
            As they are shipped; see `refuse_others`.

        Returns
        -------
        Networks
        """
        return learned if self.adaptation is None else adapted(learned, self.adaptation)

    def was_learned_from(self, fingerprint: str) -> bool:
        """Whether a recording is one of those that it was learned from."""
        return self.card is not None and any(
            each.fingerprint == fingerprint for each in self.card.learned_from
        )

    def refuse_others(self, learned: Networks, where: Path | str) -> None:
        """Make sure that networks are those it belongs to.

        Raises
        ------
        InputError
            If they are others.
        """
        evidence = learned[-1].name if learned else "spectral"
        if evidence != self.evidence:
            raise InputError(
                where,
                f"was learned with {self.evidence} evidence, not with {evidence}",
                f"add --evidence {self.evidence}, or choose another model",
            )
        if model_id(learned) != self.encoder:
            raise InputError(
                where,
                f"was learned with another {evidence} network than the one that is used",
                "learn again with this one, or choose another model",
            )


def shipped_model(learned: Networks) -> Model:
    """The model that FinchSync comes with, for some networks.

    Parameters
    ----------
    learned : Networks

    Returns
    -------
    Model
    """
    weights = DEFAULT_WEIGHTS
    for network in learned:
        weights = np.append(network.spectral_share * weights, network.weight)
    evidence = learned[-1].name if learned else "spectral"
    return Model(SHIPPED, evidence, model_id(learned), weights, shipped_calibration(evidence))


def term_names(learned_terms: int) -> tuple[str, ...]:
    """What the weights of a model belong to: the spectral terms, and so many networks."""
    spectral = tuple(f"{first} - {second}" for first, second in TERMS)
    return (*spectral, *(f"network {number}" for number in range(1, learned_terms + 1)))
