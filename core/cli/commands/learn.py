"""``finchsync learn``: corrections in, a model out, if it is better than the one in use."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path

from core.align.alignment import Progress
from core.cli.batch.engines import OWN, opened_engine
from core.cli.codes import DONE, SOME_FAILED
from core.cli.evidence import opened_evidence
from core.cli.screen import Screen
from core.cli.terminal.report import note, print_json, print_table, progress_bar, say
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.formats.files.atomic import check_writable
from core.learn.comparison import Compared
from core.learn.corrections import Corrections, usable
from core.learn.curve import LossPoint
from core.learn.kept import KeptSteps
from core.learn.learning import Learned, learn_steps
from core.learn.sources import read_corrections
from core.learn.tiers import MINUTES, refuse_tier
from core.model.file import read_model, write_model
from core.model.model import shipped_model
from core.steps import told_of

_CHANGES = {1: "better", 0: "same", -1: "worse"}


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Learn, compare, and write what is better; the model in use stays as it is.

    Raises
    ------
    InputError
        If the corrections cannot be learned from, or a file cannot be read or written.
    """
    check_writable(args.out, overwrite=args.overwrite)
    _refuse_inputs(args.out, args.paths)
    in_use = None if args.model is None else read_model(args.model)
    refuse_tier(args.tier, args.evidence)
    _refuse_idle(args)
    found = read_corrections(args.paths, include_imported=args.include_imported)
    note(found.sentence())
    corrections = usable(found)
    for line in corrections.notes:
        note(line)
    with (
        opened_engine(args.engine, args.scheduler, args.jobs) as engine,
        opened_evidence(EvidenceChoice(args.evidence)) as networks,
    ):
        if in_use is not None:
            in_use.refuse_others(networks, args.model)
        kept = KeptSteps.beside(args.out)
        used = in_use or shipped_model(networks)
        learned = _learned(learn_steps(corrections, networks, used, args.tier, kept, engine))
    if not learned.obstacle:
        write_model(args.out, learned.model, overwrite=args.overwrite)
    kept.clear()
    if args.json:
        print_json(_as_json(corrections, learned, args.out))
    else:
        _print(learned, args.out)
    return SOME_FAILED if learned.obstacle else DONE


def _refuse_inputs(out: Path, paths: list[Path]) -> None:
    if any(out.resolve() == path.resolve() for path in paths):
        raise InputError(out, "is one of the files to be read", "choose another --out")


def _refuse_idle(args: argparse.Namespace) -> None:
    """Refuse processes and workers that would have nothing to do."""
    if args.tier != MINUTES and (args.jobs > 1 or args.engine != OWN):
        name = "--jobs" if args.engine == OWN else "--engine"
        raise InputError(name, f"is of no use with --tier {args.tier}", "add --tier 2 or leave it")


def _learned(steps: Generator[Progress | LossPoint, None, Learned]) -> Learned:
    with progress_bar("learning") as advance:

        def tell(step: Progress | LossPoint) -> None:
            if isinstance(step, Progress):
                advance(step.fraction, step.stage)

        return told_of(steps, tell)


def _print(learned: Learned, out: Path) -> None:
    comparison = learned.comparison
    rows = [_row(each) for each in comparison.recordings]
    before, after = comparison.before, comparison.after
    total = ("all", "", f"{before.mae_ms:.1f}", f"{after.mae_ms:.1f}", "")
    print_table(
        {
            "Recording": "left",
            "Keypoints": "right",
            "MAE before, ms": "right",
            "MAE after, ms": "right",
            "": "left",
        },
        [*rows, total],
        has_total=True,
    )
    say(
        f"within 50 ms: {before.within:.1%} before, {after.within:.1%} after; calibration error: "
        f"{before.calibration_error:.3f} before, {after.calibration_error:.3f} after"
    )
    count = len(comparison.judges)
    say(f"{comparison.better} of {count} recordings got better, {comparison.worse} worse")
    if learned.beside:
        say(learned.beside)
    if learned.obstacle:
        say(f"not written: {learned.obstacle}")
    else:
        say(f"{out}: better; align with it by --model {out}")


def _row(each: Compared) -> tuple[str, ...]:
    change = _CHANGES[each.change]
    if each.was_learned_from:
        change += ", known to the model in use"
    before, after = each.before.mae_ms, each.after.mae_ms
    return each.name, str(each.keypoints), f"{before:.1f}", f"{after:.1f}", change


def _as_json(corrections: Corrections, learned: Learned, out: Path) -> dict[str, object]:
    comparison = learned.comparison
    return {
        "recordings": [
            {
                "recording": each.name,
                "keypoints": each.keypoints,
                "mae_before_ms": each.before.mae_ms,
                "mae_after_ms": each.after.mae_ms,
                "change": _CHANGES[each.change],
                "known_to_the_model_in_use": each.was_learned_from,
            }
            for each in comparison.recordings
        ],
        "notes": corrections.notes,
        "before": asdict(comparison.before),
        "after": asdict(comparison.after),
        "better": comparison.better,
        "worse": comparison.worse,
        "offered": not learned.obstacle,
        "obstacle": learned.obstacle or None,
        "tier": None if learned.model.card is None else learned.model.card.tier,
        "beside": learned.beside or None,
        "model": None if learned.obstacle else {"path": str(out), "digest": learned.model.digest},
    }
