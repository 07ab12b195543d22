"""The arguments by which a run is shared among machines, and its parts become one."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli import argument_types


def add_shard(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync align``."""
    parser.add_argument(
        "--shard",
        type=argument_types.shard,
        metavar="I/N",
        help="align the I-th of N shares only, counted from 1, with about the same length of sound "
        "in each; every machine is given the same command with its own I and --out, and "
        "'finchsync merge' makes one table of theirs",
    )


def add_merge(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync merge``."""
    parser.add_argument(
        "parts",
        nargs="+",
        type=Path,
        metavar="CSV",
        help="tables of all shards, each with its JSON file beside it",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="CSV",
        help="file to write; a JSON file beside it keeps confidences and reasons",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace CSV and JSON if they are there"
    )
