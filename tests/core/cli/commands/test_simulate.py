"""``finchsync simulate``: recordings whose drift is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import open_recording
from core.cli.arguments.program import KINDS as KINDS_TO_CHOOSE
from core.formats.tables.biodcase import read_csv
from core.simulate import KINDS, simulate_scene


def test_simulate_writes_biodcase_layout(finchsync, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "set"
    arguments = ("--kind", "aru", "--files", 2, "--seed", 7, "--duration", 3)
    result = finchsync("simulate", folder, *arguments)
    assert result.code == 0
    table = read_csv(folder / "annotations.csv")
    assert list(table.files) == ["aru_0007.wav", "aru_0008.wav"]
    scene = simulate_scene("aru", 8, 3.0)
    recording = open_recording(folder / "audio" / "aru_0008.wav")
    assert recording.read(1) == pytest.approx(scene.samples[:, 1], abs=1e-4)
    assert np.array_equal(table.files["aru_0008.wav"].time_1_s, scene.keypoints().time_1_s)
    assert sorted(p.name for p in folder.parent.iterdir()) == ["set"]


def test_simulate_leaves_a_folder_with_files_alone(finchsync, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("")
    for place in (tmp_path, tmp_path / "precious.txt"):
        result = finchsync("simulate", place, "--duration", 1)
        assert result.code == 2
        assert "not an empty folder" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_every_kind_of_scene_can_be_asked_for() -> None:
    assert KINDS_TO_CHOOSE == KINDS
