"""Keypoints by the files that hold them: what recorders with many files need."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import InputError
from core.formats.registry import Format, KeypointExport
from core.formats.tables.columns import csv_text, encoded

COLUMNS = ("File 0", "Time 0", "File 1", "Time 1", "State", "Confidence")


def _contents(export: KeypointExport, places: Sequence[Path]) -> Iterator[bytes]:
    rows = (row for name in export.table.files for row in _rows(export, name))
    yield encoded(csv_text((COLUMNS, *rows)), places[0], "the name of a file", "rename that file")


def _rows(export: KeypointExport, name: str) -> Iterator[tuple[str, ...]]:
    """A row a keypoint that lies inside of both recordings, and in a file of each."""
    recording, keypoints = export.recordings.get(name), export.table.files[name]
    if recording is None:
        what = "its audio is not beside the table to tell its files"
        raise InputError(name, what, "put both into one folder")
    zero, one = (
        source.files_at(times_s.tolist())
        for source, times_s in zip(
            recording.channels, (keypoints.time_0_s, keypoints.time_1_s), strict=True
        )
    )
    sure = keypoints.confidence.tolist()
    known = export.known_map(name).is_known(keypoints.time_0_s).tolist()
    for first, second, state, share, is_known in zip(
        zero, one, keypoints.state, sure, known, strict=True
    ):
        if is_known and first is not None and second is not None:
            told = "" if math.isnan(share) else f"{share:.4f}"
            yield (first[0], f"{first[1]:.6f}", second[0], f"{second[1]:.6f}", state, told)


FORMAT = Format(
    "by-file",
    "Keypoints by file",
    (".csv",),
    "Both files of every keypoint and the times in them, for recorders that wrote many files.",
    _contents,
)
