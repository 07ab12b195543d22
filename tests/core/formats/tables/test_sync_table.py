"""Tables of sync points: every spelling that keypoint tables have, and an uncertainty."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.formats.registry import KeypointExport, format_named
from core.formats.sync_json import sync_as_json, sync_from_json
from core.formats.tables.biodcase import BiodcaseTable
from core.formats.tables.sync_table import read_sync_points
from core.keypoints import machine_keypoints
from core.sync_points import SyncPoints

HEAD = "Filename,Time Channel 0,Time Channel 1,Uncertainty (ms),Kind\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sync.csv"


def test_what_is_exported_is_read_again(path: Path) -> None:
    points = SyncPoints(
        np.array([1.5, 60.0]), np.array([2.0, 60.6]), np.array([0.0005, 0.02]), ("PPS, ü", "clap")
    )
    table = BiodcaseTable({"a.wav": machine_keypoints([0.0], [0.5])}, spelled={"a.wav": "x/a.wav"})
    export = KeypointExport(table, sync={"a.wav": points})
    ((place, content),) = format_named("sync-points").keypoint_files(export, path).items()
    place.write_bytes(content)
    found = read_sync_points(path).for_recordings(["a.wav", "b.wav"])
    assert list(found) == ["a.wav"]
    assert found["a.wav"].is_as(points)
    assert sync_from_json(sync_as_json(points)).is_as(points)


def test_only_the_times_are_needed(path: Path) -> None:
    path.write_text("time channel 1;Time Channel 0\n2,5;1,0\n0,5;0,25\n")
    table = read_sync_points(path)
    (points,) = table.for_recordings(["a.wav"]).values()
    assert points.time_0_s.tolist() == [0.25, 1.0], "in order, however the table has them"
    assert points.time_1_s.tolist() == [0.5, 2.5]
    assert points.uncertainty_s.tolist() == [0.005, 0.005]
    assert "5 ms is taken for all" in table.notes[-1]
    with pytest.raises(InputError, match="does not say which of 2 recordings"):
        table.for_recordings(["a.wav", "b.wav"])


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("a.wav,1,2,0,clap\n", r"line 2: Uncertainty \(ms\) is 0; give more than 0"),
        ("a.wav,1,2,1e5,\n", r"line 2: Uncertainty \(ms\) is 1e5; give more than 0 and at most"),
        ("a.wav,1,2,-,\n", "line 2: Uncertainty .* is '-', not a number; give milliseconds"),
        ("a.wav,-1,2,3,\n", "line 2: Time Channel 0 is -1, before the start"),
        ("a.wav,1,2,3,\na.wav,1,2.5,3,\n", "line 3: Time Channel 0 1.0 is there twice"),
        ("a.wav,1,2,3,\na.wav,2,1.5,3,\n", "line 3: Time Channel 1 is 1.5, not after 2.0"),
        (",1,2,3,\n", "line 2: the file name is empty"),
        ("", "holds no sync points below its header"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(path: Path, rows: str, what: str) -> None:
    path.write_text(HEAD + rows)
    with pytest.raises(InputError, match=what):
        read_sync_points(path)


def test_a_name_that_is_not_there_is_refused(path: Path) -> None:
    path.write_text(f"{HEAD}c.wav,1,2,3,\n")
    with pytest.raises(InputError, match=r"names 'c.wav', but there is no such recording"):
        read_sync_points(path).for_recordings(["a.wav"])


def test_columns_of_one_name_are_refused(path: Path) -> None:
    path.write_text("Time Channel 0,Time Channel 1,Kind,kind\n1,2,a,b\n")
    with pytest.raises(InputError, match="'Kind' is there more than once"):
        read_sync_points(path)


def test_there_must_be_some_to_write(path: Path) -> None:
    export = KeypointExport(BiodcaseTable({"a.wav": machine_keypoints([0.0], [0.5])}))
    with pytest.raises(InputError, match="there are no sync points"):
        format_named("sync-points").keypoint_files(export, path)
