"""Labels made to fit a format: what it has no room for goes elsewhere, or is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from core.labels import Label, Labels, Tier

_BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Holds:
    """What a format has room for, its schema; times and text every format holds.

    Parameters
    ----------
    tiers : bool
        Several named lists of labels.
    empty_tiers : bool
        Such a list without labels.
    overlaps : bool
        Labels of one tier over each other, and points among spans.
    empty_text : bool
        Spans without text.
    breaks : bool
        Line breaks and tabs in the text.
    frequencies : bool
    columns : bool
        Any other columns.
    confidence : bool
    """

    tiers: bool = False
    empty_tiers: bool = False
    overlaps: bool = True
    empty_text: bool = True
    breaks: bool = True
    frequencies: bool = False
    columns: bool = False
    confidence: bool = False


def fitted(labels: Labels, holds: Holds) -> tuple[Labels, tuple[str, ...]]:
    """The labels as a format holds them.

    Parameters
    ----------
    labels : Labels
    holds : Holds

    Returns
    -------
    Labels
        Confidence is kept even where the format has no room for it; the sidecar has.
    tuple of str
        What is lost or elsewhere now, a sentence each.
    """
    tiers, notes = list(labels.tiers), []
    empty = [tier.name for tier in tiers if not tier.labels]
    if empty and not holds.empty_tiers:
        tiers = [tier for tier in tiers if tier.labels]
        notes += _told(len(empty), f"tier without labels ({_names(empty)})", "is left out", "are")
    if not holds.tiers:
        named = [tier.name for tier in tiers if tier.name]
        if named:
            notes.append(f"tiers have no place there: the names {_names(named)} are left out")
        if tiers:
            every = (label for tier in tiers for label in tier.labels)
            tiers = [Tier("", tuple(sorted(every, key=lambda label: (label.start_s, label.end_s))))]
    if not holds.overlaps:
        tiers, moved = _side_by_side(tiers)
        notes += moved
    for is_lost, what, without in _LOSSES:
        if not getattr(holds, what):
            tiers, count = _without(tiers, is_lost, without)
            notes += _told(count, "label", *_WORDS[what])
    if not holds.columns and labels.other_columns:
        columns = _names(labels.other_columns)
        notes.append(f"other columns have no place there: {columns} are left out")
        tiers, _ = _without(tiers, lambda label: bool(label.others), _plain)
    if not holds.empty_text:
        bare = sum(not (label.text or label.is_point) for tier in tiers for label in tier.labels)
        notes += _told(
            bare, "label without text", "cannot be told from a gap", "cannot be told from gaps"
        )
    return replace(labels, tiers=tuple(tiers)), tuple(notes)


def _plain(label: Label) -> Label:
    return replace(label, others=())


_LOSSES: tuple[tuple[Callable[[Label], bool], str, Callable[[Label], Label]], ...] = (
    (
        lambda label: bool(_BREAKS.search(label.text)),
        "breaks",
        lambda label: replace(label, text=_BREAKS.sub(" ", label.text)),
    ),
    (
        lambda label: label.has_frequencies,
        "frequencies",
        lambda label: replace(label, low_hz=None, high_hz=None),
    ),
)
_WORDS = {
    "breaks": (
        "has blanks where its line breaks and tabs were",
        "have blanks where their line breaks and tabs were",
    ),
    "frequencies": ("loses its frequencies", "lose their frequencies"),
}


def _without(
    tiers: Iterable[Tier], is_lost: Callable[[Label], bool], without: Callable[[Label], Label]
) -> tuple[list[Tier], int]:
    """Tiers whose labels have lost something, and how many of them."""
    found, count = [], 0
    for tier in tiers:
        count += sum(map(is_lost, tier.labels))
        kept = tuple(without(label) if is_lost(label) else label for label in tier.labels)
        found.append(replace(tier, labels=kept))
    return found, count


def _told(count: int, what: str, one: str, many: str) -> list[str]:
    """A sentence about so many things; none where there are none."""
    if not count:
        return []
    head, _, rest = what.partition(" ")
    return [f"1 {what} {one}" if count == 1 else f"{count} {f'{head}s {rest}'.strip()} {many}"]


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(map(repr, names)))


def _side_by_side(tiers: Iterable[Tier]) -> tuple[list[Tier], list[str]]:
    """Tiers in which nothing lies over anything else, and points are by themselves."""
    found: list[Tier] = []
    notes = []
    for tier in tiers:
        points = tuple(sorted((x for x in tier.labels if x.is_point), key=lambda x: x.start_s))
        lanes = _lanes(x for x in tier.labels if not x.is_point)
        if points and not lanes:
            found.append(Tier(tier.name, points, is_points=True))
            continue
        own = [
            Tier(tier.name if n == 0 else f"{tier.name} ({n + 1})", lane)
            for n, lane in enumerate(lanes or [()])
        ]
        if not tier.labels:
            own = [tier]
        if len(own) > 1:
            notes.append(f"labels of {tier.name!r} overlap: they stand in {len(own)} tiers")
        if points:
            own.append(Tier(f"{tier.name} (points)".strip(), points, is_points=True))
            notes.append(f"points of {tier.name!r} stand in a tier of their own")
        found += own
    return _distinct(found), notes


def _lanes(spans: Iterable[Label]) -> list[tuple[Label, ...]]:
    """Spans in as few lists as it takes for none to overlap another."""
    lanes: list[list[Label]] = []
    for label in sorted(spans, key=lambda label: (label.start_s, label.end_s)):
        free = next((lane for lane in lanes if lane[-1].end_s <= label.start_s), None)
        if free is None:
            lanes.append([label])
        else:
            free.append(label)
    return [tuple(lane) for lane in lanes]


def _distinct(tiers: list[Tier]) -> list[Tier]:
    """The same tiers under names that differ."""
    seen: set[str] = set()
    found = []
    for tier in tiers:
        name, number = tier.name, 2
        while name in seen:
            name, number = f"{tier.name} ({number})", number + 1
        seen.add(name)
        found.append(replace(tier, name=name))
    return found
