"""Labels of NWB files, read through pynwb: its tables of intervals and of events.

pynwb is an extra: see docs/decisions/0053-labs-formats.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.arrays import Floats
from core.errors import InputError
from core.formats.files.label_text import label_at
from core.formats.reader import LabelReader, read_through
from core.labels import Label, Labels, Tier

_SPANS, _POINTS = ("start_time", "stop_time"), ("timestamp",)
_TEXTS = ("label", "labels", "annotation", "tags")
"""Columns that say what was heard, the likeliest first."""
_MOST_ROWS = 1_000_000


def _read(path: Path, files: Collection[str]) -> Labels:  # noqa: ARG001
    with read_through(path, "pynwb", "nwb", "export its intervals as a table of text"):
        from hdmf.build import ConstructError
        from pynwb import NWBHDF5IO

        try:
            with NWBHDF5IO(path, "r") as file:
                tiers = tuple(_tiers(path, file.read().objects.values()))
        except ConstructError as error:
            raise ValueError(str(error)) from error
    if not tiers:
        what = "holds no table of intervals or events"
        raise InputError(path, what, "add its labels as TimeIntervals")
    return Labels(tiers)


def _tiers(path: Path, objects: Any) -> Iterator[Tier]:
    tables = [each for each in objects if hasattr(each, "colnames")]
    for table in sorted(tables, key=lambda table: str(table.name)):
        for times in (_SPANS, _POINTS):
            if set(times) <= set(table.colnames):
                labels = tuple(_labels(path, table, times))
                yield Tier(str(table.name), labels, is_points=times == _POINTS)


def _labels(path: Path, table: Any, times: tuple[str, ...]) -> Iterator[Label]:
    where, count = f"{path}, {table.name}", len(table)
    if count > _MOST_ROWS:
        raise InputError(where, f"has {count:,} rows", f"leave at most {_MOST_ROWS:,}")
    times_s: list[Floats] = [np.asarray(table[name][:], dtype=np.float64) for name in times]
    if not all(np.isfinite(each_s).all() for each_s in times_s):
        raise InputError(where, "holds times that are no numbers", "correct them")
    columns = {name: table[name][:] for name in table.colnames if name not in times}
    text = next((name for name in _TEXTS if name in columns), "")
    for row in range(count):
        told = {name: _text(column[row]) for name, column in columns.items()}
        said = told.pop(text, "")
        span_s = float(times_s[0][row]), float(times_s[-1][row])
        yield label_at(f"{where}, row {row + 1}", span_s, said, others=tuple(told.items()))


def _text(value: Any) -> str:
    """What stands in a cell; several values in a row, with commas."""
    if isinstance(value, list | np.ndarray):
        return ", ".join(map(str, value))
    return str(value)


READER = LabelReader("NWB", (".nwb",), _read)
