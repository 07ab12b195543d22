"""What an export would write, shown before it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.session_model import Basis, Entry
from core.errors import InputError
from core.formats.biodcase import BiodcaseTable, write_csv
from core.keypoints import ReviewState


@dataclass(frozen=True, slots=True, eq=False)
class ExportPlan:
    """The recordings to export and what a person should know first.

    Parameters
    ----------
    entries : tuple of Entry
    """

    entries: tuple[Entry, ...]

    def count(self, *states: ReviewState) -> int:
        """How many keypoints are in one of `states`."""
        return sum(state in states for entry in self.entries for state in entry.keypoints.state)

    @property
    def keypoints(self) -> int:
        """How many keypoints there are."""
        return sum(len(entry.keypoints) for entry in self.entries)

    @property
    def unaligned(self) -> tuple[str, ...]:
        """Recordings that nobody has aligned yet."""
        return tuple(
            entry.recording.name
            for entry in self.entries
            if entry.alignment is None and entry.basis is not Basis.IMPORTED and not entry.reviewed
        )

    @property
    def repeated(self) -> tuple[str, ...]:
        """File names that stand for several recordings."""
        names = [entry.recording.name for entry in self.entries]
        return tuple(sorted({name for name in names if names.count(name) > 1}))

    @property
    def kept(self) -> int:
        """Imported keypoints of recordings that are not open; they go out as they came."""
        table = self._common_table()
        if table is None:
            return 0
        names = {entry.recording.name for entry in self.entries}
        return sum(len(k) for name, k in table.files.items() if name not in names)

    def table(self) -> BiodcaseTable:
        """The rows to write, in the order of the imported CSV if all came from one."""
        files = {entry.recording.name: entry.keypoints for entry in self.entries}
        table = self._common_table()
        if table is None:
            return BiodcaseTable(files)
        added = [name for name in files if name not in table.files]
        rows = table.rows + tuple(name for name in added for _ in range(len(files[name])))
        return BiodcaseTable({**table.files, **files}, rows)

    def refuse(self, path: Path) -> None:
        """Refuse places that hold originals.

        Raises
        ------
        InputError
            If `path` is an imported CSV or audio of these recordings.
        """
        originals = {p.resolve() for entry in self.entries for p in entry.recording.paths}
        originals |= {
            entry.imported.path.resolve() for entry in self.entries if entry.imported is not None
        }
        if path.resolve() in originals:
            raise InputError(path, "is an original, which is never written to", "choose a new name")

    def _common_table(self) -> BiodcaseTable | None:
        tables = [entry.imported.table for entry in self.entries if entry.imported is not None]
        alike = bool(tables) and all(table is tables[0] for table in tables)
        return tables[0] if alike else None


def suggested_path(entries: Sequence[Entry]) -> Path:
    """Where an export is offered: beside the recordings, never under the name of an original."""
    folder = entries[0].folder
    stem = f"{entries[0].recording.paths[0].stem}_" if len(entries) == 1 else ""
    return folder / f"{stem[:60]}finchsync.csv"


def export_steps(path: Path, table: BiodcaseTable, *, overwrite: bool) -> Iterator[Path]:
    """Write a table; runs in a worker thread."""
    write_csv(path, table, overwrite=overwrite)
    yield path
