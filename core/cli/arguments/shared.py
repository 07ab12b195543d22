"""Arguments that mean the same in every command that has them."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.arguments import types
from core.evidence.choice import DEVICES

TABLE = "table to write; a JSON file beside it keeps confidences and reasons"


def add_out(
    parser: argparse.ArgumentParser, metavar: str, what: str, default: Path | None = None
) -> None:
    """Where the result goes; `metavar` says what it is: a file or a folder."""
    parser.add_argument(
        *("-o", "--out"),
        type=Path,
        required=default is None,
        default=default,
        metavar=metavar,
        help=what,
    )


def add_overwrite(parser: argparse.ArgumentParser, what: str = "files") -> None:
    """To write over what is there."""
    parser.add_argument(
        "-y", "--overwrite", action="store_true", help=f"replace {what} that are there"
    )


def add_side_by_side(parser: argparse.ArgumentParser, what: str) -> None:
    """How much is done at a time, and by whom; `what` says of what, as "recordings aligned"."""
    parser.add_argument(
        *("-j", "--jobs"),
        type=types.count,
        default=1,
        metavar="N",
        help=f"{what} at a time, each by a process of its own (default: 1)",
    )
    parser.add_argument(
        "--engine",
        choices=("processes", "dask"),
        default="processes",
        help="what does several at a time: processes on this machine (default), or workers of "
        "Dask, which the extra 'cluster' installs; one that dies costs only what it was at, which "
        "another worker then takes",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="with --engine dask: the scheduler whose workers are used, as tcp://node7:8786 "
        "(default: --jobs workers on this machine)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """For scripts."""
    parser.add_argument(
        "--json", action="store_true", help="print the result as JSON on standard output"
    )


def add_device(parser: argparse.ArgumentParser) -> None:
    """Where PyTorch runs, for the commands that may use it."""
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="where PyTorch runs (default: auto)"
    )


def add_talk(parser: argparse.ArgumentParser) -> None:
    """How much is told on the way."""
    talk = parser.add_mutually_exclusive_group()
    talk.add_argument(
        "-q", "--quiet", action="store_true", help="tell only what is wrong, and the result"
    )
    talk.add_argument(
        "-v", "--verbose", action="store_true", help="tell every step, each on a line of its own"
    )
