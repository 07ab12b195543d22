"""The recordings that could not be aligned, in a table beside that of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from core.errors import InputError
from core.formats.files.reading import read_start
from core.formats.tables.columns import csv_text
from core.plain_text import one_line

_COLUMNS = ("Recording", "Reason")
_HEADER = csv_text((_COLUMNS,)).encode()


def failed_path(table: Path) -> Path:
    """Where the list goes that belongs to a table."""
    return table.with_name(f"{table.stem}.failed.csv")


def refuse_foreign_list(table: Path) -> None:
    """Make sure that the list takes no place from something else.

    Raises
    ------
    InputError
        If something that is no such list is there, or it cannot be read.
    """
    path = failed_path(table)
    if path.exists() and read_start(path, len(_HEADER)) != _HEADER:
        raise InputError(
            path,
            f"is not from FinchSync, and what fails of {table.name} goes there",
            "choose another name for the table",
        )


def failed_files(table: Path, failed: Iterable[tuple[str, str]]) -> Mapping[Path, bytes]:
    """What is to be written of the list.

    Parameters
    ----------
    table : Path
        The list goes beside it.
    failed : iterable of (str, str)
        Name and reason; what is no text in them is told in its code.

    Returns
    -------
    mapping of Path to bytes
        Empty if nothing failed, unless an earlier list is there, which then becomes empty.
    """
    rows, path = [tuple(map(one_line, each)) for each in failed], failed_path(table)
    if not rows and not path.exists():
        return {}
    return {path: csv_text((_COLUMNS, *rows)).encode()}
