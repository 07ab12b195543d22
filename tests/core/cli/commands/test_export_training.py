"""``finchsync export-training``: several places in, one folder out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.formats.sidecar import Rows, SidecarRecording, write_table
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes
from core.keypoints import KeypointSet, ReviewState


@pytest.fixture
def folders(make_audio, tmp_path: Path) -> list[Path]:
    """Two folders, each with one recording of which half of the keypoints are reviewed."""
    found = []
    for seed, lab in enumerate(("lab_a", "lab_b")):
        make_audio(f"{lab}/audio/day.wav", seed=seed)
        kept = KeypointSet(np.arange(4.0), np.arange(4.0))
        kept = replace(kept.move(1, 1.25), time_0_text=("0", "1.0", "2.000", "3"))
        kept = kept.review(2, ReviewState.ACCEPTED)
        path = tmp_path / lab / "finchsync.csv"
        about = SidecarRecording("day.wav", "", kept, (True,) * 4, "path")
        write_table(path, csv_bytes(BiodcaseTable({"day.wav": kept}), path), (about,), Rows.ALL)
        found.append(tmp_path / lab)
    return found


def test_only_reviewed_rows_leave_and_their_text_as_it_came(finchsync, folders, tmp_path):
    out = tmp_path / "pooled"
    result = finchsync("export-training", *folders, "--out", out)
    assert result.code == 0
    assert result.out.strip() == f"{out}: 2 recordings with 4 reviewed keypoints"
    assert "day.wav is called day_2.wav there" in result.err
    assert (out / "annotations.csv").read_text("utf-8").splitlines() == [
        "Filename,Time Channel 0,Time Channel 1",
        "day.wav,1.0,1.25",
        "day.wav,2.000,2.0",
        "day_2.wav,1.0,1.25",
        "day_2.wav,2.000,2.0",
    ]
    truth = ("--ground-truth", out / "annotations.csv")
    assert finchsync("evaluate", "--predictions", out / "annotations.csv", *truth).code == 0


def test_a_folder_that_is_taken_is_refused_in_a_line(finchsync, folders):
    result = finchsync("export-training", folders[0], "--out", folders[1])
    assert result.code == 2
    assert result.err.strip().endswith("is there and not an empty folder; choose a new folder.")
