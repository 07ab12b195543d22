"""Keypoints leave sessions and tables in every format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.cli.arguments.exports import FORMATS
from core.formats.registry import (
    KeypointExport,
    format_named,
    formats,
    label_formats,
    read_labels,
)
from core.formats.sidecar import read_sidecar
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.keypoints import ReviewState, machine_keypoints


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


@pytest.mark.parametrize("name", [each.name for each in label_formats()])
def test_keypoints_come_back_from_every_format(finchsync, tmp_path: Path, name: str) -> None:
    """With their states and how sure they are, under whatever names the files have now."""
    kept = machine_keypoints([0.0, 1.0, 2.0], [0.5, 1.5, 2.25], [0.9, np.nan, 0.125])
    kept = kept.review(1, ReviewState.ACCEPTED).move(2, 2.55)
    chosen = format_named(name)
    export = KeypointExport(BiodcaseTable({"a.wav": kept}))
    files = chosen.keypoint_files(export, tmp_path / f"mine{chosen.suffix}")
    for path, content in files.items():
        path.write_bytes(content)
    out = tmp_path / "out"
    assert finchsync("export", next(iter(files)), "--format", "biodcase", "--out", out).code == 0
    (table,) = out.glob("*.csv")
    sidecar = read_sidecar(table)
    assert sidecar is not None
    (found,) = (each.keypoints for each in sidecar.recordings.values())
    assert found.time_1_s.tolist() == [0.5, 1.5, 2.55]
    assert (found.state, found.source) == (kept.state, kept.source)
    assert found.confidence[[0, 2]].tolist() == [0.9, 0.125]
    labels = tmp_path / "song.txt"
    labels.write_text("1\t1.5\tx\n")
    way = ("--by", next(iter(files)), "--out", tmp_path / "song_1.txt")
    assert finchsync("carry", labels, *way).code == 0
    assert [label.start_s for label in read_labels(tmp_path / "song_1.txt")[1]] == [1.5]


def test_many_files_are_counted_and_few_are_named(finchsync, table: Path, tmp_path: Path) -> None:
    said = {
        name: finchsync("export", table, "--format", name, "--out", tmp_path / "out").out
        for name in ("audacity", "raven")
    }
    place = tmp_path / "out"
    assert said["audacity"] == f"10 keypoints of 2 recordings in 4 files in {place}\n"
    named = f"{place / 'pred.a.txt'}, {place / 'pred.b.txt'}"
    assert said["raven"] == f"10 keypoints of 2 recordings in {named}\n"


def test_samples_that_nobody_knows_are_told(finchsync, table: Path, tmp_path: Path) -> None:
    said = finchsync("export", table, "--format", "time-map", "--out", tmp_path / "out")
    assert said.code == 0
    why = f"its audio is not beside the table (a.wav in {tmp_path})"
    assert f"a.wav: the columns of samples are empty: {why}." in said.err


def test_labels_that_are_no_keypoints_are_told(finchsync, tmp_path: Path) -> None:
    labels = tmp_path / "song.txt"
    labels.write_text("1\t2\tx\n")
    said = finchsync("export", labels, "--format", "raven", "--out", tmp_path / "out")
    assert said.code == 2
    assert "holds labels, and no keypoints" in said.err
    assert not (tmp_path / "out").exists()


def test_the_help_names_every_format() -> None:
    assert FORMATS.split(", ") == sorted(each.name for each in formats())
