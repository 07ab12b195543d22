"""Looks through recordings for a sound or words, step by step, in processes apart.

What listens is the shipped net, which needs no PyTorch, or a person's own: the file of an encoder
that compares sounds, or the folder of a model that understands any words.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.session.entries import Entry
from core.align.alignment import Progress
from core.audio.recording import Recording, names_apart
from core.errors import InputError, system_reason
from core.find.across import Hit, disagreements, with_other_side
from core.find.collection import Collection, Searched
from core.find.frames import CompactFrames, FrameEncoder, Frames
from core.find.indexing import Index, indexed, is_indexed
from core.find.marks import Marks, search_again
from core.find.query import Stretch, query_of
from core.find.search import Found
from core.formats.sidecar import Rows
from core.processes.child_process import Child, ChildEndedError, steps_of_child
from core.steps import reported, result_of

if TYPE_CHECKING:
    from core.find.words.asking import Asked

TOP = 50
"""Hits that are listed."""
_SCANNED = 500
"""Hits among which disagreements are looked for."""
_CHOOSE = "choose FinchSync under 'Listen with'"


@dataclass(frozen=True, slots=True)
class Example:
    """What is looked for.

    Parameters
    ----------
    key : int
        Of its recording in the session.
    stretch : Stretch
        Its `recording` is a place among those that are searched.
    """

    key: int
    stretch: Stretch


@dataclass(frozen=True, slots=True, eq=False)
class FoundHits:
    """What was found.

    Parameters
    ----------
    hits : tuple of Hit
        Best first.
    apart : tuple of Hit
        Those that are not on the other channel, also from further down.
    keys : tuple of int
        Of the recordings that were searched, by `Stretch.recording`.
    notes : tuple of str
        What was left out or indexed again, and why.
    """

    hits: tuple[Hit, ...] = ()
    apart: tuple[Hit, ...] = ()
    keys: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a process apart has made.

    Parameters
    ----------
    digest : str
        Of the encoder whose index it is.
    notes : tuple of str
    found : tuple of Found
        What a model of a person's own found by words.
    """

    digest: str
    notes: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()


MakeSteps = Callable[[Collection, Path | None, str], Iterator[object]]
"""Makes what is missing of an index, for what listens, and finds words by a person's own model;
yields `Progress`, and at last `Made`."""

SearchSteps = Callable[..., Iterator[object]]
"""Called with the arguments of `search_steps`; yields the same, and None while nothing is new."""


@dataclass(frozen=True, slots=True)
class Looking:
    """How to look.

    Parameters
    ----------
    listener : Path or None
        What listens; None for the shipped net.
    make, search : callable
    made : dict
        What was made last; is filled.
    """

    listener: Path | None
    make: MakeSteps
    search: SearchSteps
    made: dict[Hashable, Made]


class _Indexed:
    """The frames of an encoder that was opened elsewhere, as `FrameEncoder`: they are there."""

    def __init__(self, digest: str) -> None:
        self.digest = digest

    def frames(self, recording: Recording, channel: int) -> Iterator[Frames]:  # noqa: ARG002
        raise InputError(recording.name, "cannot be read", "see the other notes")


def make_apart(collection: Collection, listener: Path | None, text: str) -> Iterator[object]:
    """Index in a process of its own: it would hold the window up; see `MakeSteps`.

    Raises
    ------
    InputError
        Also if the process ended by itself.
    """
    try:
        yield from steps_of_child("the indexing's", make_steps, collection, listener, text)
    except ChildEndedError as error:
        fix = "close other programs if memory is short, and look again: it goes on from there"
        what = f"was not made to the end, because {error}"
        raise InputError("the index", what, fix) from error


class SearcherApart:
    """Searches in a process of its own, which is kept: its many short calls hold the window up."""

    def __init__(self) -> None:
        self._child = Child("the search's", search_steps)

    def steps(self, *asked: object) -> Iterator[object]:
        """As `search_steps`.

        Raises
        ------
        InputError
            Also if the process ended by itself.
        """
        try:
            yield from self._child.steps(*asked)
        except ChildEndedError as error:
            fix = "close other programs if memory is short, and look again"
            raise InputError("the search", f"came to no end, because {error}", fix) from error

    def close(self) -> None:
        """End the process."""
        self._child.close()


def make_steps(collection: Collection, listener: Path | None, text: str) -> Iterator[object]:
    """Index in this process; see `MakeSteps`."""
    from core.find.words.asking import answered, any_words

    encoder: FrameEncoder = CompactFrames()
    asked = None
    if listener is not None and listener.is_dir():
        from core.nets.words_folder import open_words_folder

        asked = any_words(text, listener, open_words_folder(listener))
    elif listener is not None:
        encoder = _opened(listener)
    index = yield from indexed(collection, encoder)
    found: list[Found] = []
    if asked is not None:
        steps = answered(index, asked, _SCANNED)
        found = yield from reported(steps, lambda share: Progress("listening", share))
    yield Made(encoder.digest, index.notes, tuple(found))


