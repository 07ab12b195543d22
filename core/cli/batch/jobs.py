"""What a run is to align: the recordings that were named, and their keypoints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.audio.pairs.recorder_groups import checks_of
from core.audio.sources import Source, Sources, distinct_names
from core.cli.batch.outcome import Aligned
from core.cli.terminal.report import note, warn
from core.errors import InputError
from core.formats.folder_recordings import recordings_in
from core.formats.tables.biodcase import BiodcaseTable, check_names, read_csv
from core.formats.tables.folder_tables import tables_of
from core.formats.tables.pair_list import read_pairs
from core.formats.tables.sync_table import read_sync_points
from core.keypoints import KeypointSet
from core.sync_points import SyncPoints


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One recording to align.

    Parameters
    ----------
    sources : Sources
        With the name that the table to write has for it, once all are known.
    keypoints : KeypointSet or None
        Imported keypoints, of which the channel-0 times count.
    table : Path or None
        The table they come from.
    sync : SyncPoints
    is_check : bool
        Whether it is aligned only to check others, and stands in no table.
    place : int
        Which of all recordings that were named it is, from 0.
    """

    sources: Sources
    keypoints: KeypointSet | None = None
    table: Path | None = None
    sync: SyncPoints = field(default_factory=SyncPoints.none)
    is_check: bool = False
    place: int = 0

    @classmethod
    def of_file(cls, path: Path) -> Job:
        """A stereo file."""
        return cls(Sources.of_file(path))

    @property
    def name(self) -> str:
        """What the table to write calls it."""
        return self.sources.own_name

    @property
    def files(self) -> tuple[Path, ...]:
        """The one or two files of the recording."""
        return self.sources.files


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """All recordings of one run.

    Parameters
    ----------
    jobs : tuple of Job
        With distinct names, in the order given.
    tables : mapping of Path to BiodcaseTable
        Imported tables by their path.
    """

    jobs: tuple[Job, ...]
    tables: Mapping[Path, BiodcaseTable]

    @property
    def has_sequences(self) -> bool:
        """Whether a side of a recording is a folder of consecutive files."""
        return any(file.is_dir() for job in self.jobs for file in job.files)

    def with_sync_points(self, path: Path) -> Batch:
        """The same with the sync points of a table; raises InputError if that cannot be used."""
        table = read_sync_points(path)
        for line in table.notes:
            note(line)
        found = table.for_recordings([job.name for job in self.jobs])
        jobs = (replace(job, sync=found.get(job.name, job.sync)) for job in self.jobs)
        return replace(self, jobs=tuple(jobs))

    def with_checks(self) -> Batch:
        """The same, and recorders of one reference with each other."""
        checks = checks_of([job.sources for job in self.jobs])
        return replace(self, jobs=(*self.jobs, *(Job(each, is_check=True) for each in checks)))

    def placed_rows(self, aligned: Sequence[Aligned]) -> list[tuple[int, str]]:
        """Place and recording of each row of the table to write.

        A row of an imported table has its own place; behind them all, those of a recording
        that no table lists share one.
        """
        listed = [name for table in self.tables.values() for name in table.rows]
        counts = {outcome.name: len(outcome.keypoints) for outcome in aligned}
        rows = [(at, name) for at, name in enumerate(listed) if name in counts]
        rest = counts.keys() - set(listed)
        for job in self.jobs:
            if job.name in rest:
                rows += [(len(listed) + job.place, job.name)] * counts[job.name]
        return rows

    def result(self, aligned: Sequence[Aligned]) -> BiodcaseTable:
        """The table to write, its rows in the order of the imported tables."""
        files = {outcome.name: outcome.keypoints for outcome in aligned}
        rows = [name for _, name in self.placed_rows(aligned)]
        spelled = {own: s for t in self.tables.values() for own, s in t.spelled.items()}
        chosen = {name: files[name] for name in dict.fromkeys(rows)}
        return BiodcaseTable(chosen, tuple(rows), spelled)


