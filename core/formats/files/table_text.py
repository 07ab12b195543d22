"""The text of a CSV file, whatever program wrote it: its letters, its first line, its separator."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
"""What may stand between columns, in words."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHOWN_BYTES = 64
_HEADER_CHARACTERS = 1 << 16
_SEPARATOR_LINE = re.compile(r'"?sep=.?"?[ ,;\t]*(\r\n|\r|\n|\Z)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableText:
    """Text, and what it is made of.

    Parameters
    ----------
    text : str
        From the header on.
    separator : str
        One of `SEPARATORS`.
    lines_before : int
        How many lines of the file stand before the text.
    notes : tuple of str
        What was taken for granted, a sentence each, without the name of the file.
    """

    text: str
    separator: str
    lines_before: int
    notes: tuple[str, ...]


def table_text(
    content: bytes,
    path: Path,
    is_header: Callable[[Sequence[str]], bool],
    *,
    is_start: bool = False,
) -> TableText:
    """Take a CSV file apart as far as its header.

    UTF-8 and UTF-16 are told by their byte-order mark or by their bytes; what is neither is
    taken for Windows-1252, with a note. A line ``sep=;``, as Excel writes it, is passed over.
    The separator is the one at which `is_header` knows the header.

    Parameters
    ----------
    content : bytes
    path : Path
        Where it comes from, for the message.
    is_header : callable
        Whether cells are a header.
    is_start : bool
        Whether the content goes on after these bytes.

    Raises
    ------
    InputError
        Naming the line that is no text of either kind.
    """
    text, note = decoded(content, path, is_start=is_start)
    before = _SEPARATOR_LINE.match(text)
    if before is not None:
        text = text[before.end() :]
    head = text[:_HEADER_CHARACTERS]
    fits = [one for one in SEPARATORS if is_header(_first_row(head, one))]
    separator = fits[0] if fits else ","
    return TableText(text, separator, int(before is not None), (note,) if note else ())


def is_table(text: str, is_header: Callable[[Sequence[str]], bool]) -> bool:
    """Whether text begins with a header, whatever separates its columns."""
    before = _SEPARATOR_LINE.match(text)
    head = text[before.end() if before else 0 :][:_HEADER_CHARACTERS]
    return any(is_header(_first_row(head, one)) for one in SEPARATORS)


def decoded(content: bytes, path: Path, *, is_start: bool = False) -> tuple[str, str]:
    """The text of a file, and a note if its coding was guessed; arguments as of `table_text`.

    Raises
    ------
    InputError
        Naming the line that is no text of either kind.
    """
    coding = _coding(content)
    try:
        # A character that is cut off at the end of a start is left out.
        return codecs.getincrementaldecoder(coding)().decode(content, not is_start), ""
    except UnicodeDecodeError as error:
        # Only text without a mark may be something else.
        problem = error
    try:
        if coding != "utf-8":
            raise problem
        return content.decode("cp1252"), "is not UTF-8; it was read as Windows-1252"
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        what = f"is not {'UTF-8' if coding.startswith('utf-8') else 'UTF-16'} text"
        raise InputError(f"{path}, line {line}", what, "save it as UTF-8") from error


def _coding(content: bytes) -> str:
    for mark, coding in _MARKS:
        if content.startswith(mark):
            return coding
    # A header is ASCII: without a mark, UTF-16 has a zero in every other byte of it.
    even, odd = content[:_SHOWN_BYTES:2], content[1:_SHOWN_BYTES:2]
    if odd and all(even) and not any(odd):
        return "utf-16-le"
    if odd and all(odd) and not any(even):
        return "utf-16-be"
    return "utf-8"


def _first_row(head: str, separator: str) -> list[str]:
    """The first row that is not blank; empty where there is none."""
    try:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=separator, strict=True)
        return next((row for row in rows if any(cell.strip() for cell in row)), [])
    except csv.Error:
        return []
