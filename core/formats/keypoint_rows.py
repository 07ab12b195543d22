"""The rows of a keypoint table as they stand in a file, each checked by itself."""

from __future__ import annotations

import csv
import io
import math
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.formats.reading import read_start, read_whole
from core.formats.table_text import SEPARATORS, TableText, table_text

COLUMNS = ("Filename", "Time Channel 0", "Time Channel 1")

_START_BYTES = 1 << 16
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)


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
        _Reader(path, taken).columns()
    except InputError as error:
        return error
    return None


def read_rows(path: Path) -> TableRows:
    """Read a table; `InputError` names the first line that is no row of one."""
    taken = table_text(read_whole(path), path, _is_header)
    reader = _Reader(path, taken)
    rows = tuple(reader.rows())
    if not rows:
        raise InputError(path, "holds no keypoints below its header", "add rows or leave it out")
    notes = [f"{path} {note}." for note in taken.notes]
    if reader.has_decimal_commas:
        notes.append(f"{path} has decimal commas; its times leave with decimal points.")
    return TableRows(rows, tuple(notes))


class _Reader:
    """Reads a table row by row."""

    def __init__(self, path: Path, taken: TableText) -> None:
        self._path = path
        self._before = taken.lines_before
        self._separator = taken.separator
        text = io.StringIO(taken.text, newline="")
        self._lines = csv.reader(text, delimiter=taken.separator, strict=True)
        self._marks: set[str] = set()

    @property
    def has_decimal_commas(self) -> bool:
        """Whether a time read so far has one."""
        return "," in self._marks

    def columns(self) -> list[str]:
        """The cells of the header, which has all columns once."""
        header = self._next_row()
        if header is None:
            what = f"give a table with the columns {', '.join(COLUMNS)}"
            raise InputError(self._path, "is empty", what)
        names = _plain(header)
        if len(header) == 1 and set(_plain(header[0].split("|"))) >= set(_plain(COLUMNS)):
            raise InputError(
                self._where, "its columns are separated by bars", "save the table with commas"
            )
        for column, name in zip(COLUMNS, _plain(COLUMNS), strict=True):
            if names.count(name) != 1:
                what = "is missing" if name not in names else "is there more than once"
                fix = f"start the table with {','.join(COLUMNS)}"
                raise InputError(self._where, f"the column {column!r} {what}", fix)
        return names

    def rows(self) -> Iterable[Row]:
        """The rows below the header."""
        names = self.columns()
        at = [names.index(name) for name in _plain(COLUMNS)]
        while (cells := self._next_row()) is not None:
            if len(cells) != len(names):
                raise self._uneven(len(cells), len(names))
            filename, time_0, time_1 = (cells[column] for column in at)
            if not filename.strip():
                raise InputError(self._where, "the file name is empty", "fill it in")
            time_0, time_1 = self._with_points(time_0, time_1)
            where = self._where
            yield Row(
                self._line,
                sys.intern(filename),
                time_0,
                _seconds(where, COLUMNS[1], time_0),
                _seconds(where, COLUMNS[2], time_1),
            )

    @property
    def _line(self) -> int:
        return self._before + self._lines.line_num

    @property
    def _where(self) -> str:
        return f"{self._path}, line {self._line}"

    def _next_row(self) -> list[str] | None:
        """The next row that is not blank."""
        try:
            return next((row for row in self._lines if any(map(str.strip, row))), None)
        except csv.Error as error:
            what = f"is not a CSV table ({error})"
            raise InputError(
                self._where, what, "export it again as comma-separated text"
            ) from error

    def _uneven(self, cells: int, wanted: int) -> InputError:
        word = SEPARATORS[self._separator]
        fix = f"quote names that hold a {word}"
        if self._separator == ",":
            fix = f"write decimals with a point and {fix}"
        return InputError(self._where, f"has {cells} fields where the header has {wanted}", fix)

    def _with_points(self, *times: str) -> list[str]:
        """Times with decimal points; which mark a table has must not be in doubt."""
        if self._separator == ",":
            return list(times)
        self._marks.update(mark for text in times for mark in ".," if mark in text)
        if len(self._marks) > 1:
            raise InputError(
                self._where,
                f"after {' and '.join(map(repr, times))}, the table has decimal points and commas",
                "write all times with a decimal point",
            )
        return [text.replace(",", ".") for text in times]


def _is_header(cells: Sequence[str]) -> bool:
    return set(_plain(cells)) >= set(_plain(COLUMNS))


def _plain(names: Sequence[str]) -> list[str]:
    """Names of columns without what programs write in different ways: capitals and blanks."""
    return ["".join(name.split()).casefold() for name in names]


def _seconds(where: str, column: str, text: str) -> float:
    stripped = text.strip()
    if _NOT_FINITE.fullmatch(stripped):
        raise InputError(where, f"{column} is {stripped}", "give a time in seconds")
    if not _NUMBER.fullmatch(stripped):
        raise InputError(where, f"{column} is {text!r}, not a number", "give a time in seconds")
    value = float(stripped)
    if not math.isfinite(value):
        raise InputError(where, f"{column} is {stripped}, too large", "give a time in seconds")
    if value < 0:
        raise InputError(
            where, f"{column} is {stripped}, before the start of the recording", "give 0 or more"
        )
    return value


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
