"""One recording aligned and compared with its truth, and a set of them summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.methods import ALTERNATIVES
from benchmarks.accuracy.stress.conditions import CONDITIONS, Condition
from benchmarks.accuracy.stress.kept import recording
from benchmarks.common.store import Result
from benchmarks.making.calibration_examples import learned_evidence
from core.align.aligner import AlignOptions, align
from core.align.limits import CERTAIN, TOLERANCE_S
from core.arrays import Floats
from core.audio.recording import open_recording
from core.errors import InputError
from core.keypoints import KeypointSet
from core.reliability import Tally, adaptive_error

CLAIMED = 0.9
LIE_S = 0.1
"""A keypoint claimed at `CLAIMED` or above that is further off than this is a lie."""
BESIDE = ("gcc_phat", "gcc_phat_windows", "librosa_dtw")
"""Alternatives that run on request; no sync costs nothing and is always told."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file of a condition: small enough to be sent to another process."""

    condition: str
    number: int
    base: int
    evidence: str


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What came of one recording; arrays of shape (K,).

    Parameters
    ----------
    file : str
    error_s : ndarray
        Absolute error, seconds; NaN where there is no truth.
    offset_s : ndarray
        Absolute true offset, the error of doing nothing, seconds; NaN as above.
    confidence : ndarray
    is_baseless : ndarray of bool
        Claimed although channel 1 does not have the moment, and not at the end of channel 1
        beyond which it lies.
    needs_review : bool
    told : tuple of str
        Warnings, or why the recording was refused.
    """

    file: str
    error_s: Floats
    offset_s: Floats
    confidence: Floats
    is_baseless: NDArray[np.bool_]
    needs_review: bool = True
    told: tuple[str, ...] = ()

    @property
    def has_truth(self) -> NDArray[np.bool_]:
        """Keypoints whose moment is in channel 1."""
        return np.asarray(np.isfinite(self.error_s))

    @property
    def is_lie(self) -> NDArray[np.bool_]:
        """Keypoints that are claimed and far off."""
        return (self.confidence >= CLAIMED) & (np.nan_to_num(self.error_s) > LIE_S)


def measure(task: Task) -> Measured:
    """Make a recording, align it, compare; one that is refused claims nothing."""
    condition = _condition(task.condition)
    path, truth = recording(condition, task.number, task.base)
    options = AlignOptions(max_offset_s=condition.max_offset_s)
    offset_s = np.abs(truth.time_1_s - truth.time_0_s)
    learned = learned_evidence(task.evidence)
    try:
        found = align(open_recording(path), truth.time_0_s, options, learned)
    except InputError as error:
        nothing = np.zeros(len(offset_s))
        return Measured(path.name, offset_s, offset_s, nothing, nothing > 0, told=(str(error),))
    time_1_s, confidence = found.keypoints.time_1_s, found.keypoints.confidence
    error_s = np.abs(time_1_s - truth.time_1_s)
    has_no_place = np.isnan(error_s) & ~(np.abs(time_1_s - truth.end_1_s) <= TOLERANCE_S)
    is_baseless = has_no_place & (confidence >= CLAIMED)
    return Measured(
        path.name, error_s, offset_s, confidence, is_baseless, found.needs_review, found.warnings
    )


def beside(name: str, tasks: Sequence[Task]) -> float | str | None:
    """MAE in ms of an alternative over a set, or why it failed."""
    method = next(method for method in ALTERNATIVES if method.name == name)
    made = [recording(_condition(task.condition), task.number, task.base) for task in tasks]
    answers = method.run(
        [(path, KeypointSet(truth.time_0_s, truth.time_0_s)) for path, truth in made]
    )
    errors_s = []
    for answer, (_, truth) in zip(answers, made, strict=True):
        if answer.time_1_s is None:
            return answer.error
        errors_s.append(np.abs(answer.time_1_s - truth.time_1_s))
    return _rounded(1e3 * _mean_over_files(errors_s))


def row(condition: Condition, measured: Sequence[Measured]) -> Result:
    """A set in figures: errors of keypoints with truth, the mean over files of each one's mean."""
    known = _joined(measured)
    tally = _tally(known)
    errors_ms = 1e3 * known.error_s
    lying = [file for file in measured if file.is_lie.any()]
    return {
        "why": condition.why,
        "files": len(measured),
        "keypoints": len(errors_ms),
        "mse_s2": _rounded(_mean_over_files([file.error_s**2 for file in measured]), 6),
        "mae_ms": _rounded(1e3 * _mean_over_files([file.error_s for file in measured])),
        "median_ms": _rounded(np.median(errors_ms)) if len(errors_ms) else None,
        "p95_ms": _rounded(np.percentile(errors_ms, 95)) if len(errors_ms) else None,
        "no_sync_mae_ms": _rounded(1e3 * _mean_over_files([file.offset_s for file in measured])),
        "lies": int(known.is_lie.sum()),
        "lying_files": len(lying),
        "lying_files_not_reviewed": sum(not file.needs_review for file in lying),
        "reviewed_files": sum(file.needs_review for file in measured),
        "without_truth": sum(int((~file.has_truth).sum()) for file in measured),
        "claims_without_truth": sum(int(file.is_baseless.sum()) for file in measured),
        "mean_confidence": _rounded(np.mean(known.confidence)) if len(errors_ms) else None,
        "tally": asdict(tally),
        "file_figures": {file.file: _of_file(file) for file in measured},
    }


