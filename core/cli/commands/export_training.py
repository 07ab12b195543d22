"""``finchsync export-training``: corrections in, a folder to train on out."""

from __future__ import annotations

import argparse

from core.cli.codes import DONE
from core.cli.screen import Screen
from core.cli.terminal.report import note, progress_bar, say
from core.learn.sources import read_corrections
from core.learn.training_folder import write_training_folder
from core.steps import told_of


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Write the folder.

    Raises
    ------
    InputError
        If something cannot be read or written, or nothing is reviewed.
    """
    found = read_corrections(args.paths, include_imported=args.include_imported)
    for line in found.notes:
        note(line)
    with progress_bar("exporting") as advance:
        notes = told_of(
            write_training_folder(args.out, found, copies=args.copy),
            lambda share: advance(share, "recordings"),
        )
    for line in notes:
        note(line)
    keypoints = sum(len(each.keypoints) for each in found.recordings)
    say(f"{args.out}: {len(found.recordings)} recordings with {keypoints:,} reviewed keypoints")
    return DONE
