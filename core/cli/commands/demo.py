"""``finchsync demo``: the whole loop on a simulated recording whose truth is known."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.align.aligner import align_steps
from core.align.alignment import Alignment, Progress
from core.audio.recording import open_recording
from core.cli.codes import DONE
from core.cli.evidence import opened_evidence
from core.cli.screen import Screen
from core.cli.terminal.report import print_table, progress_bar, say
from core.errors import InputError, system_reason
from core.evaluate import evaluate
from core.evidence.choice import EvidenceChoice
from core.formats.files.wav import write_wav
from core.formats.tables.biodcase import BiodcaseTable, read_csv, read_predictions, write_csv
from core.simulate import simulate_scene

SEED = 1
MARKER = ".finchsync-demo"
"""A folder that holds this file was made by the demo and may be written again."""


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Simulate, align, export, compare with the truth, show.

    Raises
    ------
    InputError
        If the folder holds other files or cannot be written.
    """
    folder = _own_folder(args.out)
    recording, truth, predictions = (
        folder / name for name in ("demo.wav", "truth.csv", "predictions.csv")
    )
    with progress_bar("demo") as advance:
        advance(0.0, "simulating two recorders")
        scene = simulate_scene("zebra_finch", SEED)
        write_wav(recording, scene.samples, scene.sample_rate_hz, overwrite=True)
        write_csv(truth, BiodcaseTable({recording.name: scene.keypoints()}), overwrite=True)
        with opened_evidence(EvidenceChoice()) as learned:
            for step in align_steps(open_recording(recording), learned=learned):
                if isinstance(step, Progress):
                    advance(step.fraction, step.stage)
                elif isinstance(step, Alignment):
                    alignment = step
    write_csv(predictions, BiodcaseTable({recording.name: alignment.keypoints}), overwrite=True)
    _print_errors(truth, predictions)
    say(f"recording   {recording}")
    say(f"truth       {truth}")
    say(f"alignment   {predictions}")
    if args.headless:
        picture = folder / "window.png"
        screen.screenshot(recording, alignment, picture)
        say(f"window      {picture}")
        return DONE
    return screen.open([recording])


def _print_errors(truth: Path, predictions: Path) -> None:
    true_files = read_csv(truth).files
    rows = []
    for what, files in (
        ("as recorded", {}),
        ("aligned", read_predictions(predictions).files),
    ):
        errors = evaluate(files, true_files).overall
        rows.append((what, f"{errors.mse_s2:.6f}", f"{errors.mae_ms:.1f}"))
    print_table({"": "left", "MSE s²": "right", "MAE ms": "right"}, rows)


def _own_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / MARKER).exists() and next(folder.iterdir(), None) is not None:
            raise InputError(folder, "holds files that the demo did not make", "give --out FOLDER")
        (folder / MARKER).touch()
    except OSError as error:
        reason = system_reason(error)
        raise InputError(folder, f"cannot be written ({reason})", "give --out FOLDER") from error
    return folder
