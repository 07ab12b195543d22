"""Which files belong together: guessed by their names, by when they start and how long they are.

Files of one recording have names that differ in the recorder alone, or say nothing but the
recorder and the time. So each way to take a name apart into recorder and rest is tried, and the one
counts under which most files find a partner.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, takewhile
from pathlib import Path

from core.audio.files.settle import settle
from core.audio.sources import Source, Sources
from core.audio.start_times.names import rest_of_name
from core.audio.start_times.reading import start_time

_WORD = re.compile(r"\d+|[^\W\d_]+")
_RUN = re.compile(r"[^\W_]+")
_MOST_RECORDERS = 8
"""Names of which more than so many differ in one place only are numbered, not of recorders."""
_SHARED = 0.5
"""Of the shorter of two files, so much must lie within the other."""
_HOURS = sorted(range(-14, 15), key=abs)
"""By which the clocks of recorders may differ that were set in other time zones."""
_HOUR = timedelta(hours=1)

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """An audio file, as far as its header tells.

    Parameters
    ----------
    path : Path
    channels : int
    duration_s : float
    start : datetime or None
        As its recorder told it.
    """

    path: Path
    channels: int
    duration_s: float
    start: datetime | None = None

    @classmethod
    def at(cls, path: Path) -> FoundFile:
        """Read the header of a file; raises InputError if it is no audio."""
        found, start = settle(path), start_time(path)
        duration_s = found.frames / found.sample_rate_hz
        return cls(path, found.channels, duration_s, None if start is None else start.moment)

    def source(self, channel: int = 0) -> Source:
        """One of its channels."""
        return Source(self.path, channel if self.channels > 1 else None, self.start)

    def shares_with(self, other: FoundFile, later: timedelta) -> bool:
        """Whether it runs along with a file that starts so much later."""
        start_s = later.total_seconds()
        shared_s = min(self.duration_s, start_s + other.duration_s) - max(0.0, start_s)
        return shared_s >= _SHARED * min(self.duration_s, other.duration_s)


@dataclass(frozen=True, slots=True)
class Pairing:
    """A guess which files belong together.

    Parameters
    ----------
    pairs : tuple of Sources
        Of channel 0 of each file where there are more, by start or name.
    unpaired : tuple of FoundFile
        Files without a partner.
    """

    pairs: tuple[Sources, ...]
    unpaired: tuple[FoundFile, ...] = ()


@dataclass(frozen=True, slots=True)
class _Split:
    """A name taken apart.

    Parameters
    ----------
    way : int or str
        How: the place of the word that tells the recorder, or a name for more than one word.
    recorder, rest : tuple of str
    """

    way: int | str
    recorder: Words
    rest: Words


_Match = tuple[FoundFile, FoundFile]


def guess_pairs(files: Sequence[FoundFile], *, of_stereo: bool = False) -> Pairing:
    """Guess which files belong together.

    A file with two channels is a recording of its own. Two other files are a pair whatever
    their names, in the order given; so are two channels of one that is there alone.

    Parameters
    ----------
    files : sequence of FoundFile
    of_stereo : bool
        Whether stereo files, too, are one side of a recording.

    Returns
    -------
    Pairing
    """
    pairs = [_within(file) for file in files if file.channels == 2 and not of_stereo]
    left = [file for file in files if file.channels != 2 or of_stereo]
    if len(left) == 2:
        pairs.append(_pair(left[0], left[1]))
        left = []
    elif len(left) == 1 and left[0].channels > 1:
        pairs.append(_within(left.pop()))
    unpaired: list[FoundFile] = []
    splits = _splits(left)
    while left:
        recorders, matches = _best(left, splits)
        if not matches:
            break
        pairs += [_pair(zero, one) for zero, one in matches]
        matched = {file for match in matches for file in match}
        unpaired += [file for file in recorders if file not in matched]
        left = [file for file in left if file not in recorders]
    unpaired += left
    return Pairing(
        tuple(sorted(pairs, key=_by_start)), tuple(sorted(unpaired, key=lambda file: file.path))
    )


def alike_first(path: Path, others: Iterable[Path]) -> list[Path]:
    """Other files by how much their names are like one's, the likest first."""
    words = _words(path.stem)
    left = (other for other in others if other != path)
    return sorted(left, key=lambda other: (_differing(words, _words(other.stem)), other))


def partner_of(file: FoundFile, others: Iterable[FoundFile]) -> FoundFile | None:
    """Which file of several is the other side of one: the most alike in name, time and length.

    One that has nothing in common with it counts only if there is no other file.
    """
    words = _words(rest_of_name(file.path.name))
    left = [other for other in others if other.path != file.path]
    likely: list[tuple[tuple[bool, int, float], FoundFile]] = []
    for other in left:
        later = later_than(file, other)
        theirs = _words(rest_of_name(other.path.name))
        differing = _differing(words, theirs)
        is_alike = differing < max(len(words), len(theirs))
        runs_along = later is not None and file.shares_with(other, later)
        if runs_along or (later is None and (is_alike or len(left) == 1)):
            apart_s = abs(other.duration_s - file.duration_s)
            likely.append(((later is None, differing, apart_s), other))
    return min(likely, key=lambda each: each[0], default=(None, None))[1]


def _differing(words: Words, others: Words) -> int:
    alike = sum(one == other for one, other in zip(words, others, strict=False))
    return max(len(words), len(others)) - alike


def _within(file: FoundFile) -> Sources:
    return Sources((file.source(0), file.source(1)))


def _pair(zero: FoundFile, one: FoundFile) -> Sources:
    return Sources((zero.source(), one.source()))


def _by_start(pair: Sources) -> tuple[str, str]:
    first = pair.sides[0]
    told = "" if first.start is None else first.start.replace(tzinfo=None).isoformat()
    return told, str(first.path)


