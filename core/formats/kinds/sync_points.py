"""Sync points of recordings, as ``finchsync align --sync-points`` reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import InputError
from core.formats.registry import Format, KeypointExport
from core.formats.tables.sync_table import sync_bytes


def _contents(export: KeypointExport, places: Sequence[Path]) -> Iterator[bytes]:
    if not any(map(len, export.sync.values())):
        raise InputError(places[0], "there are no sync points to write", "import some first")
    spelled = export.table.spelled
    yield sync_bytes(
        {spelled.get(name, name): points for name, points in export.sync.items()}, places[0]
    )


FORMAT = Format(
    "sync-points",
    "Sync points CSV",
    (".csv",),
    "Moments known to be the same on both clocks, each with its uncertainty in milliseconds.",
    _contents,
)
