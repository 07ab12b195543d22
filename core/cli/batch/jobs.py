"""What a run is to align: the recordings that were named, and their keypoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.audio.folder import find_audio
from core.cli.batch.outcome import Aligned
from core.cli.terminal.report import note, warn
from core.errors import InputError
from core.formats.biodcase import BiodcaseTable, check_names, read_csv
from core.formats.folder_tables import tables_of
from core.keypoints import KeypointSet


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One recording to align.

    Parameters
    ----------
    path : Path
        Stereo file, or mono file of channel 0.
    path_1 : Path or None
        Mono file of channel 1.
    keypoints : KeypointSet or None
        Imported keypoints, of which the channel-0 times count.
    table : Path or None
        The table they come from.
    """

    path: Path
    path_1: Path | None = None
    keypoints: KeypointSet | None = None
    table: Path | None = None

    @property
    def name(self) -> str:
        """File name as it stands in the table."""
        return self.path.name

    @property
    def files(self) -> tuple[Path, ...]:
        """The one or two files of the recording."""
        return (self.path,) if self.path_1 is None else (self.path, self.path_1)


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

    def result(self, aligned: Sequence[Aligned]) -> BiodcaseTable:
        """The table to write, its rows in the order of the imported tables."""
        files = {outcome.name: outcome.keypoints for outcome in aligned}
        rows = [name for table in self.tables.values() for name in table.rows if name in files]
        in_tables = set(rows)
        rest = [name for name in files if name not in in_tables]
        rows += [name for name in rest for _ in range(len(files[name]))]
        spelled = {own: s for t in self.tables.values() for own, s in t.spelled.items()}
        chosen = {name: files[name] for name in dict.fromkeys(rows)}
        return BiodcaseTable(chosen, tuple(rows), spelled)


def collect(
    paths: Sequence[Path], pairs: Sequence[tuple[Path, Path]], keypoints: Path | None
) -> Batch:
    """Find the recordings and the keypoints that go with them.

    Parameters
    ----------
    paths : sequence of Path
        Stereo files, and folders in BioDCASE layout.
    pairs : sequence of two Path
        Mono files of channel 0 and channel 1.
    keypoints : Path, optional
        Table that goes before those in the folders.

    Raises
    ------
    InputError
        If there is nothing to align, a folder or table cannot be used, a table
        names a recording that its folder does not hold, or two recordings
        share a name.
    """
    tables: dict[Path, BiodcaseTable] = {}
    jobs: list[Job] = []
    for path in paths:
        if not path.is_dir():
            jobs.append(Job(path))
        elif keypoints is not None:
            jobs += map(Job, find_audio(path))
        else:
            jobs += _folder(path, tables)
    jobs += [Job(*pair) for pair in pairs]
    if not jobs:
        raise InputError(
            "finchsync align", "nothing to align", "give files, folders or --pair FILE_0 FILE_1"
        )
    jobs = _distinct(jobs)
    if keypoints is not None:
        table = tables[keypoints] = _read(keypoints, [job.name for job in jobs])
        jobs = [replace(j, keypoints=table.files.get(j.name), table=keypoints) for j in jobs]
    return Batch(tuple(jobs), tables)


def _folder(folder: Path, tables: dict[Path, BiodcaseTable]) -> list[Job]:
    """Recordings of a folder; those that its table leaves out get the challenge's grid."""
    audio = find_audio(folder)
    found = tables_of(folder)
    if found.unused:
        warn(f"{found.folder}: {found.unused}; --keypoints takes the one that is meant")
    path = found.table
    if path is None:
        return [Job(file) for file in audio]
    names = [file.name for file in audio]
    table = tables[path] = _read(path, names)
    check_names(table.files, names, path)
    return [
        Job(file, None, table.files[file.name], path) if file.name in table.files else Job(file)
        for file in audio
    ]


def _read(path: Path, names: Sequence[str]) -> BiodcaseTable:
    table = read_csv(path).for_recordings(names, path)
    for line in table.notes:
        note(line)
    return table


def _distinct(jobs: Sequence[Job]) -> list[Job]:
    by_name: dict[str, Job] = {}
    for job in jobs:
        other = by_name.setdefault(job.name, job)
        if other.path.resolve() != job.path.resolve():
            raise InputError(
                job.path,
                f"has the same name as {other.path}, and the table knows files by name",
                "rename one or align them apart",
            )
    return list(by_name.values())
