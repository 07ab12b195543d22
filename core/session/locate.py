"""Finding the audio of a session again; it is only read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice, product
from pathlib import Path

from core.align.alignment import Progress
from core.audio.recording import open_recording
from core.errors import InputError
from core.formats.files.places import is_source_there
from core.session.paths import is_there
from core.session.recordings import FileStamp, ImportedTable, SessionRecording, at_paths, identify

_MOST_FOLDERS = 20_000
_MOST_NAMESAKES = 64
_FOLDERS_A_STEP = 50

Paths = tuple[Path, Path]


class Place(StrEnum):
    """What became of a recording's audio."""

    FOUND = "found"
    MOVED = "moved"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Located:
    """What became of one recording's audio.

    Parameters
    ----------
    recording : int
        Its key in the session.
    place : Place
        FOUND: where it was, as it was. MOVED: as it was, elsewhere. CHANGED: something else
        under its name. MISSING: nothing.
    known : SessionRecording
        With the paths and fingerprint that were found; as it was if MISSING or unreadable. If
        it differs from what the session says, `Session.relocate` makes it the session's; for
        CHANGED only after the person was asked.
    problem : str
        What to tell the person; empty if FOUND or MOVED.
    is_readable : bool
        Whether the audio can be opened.
    """

    recording: int
    place: Place
    known: SessionRecording
    problem: str = ""
    is_readable: bool = True


def locate(
    recordings: Mapping[int, SessionRecording], folders: Sequence[Path] = ()
) -> Iterator[Progress | Located]:
    """Look for the audio of recordings; whoever stops iterating cancels.

    It is looked for beside the session file, then where it was last, then under its name
    anywhere in `folders`. Files that look untouched are taken as they are, others are known
    by their fingerprint.

    Parameters
    ----------
    recordings : mapping of int to SessionRecording
        By their keys in the session.
    folders : sequence of Path
        Where else to look, with all folders inside.

    Yields
    ------
    Progress
    Located
        Exactly one for each recording; those that were easy to find come first.
    """
    left: dict[int, Located] = {}
    for done, (key, known) in enumerate(recordings.items()):
        yield Progress("looking for recordings", done / len(recordings))
        located = _judge(key, known, _places(known))
        if folders and located.place not in (Place.FOUND, Place.MOVED):
            left[key] = located
        else:
            yield located
    if not left:
        return
    names = {path.name for key in left for path in recordings[key].recording.paths}
    namesakes: dict[str, list[Path]] = {}
    yield from _search(folders, names, namesakes)
    for done, (key, before) in enumerate(left.items()):
        yield Progress("comparing recordings", done / len(left))
        known = recordings[key]
        elsewhere = _judge(key, known, islice(_combinations(known, namesakes), _MOST_NAMESAKES))
        better = elsewhere.place is Place.MOVED or before.place is Place.MISSING
        yield elsewhere if better else before


def _places(known: SessionRecording) -> Iterator[Paths]:
    first, second = known.recording.channels
    if len(known.beside) == 2:
        yield known.beside[0], known.beside[1]
    yield first.path, second.path


def _combinations(known: SessionRecording, namesakes: Mapping[str, list[Path]]) -> Iterator[Paths]:
    first, second = (source.path for source in known.recording.channels)
    if first == second:
        yield from ((path, path) for path in namesakes.get(first.name, ()))
    else:
        yield from product(namesakes.get(first.name, ()), namesakes.get(second.name, ()))


def _judge(key: int, known: SessionRecording, places: Iterator[Paths]) -> Located:
    """The first place where the audio is what it was, or else what is under its name."""
    changed: Located | None = None
    for paths in dict.fromkeys(places):
        try:
            stamps = FileStamp.of(paths[0]), FileStamp.of(paths[1])
            there = replace(known, recording=at_paths(known.recording, paths), stamps=stamps)
            if known.is_still(there.recording, stamps):
                old = tuple(source.path for source in known.recording.channels)
                if paths == old:
                    return Located(key, Place.FOUND, there)
                return Located(key, Place.MOVED, _moved(there, old[0], paths[0]))
        except (OSError, InputError):
            if not all(map(is_source_there, paths)):
                continue
        changed = changed or _changed(key, known, paths)
    return changed or Located(key, Place.MISSING, known, _missing(known), is_readable=False)


def _changed(key: int, known: SessionRecording, paths: Paths) -> Located:
    """Other audio, or something unreadable, where the recording should be."""
    try:
        sides = [
            replace(channel.source, path=path)
            for channel, path in zip(known.recording.channels, paths, strict=True)
        ]
        opened = open_recording(
            *sides, name=known.recording.name, spacing_m=known.recording.spacing_m
        )
        now = identify(opened, known.folder, known.imported)
    except InputError as error:
        return Located(key, Place.CHANGED, known, str(error), is_readable=False)
    text = f"{paths[0]} is not the audio that the keypoints were made on"
    return Located(key, Place.CHANGED, now, text)


def _moved(there: SessionRecording, old: Path, new: Path) -> SessionRecording:
    """Folder and table move along if they lie where the audio was."""
    imported = there.imported
    if imported is not None:
        path = _along(imported.path, old, new)
        imported = ImportedTable(path if is_there(path) else imported.path, imported.fingerprint)
    folder = _along(there.folder, old, new)
    is_folder = os.path.isdir(folder)  # noqa: PTH112 (any path)
    return replace(there, folder=folder if is_folder else new.parent, imported=imported)


def _along(path: Path, old: Path, new: Path) -> Path:
    """What lies from `new` as `path` lies from `old`."""
    try:
        return Path(os.path.normpath(new.parent / os.path.relpath(path, old.parent)))
    except ValueError:
        return path


def _missing(known: SessionRecording) -> str:
    gone = [path for path in known.recording.paths if not is_source_there(path)]
    return f"{' and '.join(map(str, gone)) or known.recording.name} cannot be found"


def _search(
    folders: Sequence[Path], names: set[str], namesakes: dict[str, list[Path]]
) -> Iterator[Progress]:
    """Fill `namesakes` with the files of these names; the first 20,000 folders are looked at."""
    inside = (step for folder in folders for step in os.walk(folder))
    for count, (folder, _, files) in enumerate(islice(inside, _MOST_FOLDERS)):
        if count % _FOLDERS_A_STEP == 0:
            yield Progress(f"searching {folder}", min(count / _MOST_FOLDERS, 1.0))
        for name in names.intersection(files):
            namesakes.setdefault(name, []).append(Path(folder) / name)
