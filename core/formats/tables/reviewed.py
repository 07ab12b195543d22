"""Tables of keypoints with what a person said of them: what may be learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.errors import InputError
from core.formats.sidecar import Sidecar, is_result, read_sidecar
from core.formats.tables.biodcase import read_csv
from core.formats.tables.folder_tables import TABLE_NAME, FolderTables, tables_of
from core.keypoints import KeypointSet
from core.sync_points import SyncPoints


@dataclass(frozen=True, slots=True, eq=False)
class TableRecording:
    """One recording of a table.

    Parameters
    ----------
    keypoints : KeypointSet
        All that are known, those left out of the table too.
    files : tuple of str
        Names of its one or two files, with a channel where one of several was chosen.
    fingerprint : str
        Of the audio that a person listened to; empty where nobody knows.
    is_imported : bool
        Whether keypoints that nobody decided on hold times from elsewhere.
    sync : SyncPoints
    places : tuple of Path
        Where each of `files` was when the table was written; empty where nobody knows.
    """

    keypoints: KeypointSet
    files: tuple[str, ...]
    fingerprint: str = ""
    is_imported: bool = True
    sync: SyncPoints = field(default_factory=SyncPoints.none)
    places: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ReviewedTable:
    """A table and the decisions that belong to it.

    Parameters
    ----------
    path : Path
    recordings : mapping of str to TableRecording
        By the name in the table.
    is_ours : bool
        Whether FinchSync wrote it, so that decisions are known.
    notes : tuple of str
        What was taken for granted when it was read, and why it was this table.
    """

    path: Path
    recordings: Mapping[str, TableRecording]
    is_ours: bool
    notes: tuple[str, ...] = ()


def read_reviewed(path: Path) -> ReviewedTable:
    """Read a table, or that of a folder whose keypoints a person decided on last.

    Parameters
    ----------
    path : Path
        Table, or folder in BioDCASE layout.

    Returns
    -------
    ReviewedTable

    Raises
    ------
    InputError
        If no table can be told, it cannot be read, or FinchSync wrote it and its sidecar is lost.
    """
    table, notes = _table_of(path) if path.is_dir() else (path, ())
    read = read_csv(table)
    notes = (*notes, *read.notes)
    sidecar = read_sidecar(table)
    if sidecar is not None:
        ours = {
            name: TableRecording(
                each.keypoints,
                each.files or (name,),
                each.fingerprint,
                each.basis == "imported",
                each.sync,
                each.places,
            )
            for name, each in sidecar.recordings.items()
        }
        return ReviewedTable(table, ours, is_ours=True, notes=notes)
    if is_result(table):
        raise InputError(
            table, "came from FinchSync, and nothing beside it says what was reviewed", "export it"
        )
    theirs = {name: TableRecording(kept, (name,)) for name, kept in read.files.items()}
    return ReviewedTable(table, theirs, is_ours=False, notes=notes)


def _table_of(folder: Path) -> tuple[Path, tuple[str, ...]]:
    found = tables_of(folder, takes_result=True)
    reviewed = _newest_reviewed(found)
    if reviewed is not None:
        passed = found.table is not None and found.table != reviewed
        note = f"{reviewed} is read, in which keypoints were reviewed, not {found.table}"
        return reviewed, (note,) if passed else ()
    if found.table is None:
        why = filter(None, (f"holds no {TABLE_NAME} with keypoints", found.unused))
        raise InputError(folder, "; ".join(why), "give the table itself")
    return found.table, ()


def _newest_reviewed(found: FolderTables) -> Path | None:
    made: dict[Path, datetime] = {}
    for table in (found.table, *found.others, *found.results):
        sidecar = None if table is None else _sidecar_of(table)
        if table and sidecar and _is_reviewed(sidecar):
            made[table] = sidecar.made_at
    return max(made, key=lambda table: made[table], default=None)


def _is_reviewed(sidecar: Sidecar) -> bool:
    return any(len(each.keypoints.settled()) for each in sidecar.recordings.values())


def _sidecar_of(table: Path) -> Sidecar | None:
    """A table that was changed since is as good as one without decisions."""
    try:
        return read_sidecar(table)
    except InputError:
        return None
