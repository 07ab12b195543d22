"""What an export writes: which keypoints, counted before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.look.keypoint_style import needs_look
from app.review.triage import is_unaligned
from app.session.entries import Entry
from core.audio.recording import names_apart
from core.errors import InputError
from core.formats.files.atomic import write_files
from core.formats.kinds.biodcase_csv import FORMAT as BIODCASE_CSV
from core.formats.registry import Format, KeypointExport
from core.formats.sidecar import (
    Rows,
    SidecarRecording,
    sidecar_path,
    write_table,
)
from core.formats.tables.biodcase import BiodcaseTable
from core.formats.tables.moments import AT_KEYPOINTS, Moments
from core.keypoints import KeypointSet, ReviewState


@dataclass(frozen=True, slots=True, eq=False)
class ExportPlan:
    """The recordings to export and what a person should know first.

    Parameters
    ----------
    entries : tuple of Entry
    rows : Rows
        Which keypoints stand in the table. Unalignable ones never do, nor those of recordings
        that were never aligned: a time there would teach a model what is not true.
    format : Format
    moments : Moments
        At which a time map is told.
    """

    entries: tuple[Entry, ...]
    rows: Rows = Rows.ALL
    format: Format = BIODCASE_CSV
    moments: Moments = AT_KEYPOINTS

    def count(self, *states: ReviewState) -> int:
        """How many keypoints are in one of `states`."""
        return sum(state in states for entry in self.entries for state in entry.keypoints.state)

    @property
    def uncertain(self) -> int:
        """How many keypoints want a look that nobody has given them."""
        return sum(
            int(needs_look(entry.keypoints).sum())
            for entry in self.entries
            if not is_unaligned(entry)
        )

    @property
    def written(self) -> int:
        """How many keypoints of the open recordings stand in the table."""
        return sum(int(entry.leaving.chosen(self.rows).sum()) for entry in self.entries)

    @property
    def unset(self) -> tuple[tuple[str, int], ...]:
        """Recordings with keypoints that nothing has set, which are left out, and how many."""
        counts = (
            (entry.recording.name, int((entry.leaving.asked_for(self.rows) & entry.is_unset).sum()))
            for entry in self.entries
        )
        return tuple((name, count) for name, count in counts if count)

    @property
    def kept(self) -> int:
        """Imported keypoints of recordings that are not open; they go out as they came."""
        table = self._common_table()
        if table is None or self.rows is Rows.REVIEWED:
            return 0
        names = {entry.recording.name for entry in self.entries}
        return sum(len(k) for name, k in table.files.items() if name not in names)

    def table(self) -> BiodcaseTable:
        """The rows to write, in the order of the imported CSV if all came from one."""
        files = {entry.recording.name: entry.keypoints for entry in self.entries}
        chosen = {e.recording.name: e.leaving.chosen(self.rows) for e in self.entries}
        imported = self._common_table()
        known = {} if imported is None else dict(imported.files)
        if self.rows is Rows.ALL:
            chosen = {**{name: np.ones(len(k), dtype=bool) for name, k in known.items()}, **chosen}
        order = () if imported is None else _order(imported, files)
        order += tuple(name for name in files if name not in known for _ in range(len(files[name])))
        rows, seen = [], dict.fromkeys(order, 0)
        for name in order:
            if name in chosen and chosen[name][seen[name]]:
                rows.append(name)
            seen[name] += 1
        every = {**known, **files}
        return BiodcaseTable(
            {name: every[name].kept(mask) for name, mask in chosen.items() if mask.any()},
            tuple(rows),
            {entry.recording.name: entry.leaving.name for entry in self.entries},
        )

    def files(self, path: Path) -> dict[Path, bytes]:
        """What is written to `path`, or beside it, where the format takes several files."""
        recordings = {entry.recording.name: entry.recording for entry in self.entries}
        asked = self.entries if self.format.has_moments else ()
        known = {entry.recording.name: entry.leaving.known_map(self.rows) for entry in asked}
        sync = {e.recording.name: e.state.sync for e in self.entries if len(e.state.sync)}
        export = KeypointExport(self.table(), recordings, sync, known, self.moments)
        return self.format.keypoint_files(export, path)

    def places(self, path: Path) -> tuple[Path, ...]:
        """Where something is written, a sidecar too."""
        table, names = self._common_table(), {e.recording.name: e for e in self.entries}
        written = [n for n, e in names.items() if e.leaving.chosen(self.rows).any()]
        if table is not None and self.rows is Rows.ALL:
            written += [name for name in table.files if name not in names]
        beside = (sidecar_path(path),) if self.format.has_sidecar else ()
        return (*self.format.places(written, path), *beside)

    def sidecar(self) -> tuple[SidecarRecording, ...]:
        """What the sidecar says of each recording."""
        return tuple(entry.leaving.sidecar(self.rows) for entry in self.entries)

    def refuse(self, path: Path) -> None:
        """Refuse places that hold originals.

        Raises
        ------
        InputError
            If `path` or its sidecar is an imported CSV or audio of these recordings, or `path`
            has the name of its sidecar.
        """
        originals = {p.resolve() for entry in self.entries for p in entry.recording.paths}
        originals |= {
            entry.imported.path.resolve() for entry in self.entries if entry.imported is not None
        }
        for place in self.places(path):
            if place.resolve() in originals:
                what = "is an original, which is never written to"
                raise InputError(place, what, "choose a new name")
        if self.format.has_sidecar and path == sidecar_path(path):
            ending = self.format.suffix
            raise InputError(path, "is no name for a table", f"give it the ending {ending}")

    @property
    def suggested_path(self) -> Path:
        """Where it is offered: beside the recordings, never under the name of an original."""
        first, *others = self.entries
        stem = "" if others else f"{first.recording.paths[0].stem}_"
        return first.folder / f"{stem[:60]}finchsync{self.format.suffix}"

    def _common_table(self) -> BiodcaseTable | None:
        tables = [entry.imported.table for entry in self.entries if entry.imported is not None]
        alike = bool(tables) and all(table is tables[0] for table in tables)
        return tables[0] if alike else None


def _order(imported: BiodcaseTable, files: Mapping[str, KeypointSet]) -> tuple[str, ...]:
    """The rows of an imported table; keypoints that were put elsewhere since stand together."""
    found: list[str] = []
    others: set[str] = set()
    for name in imported.rows:
        here = files.get(name)
        if here is None or np.array_equal(here.time_0_s, imported.files[name].time_0_s):
            found.append(name)
        elif name not in others:
            others.add(name)
            found += [name] * len(here)
    return tuple(found)


def named_apart(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The same with names that tell them apart in one table."""
    names = names_apart([entry.recording for entry in entries])
    return tuple(
        entry if entry.recording.name == name else entry.called(name)
        for entry, name in zip(entries, names, strict=True)
    )


def export_steps(path: Path, plan: ExportPlan, *, overwrite: bool) -> Iterator[Path]:
    """Write the files of a plan, and the sidecar of a table; runs in a worker thread."""
    files = plan.files(path)
    if plan.format.has_sidecar:
        write_table(path, files[path], plan.sidecar(), plan.rows, overwrite=overwrite)
    else:
        write_files(files, overwrite=overwrite)
    yield path
