"""Errors, confidence and corrections on one set: FinchSync and the alternatives, same files."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.corrections import BAD_MS, review
from benchmarks.accuracy.methods import ALTERNATIVES, REACH_S, Job
from benchmarks.accuracy.outside import Answer
from benchmarks.accuracy.sets import BenchSet, recordings
from core.align.aligner import AlignOptions, align
from core.align.alignment import Alignment
from core.align.limits import CERTAIN
from core.audio.recording import open_recording
from core.evaluate import Errors, evaluate
from core.evidence.compact import open_compact
from core.keypoints import KeypointSet
from core.reliability import Tally

OPTIONS = AlignOptions(max_offset_s=REACH_S)
LOST_MS = 100.0
"""Files with a larger mean error count as lost."""
PATH_RIGHT = 0.95
"""Share of keypoints within the tolerance from which a whole path counts as right."""


def measure(
    bench_set: BenchSet, folder: Path, known: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Everything about one built set, as plain values.

    Parameters
    ----------
    bench_set : BenchSet
    folder : Path
        Where it was built.
    known : mapping of str to object, optional
        Errors of alternatives measured before, by name; these are not run again.
    """
    jobs = list(recordings(folder))
    answers, files = _finchsync(jobs)
    methods: dict[str, object] = {"finchsync": {"title": "FinchSync"} | errors_of(jobs, answers)}
    for method in ALTERNATIVES if bench_set.compared else ALTERNATIVES[:1]:
        if known and method.name in known:
            methods[method.name] = known[method.name]
            continue
        print(f"  {method.title}", flush=True)
        methods[method.name] = {"title": method.title} | errors_of(jobs, method.run(jobs))
    tally = Tally.total(Tally(**file.pop("tally")) for file in files.values())  # type: ignore[arg-type]
    return {
        "set": bench_set.name,
        "title": bench_set.title,
        "group": bench_set.group,
        "unseen": bench_set.unseen,
        "parameters": bench_set.parameters,
        "files": len(jobs),
        "methods": methods,
        "tolerance_ms": 1e3 * OPTIONS.tolerance_s,
        "calibration": asdict(tally),
        "finchsync_files": files,
    }


def _finchsync(jobs: Sequence[Job]) -> tuple[list[Answer], dict[str, dict[str, object]]]:
    answers, files = [], {}
    compact = open_compact()
    for number, (path, truth) in enumerate(jobs, 1):
        print(f"  FinchSync {number}/{len(jobs)} {path.name}", flush=True)
        started_s = time.process_time()
        alignment = align(open_recording(path), truth.time_0_s, OPTIONS, (compact,))
        cpu_s = time.process_time() - started_s
        answers.append(Answer(alignment.keypoints.time_1_s, "", cpu_s))
        files[path.name] = _details(alignment, truth)
    return answers, files


def _details(alignment: Alignment, truth: KeypointSet) -> dict[str, object]:
    """What FinchSync says about one file, and what is true."""
    error_ms = 1e3 * np.abs(alignment.keypoints.time_1_s - truth.time_1_s)
    is_right = error_ms <= 1e3 * alignment.tolerance_s
    tally = Tally.of(alignment.keypoints.confidence, is_right)
    mae_ms = float(error_ms.mean())
    details: dict[str, object] = {
        "mae_ms": round(mae_ms, 3),
        "share_right": round(float(is_right.mean()), 4),
        "path_right": bool(is_right.mean() >= PATH_RIGHT),
        "mean_confidence": round(alignment.mean_confidence, 4),
        "alias_s": alignment.alias.shift_s if alignment.alias else None,
        "needs_review": alignment.needs_review,
        "log_evidence": round(alignment.log_evidence, 1),
        "sure_but_wrong": tally.sure - tally.sure_right,
        "tally": asdict(tally),
        "bands": _bands(alignment, truth),
        "reasons": _by_reason(alignment.keypoints, is_right),
    }
    if mae_ms > BAD_MS:
        for name, redecode in (("redecoded", True), ("not_redecoded", False)):
            details[f"mae_ms_by_corrections_{name}"] = review(alignment, truth, redecode=redecode)
    return details


def _bands(alignment: Alignment, truth: KeypointSet) -> dict[str, int]:
    """How many 95 % bands there are inside channel 1, and how many hold the truth."""
    path, rows_s = alignment.path, alignment.surface.time_0_s
    low_s, high_s = (np.interp(truth.time_0_s, rows_s, edge) for edge in (path.low_s, path.high_s))
    inside = (truth.time_1_s > 0) & (truth.time_1_s < alignment.duration_1_s)
    holds = inside & (low_s <= truth.offset_s) & (truth.offset_s <= high_s)
    waveforms = ~np.isnan(np.interp(truth.time_0_s, rows_s, alignment.refinement.offset_s))
    return {
        "count": int(inside.sum()),
        "hold": int(holds.sum()),
        "refined": int((inside & waveforms).sum()),
        "refined_hold": int((holds & waveforms).sum()),
    }


def _by_reason(keypoints: KeypointSet, is_right: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """Count, right ones, sum of confidences and confident mistakes, by the kind of reason given."""
    kinds = np.array([re.split(r"[:(\d]", reason)[0].strip() for reason in keypoints.reason])
    sure_but_wrong = (keypoints.confidence >= CERTAIN) & ~is_right
    return {
        str(kind): {
            "count": int(of_kind.sum()),
            "right": int(is_right[of_kind].sum()),
            "confidence": round(float(keypoints.confidence[of_kind].sum()), 3),
            "sure_but_wrong": int(sure_but_wrong[of_kind].sum()),
        }
        for kind in np.unique(kinds)
        for of_kind in [kinds == kind]
    }


def errors_of(jobs: Sequence[Job], answers: Sequence[Answer]) -> dict[str, object]:
    """Errors of one method; files it failed on are counted, and left unaligned in the errors."""
    failures = [answer.error for answer in answers if answer.time_1_s is None]
    told: dict[str, object] = {"files": len(jobs), "failed": len(failures)}
    if failures:
        told["failure"] = max(set(failures), key=failures.count)
    if len(failures) == len(jobs):
        return told
    truths = {path.name: truth for path, truth in jobs}
    predictions = {
        path.name: replace(truth, time_1_s=answer.time_1_s)
        for (path, truth), answer in zip(jobs, answers, strict=True)
        if answer.time_1_s is not None
    }
    evaluation = evaluate(predictions, truths)
    by_file = {name: round(errors.mae_ms, 3) for name, errors in evaluation.files.items()}
    told |= _plain(evaluation.overall)
    told["median_file_mae_ms"] = round(float(np.median(list(by_file.values()))), 3)
    told["lost_share"] = round(float(np.mean([mae > LOST_MS for mae in by_file.values()])), 4)
    told["cpu_s_median"] = round(float(np.nanmedian([answer.cpu_s for answer in answers])), 3)
    told["mae_ms_by_file"] = by_file
    return told


def _plain(errors: Errors) -> dict[str, float]:
    return {
        "mse_s2": round(errors.mse_s2, 6),
        "mae_ms": round(errors.mae_ms, 3),
        "median_ms": round(errors.median_ms, 3),
        "p95_ms": round(errors.p95_ms, 3),
    }
