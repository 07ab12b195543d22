"""Recorders that write many files are aligned as one, and nothing is claimed between two files."""

from __future__ import annotations

import csv
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import align
from core.audio.recording import open_recording
from core.audio.sources import Source
from core.simulate import DriftSpec, simulate_scene

RATE_HZ = 16_000
FILE_S, GAP_S, LATE_S = 15.0, 3.0, 1.25
FILES = 6


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two recorders with six files of 15 s each, 3 s apart; the second begins 1.25 s later."""
    home = tmp_path_factory.mktemp("deployment")
    length_s = FILES * (FILE_S + GAP_S) + LATE_S
    scene = simulate_scene("zebra_finch", 5, length_s, drift=DriftSpec.none())
    began = datetime(2023, 5, 11, 4, 30)
    for channel, late_s in enumerate((0.0, LATE_S)):
        folder = home / f"recorder{channel}"
        folder.mkdir()
        for number in range(FILES):
            start_s = late_s + number * (FILE_S + GAP_S)
            rows = slice(round(start_s * RATE_HZ), round((start_s + FILE_S) * RATE_HZ))
            # The clock of the second runs 40 s ahead.
            moment = began + timedelta(seconds=start_s + 40 * channel)
            path = folder / f"{moment:%Y%m%d_%H%M%S}.wav"
            sf.write(path, scene.samples[rows, channel], RATE_HZ)
    return home / "recorder0", home / "recorder1"


def test_one_clock_runs_through_all_files_and_gaps_claim_nothing(folders):
    recording = open_recording(*map(Source, folders))
    assert recording.durations_s == pytest.approx((FILES * 18 - 3,) * 2)
    found = align(recording, np.arange(recording.duration_s))
    keypoints = found.keypoints
    in_file = [keypoints.time_0_s % 18 < 15, keypoints.time_1_s % 18 < 15]
    heard = in_file[0] & in_file[1]
    inner = heard & (keypoints.time_0_s > 3) & (keypoints.time_0_s < 100)
    np.testing.assert_allclose(keypoints.offset_s[inner], -LATE_S, atol=0.03)
    assert np.median(keypoints.confidence[inner]) > 0.9
    assert np.all(keypoints.confidence[~heard] == 0)
    reasons = {keypoints.reason[n] for n in np.flatnonzero(~heard)}
    assert reasons == {f"between two files of channel {channel}" for channel in (0, 1)}
    assert found.mean_confidence == pytest.approx(keypoints.confidence[heard].mean())


def test_no_keypoints_are_made_where_the_reference_recorded_nothing(folders):
    grid_s = align(open_recording(*map(Source, folders))).keypoints.time_0_s
    assert np.all(grid_s % 18 < 15)
    assert len(grid_s) == FILES * 15


def test_keypoints_leave_by_file(finchsync, folders, tmp_path):
    out = tmp_path / "pred.csv"
    assert finchsync("align", "--pair", *folders, "--out", out).code == 0
    with (tmp_path / "pred.by-file.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [sorted(path.name for path in folder.iterdir()) for folder in folders]
    assert {row["File 0"] for row in rows} == set(names[0])
    assert {row["File 1"] for row in rows} <= set(names[1])
    for row in rows:
        assert 0 <= float(row["Time 0"]) <= FILE_S
        assert 0 <= float(row["Time 1"]) <= FILE_S
        if float(row["Confidence"]) > 0.95:
            apart_s = 18 * (names[0].index(row["File 0"]) - names[1].index(row["File 1"]))
            true_s = float(row["Time 0"]) - LATE_S + apart_s
            assert float(row["Time 1"]) == pytest.approx(true_s, abs=0.05)
    again = finchsync("align", "--pair", *folders, "--out", tmp_path / "pred2.csv", "--json")
    assert again.code == 0


def test_a_sequence_may_be_aligned_with_one_file(folders, tmp_path):
    whole = open_recording(*map(Source, folders)).read(1)
    sf.write(tmp_path / "whole.wav", whole, RATE_HZ)
    found = align(open_recording(Source(folders[0]), Source(tmp_path / "whole.wav"))).keypoints
    inner = (found.time_0_s % 18 < 13) & (found.time_0_s % 18 > 2)
    np.testing.assert_allclose(found.offset_s[inner], -LATE_S, atol=0.05)


def test_files_of_two_recorders_in_one_folder_are_a_line(finchsync, folders, tmp_path):
    mixed = shutil.copytree(folders[0], tmp_path / "mixed")
    first = min(folders[0].iterdir())
    shutil.copy(first, mixed / "20230511_043005.wav")
    result = finchsync("align", "--pair", mixed, folders[1], "--out", tmp_path / "pred.csv")
    assert result.code == 2
    assert "begins 10.0 s before 20230511_043000.wav ends; give each recorder" in result.err
    assert result.err.count("\n") == 1


def test_tables_beside_the_folders_leave_as_audio_and_by_file(finchsync, folders, tmp_path):
    for folder in folders:
        shutil.copytree(folder, tmp_path / folder.name)
    pair = [tmp_path / folder.name for folder in folders]
    out = tmp_path / "pred.csv"
    assert finchsync("align", "--pair", *pair, "--out", out).code == 0
    assert finchsync("export", out, "--format", "by-file", "--out", tmp_path / "new").code == 0
    by_file = (tmp_path / "new" / "pred.csv").read_text("utf-8")
    assert by_file == (tmp_path / "pred.by-file.csv").read_text("utf-8")
    result = finchsync("export-audio", out, "--out", tmp_path / "new", "--unreviewed")
    assert result.code == 0
    assert "s: between two files" in result.err
    sound, rate_hz = sf.read(tmp_path / "new" / "recorder0.aligned.wav")
    time_s = np.arange(len(sound)) / rate_hz
    assert not sound[(time_s % 18 > 15.01) & (time_s < 100), 0].any()
    of_file_s = (time_s - LATE_S) % 18
    assert not sound[(of_file_s > 15.1) & (of_file_s < 17.9) & (time_s > 5), 1].any()
    heard = (time_s % 18 > 3) & (time_s % 18 < 14)
    assert np.abs(sound[heard, 1]).max() > 0.01
