"""Label tracks of Audacity: start, end and text between tabs, frequencies in a line below.

https://manual.audacityteam.org/man/importing_and_exporting_labels.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from core.errors import InputError
from core.formats.files.label_text import decimal, label_at
from core.formats.files.table_text import decoded
from core.formats.fitting import Holds
from core.formats.keypoint_labels import KeypointLabels
from core.formats.registry import Format, LabelFile
from core.formats.tables.columns import encoded, is_number, number
from core.labels import Label, Labels, Tier

_BELOW = "\\"
"""Begins a line with the frequencies of the label above."""
_TIME = "a time in seconds"


def _is_like(text: str) -> bool:
    first = next((line for line in text.splitlines() if line.strip()), "")
    start, *rest = first.split("\t")
    return bool(rest) and is_number(start.replace(",", "."))


def _read(content: bytes, path: Path) -> Labels:
    text, note = decoded(content, path)
    found: list[Label] = []
    for number_of_line, line in _lines(text):
        where = f"{path}, line {number_of_line}"
        cells = line.split("\t")
        if cells[0] == _BELOW:
            found.append(_with_frequencies(where, cells, found.pop() if found else None))
        else:
            found.append(_label(where, cells))
    return Labels((Tier("", tuple(found)),), notes=(f"{path} {note}.",) if note else ())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return ((n, line) for n, line in enumerate(lines, 1) if line.strip())


def _label(where: str, cells: list[str]) -> Label:
    if len(cells) < 2:
        raise InputError(where, "is no label: there is no tab in it", "export the labels again")
    start_s = _number(where, "the start", cells[0], _TIME)
    # A point may be written with one time.
    is_point = len(cells) == 2 and not is_number(cells[1].replace(",", "."))
    end_s = start_s if is_point else _number(where, "the end", cells[1], _TIME)
    text = "\t".join(cells[1:] if is_point else cells[2:])
    return label_at(where, (start_s, end_s), text)


def _with_frequencies(where: str, cells: list[str], above: Label | None) -> Label:
    if above is None or len(cells) != 3:
        what = "begins with a backslash, but gives no frequencies of a label above"
        raise InputError(where, what, "export the labels again")
    low, high = (_number(where, "a frequency", cell, "hertz") for cell in cells[1:])
    return replace(above, low_hz=low if low >= 0 else None, high_hz=high if high >= 0 else None)


def _number(where: str, what: str, text: str, wanted: str) -> float:
    return number(where, what, text.replace(",", "."), wanted)


def _content(labels: Labels, path: Path) -> bytes:
    lines = []
    for label in labels:
        lines.append(f"{decimal(label.start_s)}\t{decimal(label.end_s)}\t{label.text}\n")
        if label.has_frequencies:
            both = (label.low_hz, label.high_hz)
            low, high = ("-1" if value is None else decimal(value) for value in both)
            lines.append(f"{_BELOW}\t{low}\t{high}\n")
    return encoded("".join(lines), path, "a label", "correct its text")


_LABELS = LabelFile(Holds(breaks=False, frequencies=True), _is_like, _read, _content)
_KEYPOINTS = KeypointLabels(_LABELS)
FORMAT = Format(
    "audacity",
    "Audacity labels",
    (".txt",),
    "Label tracks of Audacity: points and spans with text and frequencies, one file a channel.",
    _KEYPOINTS.contents,
    _KEYPOINTS.places,
    _LABELS,
)
