"""Opens files and folders: from paths to recordings with keypoints; runs in a worker thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.session.entries import Entry, Imported, new_entry
from core.audio.recording import Recording, find_audio, open_recording
from core.errors import InputError
from core.formats.biodcase import check_times, find_table, read_csv
from core.formats.sidecar import read_sidecar

_BATCH = 50
_SHOWN_NAMES = 3


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
    action, otherwise : str
        Ids of commands that lead on; empty for none.
    """

    text: str
    details: str = ""
    action: str = ""
    otherwise: str = ""


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
        What is wrong with the rest, if something could be opened.

    Raises
    ------
    InputError
        If nothing could be opened.
    """
    pair, not_a_pair = _as_pair(paths)
    if pair is not None:
        yield Opened((new_entry(pair, paths[0].parent),), named=True)
        return
    problems: list[InputError] = []
    opened = 0
    for path in paths:
        named = not path.is_dir() and not _is_table(path)
        try:
            for batch in _open_one(path, problems):
                opened += len(batch)
                yield Opened(batch, named)
        except InputError as error:
            problems.append(error)
    if problems and not opened:
        raise not_a_pair or problems[0]
    if problems:
        yield _summary(problems)


def _open_one(path: Path, problems: list[InputError]) -> Iterator[tuple[Entry, ...]]:
    if path.is_dir():
        yield from _entries(find_audio(path), _table_in(path, problems), path, problems)
    elif _is_table(path):
        table = _imported(path, problems)
        audio = {file.name: file for file in find_audio(path.parent)}
        missing = [name for name in table.table.files if name not in audio]
        if missing:
            problems.append(_missing(path, missing))
        files = [audio[name] for name in table.table.files if name in audio]
        yield from _entries(files, table, path.parent, problems)
    else:
        yield (new_entry(open_recording(path), path.parent),)


def _entries(
    files: Sequence[Path], table: Imported | None, folder: Path, problems: list[InputError]
) -> Iterator[tuple[Entry, ...]]:
    batch: list[Entry] = []
    for file in files:
        try:
            batch.append(_entry(open_recording(file), folder, table))
        except InputError as error:
            problems.append(error)
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


def _imported(path: Path, problems: list[InputError]) -> Imported:
    """A table with what its sidecar says; one that is of no use is only told."""
    table = read_csv(path)
    try:
        sidecar = read_sidecar(path)
    except InputError as error:
        problems.append(error)
        sidecar = None
    return Imported(path, table, sidecar.recordings if sidecar is not None else {})


def _table_in(folder: Path, problems: list[InputError]) -> Imported | None:
    """The CSV of a folder in BioDCASE layout, if it has one that can be read."""
    path = find_table(folder.parent if folder.name == "audio" else folder)
    if path is None:
        return None
    try:
        imported = _imported(path, problems)
    except InputError as error:
        problems.append(error)
        return None
    audio = {file.name for file in find_audio(folder)}
    missing = [name for name in imported.table.files if name not in audio]
    if missing:
        problems.append(_missing(path, missing))
    return imported


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
    shown = ", ".join(names[:_SHOWN_NAMES])
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return InputError(
        table,
        f"names recordings that are not there: {shown}{more}",
        "put the audio next to the CSV or into audio/",
    )


def _summary(problems: Sequence[InputError]) -> Skipped:
    details = "\n".join(str(problem) for problem in problems)
    if len(problems) == 1:
        return Skipped(str(problems[0]), details)
    return Skipped(f"{len(problems)} things could not be opened; the first: {problems[0]}", details)