def _splits(files: Sequence[FoundFile]) -> dict[FoundFile, list[_Split]]:
    """All ways to take the names of files apart, with the folders they do not share."""
    levels = zip(*(file.path.parent.parts for file in files), strict=False)
    shared = sum(1 for _ in takewhile(lambda folders: len(set(folders)) == 1, levels))
    return {
        file: list(_ways(*file.path.parent.parts[shared:], rest_of_name(file.path.name)))
        for file in files
    }


def _words(*names: str, what: re.Pattern[str] = _WORD) -> Words:
    """Words and numbers of names."""
    return tuple(word.casefold() for name in names for word in what.findall(name))


def _ways(*names: str) -> Iterator[_Split]:
    words, runs = _words(*names), _words(*names, what=_RUN)
    for at, word in enumerate(words):
        yield _Split(at, (word,), (*words[:at], "*", *words[at + 1 :]))
    # A recorder's number may stand behind its word, as in radio1_007.
    for at, run in enumerate(runs):
        yield _Split(f"run {at}", (run,), (*runs[:at], "*", *runs[at + 1 :]))
    letters = tuple(word for word in words if not word.isdigit())
    yield _Split("words", letters, tuple(word for word in words if word.isdigit()))
    yield _Split("words alone", letters, ())


def _best(
    files: Sequence[FoundFile], splits: dict[FoundFile, list[_Split]]
) -> tuple[set[FoundFile], list[_Match]]:
    """The way to tell recorders apart that gives most pairs: all its files, and those pairs."""
    alike: dict[tuple[int | str, Words], dict[Words, list[FoundFile]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for file in files:
        for split in splits[file]:
            alike[split.way, split.rest][split.recorder].append(file)
    found: dict[tuple[int | str, Words, Words], list[_Match]] = defaultdict(list)
    for (way, rest), recorders in alike.items():
        if len(recorders) <= _MOST_RECORDERS:
            says_more = any(word != "*" for word in rest)
            for zero, one in combinations(sorted(recorders, key=_in_order), 2):
                matches = _matches(recorders[zero], recorders[one], by_name=says_more)
                found[way, zero, one] += matches
    # One pair of files that differ in a number is no pattern.
    found = {
        key: matches
        for key, matches in found.items()
        if len(matches) > 1 or (matches and not "".join(key[1]).isdigit())
    }
    if not found:
        return set(), []
    way, zero, one = max(found, key=lambda key: _worth(key, found[key]))
    before = [r for how, r, w in found if (how, w) == (way, zero) and (way, r, one) in found]
    reference = min((zero, *before), key=_in_order)
    chosen = {w: each for (how, r, w), each in found.items() if (how, r) == (way, reference)}
    members = {reference, *chosen}
    theirs = {
        file
        for file in files
        for split in splits[file]
        if split.way == way and split.recorder in members
    }
    return theirs, [match for matches in chosen.values() for match in matches]


def _in_order(words: Words) -> list[tuple[int, str]]:
    return [(int(word) if word.isdecimal() else -1, word) for word in words]


def _worth(
    key: tuple[int | str, Words, Words], matches: Sequence[_Match]
) -> tuple[int, float, bool, str]:
    """How good a way to tell recorders apart is: many pairs, of like lengths, told by words."""
    apart = [abs(zero.duration_s - one.duration_s) for zero, one in matches]
    longest = [max(zero.duration_s, one.duration_s) for zero, one in matches]
    unlike = sum(apart) / sum(longest)
    way, zero, one = key
    is_named = not "".join(zero + one).isdigit()
    return len(matches), -round(unlike, 3), is_named, f"{way:>9}"


def _matches(zero: Sequence[FoundFile], one: Sequence[FoundFile], *, by_name: bool) -> list[_Match]:
    """Pairs of two recorders' files with the same rest of their names, if that says anything."""
    if all(file.start is not None for file in (*zero, *one)):
        return _matches_by_start(zero, one)
    return [(zero[0], one[0])] if by_name and len(zero) == len(one) == 1 else []


def _matches_by_start(zero: Sequence[FoundFile], one: Sequence[FoundFile]) -> list[_Match]:
    """Pairs that run at the same time; all clocks of one recorder may be hours off."""
    best: list[_Match] = []
    for hours in _HOURS:
        found = _running_along(zero, one, hours * _HOUR)
        if len(found) > (2 * len(best) if best else 0):
            best = found
        if len(best) == min(len(zero), len(one)):
            break
    return best


def _running_along(
    zero: Sequence[FoundFile], one: Sequence[FoundFile], apart: timedelta
) -> list[_Match]:
    starts = sorted((_local(file) - apart, number) for number, file in enumerate(one))
    near: list[tuple[timedelta, int, int]] = []
    for number, file in enumerate(zero):
        at = bisect_left(starts, (_local(file), -1))
        for start, other in starts[max(at - 1, 0) : at + 1]:
            if file.shares_with(one[other], start - _local(file)):
                near.append((abs(start - _local(file)), number, other))
    taken_0: set[int] = set()
    taken_1: set[int] = set()
    found = []
    for _, number, other in sorted(near):
        if number not in taken_0 and other not in taken_1:
            taken_0.add(number)
            taken_1.add(other)
            found.append((zero[number], one[other]))
    return found


def later_than(file: FoundFile, other: FoundFile) -> timedelta | None:
    """How much later another file starts, by the recorders' clocks; None if nobody knows."""
    if file.start is None or other.start is None:
        return None
    if file.start.tzinfo and other.start.tzinfo:
        return other.start - file.start
    return _local(other) - _local(file)


def _local(file: FoundFile) -> datetime:
    """When it starts, by the clock on the recorder's wall."""
    assert file.start is not None
    return file.start.replace(tzinfo=None)
