"""The rows of a keypoint table as they stand in a file, each checked by itself."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.formats.files.reading import read_start, read_whole
from core.formats.files.table_text import TableText, table_text
from core.formats.tables.columns import ColumnReader, has_columns, seconds

COLUMNS = ("Filename", "Time Channel 0", "Time Channel 1")

_START_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and where it stands.

    Parameters
    ----------
    line : int
        Of the file, from 1.
    filename : str
    time_0_text : str
        As it is written; a decimal comma has become a point.
    time_0_s, time_1_s : float
        Seconds.
    """

    line: int
    filename: str
    time_0_text: str
    time_0_s: float
    time_1_s: float


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a file.

    Parameters
    ----------
    rows : tuple of Row
        At least one.
    notes : tuple of str
        What was taken for granted, a sentence each.
    """

    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def why_no_table(path: Path) -> InputError | None:
    """Why a file does not begin as a keypoint table does; None if it does."""
    try:
        content = read_start(path, _START_BYTES)
        taken = table_text(content, path, _is_header, is_start=len(content) == _START_BYTES)
        _reader(path, taken)
    except InputError as error:
        return error
    return None


def read_rows(path: Path) -> TableRows:
    """Read a table; `InputError` names the first line that is no row of one."""
    taken = table_text(read_whole(path), path, _is_header)
    reader = _reader(path, taken)
    rows = tuple(_rows(reader))
    if not rows:
        raise InputError(path, "holds no keypoints below its header", "add rows or leave it out")
    notes = [f"{path} {note}." for note in taken.notes]
    if reader.has_decimal_commas:
        notes.append(f"{path} has decimal commas; its times leave with decimal points.")
    return TableRows(rows, tuple(notes))


def _reader(path: Path, taken: TableText) -> ColumnReader:
    return ColumnReader(path, taken, COLUMNS)


def _rows(reader: ColumnReader) -> Iterable[Row]:
    """The rows below the header."""
    at = [reader.needed_at(column) for column in COLUMNS]
    for cells in reader.rows():
        filename, time_0, time_1 = (cells[column] for column in at)
        if not filename.strip():
            raise InputError(reader.where, "the file name is empty", "fill it in")
        time_0, time_1 = reader.with_points(time_0, time_1)
        where = reader.where
        yield Row(
            reader.line,
            sys.intern(filename),
            time_0,
            seconds(where, COLUMNS[1], time_0),
            seconds(where, COLUMNS[2], time_1),
        )


def _is_header(cells: Sequence[str]) -> bool:
    return has_columns(cells, COLUMNS)


def refuse_disorder(path: Path, rows: Iterable[Row]) -> None:
    """Refuse rows whose times run backwards; `InputError` names the line."""
    last: dict[str, Row] = {}
    for row in rows:
        before = last.get(row.filename, row)
        for column, now_s, before_s in (
            (COLUMNS[1], row.time_0_s, before.time_0_s),
            (COLUMNS[2], row.time_1_s, before.time_1_s),
        ):
            if now_s < before_s:
                raise InputError(
                    f"{path}, line {row.line}",
                    f"{column} of {row.filename} falls from {before_s!r} to {now_s!r}",
                    "sort the rows by time; clocks only run forwards",
                )
        last[row.filename] = row
