"""Pairs while a person sorts them: any file may move, and none gets lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.audio.pairs.pairing import FoundFile, Pairing, guess_pairs
from core.audio.sources import Source, Sources, distinct_names, file_names, own_name
from core.errors import InputError

NO_OTHER, SAME = "no other file", "both sides are the same"
TWICE, TAKEN = "is there twice", "its name is taken"
PROBLEMS = (NO_OTHER, SAME, TWICE, TAKEN)
"""Why a row is no pair to open."""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A pair, or what there is of one.

    Parameters
    ----------
    sides : tuple of two Source or None
        Of channel 0 and 1.
    name : str
        What the recording is to be called; empty for its own name.
    spacing_m : float or None
        Distance of the microphones, metres.
    """

    sides: tuple[Source | None, Source | None]
    name: str = ""
    spacing_m: float | None = None

    @property
    def pair(self) -> Sources | None:
        """The pair, if both sides are there and are not the same."""
        zero, one = self.sides
        if zero is None or one is None or (zero.path, zero.channel) == (one.path, one.channel):
            return None
        return Sources((zero, one), self.name, self.spacing_m)

    @property
    def paths(self) -> set[Path]:
        """Files on either side."""
        return {side.path for side in self.sides if side is not None}

    def with_side(self, side: int, source: Source | None) -> DraftRow:
        """The same with another source on one side."""
        zero, one = self.sides
        return replace(self, sides=(zero, source) if side else (source, one))


