"""The BioDCASE keypoint table: ``Filename,Time Channel 0,Time Channel 1``."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from core.audio.recording import Recording
from core.errors import InputError
from core.formats.atomic import write_whole
from core.formats.keypoint_rows import COLUMNS, Row, has_columns, read_rows, refuse_disorder
from core.keypoints import KeypointSet

TABLE_NAME = "annotations.csv"
"""Name of the table in a folder in BioDCASE layout."""

END_SLACK_S = 1e-3
"""How far past the end a time may lie: tables round to a millisecond or finer."""


@dataclass(frozen=True, slots=True, eq=False)
class BiodcaseTable:
    """Keypoints of several recordings as one table.

    Parameters
    ----------
    files : mapping of str to KeypointSet
        By file name, in the order in which the files first appear.
    rows : tuple of str
        File name of every row; by default one file after the other.

    Raises
    ------
    ValueError
        If `rows` and `files` disagree.
    """

    files: Mapping[str, KeypointSet]
    rows: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        files = dict(self.files)
        rows = self.rows or tuple(name for name, kept in files.items() for _ in range(len(kept)))
        object.__setattr__(self, "files", MappingProxyType(files))
        object.__setattr__(self, "rows", rows)
        counts = dict.fromkeys(files, 0)
        for name in rows:
            counts[name] = counts.get(name, 0) + 1
        if counts != {name: len(keypoints) for name, keypoints in files.items()}:
            raise ValueError("rows and files of the table disagree")


def read_csv(path: Path | str) -> BiodcaseTable:
    """Read a keypoint table.

    Line ends, a byte-order mark, quotes, extra columns and the order of the
    columns do not matter. Repeated keypoints at the ends of a recording are
    kept; so is the text of ``Time Channel 0``, because the challenge's
    evaluator joins on its exact value.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    BiodcaseTable

    Raises
    ------
    InputError
        Naming the file and the line: not readable, not UTF-8, empty, without a
        needed column or without rows; a time that is no finite number or is
        negative; times of a file that decrease on either channel.
    """
    path = Path(path)
    rows = read_rows(path)
    refuse_disorder(path, rows)
    return _table(rows)


def read_predictions(path: Path | str) -> BiodcaseTable:
    """Read a table to be evaluated, which may predict a keypoint more than once.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    BiodcaseTable
        Predictions of the same keypoint follow each other in the order of the
        file, wherever they stand in it.

    Raises
    ------
    InputError
        As `read_csv`; the order is that of the first prediction of each keypoint.
    """
    path = Path(path)
    rows = read_rows(path)
    first: dict[tuple[str, float], Row] = {}
    for row in rows:
        first.setdefault((row.filename, row.time_0_s), row)
    refuse_disorder(path, first.values())
    return _table(sorted(rows, key=lambda row: first[row.filename, row.time_0_s].line))


def write_csv(path: Path | str, table: BiodcaseTable, *, overwrite: bool = False) -> None:
    """Write a keypoint table, whole or not at all.

    ``Time Channel 0`` is written as it was imported. Other times are written
    with as many digits as it takes to read the same float back.

    Parameters
    ----------
    path : Path or str
    table : BiodcaseTable
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the place cannot be written, exists and may not be replaced, or a
        file name is not valid Unicode.
    """
    content = csv_bytes(table, path)
    with write_whole(Path(path), overwrite=overwrite) as file:
        file.write(content)


def csv_bytes(table: BiodcaseTable, where: Path | str) -> bytes:
    """The content of a file with this table.

    Parameters
    ----------
    table : BiodcaseTable
    where : Path or str
        Where it goes, for the message.

    Raises
    ------
    InputError
        If a file name is not valid Unicode.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    written = dict.fromkeys(table.files, 0)
    for name in table.rows:
        keypoints, index = table.files[name], written[name]
        time_0 = keypoints.time_0_text
        writer.writerow(
            (
                name,
                repr(float(keypoints.time_0_s[index])) if time_0 is None else time_0[index],
                repr(float(keypoints.time_1_s[index])),
            )
        )
        written[name] += 1
    try:
        return text.getvalue().encode("utf-8")
    except UnicodeEncodeError as error:
        name = ascii(error.object[error.start : error.end])
        raise InputError(
            where, f"a file name holds {name}, which is not valid Unicode", "rename that file"
        ) from error


def check_times(keypoints: KeypointSet, recording: Recording, where: Path | str) -> None:
    """Refuse keypoints that lie past the end of a recording.

    Parameters
    ----------
    keypoints : KeypointSet
    recording : Recording
    where : Path or str
        Where the keypoints come from, for the message.

    Raises
    ------
    InputError
        Naming the first such keypoint.
    """
    for channel, times_s in enumerate((keypoints.time_0_s, keypoints.time_1_s)):
        duration_s = recording.channels[channel].duration_s
        late = np.flatnonzero(times_s > duration_s + END_SLACK_S)
        if len(late):
            raise InputError(
                where,
                f"a keypoint of {recording.name} lies at {times_s[late[0]]:g} s on channel "
                f"{channel}, past the end at {duration_s:g} s",
                "check that the table belongs to this recording",
            )


def check_names(table: BiodcaseTable, names: Iterable[str], where: Path | str) -> None:
    """Refuse a table that names a file which is not there.

    Parameters
    ----------
    table : BiodcaseTable
    names : iterable of str
        File names of the recordings at hand.
    where : Path or str
        Where the table comes from, for the message.

    Raises
    ------
    InputError
        Naming the first such file.
    """
    known = set(names)
    unknown = [name for name in table.files if name not in known]
    if unknown:
        others = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise InputError(
            where,
            f"names {unknown[0]!r}{others}, but there is no such recording here",
            "correct the name or add the recording",
        )


def find_table(folder: Path | str) -> Path | None:
    """The keypoint table of a folder in BioDCASE layout.

    Returns
    -------
    Path or None
        ``annotations.csv``, or else the one CSV file that has the columns.
    """
    folder = Path(folder)
    if (folder / TABLE_NAME).is_file():
        return folder / TABLE_NAME
    tables = tables_in(folder)
    return tables[0] if len(tables) == 1 else None


def tables_in(folder: Path) -> list[Path]:
    """The CSV files of a folder that have the columns of a keypoint table."""
    return [path for path in sorted(folder.glob("*.csv")) if has_columns(path)]


def _table(rows: list[Row]) -> BiodcaseTable:
    by_file: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_file[row.filename].append(row)
    return BiodcaseTable(
        {
            name: KeypointSet(
                np.array([row.time_0_s for row in own]),
                np.array([row.time_1_s for row in own]),
                time_0_text=tuple(row.time_0_text for row in own),
            )
            for name, own in by_file.items()
        },
        tuple(row.filename for row in rows),
    )
