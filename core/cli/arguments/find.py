"""The arguments of ``finchsync find``."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.arguments import shared, types


def add_find(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync find``."""
    parser.add_argument(
        "place", type=Path, metavar="SESSION|FOLDER", help="session, or folder in BioDCASE layout"
    )
    sought = parser.add_mutually_exclusive_group(required=True)
    sought.add_argument(
        "--like",
        metavar="FILE:START-END",
        help="an example, as day1.wav:12.3-13.1: a stretch of 0.04 to 5 s of one of the recordings",
    )
    sought.add_argument(
        "--text",
        metavar="SENTENCE",
        help="what happens, as 'two distance calls, then song', or the name of a label of yours, "
        "alone or in a sentence",
    )
    parser.add_argument(
        "--words-model",
        type=Path,
        metavar="FOLDER",
        help="a CLAP, or a text encoder as RoBERTa with a head trained above it, as Transformers "
        "writes them, for any --text; needs the extra words",
    )
    parser.add_argument(
        "--channel",
        type=int,
        choices=(0, 1),
        help="of the example (default: 0, or the one whose file is named)",
    )
    parser.add_argument(
        "--top",
        type=types.count,
        default=20,
        metavar="N",
        help="as many hits at most (default: 20)",
    )
    parser.add_argument(
        "--disagreements",
        action="store_true",
        help="only hits that the other channel has not where the time map says it must: what to "
        "review",
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        metavar="FILE",
        help="checkpoint of BEATs, EAT, BAT, WavLM or HuBERT by whose tokens sounds are compared "
        "(default: the net shipped)",
    )
    shared.add_device(parser)
    parser.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="where the index is kept (default: beside the session, or in the folder)",
    )
    shared.add_side_by_side(parser, "recordings indexed")
    parser.add_argument(
        "-o", "--out", type=Path, metavar="DIR", help="also write the hits as labels to this folder"
    )
    parser.add_argument(
        "--format", default="audacity", metavar="NAME", help="of the labels (default: audacity)"
    )
    shared.add_overwrite(parser)
    shared.add_json(parser)
