"""The sides of a recording as people name them: a file, a channel of it, when it starts."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.errors import InputError

_WITH_CHANNEL = re.compile(r"(?P<file>.+):(?P<channel>[0-9]{1,6})", re.DOTALL)
_ENDING = re.compile(r"\.[A-Za-z]\w{1,4}(?=(:[0-9]+)?( \+ |$))")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""What one system or another does not allow in the name of a file."""
_DRIVE = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Source:
    """One side of a recording, before anything of it is read.

    Parameters
    ----------
    path : Path
    channel : int or None
        Channel within the file, from 0; None for the only one.
    start : datetime or None
        When the file starts; None where nobody knows.
    device : str
        The recorder, by whatever name it has; empty where nobody says.
    """

    path: Path
    channel: int | None = None
    start: datetime | None = None
    device: str = ""

    @classmethod
    def parse(cls, text: str, is_file: Callable[[str], bool] | None = None) -> Source:
        """A source from ``FILE`` or ``FILE:CHANNEL``.

        What is the name of a file stands for that file, whatever colons it holds; so the
        channel 3 of a file ``dawn:2`` is ``dawn:2:3``. A single letter before a colon is a drive.

        Parameters
        ----------
        text : str
        is_file : callable, optional
            Whether there is a file of a name; by default it is looked for.

        Raises
        ------
        InputError
            If what follows the name of a file after a colon is no channel.
        """
        is_there = _is_file if is_file is None else is_file
        found = _WITH_CHANNEL.fullmatch(text)
        if is_there(text) or (found and _DRIVE.fullmatch(found["file"]) and not is_there(text[:1])):
            return cls(Path(text))
        if found:
            return cls(Path(found["file"]), int(found["channel"]))
        file, colon, channel = text.rpartition(":")
        if colon and is_there(file):
            raise InputError(
                file, f"{channel!r} is no channel", "give its number after the colon, from 0"
            )
        return cls(Path(text))

    @property
    def identity(self) -> Hashable:
        """Alike for the same channel of the same file; the disk is not asked for links."""
        return whole_path(self.path), self.channel or 0

    @property
    def label(self) -> str:
        """The name of the file, with the channel where one was chosen; `parse` reads it."""
        return label_of(self.path, self.channel)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a recording is made of: one stereo file, or two sources.

    Parameters
    ----------
    sides : tuple of one or two Source
        The stereo file, or the sources of channel 0 and 1.
    name : str
        What the recording is called; by default what its first file is.
    spacing_m : float or None
        Distance of the microphones, metres; None where nobody says.
    """

    sides: tuple[Source, ...]
    name: str = ""
    spacing_m: float | None = None

    @classmethod
    def of_file(cls, path: Path) -> Sources:
        """Those of a stereo file."""
        return cls((Source(path),))

    @property
    def own_name(self) -> str:
        """Its name, or what it is called where no other recording is."""
        return self.name or own_name(self.sides)

    @property
    def files(self) -> tuple[Path, ...]:
        """The one or two files."""
        return tuple(dict.fromkeys(side.path for side in self.sides))

    @property
    def labels(self) -> tuple[str, ...]:
        """What its sides are called."""
        return tuple(side.label for side in self.sides)

    @property
    def both(self) -> tuple[Source, Source]:
        """The sources of channel 0 and 1, of a stereo file too."""
        first, last = self.sides[0], self.sides[-1]
        if len(self.sides) == 1:
            return replace(first, channel=0), replace(first, channel=1)
        return first, last

    @property
    def identity(self) -> Hashable:
        """Alike for the same channels of the same files; the disk is not asked for links."""
        return tuple(side.identity for side in self.both)


def label_of(path: Path, channel: int | None) -> str:
    """The name of a file, and the channel if it is one of several."""
    return path.name if channel is None else f"{path.name}:{channel}"


def own_name(sides: Sequence[Source]) -> str:
    """What a recording is called: as its first file, with a channel of many where it has one."""
    first, last = sides[0], sides[-1]
    is_stereo = first.path == last.path and (first.channel, last.channel) == (0, 1)
    return first.path.name if is_stereo else first.label


def distinct_names(recordings: Sequence[Sources]) -> list[str]:
    """A name for each recording that no other has.

    The one it was given, or else its own if that is its alone. Otherwise as much of the folders
    stands before it as tells the reference files apart, as in ``day 1/dawn.wav``; where several
    recordings have the same reference, the other side follows, as in ``dawn.wav + mic 2.wav``.

    Parameters
    ----------
    recordings : sequence of Sources
        Of which none is there twice.

    Returns
    -------
    list of str
        In their order.

    Raises
    ------
    InputError
        If two were given the same name.
    """
    names = [recording.own_name for recording in recordings]
    for tell_apart in (_by_folder, _by_other_side, _by_folder_of_other_side):
        for members in _namesakes(names):
            alike = [recordings[at] for at in members]
            told = tell_apart(names[members[0]], alike)
            for at, name in zip(members, told, strict=True):
                names[at] = recordings[at].name or name
    for first, second, *_ in _namesakes(names):
        raise InputError(
            recordings[second].sides[0].path,
            f"and {recordings[first].sides[0].path} are both to be called {names[first]!r}",
            "give each recording a name of its own",
        )
    return names


def file_names(paths: Sequence[Path]) -> list[str]:
    """What files are called, with the folders that tell those of one name apart.

    Parameters
    ----------
    paths : sequence of Path
        No two alike.

    Returns
    -------
    list of str
        In their order.
    """
    names = [path.name for path in paths]
    for members in _namesakes(names):
        folders = _telling_apart([paths[at] for at in members])
        for at, folder in zip(members, folders, strict=True):
            names[at] = folder + names[at]
    return names


def labels_apart(sides: Iterable[Source]) -> dict[Hashable, str]:
    """What sides are called, by their identities, with the folders that tell their files apart.

    Parameters
    ----------
    sides : iterable of Source
    """
    at = {side.identity: side for side in sides}
    paths = [*dict.fromkeys(side.path for side in at.values())]
    names = dict(zip(paths, file_names(paths), strict=True))
    return {
        identity: names[side.path].removesuffix(side.path.name) + side.label
        for identity, side in at.items()
    }


def file_stems(names: Sequence[str]) -> list[str]:
    """What files of recordings are called, without their ending: no two alike, on any system.

    The endings of the recordings' own files are left out where no two are alike without.

    Parameters
    ----------
    names : sequence of str
        Of recordings, no two alike.

    Returns
    -------
    list of str
        In their order.
    """
    stems = [file_stem(name) for name in names]
    for members in _namesakes([stem.casefold() for stem in stems]):
        for at in members:
            stems[at] = _NOT_IN_NAMES.sub("_", names[at])
    for members in _namesakes([stem.casefold() for stem in stems]):
        for number, at in enumerate(members[1:], 2):
            stems[at] += f"_{number}"
    return stems


def file_stem(name: str) -> str:
    """What files of one recording are called, without their ending."""
    return _NOT_IN_NAMES.sub("_", _ENDING.sub("", name)).strip(" .") or "recording"


def _namesakes(names: Sequence[str]) -> list[list[int]]:
    """Where the names stand that several have."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(names):
        places[name].append(at)
    return [members for members in places.values() if len(members) > 1]


def _by_folder(name: str, alike: Sequence[Sources]) -> list[str]:
    folders = _telling_apart([recording.sides[0].path for recording in alike])
    return [folder + name for folder in folders]


def _by_other_side(name: str, alike: Sequence[Sources]) -> list[str]:
    return [f"{name} + {recording.sides[-1].label}" for recording in alike]


def _by_folder_of_other_side(name: str, alike: Sequence[Sources]) -> list[str]:
    folders = _telling_apart([recording.sides[-1].path for recording in alike])
    label = alike[0].sides[-1].label
    return [f"{name.removesuffix(label)}{folder}{label}" for folder in folders]


def _telling_apart(paths: Sequence[Path]) -> list[str]:
    """The last folders that tell files apart, with slashes; empty if they are one file."""
    ways = [Path(whole_path(path)).parts for path in paths]
    different, depth = len(set(ways)), 1
    while len({way[-depth:] for way in ways}) < different:
        depth += 1
    return ["".join(f"{folder}/" for folder in way[max(1, len(way) - depth) : -1]) for way in ways]


def whole_path(path: Path) -> str:
    """The whole path, without asking the disk."""
    return os.path.abspath(path)  # noqa: PTH100 (it does not look for links)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False
