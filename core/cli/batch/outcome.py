"""What came of one recording: values, and their JSON in reports and between runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.align.alignment import Alias, Alignment, EvidenceUsed
from core.align.candidates import score_paths
from core.align.claims.confidence import in_digits
from core.align.limits import CERTAIN
from core.audio.recording import Recording
from core.keypoints import KeypointSet, machine_keypoints


@dataclass(frozen=True, slots=True)
class Line:
    """The best linear candidate.

    Parameters
    ----------
    offset_s : float
        At channel-0 time zero, seconds.
    drift_ppm : float
    score : float
        The confidence-weighted score that ranks candidates.
    """

    offset_s: float
    drift_ppm: float
    score: float


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
    line : Line or None
        None where no line stays within the offsets searched.
    path_score : float
        Of the path, by the rule and on the evidence that lines are ranked by.
    evidence : EvidenceUsed
        What the recording was aligned with.
    seconds : float
        Time it took.
    fingerprint : str
        Of the audio, as `Recording.fingerprint`.
    prior : PriorShare or None
    """

    name: str
    keypoints: KeypointSet
    mean_confidence: float
    needs_review: bool
    notes: tuple[str, ...]
    alias: Alias | None
    log_evidence: float
    line: Line | None
    path_score: float
    evidence: EvidenceUsed
    seconds: float
    fingerprint: str
    prior: PriorShare | None = None

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
    recording: Recording, alignment: Alignment, seconds: float, fingerprint: str
) -> Aligned:
    """Keep of an alignment what a table and a report need."""
    best = alignment.candidates.ranked(1)
    line = None
    if len(best):
        line = Line(float(best.offset_s[0]), float(best.drift_ppm[0]), float(best.score[0]))
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
        line,
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


def as_json(outcome: Outcome) -> dict[str, object]:
    """An outcome as it stands in a report; `from_json` reads it back."""
    common = {"recording": outcome.name, "seconds": round(outcome.seconds, 3)}
    if isinstance(outcome, Failed):
        return {**common, "status": "failed", "error": outcome.error}
    keypoints, alias, line = outcome.keypoints, outcome.alias, outcome.line
    evidence = outcome.evidence
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
        },
        "log_evidence_nats": outcome.log_evidence,
        "best_line": line
        and {"offset_s": line.offset_s, "drift_ppm": line.drift_ppm, "score": line.score},
        "path_score": outcome.path_score,
        "prior": outcome.prior and asdict(outcome.prior),
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
        None if value["best_line"] is None else Line(**value["best_line"]),
        float(value["path_score"]),
        EvidenceUsed(**value["evidence"]),
        float(value["seconds"]),
        str(value["fingerprint"]),
        None if value["prior"] is None else PriorShare(**value["prior"]),
    )
