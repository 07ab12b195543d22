"""The scripts in the manual do what they say."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a script of the manual with what is installed: ``run("drift_of_a_pair", ...)``."""
    roots = (REPOSITORY, REPOSITORY / "packaging")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, roots))}

    def call(name: str, *arguments: str) -> str:
        script = REPOSITORY / "docs" / "examples" / f"{name}.py"
        return subprocess.run(
            [sys.executable, "-W", "error", str(script), *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    return call


@pytest.fixture
def recordings(finchsync: Callable, tmp_path: Path) -> Path:
    """Two recordings, and the table of one of them."""
    folder = tmp_path / "set"
    assert finchsync("simulate", folder, "--files", 2, "--duration", 12).code == 0
    return folder


def test_a_folder_is_aligned(run: Run, recordings: Path) -> None:
    (recordings / "annotations.csv").unlink()
    (recordings / "audio" / "broken.wav").write_bytes(b"RIFF")
    told = run("align_a_folder", "set")
    assert told.count("sure on average") == 2
    assert told.count("on the other clock") == 6
    assert "broken.wav: " in told


def test_labels_are_cut_out_of_both_channels(
    run: Run, finchsync: Callable, recordings: Path, tmp_path: Path
) -> None:
    audio = next((recordings / "audio").iterdir())
    assert finchsync("align", audio, "-o", tmp_path / "aligned.csv").code == 0
    (tmp_path / "calls.txt").write_text("2.0\t2.5\tcall\n500.0\t501.0\tnowhere\n")
    told = run("cut_on_both_clocks", "aligned.csv", "calls.txt", "clips")
    clips = sorted(path.name for path in (tmp_path / "clips").iterdir())
    assert clips == ["000.channel_0.wav", "000.channel_1.wav"]
    assert "500.00 s: nobody knows" in told


def test_the_drift_of_a_pair_is_tabled(
    run: Run, finchsync: Callable, recordings: Path, tmp_path: Path
) -> None:
    assert finchsync("align", recordings, "-o", tmp_path / "aligned.csv").code == 0
    told = run("drift_of_a_pair", "aligned.csv", "set/annotations.csv", "drift.csv")
    with (tmp_path / "drift.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert told.endswith(f"{len(rows)} recordings written to drift.csv\n")
    assert told.count("too little is known") == 4 - len(rows)
    assert {row["Source"] for row in rows} == {"aligned.csv"}
    assert all(abs(float(row["Drift (ppm)"])) < 20_000 for row in rows)
