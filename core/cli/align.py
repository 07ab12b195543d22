"""``finchsync align``: recordings in, a keypoint table out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from core.align.aligner import AlignOptions
from core.cli import batch
from core.cli.batch import Aligned, Batch, Failed, Outcome
from core.cli.codes import DONE, REFUSED, SOME_FAILED
from core.cli.report import fail, print_json, print_table, progress_bar
from core.cli.screen import Screen
from core.errors import InputError
from core.formats.atomic import check_writable
from core.formats.biodcase import write_csv


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Align, write, report.

    Raises
    ------
    InputError
        Before any work, if the arguments, the place to write or a table are
        of no use.
    """
    check_writable(args.out, overwrite=args.overwrite)
    work = batch.collect(args.paths, args.pair, args.keypoints)
    _protect_inputs(args.out, work)
    options = AlignOptions(max_offset_s=args.max_offset)
    with progress_bar("aligning") as advance:
        outcomes = batch.run(work, options, args.jobs, advance)
    aligned = [outcome for outcome in outcomes if isinstance(outcome, Aligned)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    if aligned:
        write_csv(args.out, work.result(aligned), overwrite=args.overwrite)
    for outcome in failed:
        fail(outcome.error)
    if args.json:
        print_json(_as_json(outcomes, args.out if aligned else None))
    elif aligned:
        _print_summary(outcomes)
        print(f"{len(aligned)} of {len(outcomes)} recordings written to {args.out}")
    if not failed:
        return DONE
    return SOME_FAILED if aligned else REFUSED


def _protect_inputs(out: Path, work: Batch) -> None:
    inputs = [*work.tables, *(path for job in work.jobs for path in (job.path, job.path_1) if path)]
    if out.resolve() in {path.resolve() for path in inputs}:
        raise InputError(out, "is one of the files to be read", "choose another name for --out")


def _print_summary(outcomes: Sequence[Outcome]) -> None:
    rows = []
    for outcome in outcomes:
        seconds = f"{outcome.seconds:.1f}"
        if isinstance(outcome, Failed):
            rows.append((outcome.name, "failed", "", seconds, ""))
            continue
        status = "to review" if outcome.needs_review else "aligned"
        confidence = f"{outcome.mean_confidence:.2f}"
        rows.append((outcome.name, status, confidence, seconds, "; ".join(outcome.notes)))
    print_table(
        {
            "Recording": "left",
            "Status": "left",
            "Mean confidence": "right",
            "Seconds": "right",
            "Notes": "left",
        },
        rows,
    )


def _as_json(outcomes: Sequence[Outcome], out: Path | None) -> dict[str, object]:
    return {
        "out": None if out is None else str(out),
        "recordings": [_outcome_as_json(outcome) for outcome in outcomes],
    }


def _outcome_as_json(outcome: Outcome) -> dict[str, object]:
    common = {"recording": outcome.name, "seconds": round(outcome.seconds, 3)}
    if isinstance(outcome, Failed):
        return {**common, "status": "failed", "error": outcome.error}
    keypoints = outcome.keypoints
    return {
        **common,
        "status": "to review" if outcome.needs_review else "aligned",
        "mean_confidence": outcome.mean_confidence,
        "notes": outcome.notes,
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