@dataclass(frozen=True, slots=True)
class PairDraft:
    """All rows of a pairing sheet, and every file that is at hand.

    Parameters
    ----------
    rows : tuple of DraftRow
    files : mapping of Path to FoundFile
    names : mapping of Path to str
        What the files are called, with the folders that tell those of one name apart.

    Attributes
    ----------
    problems : tuple of str
        Why each row is no pair to open; empty if it is one.
    pairs : tuple of Sources
        What can be opened.
    called : tuple of str
        What the recording of each row will be called; empty while it has no side.
    unpaired : tuple of Path
        Files that are in no pair.
    """

    rows: tuple[DraftRow, ...]
    files: Mapping[Path, FoundFile]
    names: Mapping[Path, str]
    problems: tuple[str, ...] = field(init=False, compare=False)
    pairs: tuple[Sources, ...] = field(init=False, compare=False)
    called: tuple[str, ...] = field(init=False, compare=False)
    unpaired: tuple[Path, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        problems = tuple(_problems(self.rows))
        good = (row.pair for row, wrong in zip(self.rows, problems, strict=True) if not wrong)
        pairs = tuple(pair for pair in good if pair is not None)
        paired = {path for pair in pairs for path in pair.files}
        there = (path for row in self.rows for path in sorted(row.paths - paired))
        object.__setattr__(self, "problems", problems)
        object.__setattr__(self, "pairs", pairs)
        object.__setattr__(self, "called", tuple(_called(self.rows, problems, pairs)))
        object.__setattr__(self, "unpaired", tuple(dict.fromkeys(there)))

    @classmethod
    def of(cls, pairing: Pairing, files: Iterable[FoundFile]) -> PairDraft:
        """A guess; files without a partner stand below the pairs, alone on their side."""
        rows = [DraftRow(pair.both) for pair in pairing.pairs]
        rows += [DraftRow((file.source(), None)) for file in pairing.unpaired]
        return cls._of(rows, {file.path: file for file in files})

    @classmethod
    def _of(cls, rows: Iterable[DraftRow], files: Mapping[Path, FoundFile]) -> PairDraft:
        names = dict(zip(files, file_names([*files]), strict=True))
        return cls(tuple(rows), files, names)

    @property
    def of_folders(self) -> Sources | None:
        """One recording of two folders of consecutive files, if each side has one of its own."""
        if len(self.pairs) < 2:
            return None
        sides = tuple(zip(*(pair.both for pair in self.pairs), strict=True))
        places = [{(side.path.parent, side.channel) for side in each} for each in sides]
        folders = {path.parent for path in self.files}
        if [len(each) for each in places] != [1, 1] or len(folders) != 2:
            return None
        (zero,), (one,) = places
        return Sources((Source(*zero), Source(*one))) if zero[0] != one[0] else None

    def joined(self, files: Iterable[FoundFile]) -> PairDraft:
        """More files; pairs stay, and the rest is guessed anew."""
        known = {**self.files, **{file.path: file for file in files}}
        paired = {path for pair in self.pairs for path in pair.files}
        left = [file for path, file in known.items() if path not in paired]
        guessed = PairDraft.of(guess_pairs(left), left)
        return self._of((*(row for row in self.rows if row.pair), *guessed.rows), known)

    def beyond(self, known: Collection[Path]) -> PairDraft:
        """Without rows of files that are all known already."""
        return self._with(row for row in self.rows if not row.paths <= {*known})

    def with_pairs(self, pairs: Iterable[Sources]) -> PairDraft:
        """More pairs of files that are at hand, below the others."""
        return self._with((*self.rows, *(DraftRow(pair.both, pair.name) for pair in pairs)))

    def swapped(self, at: Collection[int]) -> PairDraft:
        """Rows with their sides changed over: the other file is the reference."""
        return self._with(
            replace(row, sides=(row.sides[1], row.sides[0])) if number in at else row
            for number, row in enumerate(self.rows)
        )

    def placed(self, at: int, side: int, file: FoundFile) -> PairDraft:
        """A file put on one side of a row.

        A file that stood alone leaves its place; one of another pair is in both from now on, as a
        reference of several recorders is. What stood here before stays at hand.
        """
        before = self.rows[at].sides[side]
        rows = [*self.rows]
        rows[at] = rows[at].with_side(side, file.source())
        alone = {file.path}
        rows = [
            row for number, row in enumerate(rows) if number == at or row.pair or row.paths != alone
        ]
        if before is not None and not any(before.path in row.paths for row in rows):
            rows.append(DraftRow((before, None)))
        return self._of(rows, {**self.files, file.path: file})

    def with_channel(self, at: int, side: int, channel: int) -> PairDraft:
        """Another channel of the file on one side of a row."""
        source = self.rows[at].sides[side]
        assert source is not None
        return self._changed(at, self.rows[at].with_side(side, replace(source, channel=channel)))

    def all_as(self, at: int) -> PairDraft:
        """Channels and spacing of one row for all, where their files have these channels."""
        model = self.rows[at]
        return self._with(
            replace(self._as(row, model), spacing_m=model.spacing_m) for row in self.rows
        )

    def _as(self, row: DraftRow, model: DraftRow) -> DraftRow:
        for side, (source, wanted) in enumerate(zip(row.sides, model.sides, strict=True)):
            channel = None if wanted is None else wanted.channel
            if source and channel is not None and channel < self._choices(source):
                row = row.with_side(side, replace(source, channel=channel))
        return row

    def _choices(self, source: Source) -> int:
        """How many channels there are to choose from; none in a mono file."""
        channels = self.files[source.path].channels
        return channels if channels > 1 else 0

    def named(self, at: int, name: str) -> PairDraft:
        """Another name for a recording; empty for its own."""
        return self._changed(at, replace(self.rows[at], name=name.strip()))

    def spaced(self, at: int, spacing_m: float | None) -> PairDraft:
        """Another distance of the microphones, metres."""
        return self._changed(at, replace(self.rows[at], spacing_m=spacing_m))

    def without(self, at: Collection[int]) -> PairDraft:
        """Without some rows; their files are of no interest any more."""
        return self._with(row for number, row in enumerate(self.rows) if number not in at)

    def _changed(self, at: int, changed: DraftRow) -> PairDraft:
        return self._with(changed if n == at else row for n, row in enumerate(self.rows))

    def _with(self, rows: Iterable[DraftRow]) -> PairDraft:
        return replace(self, rows=tuple(rows))


def _called(
    rows: Iterable[DraftRow], problems: Iterable[str], pairs: Sequence[Sources]
) -> Iterator[str]:
    try:
        names = iter(distinct_names(pairs))
    except InputError:
        # Which names clash is said when they are opened.
        names = (pair.own_name for pair in pairs)
    for row, wrong in zip(rows, problems, strict=True):
        sides = [side for side in row.sides if side is not None]
        own = row.name or (own_name(sides) if sides else "")
        yield own if wrong else next(names)


def _problems(rows: Iterable[DraftRow]) -> Iterator[str]:
    sides: set[object] = set()
    names: set[str] = set()
    for row in rows:
        if row.pair is None:
            yield NO_OTHER if None in row.sides else SAME
        elif row.sides in sides:
            yield TWICE
        elif row.name in names:
            yield TAKEN
        else:
            sides.add(row.sides)
            names |= {row.name} - {""}
            yield ""
