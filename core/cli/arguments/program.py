"""The arguments of the commands that show what the program does, and on what it runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.arguments import shared, types

KINDS = ("zebra_finch", "aru")
"""Of scenes, written down here since what makes them is heavy to load; a test compares."""
SHELLS = ("bash", "zsh", "tcsh")


def add_simulate(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync simulate``."""
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to make; must not hold files")
    parser.add_argument(
        "--kind",
        choices=KINDS,
        default=KINDS[0],
        help="zebra_finch: room microphone and a transmitter worn by a bird (default); "
        "aru: two field recorders",
    )
    parser.add_argument("--files", type=types.count, default=4, metavar="N", help="default: 4")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="of the first file (default: 1)"
    )
    parser.add_argument(
        "--duration",
        type=types.seconds,
        default=120.0,
        metavar="SECONDS",
        help="default: 120, at most 14400",
    )


def add_demo(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync demo``."""
    parser.add_argument(
        "--headless",
        action="store_true",
        help="open no window; save its picture beside the other results",
    )
    shared.add_out(
        parser,
        "FOLDER",
        "where the demo's files go (default: demo-output)",
        default=Path("demo-output"),
    )


def add_doctor(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync doctor``."""
    shared.add_json(parser)
    # How doctor asks in a process of its own; nothing for people.
    parser.add_argument("--part", choices=("torch", "screen", "sound"), help=argparse.SUPPRESS)


def add_completion(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync completion``."""
    parser.add_argument("shell", choices=SHELLS, help="the shell that is to complete")
