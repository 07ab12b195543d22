"""The BioDCASE keypoint table: ``Filename,Time Channel 0,Time Channel 1``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from core.audio.recording import Recording
from core.errors import InputError
from core.formats.files.atomic import write_whole
from core.formats.files.names import match_names
from core.formats.tables.columns import csv_text, encoded
from core.formats.tables.keypoint_rows import COLUMNS, Row, TableRows, read_rows, refuse_disorder
from core.keypoints import KeypointSet

HEADER = csv_text((COLUMNS,)).encode()
"""With which every table begins that is written."""

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
    spelled : mapping of str to str
        How the table writes names that have another spelling here.
    notes : tuple of str
        What was taken for granted when it was read, a sentence each.

    Raises
    ------
    ValueError
        If `rows` and `files` disagree.
    """

    files: Mapping[str, KeypointSet]
    rows: tuple[str, ...] = ()
    spelled: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

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

    def for_recordings(self, names: Iterable[str], where: Path | str) -> BiodcaseTable:
        """The same table by the names that recordings have here.

        What the table calls them is kept in `spelled`, and leaves as it came. Names that mean
        none of the recordings stay as they are.

        Parameters
        ----------
        names : iterable of str
            File names of the recordings at hand.
        where : Path or str
            Where the table comes from, for the message.

        Raises
        ------
        InputError
            As `match_names`.
        """
        matched = match_names(self.files, names, where)
        spelled = {ours: theirs for theirs, ours in matched.items() if theirs != ours}
        if not spelled:
            return self
        return replace(
            self,
            files={matched.get(name, name): kept for name, kept in self.files.items()},
            rows=tuple(matched.get(name, name) for name in self.rows),
            spelled=spelled,
        )

    def renamed(self, names: Mapping[str, str]) -> BiodcaseTable:
        """The same table where recordings have other names; it leaves with these.

        Parameters
        ----------
        names : mapping of str to str
            New ones by old ones; recordings that are not in it keep theirs.
        """
        changed = {old: new for old, new in names.items() if old != new}
        if not changed:
            return self
        return replace(
            self,
            files={changed.get(name, name): kept for name, kept in self.files.items()},
            rows=tuple(changed.get(name, name) for name in self.rows),
            spelled={name: theirs for name, theirs in self.spelled.items() if name not in changed},
        )


def read_csv(path: Path | str) -> BiodcaseTable:
    """Read a keypoint table.

    Line ends, coding, separator, quotes, extra columns, and the order, capitals and
    blanks of the columns' names do not matter. Repeated keypoints at the ends of a
    recording are kept; so is the text of ``Time Channel 0``, because the challenge's
    evaluator joins on its exact value; only a decimal comma becomes a point.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    BiodcaseTable

    Raises
    ------
    InputError
        Naming the file and the line: not readable, no text, empty, without a
        needed column or without rows; a time that is no finite number or is
        negative; times of a file that decrease on either channel.
    """
    path = Path(path)
    taken = read_rows(path)
    refuse_disorder(path, taken.rows)
    return _table(taken)


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
    taken = read_rows(path)
    first: dict[tuple[str, float], Row] = {}
    for row in taken.rows:
        first.setdefault((row.filename, row.time_0_s), row)
    refuse_disorder(path, first.values())
    rows = sorted(taken.rows, key=lambda row: first[row.filename, row.time_0_s].line)
    return _table(replace(taken, rows=tuple(rows)))


def write_csv(path: Path | str, table: BiodcaseTable, *, overwrite: bool = False) -> None:
    """Write a keypoint table, whole or not at all.

    Names and ``Time Channel 0`` are written as they were imported. Other times are
    written with as many digits as it takes to read the same float back.

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
    text = csv_text((COLUMNS, *_rows(table)))
    return encoded(text, where, "a file name", "rename that file")


def row_bytes(table: BiodcaseTable) -> list[int]:
    """How many bytes each row has in `csv_bytes`, which raises first what is wrong."""
    return [len(csv_text((row,)).encode()) for row in _rows(table)]


def _rows(table: BiodcaseTable) -> Iterator[tuple[str, str, str]]:
    written = dict.fromkeys(table.files, 0)
    for name in table.rows:
        keypoints, index = table.files[name], written[name]
        time_0 = keypoints.time_0_text
        yield (
            table.spelled.get(name, name),
            repr(float(keypoints.time_0_s[index])) if time_0 is None else time_0[index],
            repr(float(keypoints.time_1_s[index])),
        )
        written[name] += 1


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


def check_names(theirs: Iterable[str], names: Iterable[str], where: Path | str) -> None:
    """Refuse a table that names a file which is not there.

    Parameters
    ----------
    theirs : iterable of str
        Names in the table.
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
    unknown = [name for name in theirs if name not in known]
    if unknown:
        others = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise InputError(
            where,
            f"names {unknown[0]!r}{others}, but there is no such recording here",
            "correct the name or add the recording",
        )


def _table(taken: TableRows) -> BiodcaseTable:
    by_file: dict[str, list[Row]] = defaultdict(list)
    for row in taken.rows:
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
        tuple(row.filename for row in taken.rows),
        notes=taken.notes,
    )
