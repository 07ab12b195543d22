"""Tables of shards: what each knows of its place in the whole, and the whole made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.formats.files import checked
from core.formats.files.reading import read_whole
from core.formats.sidecar import FORMAT, sidecar_path
from core.formats.sidecar_text import apart, fingerprint, moved
from core.formats.tables.biodcase import HEADER


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """One of equal shares of a run, as ``3/64``.

    Parameters
    ----------
    number : int
        From 1.
    of : int
    """

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True)
class NotAligned:
    """A recording that could not be aligned.

    Parameters
    ----------
    place : int
        Which recording of the run it is.
    name : str
    error : str
        One line: what, where, what to do.
    """

    place: int
    name: str
    error: str


@dataclass(frozen=True, slots=True)
class Part:
    """What the sidecar of a shard's table says of its place in the whole.

    Parameters
    ----------
    shard : Shard
    run : str
        Digest of what the whole run was asked for.
    rows : tuple of (int, int)
        Where rows that follow each other belong among those of the whole, and their bytes.
    recordings : tuple of (int, str)
        Which recordings of the run those in the sidecar are, and their names.
    failed : tuple of NotAligned
    """

    shard: Shard
    run: str
    rows: tuple[tuple[int, int], ...]
    recordings: tuple[tuple[int, str], ...]
    failed: tuple[NotAligned, ...]

    def as_json(self) -> dict[str, object]:
        """The same as it stands in the sidecar."""
        return {
            "number": self.shard.number,
            "of": self.shard.of,
            "run": self.run,
            "rows": self.rows,
            "recordings": self.recordings,
            "failed": [(each.place, each.name, each.error) for each in self.failed],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Part:
        """A part from its JSON; raises KeyError, TypeError or ValueError if it is none."""
        of = checked.whole(value["of"], 1)
        return cls(
            Shard(checked.whole(value["number"], 1, of), of),
            checked.text(value["run"]),
            tuple(
                (checked.whole(place, 0), checked.whole(size, 1)) for place, size in value["rows"]
            ),
            tuple(
                (checked.whole(place, 0), checked.text(name)) for place, name in value["recordings"]
            ),
            tuple(
                NotAligned(checked.whole(place, 0), checked.text(name), checked.text(error))
                for place, name, error in value["failed"]
            ),
        )

    @property
    def names(self) -> list[str]:
        """All recordings that the shard had to align."""
        return [name for _, name in self.recordings] + [each.name for each in self.failed]


@dataclass(frozen=True, slots=True, eq=False)
class PartTable:
    """The table of a shard as it was read.

    Parameters
    ----------
    path : Path
    part : Part
    version : str
        Of the FinchSync that wrote it.
    content : bytes
    blocks : list of bytes
        Of its recordings, as `core.formats.sidecar_text.block`.
    """

    path: Path
    part: Part
    version: str
    content: bytes
    blocks: list[bytes]


def spans(rows: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Rows that follow each other in the whole, together.

    Parameters
    ----------
    rows : sequence of (int, int)
        Place and bytes of each; those of a recording that no table lists share their place.
    """
    found: list[tuple[int, int]] = []
    before = -2
    for place, size in rows:
        if place in (before, before + 1):
            start, length = found.pop()
            found.append((start, length + size))
        else:
            found.append((place, size))
        before = place
    return tuple(found)


def read_part(table: Path) -> PartTable:
    """Read the table of a shard and its sidecar.

    Parameters
    ----------
    table : Path

    Raises
    ------
    InputError
        If one of them cannot be read, was changed since, or is not of a shard.
    """
    content, beside = read_whole(table), sidecar_path(table)
    if beside == table or not beside.exists():
        raise _no_part(table)
    text = read_whole(beside)
    if FORMAT.encode() not in text or b'\n  "part": ' not in text:
        raise _no_part(table)
    try:
        return _part_table(table, content, text)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            table,
            f"or {beside.name} beside it is not as the shard wrote it",
            "align that shard again, with --overwrite",
        ) from error


def _part_table(table: Path, content: bytes, text: bytes) -> PartTable:
    head, blocks = apart(text)
    part = Part.from_json(head["part"])
    sizes = len(HEADER) + sum(size for _, size in part.rows)
    is_whole = len(blocks) == len(part.recordings) and sizes == len(content)
    if not is_whole or head["table"]["fingerprint"] != fingerprint(content):
        raise ValueError("it was changed")
    return PartTable(table, part, checked.text(head["finchsync"]), content, blocks)


