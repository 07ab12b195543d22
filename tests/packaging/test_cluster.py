"""The scripts for clusters, with a stand-in for the scheduler, come to what one run comes to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CLUSTER = REPOSITORY / "packaging" / "cluster"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Where ``finchsync`` is a command, as on a node of a cluster."""
    command = tmp_path / "bin" / "finchsync"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{REPOSITORY / "main.py"}" "$@"\n')
    command.chmod(0o755)
    return {**os.environ, "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def folder(make_audio: Callable, tmp_path: Path) -> Path:
    """Two short recordings, and one that cannot be aligned."""
    for seed in range(2):
        make_audio(f"my set/{seed}.wav", duration_s=6.0, seed=seed)
    make_audio("my set/mono.wav", channels=1)
    return tmp_path / "my set"


def _whole(finchsync: Callable, folder: Path, out: Path) -> bytes:
    assert finchsync("align", folder, "--out", out).code == 1
    return out.read_bytes()


def test_the_array_aligns_a_shard_a_task(
    finchsync: Callable, environment: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    def submit(task: int | None, *arguments: str) -> subprocess.CompletedProcess[str]:
        scheduler = {} if task is None else {"SLURM_ARRAY_TASK_ID": str(task)}
        return subprocess.run(
            ["bash", CLUSTER / "align_array.sh", *arguments],
            env=environment | scheduler,
            capture_output=True,
            text=True,
            check=False,
        )

    out = tmp_path / "made" / "aligned"
    array = ("2", str(out), str(folder))
    for task in (1, 2):
        assert submit(task, *array).returncode == 0
    parts = sorted(out.glob("part.*.csv"))
    assert finchsync("merge", *parts, "--out", out / "all.csv").code == 1
    assert (out / "all.csv").read_bytes() == _whole(finchsync, folder, tmp_path / "one.csv")
    assert "mono.wav" in (out / "all.failed.csv").read_text()

    again = submit(1, *array)
    assert (again.returncode, "is there already" in again.stderr) == (0, True)
    assert submit(3, *array).returncode == 2
    alone = submit(None, *array)
    assert (alone.returncode != 0, "sbatch --array=1-2" in alone.stderr) == (True, True)
    assert submit(1, "2").returncode == 2


@pytest.mark.skipif(shutil.which("snakemake") is None, reason="Snakemake is not installed")
def test_snakemake_makes_the_table_of_one_run(
    finchsync: Callable, environment: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    folder = folder.rename(tmp_path / "set")
    way = ("--snakefile", CLUSTER / "Snakefile", "--directory", tmp_path, "--cores", "1")
    asked = ("--config", "align=set", "shards=2")
    subprocess.run(["snakemake", *way, *asked], env=environment, check=True)
    made = tmp_path / "aligned" / "all.csv"
    assert made.read_bytes() == _whole(finchsync, folder, tmp_path / "one.csv")
