"""``finchsync align``: recordings in, a keypoint table out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from core.align.aligner import AlignOptions
from core.align.claims.confidence import in_digits
from core.align.decoding.prior import DriftPrior
from core.align.rankings import RankedBy
from core.cli.batch.engines import opened_engine
from core.cli.batch.existing import MERGE, OVERWRITE, SKIP, Earlier
from core.cli.batch.groups import closed
from core.cli.batch.jobs import Batch, Job, collect
from core.cli.batch.outcome import Aligned, Failed, Outcome, as_json
from core.cli.batch.ranked_lines import Line
from core.cli.batch.result import check_places, protect_inputs, write_report, write_result
from core.cli.batch.resume import Kept
from core.cli.batch.run import align_all
from core.cli.batch.shards import share_of
from core.cli.codes import DONE, REFUSED, SOME_FAILED
from core.cli.evidence import choice_from_args
from core.cli.screen import Screen
from core.cli.terminal.report import Side, fail, note, print_json, print_table, progress_bar, say
from core.errors import InputError
from core.formats.parts import Shard
from core.formats.prior_file import read_prior
from core.formats.sidecar import sidecar_path
from core.model.file import read_model
from core.model.model import Model


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Align, write, report; a stopped run keeps what it finished for the next.

    Raises
    ------
    InputError
        Before any work, if the arguments, a place to write or a table are
        of no use.
    """
    choice = choice_from_args(args)
    options = AlignOptions(args.max_offset, args.tolerance, args.spacing, args.interval)
    ranked_by = (RankedBy(args.rank),) if args.rank in {*RankedBy} else tuple(RankedBy)
    model = None if args.model is None else read_model(args.model)
    prior = _prior(args.prior, model)
    if args.existing == SKIP and args.out.exists():
        note(f"{args.out} is there already: nothing is aligned")
        return DONE
    overwrite = args.existing in {OVERWRITE, MERGE}
    check_places(args.out, args.report, overwrite=overwrite)
    _check_combined(args)
    earlier = Earlier.at(args.out) if args.existing == MERGE else Earlier()
    work = collect(
        args.paths, args.pair, args.list, args.keypoints, args.sync_points, in_groups=args.group
    )
    asked = len(work.jobs)
    work = earlier.left_of(work)
    if not work.jobs:
        note(f"all {asked} recordings are in {args.out} already: nothing is aligned")
        return DONE
    share = None
    if args.shard is not None:
        known = (prior and prior.digest, model and model.digest)
        how = (choice.name, choice.precision, options, known, args.exact)
        with progress_bar("looking at lengths") as advance:
            work, share = share_of(work, Shard(*args.shard), how, advance)
    others = (args.prior, args.model, args.sync_points, *args.list)
    protect_inputs(args.out, args.report, work, others, overwrite=overwrite)
    kept = Kept.beside(args.out)
    try:
        with (
            opened_engine(args.engine, args.scheduler, args.jobs) as engine,
            progress_bar("aligning") as advance,
        ):
            outcomes = align_all(
                work, options, choice, engine, kept, advance, prior, model, exactly=args.exact
            )
        outcomes = closed(work.jobs, outcomes, args.tolerance)
        aligned = [
            outcome
            for outcome, job in zip(outcomes, work.jobs, strict=True)
            if isinstance(outcome, Aligned) and not job.is_check
        ]
        failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
        written = write_result(
            *(args.out, args.report, work, aligned, failed, options, share, earlier),
            overwrite=overwrite,
        )
        report = {
            **written,
            "out": str(args.out) if written else None,
            "tolerance_s": args.tolerance,
            "spacing_m": args.spacing,
            "recordings": _told(work.jobs, outcomes, options, ranked_by, checks=False),
            "checks": _told(work.jobs, outcomes, options, ranked_by, checks=True),
        }
        if args.report:
            write_report(args.report, report, overwrite=overwrite)
    except (KeyboardInterrupt, InputError):
        _tell_kept(kept, work)
        raise
    kept.clear()
    for outcome in failed:
        fail(outcome.error)
    if args.json:
        print_json(report)
    elif written:
        _print_summary(outcomes, ranked_by if args.rank else ())
        asked = sum(not job.is_check for job in work.jobs)
        count = f"{len(aligned)} of {asked} recordings"
        say(f"{count} written to {args.out}, aligned with {choice.name} evidence")
        _say_known(args, model, prior)
    if not failed:
        return DONE
    return SOME_FAILED if written else REFUSED


