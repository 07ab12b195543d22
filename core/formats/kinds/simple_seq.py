"""The simple-seq table of crowsetta: onset_s, offset_s, label.

https://crowsetta.readthedocs.io/en/latest/formats/seq/simple-seq.html
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import InputError
from core.formats.files.label_text import decimal, label_at
from core.formats.files.table_text import is_table, table_text
from core.formats.fitting import Holds
from core.formats.keypoint_labels import KeypointLabels
from core.formats.registry import Format, LabelFile
from core.formats.tables.columns import (
    ColumnReader,
    csv_text,
    encoded,
    has_columns,
    plain,
    seconds,
)
from core.labels import Labels, Tier

COLUMNS = ("onset_s", "offset_s", "label")
_RECORDING = "notated_path"
"""Which recording a row of crowsetta's generic-seq is about, which has these columns too."""


def _is_header(cells: Sequence[str]) -> bool:
    return has_columns(cells, COLUMNS)


def _read(content: bytes, path: Path) -> Labels:
    taken = table_text(content, path, _is_header)
    reader = ColumnReader(path, taken, COLUMNS)
    onset, offset, text = (reader.needed_at(column) for column in COLUMNS)
    more = [n for n, name in enumerate(plain(reader.header)) if name not in COLUMNS]
    found = []
    for cells in reader.rows():
        where = reader.where
        start, end = reader.with_points(cells[onset], cells[offset])
        times_s = seconds(where, COLUMNS[0], start), seconds(where, COLUMNS[1], end)
        others = tuple((reader.header[n], cells[n]) for n in more)
        found.append(label_at(where, times_s, cells[text], others=others))
    named = {dict(label.others).get(_RECORDING) for label in found}
    if len(named) > 1:
        what = f"the column {_RECORDING} names {len(named):,} recordings"
        raise InputError(path, what, "leave the rows of one recording in it")
    notes = tuple(f"{path} {note}." for note in taken.notes)
    return Labels((Tier("", tuple(found)),), text_column=COLUMNS[2], notes=notes)


def _content(labels: Labels, path: Path) -> bytes:
    rows = ((decimal(x.start_s), decimal(x.end_s), x.text) for x in labels)
    return encoded(csv_text((COLUMNS, *rows)), path, "a label", "correct its text")


_LABELS = LabelFile(Holds(), lambda text: is_table(text, _is_header), _read, _content)
_KEYPOINTS = KeypointLabels(_LABELS)
FORMAT = Format(
    "simple-seq",
    "simple-seq CSV",
    (".csv",),
    "Onset, offset and label in a plain table, which crowsetta and its users read.",
    _KEYPOINTS.contents,
    _KEYPOINTS.places,
    _LABELS,
)
