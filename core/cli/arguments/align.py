"""The arguments of ``finchsync align``."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.align.limits import (
    BEST_LINES,
    COARSE_ABOVE_S,
    INTERVAL_S,
    MAX_OFFSET_S,
    OFFSETS_S,
    SPACINGS_M,
    TOLERANCE_S,
    TOLERANCES_S,
)
from core.audio.sources import Source
from core.cli.arguments import shards, shared, types
from core.evidence.choice import EVIDENCE, PRECISIONS, EvidenceChoice


def add_align(parser: argparse.ArgumentParser) -> None:
    """Add them to a parser."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="stereo file, or folder in BioDCASE layout; a table of keypoints in the folder "
        "gives the channel-0 times, otherwise there is one keypoint a second",
    )
    parser.add_argument(
        "--pair",
        nargs=2,
        type=Source.parse,
        action="append",
        default=[],
        metavar=("FILE_0", "FILE_1"),
        help="a channel of each of two files as one recording, as FILE:3 or just FILE if it has "
        "only one; channels count from 0; can be given more than once",
    )
    parser.add_argument(
        "--list",
        type=Path,
        action="append",
        default=[],
        metavar="CSV",
        help="table of pairs, one a row, with the columns File 0 and File 1 and, as far as known, "
        "Name, Channel, Start and Device of each side, and Spacing in metres; paths go from its "
        "folder",
    )
    parser.add_argument(
        "--group",
        action="store_true",
        help="recorders that were given with the same reference are aligned with each other as "
        "well: what does not lead to the same place by way of a third one goes to review",
    )
    shared.add_out(parser, "CSV", shared.TABLE)
    parser.add_argument(
        "--keypoints",
        type=Path,
        metavar="CSV",
        help="take the channel-0 times from this table and write them back unchanged",
    )
    parser.add_argument(
        "--interval",
        type=types.interval,
        default=INTERVAL_S,
        metavar="SECONDS",
        help="from one keypoint to the next, where no table says where they are "
        f"(default: {INTERVAL_S:g})",
    )
    parser.add_argument(
        "--sync-points",
        type=Path,
        metavar="CSV",
        help="moments that are known to be the same on both clocks, as of a clap, an LED or a "
        "pulse; each has an uncertainty of its own, and the path goes through them",
    )
    parser.add_argument(
        "--max-offset",
        type=types.offset,
        default=MAX_OFFSET_S,
        metavar="SECONDS",
        help=f"largest offset searched (default: {MAX_OFFSET_S:g}, at most {OFFSETS_S[1]:g}); "
        f"above {COARSE_ABOVE_S:g} it is first searched coarsely, which needs a minute or more of "
        "sound that both recorders hear",
    )
    parser.add_argument(
        "--tolerance",
        type=types.tolerance,
        default=TOLERANCE_S,
        metavar="SECONDS",
        help="error within which a keypoint counts as right for its confidence (default: "
        f"{TOLERANCE_S:g}, from {TOLERANCES_S[0]:g} to {TOLERANCES_S[1]:g})",
    )
    parser.add_argument(
        "--spacing",
        type=types.spacing,
        default=0.0,
        metavar="METRES",
        help="distance of the microphones, at most "
        f"{SPACINGS_M[1]:g}; with it confidence is about the clocks, without it about the sounds, "
        "which reach one microphone before the other",
    )
    parser.add_argument(
        "--prior",
        type=Path,
        metavar="FILE",
        help="how the clocks of these recorders usually drift, as 'finchsync prior' learned it; "
        "counts where there is little to hear",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="what 'finchsync learn' made of corrections, the usual drift of the recorders "
        "included, unless --prior gives another",
    )
    parser.add_argument(
        "--evidence",
        choices=EVIDENCE,
        default=EvidenceChoice().name,
        help="what is compared to tell that two moments match: spectrograms alone (spectral), also "
        "by the small neural net that comes with FinchSync (compact, the default), or also by "
        "BEATs, a large one, for which you give two files (beats)",
    )
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="the file of BEATs, for --evidence beats"
    )
    parser.add_argument(
        "--scorer",
        type=Path,
        metavar="FILE",
        help="the file that 'finchsync train' made to go with it",
    )
    shared.add_device(parser)
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=EvidenceChoice().precision,
        help="what BEATs computes in (default: float32); half is for graphics cards, int8 for "
        "processors: both are faster, and score a little differently",
    )
    parser.add_argument(
        "--rank",
        choices=("model", "evidence", "both"),
        help=f"whose {BEST_LINES} best straight lines the report gives, and the summary the best: "
        "those of the network alone, or those of all evidence, which the keypoints follow in any "
        "case (default: both, in the report only)",
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="with --evidence beats: score the network's best lines again, each second cut where "
        "the line says, as the challenge's systems do; about doubles the time",
    )
    shared.add_side_by_side(parser, "recordings aligned")
    shards.add_shard(parser)
    parser.add_argument(
        "--report",
        type=Path,
        metavar="JSON",
        help="also write what --json prints to this file",
    )
    _add_existing(parser)
    shared.add_json(parser)


def _add_existing(parser: argparse.ArgumentParser) -> None:
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument(
        "--existing",
        choices=("refuse", "skip", "overwrite", "merge"),
        default="refuse",
        help="what becomes of a table that is there: nothing is done at all (refuse, the default, "
        "is an error; skip is none), it is replaced (overwrite), or recordings that it does not "
        "hold yet are aligned and added (merge)",
    )
    existing.add_argument(
        *("-y", "--overwrite"),
        dest="existing",
        action="store_const",
        const="overwrite",
        help="short for --existing overwrite",
    )
