"""A person's own labels as words: what is labelled beside the recordings is found by examples."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from core.errors import InputError
from core.find.collection import Collection, Searched
from core.find.indexing import Index
from core.find.marks import Marks, search_again
from core.find.query import LONGEST_S, SHORTEST_S, Query, Stretch, query_of
from core.find.search import Found
from core.formats.registry import label_endings, read_labels

FEWEST = 2
"""Examples by which a label can be looked up."""
_MOST_ASKED = 16
"""Examples that are compared with; of more, some of every length."""
_MOST_PASSED = 300
"""Hits that may be examples themselves."""
_CHANNEL = re.compile(r"\.channel([01])\.")
"""In the name of a file with labels of one channel, as `core.find.leaving.write_hits` writes it."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A stretch with a label.

    Parameters
    ----------
    searched : Searched
        Its recording.
    channel : int
    start_s, end_s : float
    """

    searched: Searched
    channel: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class OwnLabels:
    """What a person has labelled.

    Parameters
    ----------
    examples : mapping of str to tuple of Labelled
        By the text of the label.
    notes : tuple of str
        Which files cannot be read, a sentence each.
    """

    examples: Mapping[str, tuple[Labelled, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def named(self, text: str) -> str | None:
        """The label that a text means, whatever its case; None if there is none."""
        wanted = text.strip().casefold()
        return next((name for name in self.examples if name.casefold() == wanted), None)


@dataclass(frozen=True, slots=True, eq=False)
class AskedBy:
    """Examples of a label that can be heard.

    Parameters
    ----------
    middle : Query
        The one of middle length.
    queries : tuple of Query
        Some of every length.
    known : tuple of Stretch
        Where all are.
    """

    middle: Query
    queries: tuple[Query, ...]
    known: tuple[Stretch, ...]


def own_labels(collection: Collection) -> OwnLabels:
    """Read the files with labels that lie beside recordings and are called as they are.

    ``day1.txt``, ``day1.Table.1.selections.txt``, ``day1.TextGrid`` and so on for ``day1.wav``, in
    any format that is known. They are of the channel of their file; of a file with both channels,
    of channel 0, unless the name ends with ``.channel1`` and the ending of the format.
    """
    examples: dict[str, list[Labelled]] = defaultdict(list)
    notes: list[str] = []
    for path, searched, channel in _files(collection):
        try:
            _, labels = read_labels(path)
        except InputError as error:
            notes.append(f"{path.name}: its labels are left out, it {error.what}")
            continue
        for label in labels:
            text = label.text.strip()
            if text and SHORTEST_S <= label.end_s - label.start_s <= LONGEST_S:
                examples[text].append(Labelled(searched, channel, label.start_s, label.end_s))
    return OwnLabels({text: tuple(each) for text, each in examples.items()}, tuple(notes))


def search_label(index: Index, name: str, examples: Sequence[Labelled], top: int) -> list[Found]:
    """Where else a label belongs: the places most like all its examples.

    The example of middle length is the query, others are marked right.

    Parameters
    ----------
    index : Index
    name : str
        Of the label, for messages.
    examples : sequence of Labelled
    top : int
        As many at most.

    Returns
    -------
    list of Found
        Without the examples themselves.

    Raises
    ------
    InputError
        If there are too few examples that can be heard.
    """
    return found_alike(index, asked_by(index, name, examples), top)


def asked_by(index: Index, name: str, examples: Sequence[Labelled]) -> AskedBy:
    """The examples of a label that can be heard; see `search_label`.

    Raises
    ------
    InputError
        If there are too few.
    """
    queries = [query for each in examples if (query := _heard(index, each)) is not None]
    if len(queries) < FEWEST:
        too_few(name, f"{len(queries) or 'none'} that can be heard")
    queries.sort(key=lambda query: len(query.frames))
    known = tuple(each.stretch for each in queries if each.stretch is not None)
    return AskedBy(
        queries[len(queries) // 2], tuple(queries[:: -(-len(queries) // _MOST_ASKED)]), known
    )


def found_alike(index: Index, asked: AskedBy, top: int) -> list[Found]:
    """The places most like all examples, best first, without the examples themselves."""
    some = [each.stretch for each in asked.queries if each.stretch is not None]
    right = tuple(Found(each, 1.0) for each in some if each != asked.middle.stretch)
    wanted = top + min(len(asked.known), _MOST_PASSED)
    found = search_again(index.frames, asked.middle, Marks(right), wanted)
    return [each for each in found if not any(map(each.is_same, asked.known))][:top]


def too_few(name: str, there: str) -> NoReturn:
    """Refuse a label that has too few examples."""
    what = f"the label {name!r} needs two examples to be found by, and has {there}"
    fix = f"label one more, of {SHORTEST_S:g} to {LONGEST_S:g} s"
    raise InputError("the words", what, fix)


def _heard(index: Index, each: Labelled) -> Query | None:
    """The frames of an example; None if its recording is not indexed or it is silent."""
    kept = index.collection.recordings
    if each.searched not in kept:
        return None
    at = kept.index(each.searched)
    stretch = Stretch(at, each.channel, each.start_s, each.end_s)
    try:
        return query_of(index.frames[at].channels[each.channel], stretch, each.searched.name)
    except InputError:
        return None


def _files(collection: Collection) -> Iterator[tuple[Path, Searched, int]]:
    """Files with labels, and whose they are: the longest name that theirs begins with."""
    beside: dict[Path, dict[str, tuple[Searched, int]]] = defaultdict(dict)
    for searched in collection.recordings:
        for channel, audio in enumerate(searched.recording.places):
            beside[audio.parent].setdefault(audio.stem, (searched, channel))
    endings = label_endings()
    for folder, named in beside.items():
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if not path.name.lower().endswith(endings) or not path.is_file():
                continue
            stem, dot, _ = path.name.rpartition(".")
            while dot and stem not in named:
                stem, dot, _ = stem.rpartition(".")
            if dot:
                searched, channel = named[stem]
                told = _CHANNEL.search(path.name[len(stem) :])
                yield path, searched, int(told[1]) if told else channel
