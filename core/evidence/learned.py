"""What a network must offer to be a term of the score surface; no network is known here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core.arrays import Floats, Floats32
from core.audio.recording import Recording
from core.steps import Steps

if TYPE_CHECKING:
    from core.audio.features import ChannelFeatures


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceInput:
    """A recording and what was measured of it, for a network that needs no more.

    Parameters
    ----------
    recording : Recording
    features : tuple of two ChannelFeatures, optional
        None for a network in another process, which reads the recording itself.
    """

    recording: Recording
    features: tuple[ChannelFeatures, ChannelFeatures] | None = None


class LearnedEvidence(Protocol):
    """A network that is loaded and ready to compare the channels of recordings.

    Attributes
    ----------
    name : str
        ``compact`` or ``beats``.
    model_id : str
        Digest of all weights.
    device : str
        Where it runs.
    weight : float
        Nats per standard deviation of its term before a recording has been seen.
    spectral_share : float
        Share of the spectral terms' weights that stands beside it: what the network hears
        as well need not be said twice.
    cost : float
        Its time over that of an alignment without a network, roughly; for the progress shown.
    notices : list of str
        What a person should know of how it went, such as a smaller batch.
    """

    name: str
    model_id: str
    device: str
    weight: float
    spectral_share: float
    cost: float
    notices: list[str]

    def term(
        self,
        heard: EvidenceInput,
        time_0_s: Floats,
        first_offset_s: Floats,
        columns: int,
    ) -> Steps[Floats32]:
        """Compare the channels over a band of offsets.

        Parameters
        ----------
        heard : EvidenceInput
        time_0_s : ndarray, shape (K,)
            Centres of the rows on channel 0, ascending, seconds.
        first_offset_s : ndarray, shape (K,)
            First offset of each row, seconds.
        columns : int
            Offsets per row, L, 10 ms apart.

        Yields
        ------
        float
            Share of the work done, after every batch.

        Returns
        -------
        ndarray of float32, shape (K, L)
            The more alike, the higher, on any scale; 0 where nothing is known.

        Raises
        ------
        InputError
            If the audio cannot be read.
        """
        ...

    def log_odds(self, term: Floats32) -> Floats32:
        """What a term says alone, as predictions.

        Parameters
        ----------
        term : ndarray of float32, shape (K, L)
            As `term` returned it.

        Returns
        -------
        ndarray of float32, shape (K, L)
            Log odds of "the same moment"; NaN where nothing is known.
        """
        ...

    def close(self) -> None:
        """Give back the memory of the device."""
        ...


Networks = tuple[LearnedEvidence, ...]
"""Those that take part in an alignment: the chosen one, whose ranking is shown, is the last."""


def model_id(learned: Networks) -> str:
    """Digests of all networks that take part, the chosen one's first."""
    return "+".join(network.model_id for network in reversed(learned))


def known_odds(term: Floats32) -> Floats32:
    """As `LearnedEvidence.log_odds`, of a network whose term holds log odds as they are."""
    return np.where(term != 0, term, np.float32(np.nan))
