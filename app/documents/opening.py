"""Opens files and folders: from paths to recordings with keypoints; runs in a worker thread."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.base.messages import some_names
from app.session.entries import Entry, Imported, new_entry
from core.audio.folder import find_audio
from core.audio.recording import MonoFileError, Recording, open_recording
from core.errors import InputError
from core.formats.biodcase import check_times, read_csv
from core.formats.folder_tables import tables_of
from core.formats.names import match_names
from core.formats.sidecar import read_sidecar
from core.plain_text import one_line

_BATCH = 50


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """Recordings that could be opened.

    Parameters
    ----------
    entries : tuple of Entry
    named : bool
        Whether each was named, not only its folder or table.
    """

    entries: tuple[Entry, ...]
    named: bool


@dataclass(frozen=True, slots=True)
class Skipped:
    """What could not be opened, in a sentence, with the whole list as details.

    Parameters
    ----------
    text, details : str
    is_all : bool
        Whether nothing else could be opened.
    """

    text: str
    details: str = ""
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class _Report:
    """What a person should know once all is open.

    Parameters
    ----------
    problems : list of InputError
        What could not be opened.
    notes : list of str
        What was taken for granted, and what was passed over, a line each.
    """

    problems: list[InputError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def summary(self, *, is_all: bool) -> Skipped:
        """All of it; the bar has room for the first."""
        notes = list(map(one_line, self.notes))
        details = "\n".join([*map(str, self.problems), *notes])
        mono = [problem for problem in self.problems if isinstance(problem, MonoFileError)]
        problems = self.problems
        if len(mono) > 1:
            problems = [_unpaired(mono), *(p for p in self.problems if p not in mono)]
        first, count = str([*problems, *notes][0]), len(problems)
        if count > 1:
            first = f"{count} things could not be opened; the first: {first}"
        return Skipped(first, details, is_all=is_all)


def open_paths(paths: Sequence[Path]) -> Iterator[Opened | Skipped]:
    """Open what a person picked or dropped.

    Parameters
    ----------
    paths : sequence of Path
        Folders, stereo files, BioDCASE CSVs, in any mixture; two mono files
        make one recording.

    Yields
    ------
    Opened
        Recordings, in batches.
    Skipped
        What is wrong with the rest, or should be known.
    """
    pair, not_a_pair = _as_pair(paths)
    if pair is not None:
        yield Opened((new_entry(pair, paths[0].parent),), named=True)
        return
    report = _Report()
    opened = 0
    for path in paths:
        named = not path.is_dir() and not _is_table(path)
        try:
            for batch in _open_one(path, report):
                opened += len(batch)
                yield Opened(batch, named)
        except InputError as error:
            report.problems.append(error)
    if not_a_pair is not None and not opened:
        report.problems[:] = [not_a_pair]
    if report.problems or report.notes:
        yield report.summary(is_all=not opened)


def _open_one(path: Path, report: _Report) -> Iterator[tuple[Entry, ...]]:
    if path.is_dir():
        audio = find_audio(path)
        yield from _entries(audio, _table_in(path, audio, report), path, report)
    elif _is_table(path):
        files = {file.name: file for file in find_audio(path.parent)}
        table = _imported(path, files, report)
        named = [files[name] for name in table.table.files if name in files]
        yield from _entries(named, table, path.parent, report)
    else:
        yield (new_entry(open_recording(path), path.parent),)


def _entries(
    files: Sequence[Path], table: Imported | None, folder: Path, report: _Report
) -> Iterator[tuple[Entry, ...]]:
    batch: list[Entry] = []
    for file in files:
        try:
            batch.append(_entry(open_recording(file), folder, table))
        except InputError as error:
            report.problems.append(error)
        if len(batch) == _BATCH:
            yield tuple(batch)
            batch.clear()
    if batch:
        yield tuple(batch)


def _entry(recording: Recording, folder: Path, table: Imported | None) -> Entry:
    keypoints = None if table is None else table.table.files.get(recording.name)
    if table is None or keypoints is None:
        return new_entry(recording, folder)
    check_times(keypoints, recording, table.path)
    return new_entry(recording, folder, keypoints, table)


def _imported(path: Path, names: Collection[str], report: _Report) -> Imported:
    """A table with what its sidecar says; one that is of no use is only told."""
    table = read_csv(path).for_recordings(names, path)
    report.notes.extend(table.notes)
    if missing := [name for name in table.files if name not in names]:
        report.problems.append(_missing(path, missing))
    try:
        sidecar = read_sidecar(path)
        decided = {} if sidecar is None else sidecar.recordings
        means = match_names(decided, names, path)
    except InputError as error:
        report.problems.append(error)
        return Imported(path, table)
    return Imported(
        path, table, {means[name]: said for name, said in decided.items() if name in means}
    )


def _table_in(folder: Path, audio: Sequence[Path], report: _Report) -> Imported | None:
    """The CSV of a folder in BioDCASE layout, if it has one that can be read."""
    try:
        found = tables_of(folder, takes_result=True)
        if found.unused:
            report.notes.append(f"{found.folder}: {found.unused}; open the CSV that is meant.")
        if found.table is None:
            return None
        return _imported(found.table, {file.name for file in audio}, report)
    except InputError as error:
        report.problems.append(error)
        return None


def _as_pair(paths: Sequence[Path]) -> tuple[Recording | None, InputError | None]:
    """Two mono files as one recording, or why they are none."""
    if len(paths) != 2 or any(path.is_dir() or _is_table(path) for path in paths):
        return None, None
    try:
        return open_recording(*paths), None
    except InputError as error:
        return None, error


def _is_table(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _missing(table: Path, names: Sequence[str]) -> InputError:
    return InputError(
        table,
        f"names recordings that are not there: {some_names(names)}",
        "put the audio next to the CSV or into audio/",
    )


def _unpaired(mono: Sequence[MonoFileError]) -> InputError:
    names = some_names([Path(problem.where).name for problem in mono])
    return InputError(
        f"{len(mono)} files with one channel each",
        f"{names}; a recording needs two channels",
        "open the two files of a recording together, channel 0 first, or give all pairs to the "
        "command line: finchsync align --pair FILE_0 FILE_1",
    )
