"""What an alignment run tells: values only, no computation."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.align.calibration import Calibration, shipped_calibration
from core.align.decoding.prior import PriorUse
from core.align.path import OffsetPath, Refinement, RowStatistics, at_others
from core.align.rankings import RankedBy, Ranking
from core.align.scores import CandidateScores
from core.align.tuning import Tuning
from core.arrays import Floats, Floats32
from core.audio.sequences.gaps import Gaps
from core.evidence.surface import ScoreSurface
from core.keypoints import KeypointSet
from core.time_map import TimeMap


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Parameters
    ----------
    stage : str
        What is being done, for a person to read.
    fraction : float
        Share of the whole work done, 0 to 1.
    """

    stage: str
    fraction: float


@dataclass(frozen=True, slots=True)
class EvidenceUsed:
    """What a score surface was made with.

    Parameters
    ----------
    name : str
        One of `core.evidence.choice.EVIDENCE`.
    model_id : str
        Digest of the network's weights; empty without one.
    device : str
        Where the network ran; empty without one.
    notices : tuple of str
        What a person should know of how that went.
    warnings : tuple of str
        What a person should know of the recording.
    doubts : tuple of str
        What may be why nothing matches; of no interest where something does.
    tuned_by : str
        The model that a person's corrections made, by name and digest; empty where all is as
        shipped.
    """

    name: str = "spectral"
    model_id: str = ""
    device: str = ""
    notices: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    tuned_by: str = ""


