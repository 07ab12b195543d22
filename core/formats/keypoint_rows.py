"""The rows of a keypoint table as they stand in a file, each checked by itself."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, system_reason

COLUMNS = ("Filename", "Time Channel 0", "Time Channel 1")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
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
        As it is written.
    time_0_s, time_1_s : float
        Seconds.
    """

    line: int
    filename: str
    time_0_text: str
    time_0_s: float
    time_1_s: float


def has_columns(path: Path) -> bool:
    """Whether a file begins as a keypoint table does."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False
    return {name.strip() for name in header}.issuperset(COLUMNS)


def read_rows(path: Path) -> list[Row]:
    """Read a table; `InputError` names the first line that is no row of one."""
    lines = csv.reader(io.StringIO(_read_text(path), newline=""), strict=True)
    rows: list[Row] = []
    columns: tuple[int, int, int] | None = None
    width = 0
    try:
        for fields in lines:
            where = f"{path}, line {lines.line_num}"
            if not any(field.strip() for field in fields):
                continue
            if columns is None:
                columns, width = _find_columns(where, fields), len(fields)
            else:
                rows.append(_parse(where, lines.line_num, fields, columns, width))
    except csv.Error as error:
        raise InputError(
            f"{path}, line {lines.line_num}",
            f"is not a CSV table ({error})",
            "export it again as comma-separated text",
        ) from error
    if columns is None:
        raise InputError(path, "is empty", f"give a table with the columns {', '.join(COLUMNS)}")
    if not rows:
        raise InputError(path, "holds no keypoints below its header", "add rows or leave it out")
    return rows


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            path, f"cannot be read ({system_reason(error)})", "check the path"
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}", "is not UTF-8 text", "save the table as CSV in UTF-8"
        ) from error


def _find_columns(where: str, header: list[str]) -> tuple[int, int, int]:
    names = [name.strip() for name in header]
    for separator, what in _OTHER_SEPARATORS.items():
        if len(names) == 1 and {part.strip() for part in names[0].split(separator)} >= set(COLUMNS):
            raise InputError(
                where,
                f"its columns are separated by {what}",
                "save the table with commas between columns and points in decimals",
            )
    for column in COLUMNS:
        if names.count(column) != 1:
            what = "is missing" if column not in names else "is there more than once"
            raise InputError(
                where,
                f"the column {column!r} {what}",
                f"start the table with {','.join(COLUMNS)}",
            )
    filename, time_0, time_1 = (names.index(column) for column in COLUMNS)
    return filename, time_0, time_1


def _parse(
    where: str, line: int, fields: list[str], columns: tuple[int, int, int], width: int
) -> Row:
    if len(fields) != width:
        raise InputError(
            where,
            f"has {len(fields)} fields where the header has {width}",
            "write decimals with a point and quote names that hold a comma",
        )
    filename, time_0, time_1 = (fields[column] for column in columns)
    if not filename.strip():
        raise InputError(where, "the file name is empty", "fill it in")
    return Row(
        line,
        filename,
        time_0,
        _seconds(where, COLUMNS[1], time_0),
        _seconds(where, COLUMNS[2], time_1),
    )


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
