"""Tables of sync points: the columns of a keypoint table, an uncertainty and a kind."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.formats.files.names import match_names
from core.formats.files.reading import read_whole
from core.formats.files.table_text import table_text
from core.formats.tables.columns import (
    ColumnReader,
    csv_text,
    encoded,
    has_columns,
    number,
    seconds,
)
from core.formats.tables.keypoint_rows import COLUMNS as KEYPOINT_COLUMNS
from core.sync_points import UNCERTAINTY_S, SyncPoints

FILENAME, TIME_0, TIME_1 = KEYPOINT_COLUMNS
UNCERTAINTY, KIND = "Uncertainty (ms)", "Kind"
COLUMNS = (FILENAME, TIME_0, TIME_1, UNCERTAINTY, KIND)
LARGEST_UNCERTAINTY_S = 10.0
"""What is known no better is no sync point."""


@dataclass(frozen=True, slots=True, eq=False)
class SyncTable:
    """Sync points of several recordings.

    Parameters
    ----------
    path : Path
    files : mapping of str to SyncPoints
        By file name; by the empty name where the table has no column for it.
    notes : tuple of str
        What was taken for granted when it was read, a sentence each.
    """

    path: Path
    files: Mapping[str, SyncPoints]
    notes: tuple[str, ...] = ()

    @property
    def names_recordings(self) -> bool:
        """Whether its rows say whose they are."""
        return "" not in self.files

    def for_recordings(self, names: Sequence[str]) -> dict[str, SyncPoints]:
        """Sync points by the names that recordings have here.

        Parameters
        ----------
        names : sequence of str

        Raises
        ------
        InputError
            If a row names none of the recordings, or there are several and no row names any.
        """
        if not self.names_recordings:
            if len(names) > 1:
                what = f"does not say which of {len(names)} recordings its rows are of"
                raise InputError(self.path, what, f"add the column {FILENAME!r}")
            return dict.fromkeys(names, self.files[""])
        matched = match_names(self.files, names, self.path)
        lost = [name for name in self.files if name not in matched]
        if lost:
            what = f"names {lost[0]!r}, but there is no such recording here"
            raise InputError(self.path, what, "correct the name or add the recording")
        return {matched[name]: points for name, points in self.files.items()}


@dataclass(frozen=True, slots=True)
class _Row:
    """A row, and where it stands."""

    where: str
    time_0_s: float
    time_1_s: float
    uncertainty_s: float
    kind: str


def read_sync_points(path: Path) -> SyncTable:
    """Read a table of sync points.

    The columns ``Time Channel 0`` and ``Time Channel 1`` are needed; ``Filename``,
    ``Uncertainty (ms)`` and ``Kind`` may be missing. Rows may be in any order.

    Parameters
    ----------
    path : Path

    Returns
    -------
    SyncTable

    Raises
    ------
    InputError
        Naming the file and the line, as `core.formats.tables.biodcase.read_csv`; an uncertainty
        that is not above 0, and moments that come twice or run backwards on channel 1.
    """
    taken = table_text(read_whole(path), path, lambda cells: has_columns(cells, (TIME_0, TIME_1)))
    reader = ColumnReader(path, taken, (TIME_0, TIME_1))
    at = {column: n for column in COLUMNS if (n := reader.at(column)) is not None}
    rows: dict[str, list[_Row]] = {}
    for cells in reader.rows():
        said = {column: cells[n] for column, n in at.items()}
        rows.setdefault(said.get(FILENAME, ""), []).append(_row(reader, said))
    if not rows:
        raise InputError(path, "holds no sync points below its header", "add rows or leave it out")
    if FILENAME in at and "" in rows:
        raise InputError(rows[""][0].where, "the file name is empty", "fill it in")
    notes = [f"{path} {note}." for note in taken.notes]
    if UNCERTAINTY not in at:
        usual_ms = f"{1e3 * UNCERTAINTY_S:g} ms"
        notes.append(f"{path} has no column {UNCERTAINTY!r}; {usual_ms} is taken for all.")
    return SyncTable(path, {name: _points(own) for name, own in rows.items()}, tuple(notes))


def _row(reader: ColumnReader, said: Mapping[str, str]) -> _Row:
    numbers = (said[TIME_0], said[TIME_1], said.get(UNCERTAINTY, ""))
    time_0, time_1, uncertainty = reader.with_points(*numbers)
    where = reader.where
    sd_s = UNCERTAINTY_S
    if uncertainty.strip():
        sd_s = 1e-3 * number(where, UNCERTAINTY, uncertainty, "milliseconds")
        if not 0 < sd_s <= LARGEST_UNCERTAINTY_S:
            what = f"{UNCERTAINTY} is {uncertainty.strip()}"
            most_ms = 1e3 * LARGEST_UNCERTAINTY_S
            raise InputError(where, what, f"give more than 0 and at most {most_ms:g} ms")
    kind = said.get(KIND, "").strip()
    return _Row(where, seconds(where, TIME_0, time_0), seconds(where, TIME_1, time_1), sd_s, kind)


def _points(rows: Sequence[_Row]) -> SyncPoints:
    last = (-math.inf, -math.inf)
    in_order = sorted(rows, key=lambda row: (row.time_0_s, row.time_1_s))
    for row in in_order:
        if row.time_0_s == last[0]:
            raise InputError(
                row.where, f"{TIME_0} {row.time_0_s!r} is there twice", "keep one of the rows"
            )
        if row.time_1_s <= last[1]:
            raise InputError(
                row.where,
                f"{TIME_1} is {row.time_1_s!r}, not after {last[1]!r} of the sync point before",
                "correct one of them; clocks only run forwards",
            )
        last = row.time_0_s, row.time_1_s
    return SyncPoints(
        np.array([row.time_0_s for row in in_order]),
        np.array([row.time_1_s for row in in_order]),
        np.array([row.uncertainty_s for row in in_order]),
        tuple(row.kind for row in in_order),
    )


def sync_bytes(files: Mapping[str, SyncPoints], where: Path) -> bytes:
    """The content of a table with sync points of recordings, by their names.

    Raises
    ------
    InputError
        If a name is not valid Unicode.
    """
    rows = [
        (name, repr(time_0_s), repr(time_1_s), _milliseconds(sd_s), kind)
        for name, points in files.items()
        for time_0_s, time_1_s, sd_s, kind in zip(
            points.time_0_s.tolist(),
            points.time_1_s.tolist(),
            points.uncertainty_s.tolist(),
            points.kind,
            strict=True,
        )
    ]
    return encoded(csv_text((COLUMNS, *rows)), where, "a file name", "rename that file")


def _milliseconds(value_s: float) -> str:
    return f"{1e3 * value_s:.10g}"


def check_ends(points: SyncPoints, durations_s: tuple[float, float], where: str) -> None:
    """Refuse sync points past the end of a recording; `InputError` names the first."""
    for channel, times_s in enumerate((points.time_0_s, points.time_1_s)):
        late = np.flatnonzero(times_s > durations_s[channel] + 1e-3)
        if len(late):
            raise InputError(
                where,
                f"a sync point lies at {times_s[late[0]]:g} s on channel {channel}, past the end "
                f"at {durations_s[channel]:g} s",
                "check that the table belongs to this recording",
            )