def _no_part(table: Path) -> InputError:
    return InputError(
        table,
        "is not from 'finchsync align --shard', or the JSON file beside it is missing",
        "give the tables of all shards of one run, each with its JSON file",
    )


def problems(parts: Sequence[PartTable]) -> list[InputError]:
    """Why tables do not make a whole, a sentence each; empty if they do.

    Parameters
    ----------
    parts : sequence of PartTable
        At least one.
    """
    return [*_repeated(parts), *_of_other_runs(parts), *_missing(parts)]


def _repeated(parts: Sequence[PartTable]) -> Iterator[InputError]:
    """Shards and recordings that are there twice."""
    shards: dict[Shard, PartTable] = {}
    owners: dict[str, PartTable] = {}
    for each in parts:
        first = shards.setdefault(each.part.shard, each)
        if first is not each:
            what = f"is shard {each.part.shard}, as {first.path} is"
            yield InputError(each.path, what, "leave one of them out")
            continue
        twice = [name for name in each.part.names if owners.setdefault(name, each) is not each]
        if twice:
            others = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
            what = f"holds {twice[0]!r}{others}, as {owners[twice[0]].path} does"
            yield InputError(each.path, what, "align all shards with one command")


def _of_other_runs(parts: Sequence[PartTable]) -> Iterator[InputError]:
    """Shards that were asked for something else than most."""
    for said, what in (
        ([f"one of {each.part.shard.of} shards" for each in parts], "is {}, but most are {}"),
        ([f"FinchSync {each.version}" for each in parts], "is from {}, but most are from {}"),
        ([each.part.run for each in parts], "was aligned with other recordings or options"),
    ):
        usual = Counter(said).most_common(1)[0][0]
        other = [(each, its) for each, its in zip(parts, said, strict=True) if its != usual]
        for each, its in other:
            fix = "align all shards with one command"
            yield InputError(each.path, what.format(its, usual), fix)
        if other:
            return


def _missing(parts: Sequence[PartTable]) -> Iterator[InputError]:
    of = Counter(each.part.shard.of for each in parts).most_common(1)[0][0]
    there = {each.part.shard.number for each in parts if each.part.shard.of == of}
    # A damaged number of shards must not make a long list: what lies between is counted.
    marks = sorted({0, *there, of + 1})
    gaps = [(low + 1, high - 1) for low, high in pairwise(marks) if high - low > 1]
    if gaps:
        told = [f"{low}" if low == high else f"{low} to {high}" for low, high in gaps]
        one = len(gaps) == 1 and gaps[0][0] == gaps[0][1]
        what = "is missing" if one else "are missing"
        fix = "give its table too" if one else "give their tables too"
        where = f"{'shard' if one else 'shards'} {', '.join(told)} of {of}"
        yield InputError(where, what, fix)


def whole_table(parts: Sequence[PartTable]) -> bytes:
    """The table that one run over all recordings would have written.

    Parameters
    ----------
    parts : sequence of PartTable
        Without `problems`.
    """
    pieces: list[tuple[int, Shard, memoryview]] = []
    for each in parts:
        content, start = memoryview(each.content), len(HEADER)
        for place, size in each.part.rows:
            pieces.append((place, each.part.shard, content[start : start + size]))
            start += size
    pieces.sort(key=lambda piece: piece[:2])
    return b"".join((HEADER, *(piece for _, _, piece in pieces)))


def whole_blocks(parts: Sequence[PartTable], home: Path) -> list[bytes]:
    """Its recordings in the sidecar, in the order of the run.

    Parameters
    ----------
    parts : sequence of PartTable
        Without `problems`.
    home : Path
        Folder of the whole table, from where it is said where audio lies.
    """
    blocks = [
        (place, each.part.shard, moved(block, each.path.parent, home))
        for each in parts
        for (place, _), block in zip(each.part.recordings, each.blocks, strict=True)
    ]
    return [block for _, _, block in sorted(blocks, key=lambda block: block[:2])]


def whole_failed(parts: Sequence[PartTable]) -> list[NotAligned]:
    """All recordings that could not be aligned, in the order of the run."""
    failed = [(each.part.shard, one) for each in parts for one in each.part.failed]
    return [one for _, one in sorted(failed, key=lambda each: (each[1].place, each[0]))]
