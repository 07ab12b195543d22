"""The time map as a table: at keypoints, every second, at the frames of a video."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import open_recording
from core.errors import InputError
from core.formats.registry import KeypointExport, format_named
from core.formats.tables.biodcase import BiodcaseTable
from core.formats.tables.moments import AT_KEYPOINTS, Moments, read_times
from core.keypoints import ReviewState, machine_keypoints
from core.known_map import KnownMap

FORMAT = format_named("time-map")
RATE_HZ = 8000


@pytest.fixture
def export(make_audio) -> KeypointExport:
    """Six seconds; channel 1 starts 1.25 s late, and what is after 4.5 s is unalignable."""
    recording = open_recording(make_audio("a.wav", duration_s=6.0))
    time_s = np.arange(6.0)
    keypoints = machine_keypoints(time_s, time_s * 1.0001 - 1.25)
    keypoints = keypoints.review([5], ReviewState.UNALIGNABLE)
    known = KnownMap.of(keypoints, 6.0, 6.0, with_unreviewed=True)
    table = BiodcaseTable({"a.wav": keypoints.kept(keypoints.is_alignable)})
    return KeypointExport(table, {"a.wav": recording}, known={"a.wav": known})


def _rows(export: KeypointExport, moments: Moments = AT_KEYPOINTS) -> list[dict[str, str]]:
    export = replace(export, moments=moments)
    (content,) = FORMAT.keypoint_files(export, Path("map.csv")).values()
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_every_keypoint_that_leaves_has_a_row(export):
    rows = _rows(export)
    assert [row["Time Channel 0"] for row in rows] == [f"{n}.000000" for n in range(5)]
    assert [row["Time Channel 1"] for row in rows[:2]] == ["", ""]
    assert rows[0]["Unknown"] == "before channel 1 starts"
    assert rows[3] == {
        "Number": "3",
        "Time Channel 0": "3.000000",
        "Time Channel 1": "1.750300",
        "Sample Channel 0": "24000",
        "Sample Channel 1": "14002",
        "Unknown": "",
    }


def test_frames_of_a_video_have_their_samples_on_both_channels(export):
    rows = _rows(export, Moments(1 / Fraction(30000, 1001)))
    assert len(rows) == 180
    time_0_s = np.array([float(row["Time Channel 0"]) for row in rows])
    np.testing.assert_allclose(time_0_s, np.arange(180) * 1001 / 30000, atol=1e-6)
    known = np.array([not row["Unknown"] for row in rows])
    np.testing.assert_array_equal(known, (time_0_s > 1.2499) & (time_0_s < 4.5))
    for row in rows:
        if not row["Unknown"]:
            true_s = float(row["Time Channel 0"]) * 1.0001 - 1.25
            assert float(row["Time Channel 1"]) == pytest.approx(true_s, abs=2e-6)
            assert int(row["Sample Channel 1"]) == pytest.approx(true_s * RATE_HZ, abs=0.51)
        else:
            assert row["Time Channel 1"] == row["Sample Channel 1"] == ""


def test_rows_without_a_counterpart_can_be_left_out(export):
    rows = _rows(export, Moments(Fraction(1), with_unknown=False))
    assert [row["Number"] for row in rows] == ["2", "3", "4"]


def test_listed_moments_keep_their_order_and_those_beyond_the_end_are_named(export, write_text):
    path = write_text("frames.txt", "time (s)\n0.5\n2.0\n\n2.04\n99\n")
    rows = _rows(export, Moments(listed_s=read_times(path)))
    assert [row["Unknown"] for row in rows] == [
        *("before channel 1 starts", "", "", "after channel 0 ends"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no times"),
        ("1.0\n0.5\n", "line 2: is before the line above"),
        ("1.0\n2,5\n", "line 2: the time is '2,5', not a number"),
        ("1.0\nnan\n", "line 2: the time is nan"),
        ("1.0\n-3\n", "line 2"),
    ],
)
def test_a_list_of_no_use_is_a_line(write_text, content, said):
    with pytest.raises(InputError, match=said):
        read_times(write_text("frames.txt", content))


def test_too_many_rows_are_refused_before_they_are_made(export):
    with pytest.raises(InputError, match="would have 6,000,000,000 rows"):
        _rows(export, Moments(Fraction(1, 10**9)))


def test_the_command_writes_frames_and_refuses_them_elsewhere(finchsync, make_audio, tmp_path):
    make_audio("lab/a.wav", duration_s=6.0)
    rows = "".join(f"a.wav,{n}.0,{n}.25\n" for n in range(6))
    table = tmp_path / "lab" / "annotations.csv"
    table.write_text(f"Filename,Time Channel 0,Time Channel 1\n{rows}", "utf-8")
    asked = ("export", table, "--out", tmp_path / "out", "--format")
    assert finchsync(*asked, "time-map", "--frames", "25", "--known").code == 0
    lines = (tmp_path / "out" / "annotations.csv").read_text("utf-8").splitlines()
    assert lines[1] == "0,0.000000,0.250000,0,2000,"
    assert len(lines) == 1 + round(5.75 * 25) - 0
    said = finchsync(*asked, "raven", "--frames", "25")
    assert said.code == 2
    assert "holds keypoints only" in said.err
