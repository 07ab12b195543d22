"""The arguments of every command; light, so that ``finchsync --help`` answers at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from core import __version__
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
from core.cli import argument_types, export_arguments, shard_arguments, train_arguments
from core.errors import InputError
from core.evidence.choice import EVIDENCE, PRECISIONS, EvidenceChoice
from core.learn.tiers import SECONDS, TIERS

COMMANDS = (
    *("align", "merge", "learn", "prior", "export-training", "evaluate", "simulate", "train"),
    *("export", "export-audio", "carry", "demo", "doctor"),
)

_CODES = (
    "exit codes: 0 done, 1 some files failed and the rest is written, 2 bad arguments or input, "
    "130 stopped by Ctrl-C"
)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(self.prog, message, f"see '{self.prog} --help'")


def window_parser() -> argparse.ArgumentParser:
    """Parser of ``finchsync [PATH ...]``, which opens the window."""
    parser = _Parser(prog="finchsync", allow_abbrev=False)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    return parser


def command_parser() -> argparse.ArgumentParser:
    """Parser of ``finchsync COMMAND ...``; the command lands in ``args.command``."""
    parser = _Parser(
        prog="finchsync",
        allow_abbrev=False,
        usage="finchsync [PATH ...]\n       finchsync COMMAND ...",
        description="Align two-recorder recordings whose clocks drift. Without a command the "
        "window opens; PATH is a folder in BioDCASE layout or a stereo file.",
        epilog=_CODES,
    )
    parser.add_argument("--version", action="version", version=f"finchsync {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, prog="finchsync", parser_class=_Parser
    )

    def command(name: str, what: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=what, description=what, epilog=_CODES, allow_abbrev=False
        )

    _add_align(
        command(
            "align",
            "Align recordings and write the keypoints as BioDCASE CSV. A run that was "
            "stopped goes on where it was when the same command is given again.",
        )
    )
    shard_arguments.add_merge(
        command(
            "merge", "Make one table of those of all shards, the same to the byte as of one run."
        )
    )
    _add_learn(
        command(
            "learn",
            "Learn from corrections: weights of the evidence, how far confidence can be trusted, "
            "the usual drift of the recorders and, if asked for, their sound. What is learned is "
            "compared with the model in use on recordings that it was not learned from, and "
            "written only if it is better.",
        )
    )
    export_arguments.add_export_training(
        command(
            "export-training",
            "Write what a person accepted or corrected as a folder in BioDCASE layout: audio/, "
            "annotations.csv and its sidecar, of several sessions and folders.",
        )
    )
    export_arguments.add_export(
        command(
            "export",
            "Write the keypoints of a session, or of a table of FinchSync, in a format of another "
            "program.",
        )
    )
    export_arguments.add_export_audio(
        command(
            "export-audio",
            "Write channel 1 on the clock of channel 0, as WAV or FLAC: what the keypoints of a "
            "session or table know, and silence elsewhere.",
        )
    )
    export_arguments.add_carry(
        command(
            "carry",
            "Write labels that were made on one recorder for the other, through the time map, with "
            "the confidence of each in a JSON file beside them.",
        )
    )
    _add_prior(
        command(
            "prior",
            "Learn how the clocks of a pair of recorders usually drift, from recordings whose "
            "keypoints a person has reviewed, for 'finchsync align --prior'.",
        )
    )
    _add_evaluate(command("evaluate", "Compare predicted keypoints with the ground truth."))
    _add_simulate(command("simulate", "Write simulated recordings and their true keypoints."))
    train_arguments.add_to(
        command(
            "train",
            "Train a pair scorer on folders in BioDCASE layout whose tables hold true keypoints.",
        )
    )
    _add_demo(command("demo", "Make a demo recording, align it and open it in the window."))
    _add_doctor(command("doctor", "Show versions and devices: what to paste into a bug report."))
    return parser


def _add_align(parser: argparse.ArgumentParser) -> None:
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
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="CSV",
        help="file to write; a JSON file beside it keeps confidences and reasons",
    )
    parser.add_argument(
        "--keypoints",
        type=Path,
        metavar="CSV",
        help="take the channel-0 times from this table and write them back unchanged",
    )
    parser.add_argument(
        "--interval",
        type=argument_types.interval,
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
        type=argument_types.offset,
        default=MAX_OFFSET_S,
        metavar="SECONDS",
        help=f"largest offset searched (default: {MAX_OFFSET_S:g}, at most {OFFSETS_S[1]:g}); "
        f"above {COARSE_ABOVE_S:g} it is first searched coarsely, which needs a minute or more of "
        "sound that both recorders hear",
    )
    parser.add_argument(
        "--tolerance",
        type=argument_types.tolerance,
        default=TOLERANCE_S,
        metavar="SECONDS",
        help="error within which a keypoint counts as right for its confidence (default: "
        f"{TOLERANCE_S:g}, from {TOLERANCES_S[0]:g} to {TOLERANCES_S[1]:g})",
    )
    parser.add_argument(
        "--spacing",
        type=argument_types.spacing,
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
        help="what tells that two moments match; compact (default) is spectrograms and the small "
        "net that is shipped, spectral leaves the net out, beats adds BEATs with a pair scorer "
        "of your own",
    )
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="BEATs checkpoint, for --evidence beats"
    )
    parser.add_argument(
        "--scorer", type=Path, metavar="FILE", help="what 'finchsync train' made of it"
    )
    argument_types.add_device(parser)
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
    parser.add_argument(
        "--jobs",
        type=argument_types.count,
        default=1,
        metavar="N",
        help="files aligned at a time (default: 1)",
    )
    shard_arguments.add_shard(parser)
    parser.add_argument(
        "--report",
        type=Path,
        metavar="JSON",
        help="also write what --json prints to this file",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace CSV and JSON if they are there"
    )
    _add_json(parser)


def _add_learn(parser: argparse.ArgumentParser) -> None:
    export_arguments.add_corrections(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="MODEL", help="file to write")
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="the model in use (default: the one shipped)"
    )
    parser.add_argument(
        "--evidence",
        choices=("compact", "spectral"),
        default=EvidenceChoice().name,
        help="what to learn the weights of (default: compact)",
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
    parser.add_argument("--overwrite", action="store_true", help="replace MODEL if it is there")
    _add_json(parser)


def _add_prior(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="table of keypoints, or folder in BioDCASE layout; where FinchSync wrote it, the "
        "keypoints that a person has decided on count, else all of them",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it is there")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    for name in ("--predictions", "--ground-truth"):
        parser.add_argument(name, type=Path, required=True, metavar="CSV")
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="what 'finchsync learn' made: recordings that it was learned from are marked, since "
        "their errors flatter it",
    )
    _add_json(parser)


def _add_simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to make; must not hold files")
    parser.add_argument(
        "--kind",
        default="zebra_finch",
        help="zebra_finch: room microphone and a transmitter worn by a bird (default); "
        "aru: two field recorders",
    )
    parser.add_argument(
        "--files", type=argument_types.count, default=4, metavar="N", help="default: 4"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="of the first file (default: 1)"
    )
    parser.add_argument(
        "--duration",
        type=argument_types.seconds,
        default=120.0,
        metavar="SECONDS",
        help="default: 120, at most 14400",
    )


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--headless",
        action="store_true",
        help="open no window; save its picture beside the other results",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("demo-output"),
        metavar="FOLDER",
        help="where the demo's files go (default: demo-output)",
    )


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    _add_json(parser)
    # How doctor asks in a process of its own; nothing for people.
    parser.add_argument("--part", choices=("torch", "screen", "sound"), help=argparse.SUPPRESS)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="print the result as JSON on standard output"
    )
