"""Sync points as JSON, in sidecars and sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.formats.files import checked
from core.sync_points import SyncPoints

_NUMBERS = ("time_0_s", "time_1_s", "uncertainty_s")


def sync_as_json(sync: SyncPoints) -> list[dict[str, object]]:
    """A value for each."""
    columns = (*(getattr(sync, name).tolist() for name in _NUMBERS), sync.kind)
    names = (*_NUMBERS, "kind")
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def sync_from_json(rows: Sequence[Any]) -> SyncPoints:
    """The reverse of `sync_as_json`; ValueError, KeyError or TypeError if it is something else."""
    tables = [checked.table(row) for row in rows]
    time_0_s, time_1_s, uncertainty_s = (
        np.array([checked.number(row[name], 0.0, 1e9) for row in tables]) for name in _NUMBERS
    )
    kinds = tuple(checked.text(row["kind"]) for row in tables)
    return SyncPoints(time_0_s, time_1_s, uncertainty_s, kinds)
