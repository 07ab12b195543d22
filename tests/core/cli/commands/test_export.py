"""Keypoints leave sessions and tables in every format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.cli.export_arguments import FORMATS
from core.formats.biodcase import BiodcaseTable, write_csv
from core.formats.registry import format_named, formats, label_formats, read_labels
from core.keypoints import machine_keypoints


@pytest.fixture
def table(tmp_path: Path) -> Path:
    time_0_s = np.arange(0.0, 5.0)
    kept = machine_keypoints(time_0_s, time_0_s + 0.5)
    write_csv(tmp_path / "pred.csv", BiodcaseTable({"a.wav": kept, "b.wav": kept}))
    return tmp_path / "pred.csv"


@pytest.mark.parametrize("name", [each.name for each in label_formats()])
def test_a_table_leaves_in_every_other_format(
    finchsync, table: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "new" / "folder"
    assert finchsync("export", table, "--format", name, "--out", out).code == 0
    files = sorted(out.iterdir())
    assert set(files) == set(
        format_named(name).places(("a.wav", "b.wav"), out / f"pred{files[0].suffix}")
    )
    total = sum(
        label.text.startswith(("1 ", "2 ", "3 ", "4 ", "5 "))
        for file in files
        for label in read_labels(file)[1]
    )
    assert total == 20
    again = finchsync("export", table, "--format", name, "--out", out)
    assert again.code == 2, "nothing is replaced unasked"
    assert finchsync("export", table, "--format", name, "--out", out, "--overwrite").code == 0


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (("--format", "biodcase"), "is a table of this kind already"),
        (("--format", "wav"), "format wav: is not known; give one of audacity"),
        (("--format", "raven", "--reviewed"), "holds no keypoints that are reviewed"),
    ],
)
def test_what_cannot_leave_is_a_line(
    finchsync,
    table: Path,
    tmp_path: Path,
    more: tuple[str, ...],
    what: str,
) -> None:
    said = finchsync("export", table, "--out", tmp_path / "new", *more)
    assert said.code == 2
    assert what in said.err
    assert said.err.count("\n") == 1


def test_the_help_names_every_format() -> None:
    assert FORMATS.split(", ") == sorted(each.name for each in formats())