def totals(sets: Mapping[str, Sequence[Measured]]) -> Result:
    """All sets together, and what each adds to the calibration error."""
    files = [file for measured in sets.values() for file in measured]
    known = _joined(files)
    lying = [file for file in files if file.is_lie.any()]
    tally = _tally(known)
    return {
        "sets": len(sets),
        "files": len(files),
        "keypoints": len(known.error_s),
        "lies": int(known.is_lie.sum()),
        "lying_files": len(lying),
        "lying_files_not_reviewed": sum(not file.needs_review for file in lying),
        "without_truth": sum(int((~file.has_truth).sum()) for file in files),
        "claims_without_truth": sum(int(file.is_baseless.sum()) for file in files),
        "sure": tally.sure,
        "sure_right": tally.sure_right,
        "calibration_error": round(tally.expected_error, 4),
        "adaptive_calibration_error": round(adaptive_error(known.confidence, _is_right(known)), 4),
        "calibration_error_added": {
            name: round(tally.expected_error - _error_without(sets, name), 4) for name in sets
        },
    }


def _error_without(sets: Mapping[str, Sequence[Measured]], name: str) -> float:
    others = [file for other, files in sets.items() if other != name for file in files]
    return _tally(_joined(others)).expected_error if others else 0.0


def _condition(name: str) -> Condition:
    return next(condition for condition in CONDITIONS if condition.name == name)


def _joined(files: Sequence[Measured]) -> Measured:
    """The keypoints of all files that have a truth, as those of one."""

    def column(name: str) -> Floats:
        return np.concatenate([getattr(file, name)[file.has_truth] for file in files])

    is_baseless = column("is_baseless") > 0
    return Measured("", column("error_s"), column("offset_s"), column("confidence"), is_baseless)


def _is_right(measured: Measured) -> NDArray[np.bool_]:
    return measured.error_s <= TOLERANCE_S


def _tally(known: Measured) -> Tally:
    return Tally.of(known.confidence, _is_right(known))


def _mean_over_files(values: Sequence[Floats]) -> float:
    means = [np.nanmean(of_file) for of_file in values if np.isfinite(of_file).any()]
    return float(np.mean(means)) if means else float("nan")


def _of_file(file: Measured) -> Result:
    known = _joined([file])
    sure = known.confidence >= CERTAIN
    return {
        "mae_ms": _rounded(1e3 * _mean_over_files([file.error_s])),
        "lies": int(known.is_lie.sum()),
        "claims_without_truth": int(file.is_baseless.sum()),
        "sure_but_wrong": int((sure & ~_is_right(known)).sum()),
        "mean_confidence": _rounded(np.mean(file.confidence)),
        "needs_review": file.needs_review,
        "told": list(file.told),
    }


def _rounded(value: float | np.floating, digits: int = 3) -> float | None:
    """A number for the file; None where there is none."""
    return round(float(value), digits) if np.isfinite(value) else None
