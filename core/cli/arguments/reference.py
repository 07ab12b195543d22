"""The command line as a page of the manual, made from the parsers.

``python -m core.cli.arguments.reference > docs/commands.md`` renews it; a test compares.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from core.cli.arguments.examples import EXAMPLES
from core.cli.arguments.parsers import parsers

_HEAD = """\
# Command line

`finchsync COMMAND --help` shows the same. Exit codes: 0 done, 1 some files failed and the rest is
written, 2 bad arguments or input, 130 stopped by Ctrl-C. Progress and problems go to standard
error, results to standard output; without a terminal, progress is a line now and then.
"""


def as_markdown() -> str:
    """All commands with their arguments and examples."""
    return "\n".join([_HEAD, *_commands()])


def _commands() -> Iterator[str]:
    for name, parser in parsers()[1].items():
        yield f"## finchsync {name}\n\n{parser.description}\n"
        yield "```sh"
        for line, what in EXAMPLES[name]:
            yield f"{line}    # {what}"
        yield "```\n"
        yield "| argument | what it says |\n|---|---|"
        for action in parser._actions:
            if action.help != argparse.SUPPRESS and "--help" not in action.option_strings:
                yield f"| {_spelled(action)} | {_escaped(action.help or '')} |"
        yield ""


def _spelled(action: argparse.Action) -> str:
    """How an argument is written, as ``-o``, ``--out CSV``."""
    value = _value(action)
    if not action.option_strings:
        return f"`{_escaped(value)}`"
    *short, long = action.option_strings
    whole = f"{long} {value}".strip()
    return ", ".join(f"`{_escaped(each)}`" for each in (*short, whole))


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    chosen = "|".join(map(str, action.choices)) if action.choices else ""
    more = " ..." if action.nargs in ("*", "+") else ""
    return f"{action.metavar or chosen or action.dest.upper()}{more}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(as_markdown())  # noqa: T201 (a page, on its way to a file)
