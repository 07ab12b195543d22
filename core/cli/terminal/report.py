"""How results, progress and problems reach a person or a script."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

from core.cli.terminal.verbosity import Verbosity, verbosity
from core.plain_text import one_line, plain

_GAP = "  "
_NARROWEST = 12
_TIME_LEFT_FROM_S = 600.0
_FIRST_LINE_S, _LINE_SHARE, _RAREST_LINE_S = 1.0, 0.1, 60.0
"""Of a log: when its first line comes, what part of the time so far passes before the next, and
how long that is at most."""
_ONE_LINE = Column(no_wrap=True, overflow="ellipsis")

Side = Literal["left", "right"]

Advance = Callable[[float, str], None]
"""Says how much of the whole is done, 0 to 1, and what is being done."""


def json_text(value: object) -> str:
    """A value as JSON to read; what is no number becomes null."""
    return json.dumps(_numbers(value), indent=2, allow_nan=False)


def print_json(value: object) -> None:
    """Print a value as JSON on standard output; what is no number becomes null."""
    print(json_text(value))


def say(text: str) -> None:
    """A line on standard output."""
    print(plain(text))


def warn(text: str) -> None:
    """One line on standard error that does not stop the work."""
    print(one_line(f"warning: {text}"), file=sys.stderr)


def note(text: str) -> None:
    """One line on standard error that is good to know."""
    if verbosity() is not Verbosity.QUIET:
        print(one_line(text), file=sys.stderr)


def fail(text: str) -> None:
    """One line on standard error about what failed."""
    print(one_line(text), file=sys.stderr)


def print_table(
    columns: Mapping[str, Side], rows: Sequence[Sequence[str]], *, has_total: bool = False
) -> None:
    """Print a table on standard output.

    Parameters
    ----------
    columns : mapping of str to {"left", "right"}
        Headings, and the side to which their cells are set.
    rows : sequence of sequence of str
    has_total : bool
        Set the last row apart.
    """
    console = Console()
    cells = [list(columns), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    sides = tuple(columns.values())
    if console.is_terminal:
        # In a pipe or a log, names stay whole.
        _narrow(widths, sides, console.width)
    head, *body = (_laid_out(row, widths, sides, console) for row in cells)
    if has_total:
        body.insert(len(body) - 1, "")
    print("", head, "─" * (sum(widths) + len(_GAP) * (len(widths) - 1)), *body, "", sep="\n")


@contextmanager
def progress_bar(title: str) -> Iterator[Advance]:
    """A bar with the time left on standard error, or lines if that is no terminal.

    Where every step is to be told, each is a line; where little is, there is neither.

    Parameters
    ----------
    title : str
        What is done, in a word or two.

    Yields
    ------
    callable
        To be told the share done and the step at hand.
    """
    console = Console(stderr=True)
    if not console.is_terminal or verbosity() is not Verbosity.USUAL:
        yield _in_lines(title)
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[step]}", markup=False, table_column=_ONE_LINE),
        console=console,
        transient=True,
        speed_estimate_period=_TIME_LEFT_FROM_S,
    ) as bar:
        task = bar.add_task(title, total=1.0, step="")

        def advance(share: float, step: str) -> None:
            bar.update(task, completed=share, step=plain(step))

        yield advance


def _in_lines(title: str) -> Advance:
    """Lines for a log, the rarer the longer the work has taken."""
    started_s = time.monotonic()
    due_s = started_s + _FIRST_LINE_S
    tells_all = verbosity() is Verbosity.VERBOSE
    told = ""

    def advance(share: float, step: str) -> None:
        nonlocal due_s, told
        now_s = time.monotonic()
        if now_s >= due_s or (tells_all and step != told):
            told = step
            note(f"{title} {share:.0%}: {step}")
            since_s = now_s - started_s
            due_s = now_s + min(max(_FIRST_LINE_S, _LINE_SHARE * since_s), _RAREST_LINE_S)

    return advance


def _narrow(widths: list[int], sides: Sequence[Side], room: int) -> None:
    """Have the widest columns of words give way until all fit into a line."""
    words = [column for column, side in enumerate(sides) if side == "left"]
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - room
    while excess > 0 and words:
        widest = max(words, key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            return
        widths[widest] -= 1
        excess -= 1


def _laid_out(
    row: Sequence[str], widths: Sequence[int], sides: Sequence[Side], console: Console
) -> str:
    """A row as one or more lines; rich's own tables take a millisecond a row."""
    folded = [
        [cell]
        if cell_len(cell) <= width
        else [part.plain.rstrip() for part in Text(cell).wrap(console, width)]
        for cell, width in zip(row, widths, strict=True)
    ]
    lines = []
    for parts in zip_longest(*folded, fillvalue=""):
        padded = []
        for part, width, side in zip(parts, widths, sides, strict=True):
            blank = " " * (width - cell_len(part))
            padded.append(part + blank if side == "left" else blank + part)
        lines.append(_GAP.join(padded).rstrip())
    return "\n".join(lines)


def _numbers(value: object) -> object:
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_numbers(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
