"""The arguments of ``finchsync train``."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.align.limits import MAX_OFFSET_S
from core.cli.arguments import shared, types
from core.nets.encoders.config import HEARD
from core.nets.heads.names import HEADS, SYSTEMS
from core.train.samples.names import CHANGES


def add_train(parser: argparse.ArgumentParser) -> None:
    """Add them to a parser."""
    for name, what in (("--train", "learned from"), ("--val", "measured on after every epoch")):
        parser.add_argument(name, type=Path, required=True, metavar="DIR", help=f"folder {what}")
    for name, of in (("--table", "--train"), ("--val-table", "--val")):
        parser.add_argument(
            name,
            type=Path,
            metavar="CSV",
            help=f"table with the keypoints of {of} (default: the one that was reviewed last, or "
            "annotations.csv)",
        )
    parser.add_argument(
        "--include-unreviewed",
        action="store_true",
        help="of tables that FinchSync wrote, learn from keypoints that nobody reviewed as well",
    )
    shared.add_out(parser, "RUN", "folder of the run; made if needed")
    parser.add_argument(
        "--encoder",
        type=Path,
        default=Path("compact"),
        metavar="CKPT",
        help="checkpoint of BEATs, EAT, BAT, WavLM or HuBERT (default: compact, the net shipped)",
    )
    parser.add_argument(
        "--head",
        choices=HEADS,
        default=HEADS[0],
        help="what is trained: the part that says from both sounds whether they are one moment "
        f"(default: {HEADS[0]}); docs/model.md tells what each is",
    )
    parser.add_argument(
        "--layers",
        choices=HEARD,
        default=HEARD[0],
        help="of the encoder that the head hears; all go through a gate (default: last)",
    )
    parser.add_argument(
        "--dim",
        type=types.count,
        default=0,
        metavar="N",
        help="of the head's own space: retrieval, place, probe (default: as wide as tokens)",
    )
    parser.add_argument(
        "--systems",
        nargs="+",
        choices=SYSTEMS,
        default=[SYSTEMS[-1]],
        help=f"what --head retrieval asks with; several make an ensemble (default: {SYSTEMS[-1]})",
    )
    parser.add_argument(
        "--by-place", action="store_true", help="bias --head retrieval by the distance of places"
    )
    parser.add_argument(
        "--distil",
        type=Path,
        metavar="SCORER",
        help="learn from the averaged predictions of its systems too, from their weights on",
    )
    parser.add_argument(
        "--unfreeze",
        type=types.whole,
        default=0,
        metavar="N",
        help="train the encoder's last N layers along (default: 0)",
    )
    parser.add_argument(
        "--augment", choices=CHANGES, help="how clips are changed (default: as the head's recipe)"
    )
    parser.add_argument(
        "--lr", type=types.rate, metavar="RATE", help="default: as the head's recipe"
    )
    parser.add_argument(
        "--stride",
        type=types.count,
        metavar="N",
        help="hear every Nth keypoint an epoch (default: 20, every one where there are few)",
    )
    parser.add_argument(
        "--patience",
        type=types.count,
        default=25,
        metavar="N",
        help="epochs without progress after which training ends (default: 25)",
    )
    parser.add_argument("--epochs", type=types.count, default=100, metavar="N", help="default: 100")
    parser.add_argument(
        "--batch",
        type=types.count,
        default=32,
        metavar="N",
        help="pairs at a time (default: 32)",
    )
    parser.add_argument("--seed", type=types.seed, default=0, metavar="S", help="default: 0")
    parser.add_argument(
        "--max-offset",
        type=types.offset,
        default=MAX_OFFSET_S,
        metavar="SECONDS",
        help=f"largest offset of the alignments in validation (default: {MAX_OFFSET_S:g})",
    )
    shared.add_device(parser)
    parser.add_argument(
        "--devices",
        type=types.count,
        default=1,
        metavar="N",
        help="on each machine (default: 1)",
    )
    parser.add_argument(
        "--nodes", type=types.count, default=1, metavar="N", help="machines (default: 1)"
    )
    parser.add_argument(
        "--strategy",
        default="auto",
        metavar="NAME",
        help="how several devices work together, by Lightning's name (default: auto)",
    )
    parser.add_argument(
        "--cache-gb",
        type=types.size,
        default=4.0,
        metavar="GB",
        help="for embeddings (default: 4)",
    )
    parser.add_argument(
        "--cache-dir", type=Path, metavar="DIR", help="also keep embeddings in this folder"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the run in RUN, if there is one"
    )
