"""What holds for every format that keypoints are exported in."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.formats.biodcase import BiodcaseTable
from core.formats.export_format import ExportFormat, export_formats
from core.formats.sidecar import sidecar_path
from core.keypoints import machine_keypoints


def test_formats_can_be_told_apart() -> None:
    formats = export_formats()
    assert len({each.title for each in formats}) == len(formats) >= 1


@pytest.mark.parametrize("chosen", export_formats(), ids=lambda chosen: chosen.title)
def test_a_format_names_its_files_and_leaves_the_table_alone(chosen: ExportFormat) -> None:
    table = BiodcaseTable({"a 🐦.wav": machine_keypoints([0.0, 1.0], [0.25, 1.25])})
    path = Path("out" + chosen.suffix)
    assert chosen.suffix == path.suffix == chosen.suffix.lower()
    assert sidecar_path(path) != path
    assert chosen.content(table, path) == chosen.content(table, path) != b""