@dataclass(frozen=True, slots=True)
class Travel:
    """How much before or after the clocks' own offset sounds may arrive.

    Parameters
    ----------
    longest_s : float
        Seconds; zero where the claim is about sounds.
    is_given : bool
        Whether a person gave the spacing of the microphones; otherwise it was heard.
    """

    longest_s: float = 0.0
    is_given: bool = False

    def sentences(self, tolerance_s: float) -> tuple[str, ...]:
        """What to tell of it.

        Parameters
        ----------
        tolerance_s : float
            As `DecodedEvidence`.

        Returns
        -------
        tuple of str
            Nothing where it is within the tolerance.
        """
        if self.longest_s <= tolerance_s:
            return ()
        travel_ms, tolerance_ms = 1e3 * self.longest_s, 1e3 * tolerance_s
        if self.is_given:
            return (
                f"sounds arrive up to {travel_ms:.0f} ms apart: nothing tells the clocks to within "
                f"{tolerance_ms:.0f} ms for sure",
            )
        return (
            "offsets go to and fro, as where sounds come from different distances: the clocks may "
            f"be off by {travel_ms:.0f} ms; give the spacing of the microphones, if it is known",
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DecodedEvidence:
    """What the conclusions about a recording are drawn from.

    Parameters
    ----------
    surface : ScoreSurface
        The evidence the path was decoded from.
    posterior : ndarray of float32, shape (K, L)
        Probability of each of the surface's offsets; rows sum to one.
    log_evidence : float
        Log Bayes factor of "the channels match" against "nothing matches", nats.
    related : ndarray, shape (K,)
        Probability that around every row the channels hear the same, at an offset that was
        compared.
    refinement : Refinement
        What the waveforms added below the surface's grid.
    candidates : CandidateScores
        Linear candidates over the same evidence.
    by_model : Ranking or None
        Linear candidates as the chosen network ranks them alone; None without one.
    duration_1_s : float
        Length of channel 1, seconds.
    tolerance_s : float
        Error within which a keypoint counts as right for its confidence, seconds.
    evidence : EvidenceUsed
        What the surface was made with.
    prior : PriorUse or None
        What a pair's usual drift had to do with it.
    travel : Travel
        How long sounds are on their way to one microphone before or after the other.
    tuning : Tuning or None
        None where all is as shipped.
    gaps : Gaps
        Between the files of channels that are sequences.
    """

    surface: ScoreSurface
    posterior: Floats32
    log_evidence: float
    related: Floats
    refinement: Refinement
    candidates: CandidateScores
    duration_1_s: float
    tolerance_s: float
    by_model: Ranking | None = None
    evidence: EvidenceUsed = EvidenceUsed()
    prior: PriorUse | None = None
    travel: Travel = Travel()
    tuning: Tuning | None = None
    gaps: Gaps = field(default_factory=Gaps)

    @property
    def calibration(self) -> Calibration:
        """By which a posterior becomes a confidence."""
        return self.tuning.calibration if self.tuning else shipped_calibration(self.evidence.name)

    def rows(self, kept: slice | NDArray[np.intp]) -> DecodedEvidence:
        """The same of some rows only.

        Parameters
        ----------
        kept : slice or ndarray of int

        Returns
        -------
        DecodedEvidence
        """
        return replace(
            self,
            surface=self.surface.rows(kept),
            posterior=self.posterior[kept],
            related=self.related[kept],
            refinement=self.refinement.rows(kept),
            prior=self.prior and self.prior.rows(kept),
        )


ALIAS_MARGIN = 4.0
"""Below this margin an alias fits almost as well; chosen by hand (decision 0007)."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A second alignment that fits almost as well, or would stretch by stretch.

    Parameters
    ----------
    shift_s : float
        Where the other fit lies, seconds after the chosen path.
    margin : float
        Main peak of the shift profile minus the other's, in standard deviations.
    """

    shift_s: float
    margin: float

    def sentence(self) -> str:
        """The flag in words.

        Returns
        -------
        str
            As "0.71 s later fits almost as well", or "much of it fits 0.71 s later as well".
        """
        other = f"{abs(self.shift_s):.2f} s {'later' if self.shift_s > 0 else 'earlier'}"
        if self.margin < ALIAS_MARGIN:
            return f"{other} fits almost as well"
        return f"much of it fits {other} as well"


class Decision(NamedTuple):
    """What is known of a row of the surface.

    Parameters
    ----------
    row : int
    reason : str
        In words.
    offset_s : float or None
        Of a pin, seconds.
    sd_s : float
        Its standard deviation, seconds; of no interest without one.
    """

    row: int
    reason: str
    offset_s: float | None = None
    sd_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The result of aligning one recording.

    Parameters
    ----------
    keypoints : KeypointSet
        The proposal, with confidence and a reason per keypoint.
    time_map : TimeMap
        Through the decoded path.
    path : OffsetPath
    surface, posterior, candidates
        As `DecodedEvidence`.
    alias : Alias or None
    needs_review : bool
        Whether a person should look at the file before it is used.
    warnings : tuple of str
        What the person should know about the whole file.
    tolerance_s, log_evidence, related, duration_1_s, refinement, by_model
        As `DecodedEvidence`.
    statistics : RowStatistics or None
        What the rows of the posterior say, where they have been asked.
    evidence, prior, travel, tuning, gaps
        As `DecodedEvidence`.
    decisions : frozenset of Decision
        What a person decided, and sync points, that the path was led through; empty for
        the machine's own alignment.
    """

    keypoints: KeypointSet
    time_map: TimeMap
    path: OffsetPath
    surface: ScoreSurface
    posterior: Floats32
    candidates: CandidateScores
    alias: Alias | None
    needs_review: bool
    warnings: tuple[str, ...]
    tolerance_s: float
    log_evidence: float
    related: Floats
    duration_1_s: float
    refinement: Refinement
    statistics: RowStatistics | None = None
    by_model: Ranking | None = None
    evidence: EvidenceUsed = EvidenceUsed()
    prior: PriorUse | None = None
    travel: Travel = Travel()
    tuning: Tuning | None = None
    gaps: Gaps = field(default_factory=Gaps)
    decisions: frozenset[Decision] = frozenset()

    @property
    def decoded(self) -> DecodedEvidence:
        """What the conclusions were drawn from."""
        return DecodedEvidence(
            **{field.name: getattr(self, field.name) for field in fields(DecodedEvidence)}
        )

    @property
    def rankings(self) -> tuple[Ranking, ...]:
        """Linear candidates by the chosen network alone, if there is one, and by all evidence."""
        network = "" if self.by_model is None else self.by_model.model
        by_evidence = Ranking(RankedBy.EVIDENCE, network, self.candidates)
        return (by_evidence,) if self.by_model is None else (self.by_model, by_evidence)

    def at(self, time_0_s: Floats) -> Alignment:
        """The same with keypoints at other moments of channel 0.

        Parameters
        ----------
        time_0_s : ndarray, shape (K,)
            Seconds, rising.
        """
        if np.array_equal(time_0_s, self.keypoints.time_0_s):
            return self
        rows_s, end_1_s = self.surface.time_0_s, self.duration_1_s
        keypoints = at_others(self.keypoints, rows_s, self.path, time_0_s, end_1_s)
        return replace(self, keypoints=keypoints, time_map=keypoints.time_map())

    def band_at(self, time_0_s: float) -> tuple[float, float]:
        """Ends of the path's 95 % band at a moment of channel 0.

        Parameters
        ----------
        time_0_s : float
            Anywhere, seconds.

        Returns
        -------
        low_s, high_s : float
            Offsets, seconds.
        """
        rows_s = self.surface.time_0_s
        low_s = np.interp(time_0_s, rows_s, self.path.low_s)
        return float(low_s), float(np.interp(time_0_s, rows_s, self.path.high_s))

    @property
    def mean_confidence(self) -> float:
        """Mean confidence of the keypoints, but for those between two files."""
        kept = self.keypoints
        return self.gaps.mean_outside(kept.confidence, kept.time_0_s, kept.time_1_s)
