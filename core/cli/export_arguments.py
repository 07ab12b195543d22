"""The arguments of the commands that write formats of other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

_BY = "session, or table of keypoints, or folder of one"


def add_export(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync export``."""
    parser.add_argument("path", type=Path, metavar="SESSION|TABLE", help=_BY)
    parser.add_argument(
        "--format",
        required=True,
        metavar="NAME",
        help="audacity, biodcase, raven, simple-seq or textgrid",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the files; made if needed"
    )
    parser.add_argument(
        "--reviewed",
        action="store_true",
        help="only keypoints that a person accepted or corrected",
    )
    _add_overwrite(parser)


def add_carry(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync carry``."""
    parser.add_argument(
        "labels",
        type=Path,
        metavar="LABELS",
        help="labels of one recording, in any format that 'finchsync export' writes but biodcase",
    )
    parser.add_argument("--by", type=Path, required=True, metavar="SESSION|TABLE", help=_BY)
    parser.add_argument(
        "--recording",
        metavar="NAME",
        help="whose labels they are (default: the only one, or that which is called like LABELS)",
    )
    parser.add_argument(
        "--to",
        type=int,
        choices=(0, 1),
        default=1,
        help="channel on whose clock they are wanted; they were made on the other (default: 1)",
    )
    parser.add_argument(
        "--format", metavar="NAME", help="of what is written (default: that of LABELS)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    _add_overwrite(parser)


def _add_overwrite(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
