"""``finchsync completion``: what a shell reads to complete commands and options."""

from __future__ import annotations

import argparse

import shtab

from core.cli.arguments.parsers import command_parser
from core.cli.codes import DONE
from core.cli.screen import Screen


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Print it, as it is."""
    print(shtab.complete(command_parser(), shell=args.shell))  # noqa: T201 (no table or sentence)
    return DONE
