"""The table of the BioDCASE challenge, which its evaluator reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.formats.registry import Format, KeypointExport
from core.formats.tables.biodcase import csv_bytes


def _contents(export: KeypointExport, places: Sequence[Path]) -> Iterator[bytes]:
    yield csv_bytes(export.table, places[0])


FORMAT = Format(
    "biodcase",
    "BioDCASE CSV",
    (".csv",),
    "Keypoints of many recordings in one table, with states and confidence in a file beside it.",
    _contents,
    has_sidecar=True,
)
