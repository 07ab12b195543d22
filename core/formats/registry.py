"""What a format is, and which there are: dialogs and commands offer what stands here."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType

from core.audio.recording import Recording
from core.audio.sources import file_stems
from core.errors import InputError
from core.formats import kinds, readers
from core.formats.files.reading import read_start, read_whole
from core.formats.files.table_text import decoded
from core.formats.fitting import Holds
from core.formats.reader import LabelReader
from core.formats.tables.biodcase import BiodcaseTable
from core.formats.tables.moments import AT_KEYPOINTS, Moments
from core.known_map import KnownMap
from core.labels import Labels
from core.sync_points import SyncPoints

_HEAD_BYTES = 1 << 14


@dataclass(frozen=True, slots=True, eq=False)
class KeypointExport:
    """Keypoints that leave.

    Parameters
    ----------
    table : BiodcaseTable
        Of all recordings.
    recordings : mapping of str to Recording
        Those in the table whose audio is known.
    sync : mapping of str to SyncPoints
        Of recordings that have some.
    known : mapping of str to KnownMap
        What is known of their time maps; by default what the keypoints of the table tell.
    moments : Moments
        At which a time map is told.
    """

    table: BiodcaseTable
    recordings: Mapping[str, Recording] = field(default_factory=dict)
    sync: Mapping[str, SyncPoints] = field(default_factory=dict)
    known: Mapping[str, KnownMap] = field(default_factory=dict)
    moments: Moments = AT_KEYPOINTS

    def durations_s(self, name: str) -> tuple[float, float]:
        """Length of both channels, seconds; up to the last keypoint where nobody knows it."""
        recording = self.recordings.get(name)
        return self.table.files[name].ends_s if recording is None else recording.durations_s

    def known_map(self, name: str) -> KnownMap:
        """What is known of the time map of a recording in the table."""
        known = self.known.get(name)
        if known is not None:
            return known
        keypoints = self.table.files[name]
        return KnownMap.of(keypoints, *self.durations_s(name), with_unreviewed=True)


@dataclass(frozen=True, slots=True)
class LabelFile:
    """How the labels of one recording stand in a file.

    Parameters
    ----------
    holds : Holds
        What there is room for; `content` is given nothing else.
    is_like : callable
        Whether a text begins as a file of this format.
    read : callable
        Labels from the bytes of a file and its path, which is for messages. Raises `InputError`.
    content : callable
        The bytes of a file with labels that fit, and its path, which is for messages.
    """

    holds: Holds
    is_like: Callable[[str], bool]
    read: Callable[[bytes, Path], Labels]
    content: Callable[[Labels, Path], bytes]


def stems_of(names: Sequence[str], path: Path) -> list[str]:
    """What files beside `path` are called, one a recording: as `path` where there is one."""
    if len(names) == 1:
        return [path.stem]
    return [f"{path.stem}.{stem}" for stem in file_stems(names)]


def one_file(names: Sequence[str], path: Path) -> tuple[Path, ...]:  # noqa: ARG001
    """Where a format goes that holds all recordings in one file."""
    return (path,)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that keypoints or labels leave or come in.

    Parameters
    ----------
    name : str
        As a command takes it.
    title : str
        As a person chooses it.
    suffixes : tuple of str
        What its file names end with, dot included; the first is written.
    about : str
        What it is for, a sentence.
    contents : callable
        The bytes of every file that holds keypoints, and the paths they go to, which are for
        messages only. Raises `InputError` where the format cannot hold them.
    places : callable
        Where keypoints of recordings, by their names, go: to the path that is given, or to
        several files beside it.
    labels : LabelFile or None
        None if it holds keypoints only.
    has_sidecar : bool
        Whether what a table cannot say stands in a JSON file beside it.
    has_moments : bool
        Whether it tells of other moments than the keypoints', where they are asked for.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    about: str
    contents: Callable[[KeypointExport, Sequence[Path]], Iterable[bytes]]
    places: Callable[[Sequence[str], Path], tuple[Path, ...]] = one_file
    labels: LabelFile | None = None
    has_sidecar: bool = False
    has_moments: bool = False

    @property
    def suffix(self) -> str:
        """What the names of files that are written end with."""
        return self.suffixes[0]

    def keypoint_files(self, export: KeypointExport, path: Path) -> dict[Path, bytes]:
        """The files that hold keypoints, by their paths.

        Parameters
        ----------
        export : KeypointExport
        path : Path
            The file, where there is one.

        Raises
        ------
        InputError
            If the format cannot hold them.
        """
        places = self.places(tuple(export.table.files), path)
        return dict(zip(places, self.contents(export, places), strict=True))

    @property
    def pattern(self) -> str:
        """The format as a file dialog offers it."""
        return f"{self.title} ({' '.join(f'*{suffix}' for suffix in self.suffixes)})"


def formats() -> tuple[Format, ...]:
    """The `FORMAT` of every module in `core.formats.kinds`, by the modules' names."""
    return tuple(module.FORMAT for module in _modules(kinds))


def label_readers() -> tuple[LabelReader, ...]:
    """The `READER` of every module in `core.formats.readers`: what is read and not written."""
    return tuple(module.READER for module in _modules(readers))


def _modules(room: ModuleType) -> Iterator[ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(room.__path__))
    return (import_module(f"{room.__name__}.{name}") for name in names)


def label_formats() -> tuple[Format, ...]:
    """Those that hold labels."""
    return tuple(each for each in formats() if each.labels is not None)


def format_named(name: str) -> Format:
    """The format that a command calls so; raises InputError if there is none."""
    found = {each.name: each for each in formats()}
    if name not in found:
        raise InputError(f"format {name}", "is not known", f"give one of {', '.join(found)}")
    return found[name]


def label_format(path: Path) -> Format | None:
    """The format of a file with labels, by how it begins and its name; None if it is no such.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    start = read_start(path, _HEAD_BYTES)
    head, _ = decoded(start, path, is_start=len(start) == _HEAD_BYTES)
    by_name = sorted(label_formats(), key=lambda each: path.suffix.lower() not in each.suffixes)
    likely = (each for each in by_name if each.labels is not None and each.labels.is_like(head))
    return next(likely, None)


def label_endings() -> tuple[str, ...]:
    """How the names of files with labels end that can be read."""
    return tuple(dict.fromkeys(suffix for each in _readable() for suffix in each.suffixes))


def _readable() -> tuple[Format | LabelReader, ...]:
    return (*label_formats(), *label_readers())


def read_labels(path: Path, files: Collection[str] = ()) -> tuple[Format | None, Labels]:
    """Read the labels of a recording in whatever format they are.

    Parameters
    ----------
    path : Path
    files : collection of str
        Names of the recording's files, by which its labels are told from those of others.

    Returns
    -------
    Format or None
        None if its format is only read.
    Labels

    Raises
    ------
    InputError
        If it cannot be read, or holds no labels in a format that is known.
    """
    name = path.name.lower()
    known_by = {end: reader for reader in label_readers() for end in reader.suffixes}
    ends = [end for end in known_by if name.endswith(end)]
    if ends:
        return None, known_by[max(ends, key=len)].read(path, files)
    found = label_format(path)
    if found is None or found.labels is None:
        known = ", ".join(each.title for each in _readable())
        raise InputError(path, "holds no labels in a format that is known", f"give one of {known}")
    return found, found.labels.read(read_whole(path), path)
