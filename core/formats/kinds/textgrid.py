"""TextGrids of Praat, long or short: strings, numbers and flags that stand free, in their order.

https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from core.errors import InputError
from core.formats.files.label_text import decimal, label_at
from core.formats.files.table_text import decoded
from core.formats.fitting import Holds
from core.formats.keypoint_labels import KeypointLabels
from core.formats.registry import Format, LabelFile
from core.formats.tables.columns import encoded, is_number, number
from core.labels import Label, Labels, Tier

_SAVE_AGAIN = "save it again in Praat as a text file"
_WORD = re.compile(r'"[^"]*(?:""[^"]*)*"|![^\r\n]*|[^\s"]+|"')
_SHARE = re.compile(r"[01]\.[0-9]{4}")
_INTERVALS, _POINTS = "IntervalTier", "TextTier"


def _is_like(text: str) -> bool:
    return text.lstrip().startswith(("File type", '"ooTextFile"', "ooBinaryFile", '"Praat chrono'))


def _read(content: bytes, path: Path) -> Labels:
    if content.startswith(b"ooBinaryFile"):
        raise InputError(path, "is a binary TextGrid", _SAVE_AGAIN)
    text, note = decoded(content, path)
    words = _Words(text, path)
    if words.string() != "ooTextFile" or words.string() != "TextGrid":
        raise InputError(path, "is no TextGrid", _SAVE_AGAIN)
    words.time()
    end_s = words.time()
    notes = [f"{path} {note}."] if note else []
    tiers = []
    if words.flag() == "<exists>":
        tiers = [_tier(words, notes) for _ in range(words.count())]
    return Labels(tuple(_with_confidences(tiers)), end_s, notes=tuple(notes))


def _with_confidences(tiers: Iterable[Tier]) -> Iterator[Tier]:
    """Tiers with the confidences that stand in the tier beside them, as `_content` writes it."""
    before: Tier | None = None
    for tier in tiers:
        sure = {} if before is None else _said_of(before, tier)
        if before is not None and sure:
            told = (
                replace(x, confidence=sure.get((x.start_s, x.end_s), math.nan))
                for x in before.labels
            )
            yield replace(before, labels=tuple(told))
            before = None
            continue
        if before is not None:
            yield before
        before = tier
    if before is not None:
        yield before


def _said_of(tier: Tier, beside: Tier) -> dict[tuple[float, float], float]:
    """What the tier beside another says of its labels; nothing if it is about something else."""
    spans = {(label.start_s, label.end_s) for label in tier.labels}
    said = {(x.start_s, x.end_s): x.text for x in beside.labels}
    is_own = beside.name == _confidence_name(tier) and set(said) <= spans
    if not is_own or not all(_SHARE.fullmatch(text) for text in said.values()):
        return {}
    return {span: float(text) for span, text in said.items()}


def _confidence_name(tier: Tier) -> str:
    return f"{tier.name} confidence".strip()


def _tier(words: _Words, notes: list[str]) -> Tier:
    kind, name = words.string(), words.string()
    if kind not in (_INTERVALS, _POINTS):
        raise InputError(words.where, f"{kind!r} is no kind of tier", _SAVE_AGAIN)
    words.time()
    words.time()
    is_points = kind == _POINTS
    found: list[Label] = []
    last_gap_s, lost = math.nan, 0
    for _ in range(words.count()):
        start_s = words.time()
        end_s = start_s if is_points else words.time()
        label = label_at(words.where, (start_s, end_s), words.string())
        if label.text or is_points:
            found.append(label)
        else:
            lost += last_gap_s == start_s
            last_gap_s = end_s
    if lost:
        notes.append(
            f"{words.path}: {lost} boundaries between empty intervals of {name!r} are lost."
        )
    return Tier(name, tuple(found), is_points)


class _Words:
    """What stands free in the text; all methods raise InputError where something else stands."""

    def __init__(self, text: str, path: Path) -> None:
        self.path = path
        self._text = text
        self._found = _WORD.finditer(text)
        self._at, self._line = 0, 1

    @property
    def where(self) -> str:
        """File and line of the last word."""
        return f"{self.path}, line {self._line}"

    def string(self) -> str:
        """The next text, without its quotes."""
        return self._next(_Kind.TEXT)[1:-1].replace('""', '"')

    def time(self) -> float:
        """The next number, as seconds."""
        word = self._next(_Kind.NUMBER)
        return number(self.where, "a time", word, "a time in seconds")

    def flag(self) -> str:
        """The next word in angle brackets."""
        return self._next(_Kind.FLAG)

    def count(self) -> int:
        """The next number, as a count."""
        value = self.time()
        if value < 0 or value != int(value):
            raise InputError(self.where, f"{value:g} is no count", _SAVE_AGAIN)
        return int(value)

    def _next(self, wanted: _Kind) -> str:
        for match in self._found:
            self._go_to(match.start())
            word = match.group(0)
            kind = _Kind.of(word)
            if kind is wanted:
                return word
            if kind is not None:
                raise InputError(self.where, f"{kind} stands where {wanted} should", _SAVE_AGAIN)
        self._go_to(len(self._text))
        raise InputError(self.where, f"ends where {wanted} should stand", _SAVE_AGAIN)

    def _go_to(self, at: int) -> None:
        self._line += self._text.count("\n", self._at, at)
        self._at = at


class _Kind(StrEnum):
    """What counts in a TextGrid; everything else explains it to people."""

    TEXT = "a text in quotes"
    NUMBER = "a number"
    FLAG = "a flag"

    @classmethod
    def of(cls, word: str) -> _Kind | None:
        """What a word is; None if it does not count."""
        if len(word) > 1 and word[0] == word[-1] == '"':
            return cls.TEXT
        if word.startswith("<"):
            return cls.FLAG
        return cls.NUMBER if is_number(word) else None


def _content(labels: Labels, path: Path) -> bytes:
    tiers = [each for tier in labels.tiers for each in (tier, *_confidences(tier))]
    starts = [0.0, *(label.start_s for label in labels)]
    ends = [labels.end_s or 0.0, *(label.end_s for label in labels)]
    first_s, last_s = min(starts), max(ends)
    if last_s <= first_s:
        last_s = first_s + 1.0
    lines = [
        'File type = "ooTextFile"\nObject class = "TextGrid"\n',
        *_span("", first_s, last_s),
        f"tiers? <exists>\nsize = {len(tiers)}\nitem []:",
    ]
    for n, tier in enumerate(tiers, 1):
        kind = _POINTS if tier.is_points else _INTERVALS
        lines += [
            f"    item [{n}]:",
            f'        class = "{kind}"',
            f"        name = {_quoted(tier.name)}",
        ]
        lines += _span(8 * " ", first_s, last_s)
        lines += _points(tier) if tier.is_points else _intervals(tier, first_s, last_s)
    return encoded("\n".join((*lines, "")), path, "a label or tier", "correct its text")


def _confidences(tier: Tier) -> list[Tier]:
    """Beside labels whose confidence is known, a tier that says it."""
    sure = tuple(
        Label(label.start_s, label.end_s, f"{label.confidence:.4f}")
        for label in tier.labels
        if math.isfinite(label.confidence)
    )
    return [Tier(_confidence_name(tier), sure, tier.is_points)] if sure else []


def _span(indent: str, first_s: float, last_s: float) -> list[str]:
    return [f"{indent}xmin = {decimal(first_s)}", f"{indent}xmax = {decimal(last_s)}"]


def _points(tier: Tier) -> list[str]:
    lines = [f"        points: size = {len(tier.labels)}"]
    for n, label in enumerate(tier.labels, 1):
        lines += [
            f"        points [{n}]:",
            f"            number = {decimal(label.start_s)}",
            f"            mark = {_quoted(label.text)}",
        ]
    return lines


def _intervals(tier: Tier, first_s: float, last_s: float) -> list[str]:
    spans: list[tuple[float, float, str]] = []
    at_s = first_s
    for label in tier.labels:
        if label.start_s > at_s:
            spans.append((at_s, label.start_s, ""))
        spans.append((label.start_s, label.end_s, label.text))
        at_s = label.end_s
    if at_s < last_s:
        spans.append((at_s, last_s, ""))
    lines = [f"        intervals: size = {len(spans)}"]
    for n, (start_s, end_s, text) in enumerate(spans, 1):
        lines += [f"        intervals [{n}]:", *_span(12 * " ", start_s, end_s)]
        lines.append(f"            text = {_quoted(text)}")
    return lines


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


_LABELS = LabelFile(
    Holds(tiers=True, empty_tiers=True, overlaps=False, empty_text=False, confidence=True),
    _is_like,
    _read,
    _content,
)
_KEYPOINTS = KeypointLabels(_LABELS)
FORMAT = Format(
    "textgrid",
    "Praat TextGrid",
    (".TextGrid", ".textgrid"),
    "Tiers of Praat, also empty ones; confidence stands in a tier beside each.",
    _KEYPOINTS.contents,
    _KEYPOINTS.places,
    _LABELS,
)
