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
from core.formats.sidecar import read_sidecar
from core.formats.tables.folder_tables import home_of
from core.formats.tables.pair_list import read_pairs

_OF_A_PAIR = 2


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
    pairs: dict[Hashable, Sources] = {}
    for path in pair_lists:
        for pair in read_pairs(path).pairs:
            pairs.setdefault(pair.identity, pair)
    for pair in _known_pairs(table) if table else ():
        pairs.setdefault(pair.identity, pair)
    paired = {whole_path(file) for pair in pairs.values() for file in pair.files}
    try:
        audio = find_audio(folder)
    except InputError:
        if not pairs:
            raise
        audio = []
    alone = (Sources.of_file(file) for file in audio if whole_path(file) not in paired)
    found = (*pairs.values(), *alone)
    names = distinct_names(found)
    return tuple(
        each if name == each.own_name else replace(each, name=name)
        for each, name in zip(found, names, strict=True)
    )


def _known_pairs(table: Path) -> Iterator[Sources]:
    """Pairs that the sidecar of a table tells of, as far as their files are there."""
    # What is wrong with it is told where its decisions are read.
    with suppress(InputError):
        sidecar, audio = read_sidecar(table), audio_beside(table)
        for name, each in () if sidecar is None else sidecar.recordings.items():
            if len(each.files) == _OF_A_PAIR:
                with suppress(KeyError):
                    sides = source_in(each.files[0], audio), source_in(each.files[1], audio)
                    yield Sources(sides, name)


def audio_beside(table: Path) -> dict[str, Path]:
    """The audio of the folder that a table is of, by the keys of its names.

    A folder in it may be a source as well, of consecutive files.

    Raises
    ------
    InputError
        If there is none.
    """
    home = home_of(table.parent)
    folders = {name_key(path.name): path for path in home.iterdir() if path.is_dir()}
    try:
        files = find_audio(home)
    except InputError:
        if not folders:
            raise
        files = []
    return folders | {name_key(path.name): path for path in files}


def source_in(label: str, audio: Mapping[str, Path]) -> Source:
    """A source by what a sidecar calls it.

    Parameters
    ----------
    label : str
        As `core.audio.recording.Recording.labels`.
    audio : mapping of str to Path
        As of `audio_beside`.

    Raises
    ------
    KeyError
        If its file is not among them.
    """
    source = Source.parse(label, lambda name: name_key(name) in audio)
    return replace(source, path=audio[name_key(source.path.name)])
