"""``finchsync evaluate``: how far predictions are from the truth."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from core.cli.codes import DONE
from core.cli.screen import Screen
from core.cli.terminal.report import note, print_json, print_table, say, warn
from core.evaluate import Errors, Evaluation, evaluate
from core.formats.sidecar import read_sidecar
from core.formats.tables.biodcase import read_csv, read_predictions
from core.model.file import read_model


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Compare two tables and print the errors.

    Raises
    ------
    InputError
        If a table cannot be used.
    """
    truth, predictions = read_csv(args.ground_truth), read_predictions(args.predictions)
    predictions = predictions.for_recordings(truth.files, args.predictions)
    for text in (*truth.notes, *predictions.notes):
        note(text)
    if predictions.spelled:
        ours, theirs = next(iter(predictions.spelled.items()))
        warn(
            f"{args.predictions} writes {len(predictions.spelled)} names in another way than the "
            f"ground truth, first {theirs!r} for {ours!r}; the challenge's evaluator would find "
            "no predictions there"
        )
    known = _learned_from(args.model, args.predictions)
    result = evaluate(predictions.files, truth.files)
    for warning in result.warnings:
        warn(warning)
    if args.json:
        print_json(
            {
                "overall": asdict(result.overall),
                "files": {name: asdict(errors) for name, errors in result.files.items()},
                "learned_from": [name for name in result.files if name in known],
                "warnings": result.warnings,
            }
        )
    else:
        _print_evaluation(result, known)
    return DONE


def _learned_from(model: Path | None, predictions: Path) -> frozenset[str]:
    """Names of recordings that a model was learned from, as the sidecar of predictions knows them.

    Without a sidecar they are known by the names that they had then.
    """
    if model is None:
        return frozenset()
    found = read_model(model)
    sidecar = read_sidecar(predictions)
    if sidecar is None:
        learned_from = found.card.learned_from if found.card else ()
        return frozenset(each.name for each in learned_from)
    return frozenset(
        name
        for name, each in sidecar.recordings.items()
        if found.was_learned_from(each.fingerprint)
    )


def _print_evaluation(result: Evaluation, known: Collection[str]) -> None:
    rows = [
        _cells(f"{name} *" if name in known else name, errors)
        for name, errors in result.files.items()
    ]
    print_table(
        {
            "Recording": "left",
            "Keypoints": "right",
            "Missing": "right",
            "MSE s²": "right",
            "MAE ms": "right",
            "Median ms": "right",
            "95 % ms": "right",
        },
        [*rows, _cells("overall", result.overall)],
        has_total=True,
    )
    say("overall MSE and MAE: mean over files; median and 95 %: over all keypoints")
    if any(name in known for name in result.files):
        say("* the model was learned from this recording: its errors flatter")


def _cells(name: str, errors: Errors) -> tuple[str, ...]:
    return (
        name,
        str(errors.keypoints),
        str(errors.missing),
        f"{errors.mse_s2:.6f}",
        f"{errors.mae_ms:.2f}",
        f"{errors.median_ms:.2f}",
        f"{errors.p95_ms:.2f}",
    )