def collect(
    paths: Sequence[Path],
    pairs: Sequence[Sequence[Source]],
    lists: Sequence[Path],
    keypoints: Path | None,
    sync_points: Path | None = None,
    *,
    in_groups: bool = False,
) -> Batch:
    """Find the recordings and the keypoints that go with them.

    Parameters
    ----------
    paths : sequence of Path
        Stereo files, and folders in BioDCASE layout.
    pairs : sequence of two Source
        Of channel 0 and channel 1.
    lists : sequence of Path
        Tables of pairs.
    keypoints : Path, optional
        Table that goes before those in the folders.
    sync_points : Path, optional
        Table of them.
    in_groups : bool
        Whether recorders of one reference are aligned with each other as well.

    Raises
    ------
    InputError
        If there is nothing to align, a folder or table cannot be used, a table
        names a recording that its folder does not hold, or two recordings
        were given the same name.
    """
    tables: dict[Path, BiodcaseTable] = {}
    jobs: list[Job] = []
    for path in paths:
        if not path.is_dir():
            jobs.append(Job.of_file(path))
        elif keypoints is not None:
            jobs += map(Job, recordings_in(path, None, tables_of(path).pair_lists))
        else:
            jobs += _folder(path, tables)
    jobs += [Job(Sources(tuple(pair))) for pair in pairs]
    for path in lists:
        jobs += _listed(path)
    if not jobs:
        raise InputError(
            "finchsync align",
            "nothing to align",
            "give files, folders, --pair FILE_0 FILE_1 or --list PAIRS.csv",
        )
    jobs, tables = _named(jobs, tables)
    if keypoints is not None:
        table = tables[keypoints] = _read(keypoints, [job.name for job in jobs])
        jobs = [replace(j, keypoints=table.files.get(j.name), table=keypoints) for j in jobs]
    work = Batch(tuple(jobs), tables)
    if sync_points is not None:
        work = work.with_sync_points(sync_points)
    return work.with_checks() if in_groups else work


def _folder(folder: Path, tables: dict[Path, BiodcaseTable]) -> list[Job]:
    """Recordings of a folder; those that its table leaves out get the challenge's grid."""
    found = tables_of(folder)
    if found.unused:
        warn(f"{found.folder}: {found.unused}; --keypoints takes the one that is meant")
    path, recordings = found.table, recordings_in(folder, found.table, found.pair_lists)
    if path is None:
        return [Job(each) for each in recordings]
    names = [each.own_name for each in recordings]
    table = tables[path] = _read(path, names)
    check_names(table.files, names, path)
    return [
        Job(each, table.files[each.own_name], path) if each.own_name in table.files else Job(each)
        for each in recordings
    ]


def _listed(path: Path) -> list[Job]:
    """The pairs of a table."""
    found = read_pairs(path)
    for line in found.notes:
        note(line)
    return [Job(pair) for pair in found.pairs]


def _read(path: Path, names: Sequence[str]) -> BiodcaseTable:
    table = read_csv(path).for_recordings(names, path)
    for line in table.notes:
        note(line)
    return table


def _named(
    jobs: Sequence[Job], tables: Mapping[Path, BiodcaseTable]
) -> tuple[list[Job], dict[Path, BiodcaseTable]]:
    """Each recording once and under a name of its own, in its table as well."""
    first: dict[Hashable, Job] = {}
    for job in jobs:
        first.setdefault(job.sources.identity, job)
    once = list(first.values())
    names = distinct_names([job.sources for job in once])
    renamed: dict[Path | None, dict[str, str]] = defaultdict(dict)
    for job, name in zip(once, names, strict=True):
        renamed[job.table][job.name] = name
    return (
        [
            replace(job, sources=replace(job.sources, name=name), place=place)
            for place, (job, name) in enumerate(zip(once, names, strict=True))
        ],
        {path: table.renamed(renamed[path]) for path, table in tables.items()},
    )
