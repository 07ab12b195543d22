"""The arguments of the commands by which keypoints, audio and labels leave."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.cli.arguments import shared, types

FORMATS = "audacity, biodcase, by-file, raven, simple-seq, sync-points, textgrid, time-map"
"""Names of the registry, written down here since it is heavy to load; a test compares."""
_BY = "session, table of keypoints or folder of one, or keypoints in another of the formats"


def add_export(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync export``."""
    parser.add_argument("path", type=Path, metavar="SESSION|TABLE", help=_BY)
    parser.add_argument(
        "--format",
        required=True,
        metavar="NAME",
        help=f"one of {FORMATS}",
    )
    shared.add_out(parser, "DIR", "folder of the files; made if needed")
    parser.add_argument(
        "--reviewed",
        action="store_true",
        help="only keypoints that a person accepted or corrected",
    )
    moments = parser.add_mutually_exclusive_group()
    moments.add_argument(
        "--every",
        type=types.fraction,
        metavar="SECONDS",
        help="with --format time-map: a row every so many seconds (default: at keypoints)",
    )
    moments.add_argument(
        "--frames",
        type=types.fraction,
        metavar="RATE",
        help="the same at every frame of a video that starts with channel 0, as 25 or 30000/1001",
    )
    moments.add_argument(
        "--times",
        type=Path,
        metavar="FILE",
        help="the same at the times in a file, one a line, seconds on channel 0",
    )
    parser.add_argument(
        "--known",
        action="store_true",
        help="with --format time-map: leave out rows that have no known counterpart on channel 1, "
        "as those before it starts",
    )
    shared.add_overwrite(parser)


def add_export_audio(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync export-audio``."""
    parser.add_argument("path", type=Path, metavar="SESSION|TABLE", help=_BY)
    shared.add_out(parser, "DIR", "folder of the files, NAME.aligned.wav; made if needed")
    parser.add_argument("--recording", metavar="NAME", help="one of several (default: all)")
    parser.add_argument(
        "--format", choices=("wav", "flac"), default="wav", help="of the files (default: wav)"
    )
    parser.add_argument(
        "--rate",
        type=types.count,
        metavar="HZ",
        help="sample rate (default: that of channel 0, whose samples then stay as they are)",
    )
    parser.add_argument(
        "--alone", action="store_true", help="channel 1 in mono (default: beside channel 0)"
    )
    parser.add_argument(
        "--trim",
        action="store_true",
        help="from the first to the last moment that is known (default: all of channel 0)",
    )
    parser.add_argument(
        "--unreviewed",
        action="store_true",
        help="keypoints that nobody reviewed count as well; unalignable ones never do",
    )
    shared.add_overwrite(parser)


def add_export_training(parser: argparse.ArgumentParser) -> None:
    """Of ``finchsync export-training``."""
    add_corrections(parser)
    shared.add_out(parser, "DIR", "folder to make")
    parser.add_argument(
        "--copy", action="store_true", help="copy the audio (default: links to it, where possible)"
    )


def add_corrections(parser: argparse.ArgumentParser) -> None:
    """Where corrections are read from, for the commands that do."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="SESSION|FOLDER",
        help="session, folder in BioDCASE layout or table in one; what a person accepted or "
        "corrected in all of them counts",
    )
    parser.add_argument(
        "--include-imported",
        action="store_true",
        help="keypoints whose times came from elsewhere count as reviewed",
    )


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
    shared.add_out(parser, "FILE", "file to write")
    shared.add_overwrite(parser)
