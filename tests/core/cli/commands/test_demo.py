"""``finchsync demo``: the whole loop at once."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.usefixtures("fake_aligner")
def test_demo_runs_again_over_its_own_files(finchsync, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    for _ in range(2):
        result = finchsync("demo", "--headless", "--out", folder)
        assert result.code == 0
        assert "MSE" in result.out
        assert result.err == ""
    assert sorted(path.name for path in folder.iterdir()) == [
        ".finchsync-demo",
        "demo.wav",
        "predictions.csv",
        "truth.csv",
        "window.png",
    ]
    assert not result.screen.opened
    finchsync("demo", "--out", folder)
    assert result.screen.opened == [[folder / "demo.wav"]]


def test_demo_leaves_other_peoples_folders_alone(finchsync, tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("precious")
    result = finchsync("demo", "--headless", "--out", tmp_path)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert (tmp_path / "truth.csv").read_text() == "precious"
