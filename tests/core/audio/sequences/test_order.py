"""Where the files of a recorder begin on one clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.audio.sequences.order import FileStart, ordered
from core.audio.start_times.start_time import StartTime, ToldBy
from core.errors import InputError

BEGAN = datetime(2023, 5, 11, 4, 30)


def _files(begins_s, duration_s=60.0, resolution_s=1.0):
    """Files whose names tell when they begin, in whole steps."""
    durations_s = np.broadcast_to(duration_s, len(begins_s))
    steps = np.floor(np.asarray(begins_s) / resolution_s + 1e-9)
    told = [BEGAN + timedelta(seconds=float(step * resolution_s)) for step in steps]
    return [
        FileStart(
            Path(f"{number}.wav"), float(length_s), StartTime(moment, ToldBy.NAME, resolution_s)
        )
        for number, (moment, length_s) in enumerate(zip(told, durations_s, strict=True))
    ]


def test_files_without_gaps_follow_each_other_to_the_sample():
    begins_s = 0.4 + 59.93 * np.arange(30)
    found = ordered(_files(begins_s, 59.93))
    np.testing.assert_allclose(found.begins_s, 59.93 * np.arange(30), atol=1e-9)
    assert found.notes == ()


@pytest.mark.parametrize("gap_s", [0.2, 5.0, 540.0])
@pytest.mark.parametrize("resolution_s", [1.0, 0.001])
def test_a_schedule_is_met_more_finely_than_names_tell_it(gap_s, resolution_s):
    begins_s = 0.3 + (60 + gap_s) * np.arange(60)
    found = ordered(_files(begins_s, resolution_s=resolution_s))
    apart_s = np.diff(found.begins_s)
    np.testing.assert_allclose(apart_s, 60 + gap_s, atol=4e-3)
    assert found.notes == ()


def test_odd_beginnings_are_as_told_and_named_where_told_coarsely():
    begins_s = np.array([0.0, 61.0, 400.0, 460.0, 1000.0])
    found = ordered(_files(begins_s))
    np.testing.assert_allclose(found.begins_s, [0.0, 60.0, 400.0, 460.0, 1000.0], atol=1.01)
    assert "may be wrong by as much" in found.notes[0]
    fine = ordered(_files(begins_s, resolution_s=0.001))
    np.testing.assert_allclose(fine.begins_s, begins_s, atol=1e-6)
    assert fine.notes == ()


def test_the_order_is_that_of_the_times():
    files = _files([0.0, 60.0, 120.0])
    found = ordered([files[2], files[0], files[1]])
    assert [file.path.stem for file in found.files] == ["0", "1", "2"]


def test_without_times_they_follow_by_name():
    files = [FileStart(Path(f"{n}.wav"), 60.0, None) for n in range(3)]
    found = ordered(files)
    assert found.begins_s.tolist() == [0.0, 60.0, 120.0]
    assert "no file tells when it began" in found.notes[0]
    assert ordered(files[:1]).notes == ()


def test_files_that_overlap_are_refused_in_a_sentence():
    with pytest.raises(InputError, match=r"1\.wav: begins 12\.0 s before 0\.wav ends; give each"):
        ordered(_files([0.0, 48.0, 120.0]))


def test_one_file_without_a_time_among_others_is_refused():
    files = [*_files([0.0, 60.0]), FileStart(Path("odd.wav"), 60.0, None)]
    with pytest.raises(InputError, match=r"odd\.wav: does not tell when it began"):
        ordered(files)
