"""What came of one recording: values, and their JSON in reports and between runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.align.alignment import Alias, Alignment, EvidenceUsed
from core.align.candidates import score_paths
from core.align.claims.confidence import in_digits
from core.align.limits import CERTAIN
from core.align.rankings import RankedBy
from core.align.scores import Form
from core.audio.recording import Recording
from core.cli.batch.ranked_lines import (
    Line,
    RankedLines,
    best_lines,
    ranked_as_json,
    ranked_from_json,
)
from core.keypoints import KeypointSet, machine_keypoints


@dataclass(frozen=True, slots=True)
class PriorShare:
    """What a pair's usual drift had to do with an alignment.

    Parameters
    ----------
    digest : str
        As `core.align.decoding.prior.DriftPrior.digest`.
    share : float
        Probability that the clocks follow it, 0 to 1.
    """

    digest: str
    share: float


@dataclass(frozen=True, slots=True)
class WayRound:
    """What a third recorder says of an alignment.

    Parameters
    ----------
    by : str
        What that recorder is called.
    moments : int
        At how many all three alignments say something.
    apart : int
        At how many of them one of the three is surely wrong.
    typical_ms : float or None
        Median of the closure error's magnitude, milliseconds; None if there are no moments.
    closes : bool
        Whether the way round leads to the same place.
    """

    by: str
    moments: int
    apart: int
    typical_ms: float | None
    closes: bool


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A recording that could be aligned.

    Parameters
    ----------
    name : str
        File name as it stands in the table.
    keypoints : KeypointSet
    mean_confidence : float
    needs_review : bool
    notes : tuple of str
        What a person should know about the whole file.
    alias : Alias or None
        A second alignment that fits almost as well.
    log_evidence : float
        Nats for "the channels match" against "nothing matches".
    ranking : tuple of RankedLines
        The best straight lines, in each opinion and form.
    path_score : float
        Of the path, by the rule and on all evidence that lines are ranked by.
    evidence : EvidenceUsed
        What the recording was aligned with.
    seconds : float
        Time it took.
    fingerprint : str
        Of the audio, as `Recording.fingerprint`.
    prior : PriorShare or None
    ways_round : tuple of WayRound
        By each recorder that was aligned with both; found when all are aligned.
    """

    name: str
    keypoints: KeypointSet
    mean_confidence: float
    needs_review: bool
    notes: tuple[str, ...]
    alias: Alias | None
    log_evidence: float
    ranking: tuple[RankedLines, ...]
    path_score: float
    evidence: EvidenceUsed
    seconds: float
    fingerprint: str
    prior: PriorShare | None = None
    ways_round: tuple[WayRound, ...] = ()

    def best_line(self, by: RankedBy, form: Form = "published") -> Line | None:
        """The best line in an opinion; None where no line stays within the offsets searched."""
        lists = (r.lines for r in self.ranking if (r.by, r.form) == (by, form))
        return next((lines[0] for lines in lists if lines), None)

    def with_texts(self, keypoints: KeypointSet | None) -> Aligned:
        """The same with ``Time Channel 0`` as it was imported, if it was."""
        if keypoints is None:
            return self
        return replace(self, keypoints=replace(self.keypoints, time_0_text=keypoints.time_0_text))


@dataclass(frozen=True, slots=True)
class Failed:
    """A recording that could not be aligned.

    Parameters
    ----------
    name : str
        File name as it stands in the table.
    error : str
        One line: what, where, what to do.
    seconds : float
        Time it took.
    """

    name: str
    error: str
    seconds: float


Outcome = Aligned | Failed


