"""What a network must offer to be a term of the score surface; no network is known here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core.arrays import Floats, Floats32
from core.audio.recording import Recording
from core.steps import Steps

if TYPE_CHECKING:
    from core.audio.spectra.features import ChannelFeatures


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


@dataclass(frozen=True, slots=True, eq=False)
class LearnedTerm:
    """What a network says of the offsets of every row.

    Parameters
    ----------
    score : ndarray of float32, shape (K, L)
        The more alike, the higher, on any scale; 0 where nothing is known.
    odds : ndarray of float32, shape (K, L), optional
        Where `score` holds no log odds: those of "the same moment"; NaN where nothing is known.
    """

    score: Floats32
    odds: Floats32 | None = None

    @property
    def log_odds(self) -> Floats32:
        """Log odds of "the same moment", shape (K, L); NaN where nothing is known."""
        if self.odds is not None:
            return self.odds
        return np.where(self.score != 0, self.score, np.float32(np.nan))


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
    ) -> Steps[LearnedTerm]:
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
        LearnedTerm

        Raises
        ------
        InputError
            If the audio cannot be read.
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
