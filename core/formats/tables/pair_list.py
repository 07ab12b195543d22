"""Tables of pairs: which channels of which files make recordings, and what is known of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PureWindowsPath

from core.align.limits import SPACINGS_M
from core.audio.sources import Source, Sources
from core.errors import InputError
from core.formats.files.atomic import write_whole
from core.formats.files.places import place_text
from core.formats.files.reading import read_start, read_whole
from core.formats.files.table_text import table_text
from core.formats.tables.columns import ColumnReader, csv_text, encoded, has_columns, number, plain

NEEDED = ("File 0", "File 1")
_OF_A_SIDE = ("Channel", "Start", "Device")
_NAME, _SPACING = "Name", "Spacing"
COLUMNS = (
    _NAME,
    *(f"{what} {side}" for side in (0, 1) for what in ("File", *_OF_A_SIDE)),
    _SPACING,
)
"""All columns that such a table may have; the spacing is in metres."""

_START_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class PairList:
    """The pairs of a table.

    Parameters
    ----------
    pairs : tuple of Sources
        At least one, in the order of the table.
    notes : tuple of str
        What was taken for granted when it was read, a sentence each.
    """

    pairs: tuple[Sources, ...]
    notes: tuple[str, ...] = ()


def is_pair_list(path: Path) -> bool:
    """Whether a file begins as a table of pairs does; False where it cannot be read."""
    try:
        content = read_start(path, _START_BYTES)
        taken = table_text(content, path, _is_header, is_start=len(content) == _START_BYTES)
        return has_columns(ColumnReader(path, taken, NEEDED).header, NEEDED)
    except InputError:
        return False


def read_pairs(path: Path) -> PairList:
    """Read a table of pairs; the files themselves are not looked at.

    Paths go from the folder of the table. A file may carry its channel, as ``FILE:CHANNEL``,
    where the column of the channel is empty or missing.

    Parameters
    ----------
    path : Path

    Returns
    -------
    PairList

    Raises
    ------
    InputError
        Naming the line: a column that is not known, a file that is not named, a channel, start
        or spacing that is none, a pair or name that is there twice.
    """
    taken = table_text(read_whole(path), path, _is_header)
    reader = ColumnReader(path, taken, NEEDED)
    _refuse_unknown(reader)
    at = {column: reader.at(column) for column in COLUMNS}
    pairs: dict[object, tuple[int, Sources]] = {}
    names: dict[str, int] = {}
    for cells in reader.rows():
        row = {c: "" if place is None else cells[place].strip() for c, place in at.items()}
        (row[_SPACING],) = reader.with_points(row[_SPACING])
        pair = _pair(row, path.parent, reader.where)
        other, _ = pairs.setdefault(pair.identity, (reader.line, pair))
        if other != reader.line:
            raise InputError(reader.where, f"is the same pair as line {other}", "leave one out")
        if pair.name and (other := names.setdefault(pair.name, reader.line)) != reader.line:
            raise InputError(
                reader.where, f"has the same name as line {other}, {pair.name!r}", "change one"
            )
    if not pairs:
        raise InputError(path, "holds no pairs below its header", "add rows")
    notes = tuple(f"{path} {note}." for note in taken.notes)
    return PairList(tuple(pair for _, pair in pairs.values()), notes)


def write_pairs(path: Path, pairs: Iterable[Sources], *, overwrite: bool = False) -> None:
    """Write a table of pairs that `read_pairs` reads; errors as in `write_whole`."""
    rows = [[_told(pair, path.parent).get(column, "") for column in COLUMNS] for pair in pairs]
    content = encoded(csv_text([COLUMNS, *rows]), path, "a name", "rename that file")
    with write_whole(path, overwrite=overwrite) as file:
        file.write(content)


def _is_header(cells: Sequence[str]) -> bool:
    return has_columns(cells, NEEDED)


def _refuse_unknown(reader: ColumnReader) -> None:
    known = set(plain(COLUMNS))
    for column in reader.header:
        (name,) = plain([column])
        if name and name not in known:
            raise InputError(
                reader.where,
                f"the column {column!r} is none of {', '.join(COLUMNS)}",
                "rename it or take it out",
            )


def _pair(row: Mapping[str, str], home: Path, where: str) -> Sources:
    sides = _source(row, 0, home, where), _source(row, 1, home, where)
    device, other = (side.device for side in sides)
    if device and device.casefold() == other.casefold():
        raise InputError(
            where,
            f"Device 0 and Device 1 are both {device!r}, and one recorder has one clock",
            "name the recorder of each side, or leave both empty",
        )
    return Sources(sides, row[_NAME], _spacing_m(row[_SPACING], where))


def _source(row: Mapping[str, str], side: int, home: Path, where: str) -> Source:
    file, channel, start = (row[f"{what} {side}"] for what in ("File", "Channel", "Start"))
    if not file:
        raise InputError(where, f"File {side} is empty", "name both files of the pair")
    if "\0" in file:
        raise InputError(where, f"File {side} is {file!r}, the name of no file", "correct it")
    if channel:
        if not (channel.isascii() and channel.isdigit() and len(channel) < 7):
            raise InputError(where, f"Channel {side} is {channel!r}", "give its number, from 0")
        source = Source(Path(file), int(channel))
    else:
        source = Source.parse(file, lambda name: _placed(name, home).is_file())
    return replace(
        source,
        path=_placed(str(source.path), home),
        start=_start(start, f"Start {side}", where),
        device=row[f"Device {side}"],
    )


def _placed(file: str, home: Path) -> Path:
    """Where a file is; a table from Windows may have backslashes between folders."""
    placed = home / file
    if os.sep == "/" and "\\" in file and not placed.exists():
        return home / PureWindowsPath(file).as_posix()
    return placed


def _start(text: str, column: str, where: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        fix = "give it as 2026-05-14T04:30:00, with a zone as +02:00 or without"
        raise InputError(where, f"{column} is {text!r}, no moment", fix) from error


def _spacing_m(text: str, where: str) -> float | None:
    if not text:
        return None
    value = number(where, _SPACING, text, "a distance in metres")
    if not SPACINGS_M[0] <= value <= SPACINGS_M[1]:
        limits = f"{SPACINGS_M[0]:g} to {SPACINGS_M[1]:g} m"
        raise InputError(where, f"{_SPACING} is {text} m", f"give {limits}, or leave it empty")
    return value


def _told(pair: Sources, home: Path) -> dict[str, str]:
    told = {
        _NAME: pair.name,
        _SPACING: "" if pair.spacing_m is None else f"{pair.spacing_m:g}",
    }
    for side, source in enumerate(pair.sides):
        told[f"File {side}"] = place_text(source.path, home)
        told[f"Channel {side}"] = "" if source.channel is None else str(source.channel)
        told[f"Start {side}"] = "" if source.start is None else source.start.isoformat()
        told[f"Device {side}"] = source.device
    return told
