"""The arguments of the commands that learn from corrections, and of what judges keypoints."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.arguments import exports, shared
from core.evidence.choice import EvidenceChoice
from core.learn.tiers import SECONDS, TIERS


def add_learn(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync learn``."""
    exports.add_corrections(parser)
    shared.add_out(parser, "MODEL", "file to write, as NAME.finchmodel")
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="the model in use (default: the one shipped)"
    )
    parser.add_argument(
        "--evidence",
        choices=("compact", "spectral"),
        default=EvidenceChoice().name,
        help="what is compared, as with 'finchsync align'; how much each part of it counts is "
        "learned (default: compact)",
    )
    parser.add_argument(
        "--tier",
        type=int,
        choices=TIERS,
        default=SECONDS,
        help="1 (default): weights, calibration and usual drift, in seconds; 2: also how the "
        "compact net hears these recorders, in minutes and with PyTorch; stopped, the same "
        "command goes on",
    )
    shared.add_side_by_side(parser, "with --tier 2: networks adapted")
    shared.add_overwrite(parser)
    shared.add_json(parser)


def add_prior(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync prior``."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="table of keypoints, or folder in BioDCASE layout; where FinchSync wrote it, the "
        "keypoints that a person has decided on count, else all of them",
    )
    shared.add_out(parser, "FILE", "file to write, as NAME.json")
    shared.add_overwrite(parser)


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync evaluate``."""
    for name in ("--predictions", "--ground-truth"):
        parser.add_argument(name, type=Path, required=True, metavar="CSV")
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="what 'finchsync learn' made: recordings that it was learned from are marked, since "
        "their errors flatter it",
    )
    shared.add_json(parser)
