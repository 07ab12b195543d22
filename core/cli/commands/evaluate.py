"""``finchsync evaluate``: how far predictions are from the truth."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from core.cli.codes import DONE
from core.cli.screen import Screen
from core.cli.terminal.report import note, print_json, print_table, say, warn
from core.evaluate import Errors, Evaluation, evaluate
from core.formats.biodcase import read_csv, read_predictions


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
    result = evaluate(predictions.files, truth.files)
    for warning in result.warnings:
        warn(warning)
    if args.json:
        print_json(
            {
                "overall": asdict(result.overall),
                "files": {name: asdict(errors) for name, errors in result.files.items()},
                "warnings": result.warnings,
            }
        )
    else:
        _print_evaluation(result)
    return DONE


def _print_evaluation(result: Evaluation) -> None:
    rows = [_cells(name, errors) for name, errors in result.files.items()]
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
