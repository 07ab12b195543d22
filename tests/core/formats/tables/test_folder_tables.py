"""Which CSV of a folder is used, and that the others are named."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.formats.sidecar import Rows, sidecar_path, write_table
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes
from core.formats.tables.folder_tables import tables_of
from core.keypoints import machine_keypoints

TABLE = "Filename,Time Channel 0,Time Channel 1\na.wav,0.5,0.5\n"

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, content: str | bytes = TABLE) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def _result(path: Path) -> Path:
    table = BiodcaseTable({"a.wav": machine_keypoints([0], [0])})
    write_table(path, csv_bytes(table, path), (), Rows.ALL)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("keypoints.csv", TABLE),
        ("keypoints.CSV", TABLE),
        ("ANNOTATIONS.CSV", TABLE),
        ("keypoints.csv", TABLE.encode("utf-16")),
        ("keypoints.csv", TABLE.replace(",", ";")),
        ("keypoints.csv", TABLE.lower()),
        ("keypoints.csv", "sep=,\n" + TABLE),
        ("audio/annotations.csv", TABLE),
        ("audio/keypoints.csv", TABLE),
    ],
)
def test_the_only_table_is_found(tmp_path: Path, write: Write, name: str, content: str) -> None:
    path = write(name, content)
    (tmp_path / "audio").mkdir(exist_ok=True)
    for folder in (tmp_path, tmp_path / "audio"):
        found = tables_of(folder)
        assert (found.table, found.unused) == (path, "")


def test_annotations_settle_it(tmp_path: Path, write: Write) -> None:
    write("weather.csv", "what,when\nrain,noon\n")
    table = write("annotations.csv", "not even a table")
    found = tables_of(tmp_path)
    assert (found.table, found.unused) == (table, "")
    write("audio/annotations.csv")
    write("Annotations.csv")
    found = tables_of(tmp_path)
    assert found.table == table
    assert "from annotations.csv, not from Annotations.csv, audio/annotations.csv" in found.unused


def test_of_several_tables_none_is_taken(tmp_path: Path, write: Write) -> None:
    for number in range(5):
        write(f"{number}.csv")
    found = tables_of(tmp_path)
    assert found.table is None
    assert found.unused == "0.csv, 1.csv, 2.csv and 2 more all hold keypoints, so none is used"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("what,when\nrain,noon\n", "the column 'Filename' is missing"),
        (TABLE.replace(",", "|"), "separated by bars"),
        (b"\xef\xbb\xbf\xff\xff", "not UTF-8"),
        ("", "is empty"),
    ],
)
def test_what_is_no_table_is_named_with_the_reason(
    tmp_path: Path, write: Write, content: str | bytes, why: str
) -> None:
    write("other.csv", content)
    found = tables_of(tmp_path)
    assert found.table is None
    assert found.unused.startswith("other.csv is not used: ")
    assert why in found.unused


def test_many_other_csv_files_take_one_line(tmp_path: Path, write: Write) -> None:
    for number in range(40):
        write(f"{number:02}.csv", "Selection,View\n1,Spectrogram\n")
    unused = tables_of(tmp_path).unused
    assert "02.csv is not used" in unused
    assert unused.endswith("37 more CSV files are not used either")


def test_hidden_files_and_folders_are_no_tables(tmp_path: Path, write: Write) -> None:
    for name in ("._annotations.csv", ".keypoints.csv"):
        write(name)
    (tmp_path / "folder.csv").mkdir()
    found = tables_of(tmp_path)
    assert (found.table, found.unused) == (None, "")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="no such names there")
def test_a_table_whose_name_is_no_unicode_is_named(tmp_path: Path, write: Write) -> None:
    write(os.fsdecode(b"K\xe4fig.csv"))
    found = tables_of(tmp_path)
    assert found.table is None
    assert "not valid Unicode" in found.unused


def test_what_finchsync_wrote_is_no_table_to_start_from(tmp_path: Path, write: Write) -> None:
    result = _result(tmp_path / "pred.csv")
    found = tables_of(tmp_path)
    assert (found.table, found.results) == (None, (result,))
    assert "pred.csv came from FinchSync" in found.unused
    table = write("keypoints.csv")
    found = tables_of(tmp_path)
    assert (found.table, found.unused) == (table, "")


def test_a_result_is_shown_where_there_is_nothing_else(tmp_path: Path, write: Write) -> None:
    result = _result(tmp_path / "pred.csv")
    assert tables_of(tmp_path, takes_result=True).table == result
    _result(tmp_path / "finchsync.csv")
    found = tables_of(tmp_path, takes_result=True)
    assert found.table is None
    assert "finchsync.csv, pred.csv came from FinchSync" in found.unused


def test_a_result_that_a_person_changed_or_renamed_is_a_table(tmp_path: Path) -> None:
    for change in (lambda path: path.write_text(TABLE), lambda path: sidecar_path(path).unlink()):
        path = _result(tmp_path / "pred.csv")
        change(path)
        assert tables_of(tmp_path).table == path
        path.unlink()
        sidecar_path(path).unlink(missing_ok=True)
    path = _result(tmp_path / "pred.csv").rename(tmp_path / "annotations.csv")
    assert tables_of(tmp_path).table == path