def _opened(path: Path) -> FrameEncoder:
    from core.find.encoded import EncodedFrames
    from core.nets import ensure_torch

    ensure_torch(path.name)
    from core.nets.channel_tokens import ChannelTokens
    from core.nets.embed import leave_a_core

    leave_a_core()
    return EncodedFrames(ChannelTokens(path))


def look_steps(
    place: Path,
    entries: Sequence[tuple[int, Entry]],
    sought: Example | str,
    marks: Marks,
    how: Looking,
) -> Iterator[object]:
    """Index what is new, and search by an example or by words.

    Yields
    ------
    Progress, FoundHits or None
        None while nothing is new.
    """
    # They take scipy, which the first paint would wait for.
    from core.find.words.asking import needs_shipped_net, understood
    from core.find.words.own_labels import OwnLabels, own_labels

    yield Progress("looking at the index", 0.0)
    names = names_apart([entry.recording for _, entry in entries])
    collection = Collection(
        place,
        tuple(_searched(name, entry) for name, (_, entry) in zip(names, entries, strict=True)),
    )
    takes_any = how.listener is not None and how.listener.is_dir()
    text = sought if isinstance(sought, str) else ""
    if takes_any and not text:
        raise InputError(how.listener or "", "understands words, not examples", _CHOOSE)
    own = own_labels(collection) if text and not takes_any else OwnLabels()
    asked = understood(text, own) if text and not takes_any else sought
    if how.listener is not None and needs_shipped_net(asked):
        raise InputError("a sentence", "is understood by the shipped net only", _CHOOSE)
    made = yield from _made(collection, text if takes_any else "", how)
    yield Progress("comparing", 1.0)
    made = replace(made, notes=(*own.notes, *made.notes))
    yield from how.search(collection, tuple(key for key, _ in entries), asked, marks, made)


def search_steps(
    collection: Collection,
    keys: Sequence[int],
    asked: Example | Asked | str,
    marks: Marks,
    made: Made,
) -> Iterator[Progress | FoundHits]:
    """Search what is indexed, in this process.

    Parameters
    ----------
    collection : Collection
    keys : sequence of int
        Of its recordings in the session.
    asked : Example, Asked or str
        A text was found already: `Made.found`.
    marks : Marks
    made : Made
    """
    from core.find.words.asking import answered

    index = result_of(indexed(collection, _Indexed(made.digest)))
    if isinstance(asked, str):
        found = marked(made.found, marks)
    elif isinstance(asked, Example):
        found = _like(index, collection, asked, marks)
    else:
        steps = answered(index, asked, _SCANNED)
        told = yield from reported(steps, lambda share: Progress("listening", share))
        found = marked(told, marks)
    hits = with_other_side(index, found, _SCANNED)
    key_of = dict(zip(collection.recordings, keys, strict=True))
    yield FoundHits(
        tuple(hits[:TOP]),
        tuple(disagreements(hits)[:TOP]),
        tuple(key_of[each] for each in index.collection.recordings),
        tuple(dict.fromkeys((*made.notes, *index.notes))),
    )


def _made(collection: Collection, text: str, how: Looking) -> Generator[Progress, None, Made]:
    """The index of what listens, from the last time if all of it is there; returns `Made`."""
    if how.listener is None:
        key: Hashable = None
        known: Made | None = Made(CompactFrames().digest)
    else:
        fingerprints = tuple(each.fingerprint for each in collection.recordings)
        key = (how.listener, _stamp(how.listener), text, fingerprints)
        known = how.made.get(key)
    if known is not None and is_indexed(collection, _Indexed(known.digest)):
        return replace(known, notes=())
    made = None
    for step in how.make(collection, how.listener, text):
        if isinstance(step, Progress):
            yield step
        elif isinstance(step, Made):
            made = step
    assert made is not None
    how.made.clear()
    how.made[key] = made
    return made


def _stamp(path: Path) -> tuple[tuple[str, int], ...]:
    """Tells whether what listens is still the same."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        return tuple((each.name, each.stat().st_mtime_ns) for each in files)
    except OSError as error:
        what = f"cannot be read ({system_reason(error)})"
        raise InputError(path, what, f"{_CHOOSE}, or another one") from error


def _like(index: Index, collection: Collection, example: Example, marks: Marks) -> list[Found]:
    meant = collection.recordings[example.stretch.recording]
    kept = index.collection.recordings
    if meant not in kept:
        raise InputError(meant.name, "cannot be read", "choose a sound of another recording")
    here = example.stretch._replace(recording=kept.index(meant))
    query = query_of(index.frames[here.recording].channels[here.channel], here, meant.name)
    return search_again(index.frames, query, marks, _SCANNED)


def marked(found: Sequence[Found], marks: Marks) -> list[Found]:
    """Hits by words: what was marked right comes first, what was marked wrong not at all."""
    known = {*marks.right, *marks.wrong}
    return [*marks.right, *(each for each in found if each not in known)]


def _searched(name: str, entry: Entry) -> Searched:
    is_set = bool((~entry.is_unset).any())
    known = entry.leaving.known_map(Rows.ALL) if is_set else None
    return Searched(name, entry.recording, entry.known.fingerprint, known)
