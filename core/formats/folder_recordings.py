"""The recordings of a folder: pairs that its tables tell of, and every other file by itself."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from core.audio.folder import find_audio
from core.audio.sources import Source, Sources, distinct_names, whole_path
from core.errors import InputError
from core.formats.files.names import name_key
from core.formats.files.places import is_source_there
from core.formats.sidecar import read_sidecar
from core.formats.tables.folder_tables import home_of
from core.formats.tables.pair_list import read_pairs


def recordings_in(
    folder: Path, table: Path | None = None, pair_lists: Sequence[Path] = ()
) -> tuple[Sources, ...]:
    """Find the recordings of a folder in BioDCASE layout.

    Parameters
    ----------
    folder : Path
    table : Path, optional
        Table of keypoints; where FinchSync wrote it, its sidecar knows of what files its
        recordings are.
    pair_lists : sequence of Path
        Tables of pairs.

    Returns
    -------
    tuple of Sources
        Pairs first; no two are called the same.

    Raises
    ------
    InputError
        If the folder holds no audio, or a table of pairs cannot be read.
    """
    known: dict[Hashable, Sources] = {}
    for path in pair_lists:
        for pair in read_pairs(path).pairs:
            known.setdefault(pair.identity, pair)
    audio, no_audio = _audio_of(folder)
    for each in _known_of(table, audio) if table else ():
        known.setdefault(each.identity, each)
    if no_audio is not None and not known:
        raise no_audio
    taken = {whole_path(file) for each in known.values() for file in each.files}
    alone = (Sources.of_file(file) for file in audio if whole_path(file) not in taken)
    found = (*known.values(), *alone)
    names = distinct_names(found)
    return tuple(
        each if name == each.own_name else replace(each, name=name)
        for each, name in zip(found, names, strict=True)
    )


def _audio_of(folder: Path) -> tuple[list[Path], InputError | None]:
    """The audio of a folder, or why there is none."""
    try:
        return find_audio(folder), None
    except InputError as error:
        return [], error


def _known_of(table: Path, audio: Sequence[Path]) -> Iterator[Sources]:
    """What the sidecar of a table tells of and no file of a folder says by itself.

    These are its pairs, and recordings that lie elsewhere, as far as their files are there.
    """
    here = {whole_path(path) for path in audio}
    # What is wrong with it is told where its decisions are read.
    with suppress(InputError):
        sidecar, beside = read_sidecar(table), audio_beside(table)
        for name, each in () if sidecar is None else sidecar.recordings.items():
            with suppress(KeyError):
                sides = sources_of(each.files, each.places, beside)
                is_here = len(sides) == 1 and whole_path(sides[0].path) in here
                if sides and not is_here:
                    yield Sources(sides, name)


def audio_beside(table: Path) -> dict[str, Path]:
    """The audio of the folder that a table is of, by the keys of its names.

    A folder in it may be a source as well, of consecutive files.
    """
    home = home_of(table.parent)
    folders = {name_key(path.name): path for path in home.iterdir() if path.is_dir()}
    files, _ = _audio_of(home)
    return folders | {name_key(path.name): path for path in files}


def sources_of(
    files: Sequence[str], places: Sequence[Path], beside: Mapping[str, Path]
) -> tuple[Source, ...]:
    """The sides of a recording by what a sidecar says of them.

    Parameters
    ----------
    files : sequence of str
        As `core.audio.recording.Recording.labels`.
    places : sequence of Path
        Where they were, if it says so; if they are not there now, they are looked for beside it.
    beside : mapping of str to Path
        As of `audio_beside`.

    Raises
    ------
    KeyError
        Naming the file that is nowhere.
    """
    if places and all(map(is_source_there, places)):
        named = zip(files, places, strict=True)
        return tuple(_source_in(label, {name_key(place.name): place}) for label, place in named)
    return tuple(_source_in(label, beside) for label in files)


def _source_in(label: str, audio: Mapping[str, Path]) -> Source:
    source = Source.parse(label, lambda name: name_key(name) in audio)
    return replace(source, path=audio[name_key(source.path.name)])
