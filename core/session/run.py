"""What a run of a model said of a recording, and what made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import numpy as np

from core.align.alignment import Alias, Alignment
from core.align.limits import BEST_LINES
from core.align.path import OffsetPath, at_others
from core.align.rankings import RankedBy, Ranking
from core.arrays import Floats
from core.keypoints import KeypointSet


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a run.

    Parameters
    ----------
    started_at : datetime
        UTC.
    duration_s : float
        How long it took, seconds.
    finchsync : str
        Version of the program.
    evidence, model, device : str
        Names, as "spectral", "none" and "cpu".
    settings : mapping of str to object
        Whatever JSON can hold.
    """

    started_at: datetime
    duration_s: float
    finchsync: str
    evidence: str
    model: str
    device: str
    settings: Mapping[str, object]

    def is_like(self, other: Provenance) -> bool:
        """Whether a run made so says the same of the same audio, whenever it runs."""
        mine = (self.finchsync, self.evidence, self.model, dict(self.settings))
        return mine == (other.finchsync, other.evidence, other.model, dict(other.settings))


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """One of the best linear candidates.

    Parameters
    ----------
    ranked_by : RankedBy
    offset_s : float
        Offset at channel-0 time zero, seconds.
    drift_ppm : float
    score : float
    """

    ranked_by: RankedBy
    offset_s: float
    drift_ppm: float
    score: float

    @classmethod
    def best_of(cls, ranking: Ranking) -> Iterator[RankedCandidate]:
        """The best lines of a ranking, best first."""
        best = ranking.candidates.ranked(BEST_LINES)
        columns = (best.offset_s.tolist(), best.drift_ppm.tolist(), best.score.tolist())
        yield from (cls(ranking.by, *row) for row in zip(*columns, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """An alignment without its surface, which is computed again when it is needed.

    Parameters
    ----------
    recording : int
        Key of the recording in its session.
    made : Provenance
    keypoints : KeypointSet
        What the machine said before any decision.
    path_time_0_s : ndarray, shape (R,)
        Moments of channel 0 at which the path was decoded, seconds.
    path : OffsetPath
        Offset and band there, seconds, shape (R,).
    candidates : tuple of RankedCandidate
        By all evidence, and after them by the network alone; of each best first.
    alias : Alias or None
    needs_review : bool
    warnings : tuple of str
    tolerance_s : float
        As in `Alignment`.
    mean_confidence : float
    fingerprint : str
        Of the audio that was aligned, as `Recording.fingerprint`.
    """

    recording: int
    made: Provenance
    keypoints: KeypointSet
    path_time_0_s: Floats
    path: OffsetPath
    candidates: tuple[RankedCandidate, ...]
    alias: Alias | None
    needs_review: bool
    warnings: tuple[str, ...]
    tolerance_s: float
    mean_confidence: float
    fingerprint: str

    def keypoints_at(self, time_0_s: Floats, end_1_s: float) -> KeypointSet:
        """What it said of moments of channel 0, perhaps others than it was asked about.

        Parameters
        ----------
        time_0_s : ndarray, shape (N,)
            Seconds.
        end_1_s : float
            Where channel 1 ends, seconds.
        """
        if np.array_equal(time_0_s, self.keypoints.time_0_s):
            return self.keypoints
        return at_others(self.keypoints, self.path_time_0_s, self.path, time_0_s, end_1_s)

    @classmethod
    def of(cls, recording: int, alignment: Alignment, made: Provenance, fingerprint: str) -> Run:
        """What is kept of an alignment of audio with a fingerprint."""
        return cls(
            recording,
            made,
            alignment.keypoints,
            alignment.surface.time_0_s,
            alignment.path,
            tuple(chain.from_iterable(map(RankedCandidate.best_of, alignment.rankings[::-1]))),
            alignment.alias,
            alignment.needs_review,
            alignment.warnings,
            alignment.tolerance_s,
            alignment.mean_confidence,
            fingerprint,
        )
