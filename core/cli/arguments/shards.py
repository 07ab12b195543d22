"""The arguments by which a run is shared among machines, and its parts become one."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.arguments import shared, types


def add_shard(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync align``."""
    parser.add_argument(
        "--shard",
        type=types.shard,
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
    shared.add_out(parser, "CSV", shared.TABLE)
    shared.add_overwrite(parser, "tables and JSON files")
