"""The parser of every command; light, so that ``finchsync --help`` answers at once."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from core import __version__
from core.cli.arguments import (
    align,
    examples,
    exports,
    find,
    learning,
    program,
    shards,
    shared,
    train,
)
from core.errors import InputError

_CODES = (
    "exit codes: 0 done, 1 some files failed and the rest is written, 2 bad arguments or input, "
    "130 stopped by Ctrl-C"
)

_Add = Callable[[argparse.ArgumentParser], None]
_COMMANDS: dict[str, tuple[_Add, str]] = {
    "align": (
        align.add_align,
        "Align recordings and write the keypoints as BioDCASE CSV. A run that was stopped goes on "
        "where it was when the same command is given again.",
    ),
    "merge": (
        shards.add_merge,
        "Make one table of those of all shards, the same to the byte as of one run.",
    ),
    "learn": (
        learning.add_learn,
        "Learn from corrections: how much each part of the evidence counts, how far confidence can "
        "be trusted, the usual drift of the recorders and, if asked for, their sound. What is "
        "learned is compared with the model in use on recordings that it was not learned from, and "
        "written only if it is better.",
    ),
    "prior": (
        learning.add_prior,
        "Learn how the clocks of a pair of recorders usually drift, from recordings whose "
        "keypoints a person has reviewed, for 'finchsync align --prior'.",
    ),
    "export-training": (
        exports.add_export_training,
        "Write what a person accepted or corrected as a folder in BioDCASE layout: audio/, "
        "annotations.csv and its sidecar, of several sessions and folders.",
    ),
    "evaluate": (learning.add_evaluate, "Compare predicted keypoints with the ground truth."),
    "simulate": (program.add_simulate, "Write simulated recordings and their true keypoints."),
    "train": (
        train.add_train,
        "Train what tells whether two sounds are one moment, on folders in BioDCASE layout whose "
        "tables hold true keypoints.",
    ),
    "export": (
        exports.add_export,
        "Write the keypoints of a session, or of a table of FinchSync, in a format of another "
        "program.",
    ),
    "export-audio": (
        exports.add_export_audio,
        "Write channel 1 on the clock of channel 0, as WAV or FLAC: what the keypoints of a "
        "session or table know, and silence elsewhere.",
    ),
    "carry": (
        exports.add_carry,
        "Write labels that were made on one recorder for the other, through the time map, with "
        "the confidence of each in a JSON file beside them.",
    ),
    "find": (
        find.add_find,
        "Find where a sound occurs in all recordings of a session or folder, on both channels. The "
        "first time, the recordings are indexed; what is there already is used again.",
    ),
    "demo": (program.add_demo, "Make a demo recording, align it and open it in the window."),
    "doctor": (
        program.add_doctor,
        "Show versions and devices: what to paste into a bug report.",
    ),
    "completion": (
        program.add_completion,
        "Print what lets a shell complete commands and options when Tab is pressed.",
    ),
}

COMMANDS = tuple(_COMMANDS)


def did_you_mean(word: str, known: Sequence[str]) -> str | None:
    """What was probably meant by a word that is not known, or None."""
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.7)), None)


class _Formatter(argparse.HelpFormatter):
    """Leaves the lines of examples as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        told, _, lines = text.partition("examples:\n")
        shown = super()._fill_text(told, width, indent) if told else ""
        return f"{shown}\n\nexamples:\n{lines}".lstrip() if lines else shown


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and what was probably meant."""

    def __init__(self, **settings: object) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_Formatter, **settings)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise InputError(self.prog, message, f"see '{self.prog} --help'")

    def refuse_unknown(self, words: Sequence[str]) -> None:
        """Refuse options that there are not, before argparse misses those that were meant."""
        known = [option for action in self._actions for option in action.option_strings]
        for word in words:
            if word == "--":
                return
            option = word.partition("=")[0]
            if option.startswith("--") and option not in known:
                meant = did_you_mean(option, known)
                fix = f"did you mean {meant}?" if meant else f"see '{self.prog} --help'"
                raise InputError(f"{self.prog} {option}", "is no option of this command", fix)


def window_parser() -> argparse.ArgumentParser:
    """Parser of ``finchsync [PATH ...]``, which opens the window."""
    parser = _Parser(prog="finchsync")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    return parser


def command_parser() -> argparse.ArgumentParser:
    """Parser of ``finchsync COMMAND ...``; the command lands in ``args.command``."""
    return parsers()[0]


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """What the words after the program's name ask for.

    Raises
    ------
    InputError
        If they cannot be understood.
    SystemExit
        If they ask for help or the version, which has been printed.
    """
    parser, commands = parsers()
    if words and words[0] in commands:
        commands[words[0]].refuse_unknown(words[1:])
    else:
        parser.refuse_unknown(words)
    return parser.parse_args(words)


def parsers() -> tuple[_Parser, dict[str, _Parser]]:
    """The parser of all commands, and that of each."""
    parser = _Parser(
        prog="finchsync",
        usage="finchsync [PATH ...]\n       finchsync COMMAND ...",
        description="Align two-recorder recordings whose clocks drift. Without a command the "
        "window opens; PATH is a folder in BioDCASE layout or a stereo file.",
        epilog=f"{_CODES}{examples.as_text('')}",
    )
    parser.add_argument("--version", action="version", version=f"finchsync {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, prog="finchsync", parser_class=_Parser
    )
    made = {}
    for name, (add, what) in _COMMANDS.items():
        made[name] = commands.add_parser(
            name, help=what, description=what, epilog=f"{_CODES}{examples.as_text(name)}"
        )
        add(made[name])
        shared.add_talk(made[name])
    return parser, made
