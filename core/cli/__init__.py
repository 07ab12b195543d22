"""The headless face of FinchSync; without a command it opens the window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import cast

from core.cli.arguments.parsers import COMMANDS, did_you_mean, parsed, window_parser
from core.cli.codes import INTERRUPTED, REFUSED
from core.cli.screen import Screen
from core.cli.terminal.interruption import stoppable
from core.cli.terminal.verbosity import telling
from core.errors import InputError
from core.memory import shortage

__all__ = ["Screen", "main"]


def main(argv: Sequence[str], *, screen: Screen) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str
        The arguments after the program's name.
    screen : Screen
        What opens windows; asked only by commands that need one.

    Returns
    -------
    int
        The exit code.
    """
    try:
        return _run(argv, screen)
    except InputError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return REFUSED
    except MemoryError:
        print(shortage("finchsync"), file=sys.stderr)  # noqa: T201
        return REFUSED
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)  # noqa: T201
        return INTERRUPTED


def _run(argv: Sequence[str], screen: Screen) -> int:
    names_command = bool(argv) and argv[0] in COMMANDS
    asks_for_help = bool(argv) and argv[0].startswith("-") and argv[0] != "--"
    if names_command or asks_for_help:
        args = parsed(argv)
        command = _command(args.command)
        with telling(quiet=args.quiet, verbose=args.verbose), stoppable():
            return command(args, screen)
    paths = window_parser().parse_args(argv).paths
    for path in paths:
        if not path.exists():
            meant = did_you_mean(str(path), COMMANDS)
            fix = f"did you mean 'finchsync {meant}'?" if meant else "see 'finchsync --help'"
            raise InputError(path, "is neither a command nor a file or folder", fix)
    return screen.open(paths)


def _command(name: str) -> Callable[[argparse.Namespace, Screen], int]:
    """Import one command only, so that none waits for what another needs."""
    module = import_module(f"core.cli.commands.{name.replace('-', '_')}")
    return cast("Callable[[argparse.Namespace, Screen], int]", module.run)