def _check_combined(args: argparse.Namespace) -> None:
    """Refuse what a part of a run cannot do alone, or would hide from a merge."""
    if args.existing == MERGE and (args.group or args.shard):
        what = "--group" if args.group else "--shard"
        raise InputError("--existing merge", f"cannot go with {what}", "leave out one of them")
    if args.shard is None:
        return
    if args.group:
        raise InputError(
            "--shard", "would tear groups apart", "leave out --group or align them in one run"
        )
    if args.report and args.report.resolve() == sidecar_path(args.out).resolve():
        raise InputError(
            args.report, "is where 'finchsync merge' looks", "choose another name for --report"
        )


def _say_known(args: argparse.Namespace, model: Model | None, prior: DriftPrior | None) -> None:
    """With what was known before anything was heard."""
    if model is not None and model.card is not None:
        say(f"and with the model {args.model}, learned from {len(model.card.learned_from)}")
    if prior is not None:
        where = args.prior or args.model
        say(f"and with the usual drift of {prior.recordings} recordings in {where}")


def _prior(path: Path | None, model: Model | None) -> DriftPrior | None:
    """The usual drift that was given by itself, or else that of the model."""
    if path is not None:
        return read_prior(path)
    return None if model is None else model.prior


def _told(
    jobs: Sequence[Job],
    outcomes: Sequence[Outcome],
    options: AlignOptions,
    ranked_by: Sequence[RankedBy],
    *,
    checks: bool,
) -> list[dict[str, object]]:
    """What a report says of recordings, or of what was aligned to check them."""
    return [
        {**as_json(outcome, ranked_by), **_about(job, options)}
        for outcome, job in zip(outcomes, jobs, strict=True)
        if job.is_check is checks
    ]


def _about(job: Job, options: AlignOptions) -> dict[str, object]:
    """What a report says of a recording besides what came of it."""
    return {
        "files": [str(path) for path in job.files],
        "channels": [side.channel for side in job.sources.sides],
        "spacing_m": options.at_spacing(job.sources.spacing_m).spacing_m,
    }


def _tell_kept(kept: Kept, work: Batch) -> None:
    if finished := kept.count():
        note(
            f"{finished} of {len(work.jobs)} recordings are done and kept in {kept.folder}: "
            "the same command goes on from there"
        )


_BEST_LINE = {
    RankedBy.MODEL: "Best line by the model",
    RankedBy.EVIDENCE: "Best line by all evidence",
}


def _print_summary(outcomes: Sequence[Outcome], ranked_by: Sequence[RankedBy]) -> None:
    """A table of what came of every recording, with the best lines in the opinions asked for."""
    rows = []
    for outcome in outcomes:
        seconds = f"{outcome.seconds:.1f}"
        if isinstance(outcome, Failed):
            rows.append((outcome.name, "failed", "", seconds, *("" for _ in ranked_by), ""))
            continue
        status = "to review" if outcome.needs_review else "aligned"
        confidence = in_digits(outcome.mean_confidence)
        best = (_in_words(outcome.best_line(by)) for by in ranked_by)
        rows.append((outcome.name, status, confidence, seconds, *best, "; ".join(outcome.notes)))
    columns: dict[str, Side] = {
        "Recording": "left",
        "Status": "left",
        "Mean confidence": "right",
        "Seconds": "right",
        **{_BEST_LINE[by]: "right" for by in ranked_by},
        "Notes": "left",
    }
    print_table(columns, rows)


def _in_words(line: Line | None) -> str:
    return "none" if line is None else f"{line.offset_s:+.3f} s {line.drift_ppm:+.0f} ppm"
