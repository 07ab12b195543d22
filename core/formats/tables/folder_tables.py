"""Which CSV of a folder holds its keypoints, and why the others are not used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, system_reason
from core.formats.sidecar import is_result
from core.formats.tables.keypoint_rows import why_no_table
from core.formats.tables.pair_list import is_pair_list

TABLE_NAME = "annotations.csv"
"""Name of the table in a folder in BioDCASE layout."""

_AUDIO = "audio"
_SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class FolderTables:
    """The CSV files of a folder in BioDCASE layout.

    Parameters
    ----------
    folder : Path
        Which holds ``audio/``, or the recordings.
    table : Path or None
        The one with the folder's keypoints.
    others : tuple of Path
        Others that hold keypoints; without a `table`, nobody can tell which is meant.
    results : tuple of Path
        Tables that FinchSync wrote and nobody changed since.
    pair_lists : tuple of Path
        Tables of pairs.
    refused : tuple of (Path, str)
        The rest, and why they hold no keypoints; none where ``annotations.csv`` settles it.
    """

    folder: Path
    table: Path | None
    others: tuple[Path, ...] = ()
    results: tuple[Path, ...] = ()
    pair_lists: tuple[Path, ...] = ()
    refused: tuple[tuple[Path, str], ...] = ()

    @property
    def unused(self) -> str:
        """Which CSV files are not used, and why; empty if there are none."""
        others, results = map(self._listed, (self.others, self.results))
        reasons = []
        if others and self.table is not None:
            reasons.append(f"keypoints come from {self._name(self.table)}, not from {others}")
        elif others:
            reasons.append(f"{others} all hold keypoints, so none is used")
        if results and self.table is None:
            reasons.append(f"{results} came from FinchSync, so no keypoints are taken from there")
        shown, more = self.refused[:_SHOWN_NAMES], len(self.refused) - _SHOWN_NAMES
        reasons += [f"{self._name(path)} is not used: {why}" for path, why in shown]
        if more > 0:
            reasons.append(f"{more} more CSV files are not used either")
        return "; ".join(reasons)

    def _listed(self, paths: Sequence[Path]) -> str:
        more = f" and {len(paths) - _SHOWN_NAMES} more" if len(paths) > _SHOWN_NAMES else ""
        return ", ".join(map(self._name, paths[:_SHOWN_NAMES])) + more

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def tables_of(folder: Path, *, takes_result: bool = False) -> FolderTables:
    """Look through the CSV files of a folder, and of ``audio/`` in it.

    ``annotations.csv`` is the table, in capitals or not; without it, the only one that has the
    columns and is no result of FinchSync. Hidden files are passed over.

    Parameters
    ----------
    folder : Path
        In BioDCASE layout; ``audio/`` stands for the folder that it lies in.
    takes_result : bool
        Whether the only result is the table of a folder that has no other.

    Raises
    ------
    InputError
        If the folder cannot be listed.
    """
    home = home_of(folder)
    found = [path for place in (home, home / _AUDIO) for path in _csv_files(place)]
    named = sorted(
        (path for path in found if path.name.lower() == TABLE_NAME),
        key=lambda path: (path.parent != home, path.name != TABLE_NAME),
    )
    pair_lists = tuple(path for path in found if is_pair_list(path))
    found = [path for path in found if path not in pair_lists]
    why = {path: why_no_table(path) for path in found}
    results = tuple(path for path in found if path not in named and is_result(path))
    tables = tuple(path for path in found if why[path] is None and path not in results)
    if takes_result and not tables and len(results) == 1:
        tables, results = results, ()
    table = named[0] if named else tables[0] if len(tables) == 1 else None
    return FolderTables(
        home,
        table,
        tuple(path for path in tables if path != table),
        results,
        pair_lists,
        () if named else tuple((path, error.what) for path, error in why.items() if error),
    )


def home_of(folder: Path) -> Path:
    """The folder that a table's names refer to: ``audio/`` belongs to the one that it lies in."""
    return folder.parent if folder.name == _AUDIO else folder


def _csv_files(folder: Path) -> list[Path]:
    try:
        if not folder.is_dir():
            return []
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() == ".csv" and not path.name.startswith(".") and not path.is_dir()
        )
    except OSError as error:
        raise InputError(
            folder, f"cannot be listed ({system_reason(error)})", "check the path"
        ) from error