def summarise(
    recording: Recording,
    alignment: Alignment,
    seconds: float,
    fingerprint: str,
    *,
    exactly: bool = False,
) -> Aligned:
    """Keep of an alignment what a table and a report need; parameters as in `best_lines`."""
    use = alignment.prior
    path = score_paths(alignment.surface, alignment.path.offset_s, alignment.duration_1_s)
    return Aligned(
        recording.name,
        alignment.keypoints,
        alignment.mean_confidence,
        alignment.needs_review,
        (*_reasons(alignment), *recording.notes, *alignment.evidence.notices),
        alignment.alias,
        alignment.log_evidence,
        best_lines(alignment.rankings, exactly=exactly),
        float(path.published[0]),
        alignment.evidence,
        seconds,
        fingerprint,
        None if use is None else PriorShare(use.digest, use.share),
    )


def _reasons(alignment: Alignment) -> tuple[str, ...]:
    """Why the file wants a look."""
    why = alignment.warnings
    if alignment.needs_review and not why:
        mean = in_digits(alignment.mean_confidence)
        why = (
            f"the mean confidence is only {mean}, below {CERTAIN}: "
            "look at the least certain keypoints",
        )
    return why


def as_json(
    outcome: Outcome, ranked_by: Collection[RankedBy] = tuple(RankedBy)
) -> dict[str, object]:
    """An outcome as it stands in a report; `from_json` reads it back.

    Parameters
    ----------
    outcome : Outcome
    ranked_by : collection of RankedBy
        Whose rankings are told.

    Returns
    -------
    dict of str to object
    """
    common = {"recording": outcome.name, "seconds": round(outcome.seconds, 3)}
    if isinstance(outcome, Failed):
        return {**common, "status": "failed", "error": outcome.error}
    keypoints, alias, evidence = outcome.keypoints, outcome.alias, outcome.evidence
    line = outcome.best_line(RankedBy.EVIDENCE)
    return {
        **common,
        "fingerprint": outcome.fingerprint,
        "status": "to review" if outcome.needs_review else "aligned",
        "mean_confidence": outcome.mean_confidence,
        "notes": list(outcome.notes),
        "alias": alias and {"shift_s": alias.shift_s, "margin": alias.margin},
        "evidence": {
            "name": evidence.name,
            "model_id": evidence.model_id,
            "device": evidence.device,
            "tuned_by": evidence.tuned_by,
        },
        "log_evidence_nats": outcome.log_evidence,
        "best_line": line
        and {"offset_s": line.offset_s, "drift_ppm": line.drift_ppm, "score": line.score},
        "path_score": outcome.path_score,
        "ranking": [ranked_as_json(r) for r in outcome.ranking if r.by in ranked_by],
        "prior": outcome.prior and asdict(outcome.prior),
        "closure": [asdict(way) for way in outcome.ways_round],
        "keypoints": [
            {"time_0_s": t0, "time_1_s": t1, "confidence": confidence, "reason": reason}
            for t0, t1, confidence, reason in zip(
                keypoints.time_0_s.tolist(),
                keypoints.time_1_s.tolist(),
                keypoints.confidence.tolist(),
                keypoints.reason,
                strict=True,
            )
        ],
    }


def from_json(name: str, value: Mapping[str, Any]) -> Aligned:
    """An aligned recording from its JSON, to the last digit of its times.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is not what `as_json` gives of an `Aligned`.
    """
    rows = value["keypoints"]
    time_0_s, time_1_s, confidence = (
        [row[column] for row in rows] for column in ("time_0_s", "time_1_s", "confidence")
    )
    return Aligned(
        name,
        machine_keypoints(time_0_s, time_1_s, confidence, [str(row["reason"]) for row in rows]),
        float(value["mean_confidence"]),
        value["status"] == "to review",
        tuple(map(str, value["notes"])),
        None if value["alias"] is None else Alias(**value["alias"]),
        float(value["log_evidence_nats"]),
        tuple(map(ranked_from_json, value["ranking"])),
        float(value["path_score"]),
        EvidenceUsed(**value["evidence"]),
        float(value["seconds"]),
        str(value["fingerprint"]),
        None if value["prior"] is None else PriorShare(**value["prior"]),
    )
