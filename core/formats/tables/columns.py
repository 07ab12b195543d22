"""The rows of a table with a header, each as its cells; whatever is wrong is told by its line."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from core.errors import InputError
from core.formats.files.table_text import SEPARATORS, TableText

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_QUOTE = '"'
_NEEDS_QUOTES = re.compile(r'[,"\r\n]')


class ColumnReader:
    """Reads a table row by row.

    Parameters
    ----------
    path : Path
        For messages.
    taken : TableText
        Of the file.
    needed : sequence of str
        Columns without which it is no table of the kind.
    quotes : bool
        Whether a field may stand in quotes; otherwise a quote is a letter.

    Raises
    ------
    InputError
        Of every method: naming the file and the line.
    """

    def __init__(
        self, path: Path, taken: TableText, needed: Sequence[str], *, quotes: bool = True
    ) -> None:
        self._path = path
        self._before = taken.lines_before
        self._separator = taken.separator
        self._needed = needed
        text = io.StringIO(taken.text, newline="")
        self._lines = csv.reader(
            text,
            delimiter=taken.separator,
            strict=True,
            quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
        )
        self._marks: set[str] = set()
        self.header = self._read_header()

    @property
    def has_decimal_commas(self) -> bool:
        """Whether a number read so far has one."""
        return "," in self._marks

    @property
    def line(self) -> int:
        """Where the last row stands in the file, from 1."""
        return self._before + self._lines.line_num

    @property
    def where(self) -> str:
        """The same with the file, for a message."""
        return f"{self._path}, line {self.line}"

    def at(self, column: str) -> int | None:
        """Which cell of a row belongs to a column, in capitals or not; None if there is none."""
        (name,) = plain([column])
        names = plain(self.header)
        if names.count(name) > 1:
            raise self._refusal(column, "is there more than once")
        return names.index(name) if name in names else None

    def needed_at(self, column: str) -> int:
        """The same for one of the columns that are needed."""
        (name,) = plain([column])
        return plain(self.header).index(name)

    def rows(self) -> Iterator[list[str]]:
        """The cells of each row below the header."""
        while (cells := self._next_row()) is not None:
            if len(cells) != len(self.header):
                raise self._uneven(len(cells), len(self.header))
            yield cells

    def with_points(self, *numbers: str) -> list[str]:
        """Numbers with decimal points; which mark a table has must not be in doubt."""
        if self._separator == ",":
            return list(numbers)
        self._marks.update(mark for text in numbers for mark in ".," if mark in text)
        if len(self._marks) > 1:
            raise InputError(
                self.where,
                f"after {' and '.join(map(repr, numbers))}, the table has decimal points and "
                "commas",
                "write all times with a decimal point",
            )
        return [text.replace(",", ".") for text in numbers]

    def _read_header(self) -> list[str]:
        header = self._next_row()
        needed = self._needed
        if header is None:
            what = f"give a table with the columns {', '.join(needed)}"
            raise InputError(self._path, "is empty", what)
        names = plain(header)
        if len(header) == 1 and set(plain(header[0].split("|"))) >= set(plain(needed)):
            raise InputError(
                self.where, "its columns are separated by bars", "save the table with commas"
            )
        for column, name in zip(needed, plain(needed), strict=True):
            if names.count(name) != 1:
                what = "is missing" if name not in names else "is there more than once"
                raise self._refusal(column, what)
        return header

    def _refusal(self, column: str, what: str) -> InputError:
        fix = f"start the table with {','.join(self._needed)}"
        return InputError(self.where, f"the column {column!r} {what}", fix)

    def _next_row(self) -> list[str] | None:
        """The next row that is not blank."""
        try:
            return next((row for row in self._lines if any(map(str.strip, row))), None)
        except csv.Error as error:
            what = f"is not a CSV table ({error})"
            fix = "export it again as comma-separated text"
            raise InputError(self.where, what, fix) from error

    def _uneven(self, cells: int, wanted: int) -> InputError:
        word = SEPARATORS[self._separator]
        fix = f"quote names that hold a {word}"
        if self._separator == ",":
            fix = f"write decimals with a point and {fix}"
        return InputError(self.where, f"has {cells} fields where the header has {wanted}", fix)


def has_columns(cells: Sequence[str], needed: Sequence[str]) -> bool:
    """Whether cells are a header with some columns."""
    return set(plain(cells)) >= set(plain(needed))


def plain(names: Sequence[str]) -> list[str]:
    """Names of columns without what programs write in different ways: capitals and blanks."""
    return ["".join(name.split()).casefold() for name in names]


def number(where: str, column: str, text: str, wanted: str = "a number") -> float:
    """A finite number; `InputError` says that `wanted` was meant.

    Parameters
    ----------
    where : str
        File and line.
    column : str
    text : str
        As it stands there, with a decimal point.
    wanted : str
        As "a time in seconds".
    """
    stripped = text.strip()
    if _NOT_FINITE.fullmatch(stripped):
        raise InputError(where, f"{column} is {stripped}", f"give {wanted}")
    if not _NUMBER.fullmatch(stripped):
        raise InputError(where, f"{column} is {text!r}, not a number", f"give {wanted}")
    value = float(stripped)
    if not math.isfinite(value):
        raise InputError(where, f"{column} is {stripped}, too large", f"give {wanted}")
    return value


def seconds(where: str, column: str, text: str) -> float:
    """A time from the start of a recording on; parameters and errors as in `number`."""
    value = number(where, column, text, "a time in seconds")
    if value < 0:
        raise InputError(
            where,
            f"{column} is {text.strip()}, before the start of the recording",
            "give 0 or more",
        )
    return value


def is_number(text: str) -> bool:
    """Whether a text is a finite number as `number` takes it."""
    stripped = text.strip()
    return bool(_NUMBER.fullmatch(stripped)) and math.isfinite(float(stripped))


def encoded(text: str, where: Path | str, what: str, fix: str) -> bytes:
    """Text as UTF-8.

    Parameters
    ----------
    text : str
    where : Path or str
        Where it goes, for the message.
    what, fix : str
        What may hold letters that are none, and what to do then.

    Raises
    ------
    InputError
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        found = ascii(error.object[error.start : error.end])
        raise InputError(where, f"{what} holds {found}, which is not valid Unicode", fix) from error


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows with commas; what every reader would take for the end of a field is quoted.

    `csv.writer` of Python before 3.13 leaves a lone carriage return bare.
    """
    return "".join(f"{','.join(map(_cell, row))}\n" for row in rows)


def _cell(text: str) -> str:
    return f'"{text.replace(_QUOTE, 2 * _QUOTE)}"' if _NEEDS_QUOTES.search(text) else text
