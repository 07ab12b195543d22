"""Opens files and folders: from paths to recordings with keypoints; runs in a worker thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path

from app.base.messages import some_names
from app.session.entries import Entry, Imported, new_entry
from core.audio.folder import audio_in, recorder_folders
from core.audio.pairs.pair_draft import PairDraft
from core.audio.pairs.pairing import FoundFile, alike_first, guess_pairs, partner_of
from core.audio.recording import NotStereoError, open_recording, open_sources
from core.audio.sources import Sources, distinct_names
from core.errors import InputError
from core.formats.files.names import match_names
from core.formats.folder_recordings import recordings_in
from core.formats.sidecar import read_sidecar
from core.formats.tables.biodcase import check_times, read_csv
from core.formats.tables.folder_tables import FolderTables, tables_of
from core.formats.tables.pair_list import is_pair_list, read_pairs
from core.plain_text import one_line

_BATCH = 50
_MOST_NEIGHBOURS = 64
"""Headers of so many files with like names are read to find the other side of one."""


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
class ToPair:
    """Files that are recordings only together with others; a person says with which.

    Parameters
    ----------
    draft : PairDraft
        As it is guessed.
    """

    draft: PairDraft


@dataclass(frozen=True, slots=True)
class _Report:
    """What a person should know once all is open.

    Parameters
    ----------
    problems : list of InputError
        What could not be opened.
    not_stereo : list of Path
        What is a recording only together with other files.
    notes : list of str
        What was taken for granted, and what was passed over, a line each.
    """

    problems: list[InputError] = field(default_factory=list)
    not_stereo: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def summary(self, *, is_all: bool) -> Skipped:
        """All of it; the bar has room for the first."""
        notes = list(map(one_line, self.notes))
        details = "\n".join([*map(str, self.problems), *notes])
        first, count = str([*self.problems, *notes][0]), len(self.problems)
        if count > 1:
            first = f"{count} things could not be opened; the first: {first}"
        return Skipped(first, details, is_all=is_all)


def open_paths(paths: Sequence[Path]) -> Iterator[Opened | Skipped | ToPair]:
    """Open what a person picked or dropped.

    Parameters
    ----------
    paths : sequence of Path
        Folders, audio files, BioDCASE CSVs, tables of pairs, in any mixture. A folder that
        only holds folders of recorders stands for these.

    Yields
    ------
    Opened
        Recordings, in batches.
    Skipped
        What is wrong with the rest, or should be known.
    ToPair
        Files that have not two channels, with a guess which belong together.
    """
    report = _Report()
    opened = 0
    for path in chain.from_iterable(map(_meant, paths)):
        named = not path.is_dir() and not _is_table(path)
        try:
            for batch in _open_one(path, report):
                opened += len(batch)
                yield Opened(batch, named)
        except NotStereoError:
            report.not_stereo.append(path)
        except InputError as error:
            report.problems.append(error)
    if report.not_stereo:
        was_named = report.not_stereo == list(paths)
        yield ToPair(_guessed(report.not_stereo, looks_beside=was_named))
    yield from _said(report, opened + len(report.not_stereo))


def open_pairs(pairs: Sequence[Sources]) -> Iterator[Opened | Skipped]:
    """Open recordings that are made of named sources.

    Parameters
    ----------
    pairs : sequence of Sources

    Yields
    ------
    Opened
        Recordings, in batches.
    Skipped
        What is wrong with the rest.

    Raises
    ------
    InputError
        If two were given the same name.
    """
    report = _Report()
    opened = 0
    for batch in _of_pairs(pairs, report):
        opened += len(batch)
        yield Opened(batch, named=True)
    yield from _said(report, opened)


def _meant(path: Path) -> Sequence[Path]:
    """A path, or the folders of the recorders of a deployment inside it."""
    # What is wrong with a folder is told where it is opened.
    with suppress(InputError):
        tables = tables_of(path, takes_result=True)
        if path.is_dir() and not (tables.table or tables.pair_lists):
            return recorder_folders(path) or (path,)
    return (path,)


def _said(report: _Report, opened: int) -> Iterator[Skipped]:
    if report.problems or report.notes:
        yield report.summary(is_all=not opened)


def _open_one(path: Path, report: _Report) -> Iterator[tuple[Entry, ...]]:
    if path.is_dir():
        tables = tables_of(path, takes_result=True)
        recordings = recordings_in(path, tables.table, tables.pair_lists)
        table = _table_of(tables, [each.own_name for each in recordings], report)
        yield from _entries(recordings, table, path, report)
    elif _is_table(path) and is_pair_list(path):
        found = read_pairs(path)
        report.notes.extend(found.notes)
        yield from _of_pairs(found.pairs, report)
    elif _is_table(path):
        lists = tables_of(path.parent).pair_lists
        there = {each.own_name: each for each in recordings_in(path.parent, path, lists)}
        table = _imported(path, there, report)
        named = [there[name] for name in table.table.files if name in there]
        yield from _entries(named, table, path.parent, report)
    else:
        yield (new_entry(open_recording(path), path.parent),)


def _of_pairs(pairs: Sequence[Sources], report: _Report) -> Iterator[tuple[Entry, ...]]:
    named = zip(pairs, distinct_names(pairs), strict=True)
    opening = (
        partial(_entry, replace(pair, name=name), pair.files[0].parent) for pair, name in named
    )
    yield from _batches(opening, report)


def _entries(
    recordings: Sequence[Sources], table: Imported | None, folder: Path, report: _Report
) -> Iterator[tuple[Entry, ...]]:
    opening = (partial(_entry, each, folder, table) for each in recordings)
    yield from _batches(opening, report)


def _batches(
    opening: Iterable[Callable[[], Entry]], report: _Report
) -> Iterator[tuple[Entry, ...]]:
    """Recordings as they are opened, some at a time."""
    batch: list[Entry] = []
    for opened in opening:
        try:
            batch.append(opened())
        except NotStereoError as error:
            report.not_stereo.append(Path(error.where))
        except InputError as error:
            report.problems.append(error)
        if len(batch) == _BATCH:
            yield tuple(batch)
            batch.clear()
    if batch:
        yield tuple(batch)


def _guessed(paths: Sequence[Path], *, looks_beside: bool) -> PairDraft:
    """Which files belong together; of one alone, perhaps with one that lies beside it."""
    files = [FoundFile.at(path) for path in paths]
    pairing = guess_pairs(files)
    is_alone = looks_beside and len(files) == 1 and pairing.unpaired
    if is_alone and (other := _beside(files[0])) is not None:
        files.append(other)
        pairing = guess_pairs(files)
    return PairDraft.of(pairing, files)


def _beside(file: FoundFile) -> FoundFile | None:
    """The likeliest partner of a file in its folder."""
    near = alike_first(file.path, audio_in(file.path.parent))[:_MOST_NEIGHBOURS]
    found = []
    for path in near:
        with suppress(InputError):
            found.append(FoundFile.at(path))
    return partner_of(file, [other for other in found if other.channels != 2])


def _entry(sources: Sources, folder: Path, table: Imported | None = None) -> Entry:
    recording = open_sources(sources)
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


def _table_of(found: FolderTables, names: Sequence[str], report: _Report) -> Imported | None:
    """The table of a folder in BioDCASE layout, if it has one that can be read."""
    if found.unused:
        report.notes.append(f"{found.folder}: {found.unused}; open the CSV that is meant.")
    try:
        return None if found.table is None else _imported(found.table, names, report)
    except InputError as error:
        report.problems.append(error)
        return None


def _is_table(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _missing(table: Path, names: Sequence[str]) -> InputError:
    return InputError(
        table,
        f"names recordings that are not there: {some_names(names)}",
        "put the audio next to the CSV or into audio/",
    )
