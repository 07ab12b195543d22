"""A pair scorer's opinion as a term of the score surface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from core.arrays import Floats, Floats32
from core.audio.recording import Recording
from core.audio.spectra.features import HOP_S
from core.errors import InputError
from core.evidence.choice import Precision
from core.evidence.learned import EvidenceInput, LearnedTerm
from core.nets.cache import EmbeddingCache
from core.nets.clips import CLIP_S, PassingClips, channel_clips
from core.nets.opening import open_pair_model
from core.nets.ranking import GRID_S, PairModel, exact_predictions, pair_table
from core.nets.shortage import free_cached
from core.nets.table import PairTable
from core.steps import Steps, reported

T = TypeVar("T")

WEIGHT = 0.3

_BEYOND_S = 3 * GRID_S
"""Scored on both sides of a band, so that curves run through its ends as through its middle."""


class PairEvidence:
    """BEATs and a pair scorer, as `core.evidence.learned.LearnedEvidence`.

    Parameters
    ----------
    model : PairModel
        Is used up by `close`.
    model_id : str
        Digest of all weights.
    """

    name = "beats"
    weight = WEIGHT
    spectral_share = 1.0
    cost = 30.0

    def __init__(self, model: PairModel, model_id: str) -> None:
        self.model_id = model_id
        self.device = str(model.encoder.device)
        self.notices: list[str] = model.encoder.notices
        self._model: PairModel | None = model
        self._cache = EmbeddingCache()

    def term(
        self,
        heard: EvidenceInput,
        time_0_s: Floats,
        first_offset_s: Floats,
        columns: int,
    ) -> Steps[LearnedTerm]:
        """Score the second around each row against channel 1 every 100 ms, and between.

        Parameters and results as `LearnedEvidence.term`. Rows whose second reaches
        beyond channel 0 are left at zero, and so are such offsets on channel 1.

        Raises
        ------
        InputError
            As `LearnedEvidence.term`, or if a score is not finite.
        """
        begin_s = time_0_s - CLIP_S / 2
        duration_0_s, duration_1_s = (source.duration_s for source in heard.recording.channels)
        within = np.flatnonzero((begin_s >= 0) & (begin_s + CLIP_S <= duration_0_s))
        reach_s = HOP_S * (columns - 1) / 2
        around_s = first_offset_s[within] + reach_s
        term = np.zeros((len(time_0_s), columns), dtype=np.float32)

        def table_on(model: PairModel) -> Steps[PairTable]:
            clips = PassingClips(heard.recording, 0), PassingClips(heard.recording, 1)
            reach = reach_s + _BEYOND_S
            return pair_table(model, self._cache, clips, begin_s[within], reach, around_s=around_s)

        table = yield from _rising(self._wherever_it_fits(table_on))
        if not table.is_finite(duration_1_s - CLIP_S):
            raise InputError(
                heard.recording.name,
                "gets scores that are no numbers from this encoder and scorer",
                "try other ones, or --evidence compact",
            )
        term[within] = table.by_offset(
            first_offset_s[within], HOP_S, columns, duration_1_s - CLIP_S
        )
        return LearnedTerm(term)

    def exact_odds(
        self, recording: Recording, time_0_s: Floats, time_1_s: Floats
    ) -> Steps[Floats32]:
        """Log odds along time maps, each second cut where the map says, to the sample.

        Parameters
        ----------
        recording : Recording
        time_0_s : ndarray, shape (K,)
            Where the seconds of channel 0 begin, ascending, seconds.
        time_1_s : ndarray, shape (N, K)
            Where those of channel 1 begin; NaN where one is not used.

        Yields
        ------
        float
            Share of the work done, after every batch.

        Returns
        -------
        ndarray of float32, shape (N, K)
            NaN where one is not used.

        Raises
        ------
        InputError
            If the audio cannot be read.
        """
        clips = channel_clips(recording, 0), channel_clips(recording, 1)
        return (
            yield from _rising(
                self._wherever_it_fits(
                    lambda model: exact_predictions(model, self._cache, clips, time_0_s, time_1_s)
                )
            )
        )

    def _wherever_it_fits(self, steps_on: Callable[[PairModel], Steps[T]]) -> Steps[T]:
        """Work for the model; where a device has no memory for it, once more on the processor."""
        assert self._model is not None, "closed"
        while True:
            try:
                return (yield from steps_on(self._model))
            except torch.OutOfMemoryError:
                if self.device == "cpu":
                    raise
            # Out of the handler, so that the failed attempt's memory is free again.
            self.notices.append(f"{self.device} has too little memory: went on on the processor")
            self._model.move(torch.device("cpu"))
            free_cached(self.device)
            self.device = "cpu"

    def close(self) -> None:
        """Give back the memory of the device."""
        self._model, self._cache = None, EmbeddingCache()
        free_cached(self.device)


def open_pair_evidence(
    checkpoint: Path, scorer: Path, device: str = "auto", precision: Precision = "float32"
) -> PairEvidence:
    """Load a BEATs checkpoint and the scorer that was trained on it.

    Parameters
    ----------
    checkpoint, scorer : Path
    device : str
        As `core.nets.embed.choose_device`.
    precision : Precision
        Of the encoder.

    Raises
    ------
    InputError
        If a file cannot be used, the scorer belongs to another encoder, the device
        is not there or the precision is not for it.
    """
    return PairEvidence(*open_pair_model(checkpoint, scorer, device, precision))


def _rising(steps: Steps[T]) -> Steps[T]:
    """Shares of work that may begin again, none below the one before."""
    most = 0.0

    def higher(share: float) -> float:
        nonlocal most
        most = max(most, share)
        return most

    return reported(steps, higher)
