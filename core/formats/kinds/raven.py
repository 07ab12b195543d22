"""Selection tables of Raven: a row a selection, between tabs; other columns are kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from core.formats.files.label_text import decimal, label_at
from core.formats.files.table_text import is_table, table_text
from core.formats.fitting import Holds
from core.formats.keypoint_labels import CHANNELS, KeypointLabels
from core.formats.registry import Format, LabelFile
from core.formats.tables.columns import ColumnReader, encoded, has_columns, number, plain, seconds
from core.labels import Label, Labels, Tier

BEGIN, END = "Begin Time (s)", "End Time (s)"
LOW, HIGH = "Low Freq (Hz)", "High Freq (Hz)"
SELECTION, VIEW, CHANNEL = "Selection", "View", "Channel"
ANNOTATION, TIER, CONFIDENCE = "Annotation", "Tier", "Alignment Confidence"
_NUMBERS = (BEGIN, END, LOW, HIGH, CONFIDENCE)
_TEXTS = (ANNOTATION, "Label", "Species", "Common Name", "Call Type")
"""Columns that people write into; of those that are there the first is the text."""


def _is_header(cells: Sequence[str]) -> bool:
    return has_columns(cells, (BEGIN, END))


def _read(content: bytes, path: Path) -> Labels:
    taken = table_text(content, path, _is_header)
    # Raven writes quotes as they are; only a table that was saved as CSV since has quoted fields.
    reader = ColumnReader(path, taken, (BEGIN, END), quotes=taken.separator != "\t")
    at = {name: n for name in (*_NUMBERS, *_TEXTS, TIER) if (n := reader.at(name)) is not None}
    text_column = next((name for name in _TEXTS if name in at), "")
    own = {at[name] for name in (*_NUMBERS, text_column, TIER) if name in at}
    more = [(n, name) for n, name in enumerate(reader.header) if n not in own]
    tiers: dict[str, list[Label]] = {}
    for cells in reader.rows():
        said = {name: cells[n] for name, n in at.items()}
        others = tuple((name, cells[n]) for n, name in more)
        label = _label(reader, said, said.get(text_column, ""), others)
        tiers.setdefault(said.get(TIER, ""), []).append(label)
    notes = [f"{path} {note}." for note in taken.notes]
    found = tuple(Tier(name, tuple(_once(path, labels, notes))) for name, labels in tiers.items())
    return Labels(found or (Tier("", ()),), text_column=text_column, notes=tuple(notes))


def _label(
    reader: ColumnReader, said: dict[str, str], text: str, others: tuple[tuple[str, str], ...]
) -> Label:
    where = reader.where
    pointed = reader.with_points(*(said.get(name, "") for name in _NUMBERS))
    begin, end, *rest = pointed
    low, high, sure = (
        number(where, name, cell) if cell.strip() else None
        for name, cell in zip(_NUMBERS[2:], rest, strict=True)
    )
    return label_at(
        where,
        (seconds(where, BEGIN, begin), seconds(where, END, end)),
        text,
        (low, high),
        others,
        math.nan if sure is None else sure,
    )


def _once(path: Path, labels: list[Label], notes: list[str]) -> Iterator[Label]:
    """Selections without the rows that say them again for the waveform."""
    keys = [(_other(label, SELECTION), _other(label, VIEW)) for label in labels]
    seen = {selection for selection, view in keys if view.startswith("Spectrogram")}
    again = [selection in seen and view.startswith("Waveform") for selection, view in keys]
    if any(again):
        notes.append(f"{path} says {sum(again)} selections twice; those of the spectrogram count.")
    return (label for label, is_again in zip(labels, again, strict=True) if not is_again)


def _other(label: Label, column: str) -> str:
    return next((text for name, text in label.others if plain([name]) == plain([column])), "")


def _content(labels: Labels, path: Path) -> bytes:
    columns = _columns(labels)
    every = [(tier.name, label) for tier in labels.tiers for label in tier.labels]
    rows = [[name for name, _ in columns]]
    rows += [[cell(n, *each) for _, cell in columns] for n, each in enumerate(every, 1)]
    text = "".join("\t".join(row) + "\n" for row in rows)
    return encoded(text, path, "a label", "correct its text")


_Cell = Callable[[int, str, Label], str]
"""What stands in a column, for the number of a row, a tier and a label."""


def _columns(labels: Labels) -> list[tuple[str, _Cell]]:
    """Those that the labels need, and how each is filled."""
    known = plain((SELECTION, VIEW, CHANNEL))
    others = [name for name in labels.other_columns if plain([name])[0] not in known]
    found: list[tuple[str, _Cell]] = [
        (SELECTION, lambda row, _, label: _other(label, SELECTION) or str(row)),
        (VIEW, lambda _row, _, label: _other(label, VIEW) or "Spectrogram 1"),
        (CHANNEL, lambda _row, tier, label: _other(label, CHANNEL) or _channel(tier)),
        (BEGIN, lambda _row, _, label: decimal(label.start_s)),
        (END, lambda _row, _, label: decimal(label.end_s)),
    ]
    if any(label.has_frequencies for label in labels):
        found.append((LOW, lambda _row, _, label: _maybe(label.low_hz)))
        found.append((HIGH, lambda _row, _, label: _maybe(label.high_hz)))
    found += [(name, partial(_kept, name)) for name in others]
    found.append((labels.text_column or ANNOTATION, lambda _row, _, label: label.text))
    if any(tier.name for tier in labels.tiers):
        found.append((TIER, lambda _row, tier, _: tier))
    if any(math.isfinite(label.confidence) for label in labels):
        found.append((CONFIDENCE, lambda _row, _, label: _share(label.confidence)))
    return found


def _kept(name: str, _row: int, _tier: str, label: Label) -> str:
    return _other(label, name)


def _channel(tier: str) -> str:
    return str(CHANNELS.index(tier) + 1 if tier in CHANNELS else 1)


def _maybe(hz: float | None) -> str:
    return "" if hz is None else decimal(hz)


def _share(confidence: float) -> str:
    return f"{confidence:.4f}" if math.isfinite(confidence) else ""


_LABELS = LabelFile(
    Holds(tiers=True, breaks=False, frequencies=True, columns=True, confidence=True),
    lambda text: is_table(text, _is_header),
    _read,
    _content,
)
_KEYPOINTS = KeypointLabels(_LABELS)
FORMAT = Format(
    "raven",
    "Raven selection table",
    (".txt", ".tsv", ".csv"),
    "Selections of Raven with frequencies and all other columns; confidence has one of its own.",
    _KEYPOINTS.contents,
    _KEYPOINTS.places,
    _LABELS,
)
