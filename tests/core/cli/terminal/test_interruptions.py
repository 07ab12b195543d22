"""Ctrl-C, kills, streams that take no more and memory that runs out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.align.aligner import Step
from core.audio.recording import Recording
from core.cli.batch import run as batch
from core.formats.tables.biodcase import read_csv

REPOSITORY = Path(__file__).resolve().parents[4]
STOPPED = 130


def _start(*arguments: object) -> subprocess.Popen[str]:
    """The program as a shell starts it: Ctrl-C reaches its children as well."""
    return subprocess.Popen(
        [sys.executable, REPOSITORY / "main.py", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _ctrl_c(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)


@pytest.mark.usefixtures("fake_aligner")
def test_ctrl_c_leaves_nothing_behind(finchsync, make_audio, tmp_path, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    path = make_audio()
    monkeypatch.setattr("core.cli.batch.run.align_steps", interrupted)
    monkeypatch.setattr("core.cli.commands.simulate.simulate_scene", interrupted)
    for arguments in (["align", path, "--out", tmp_path / "p.csv"], ["simulate", tmp_path / "s"]):
        result = finchsync(*arguments)
        assert result.code == 130
        assert result.err == "stopped\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("wait_s", [0.1, 0.3, 0.6, 1.0])
def test_ctrl_c_ends_a_run_that_is_still_starting(make_audio, tmp_path: Path, wait_s) -> None:
    paths = [make_audio(f"{n}.wav", duration_s=60.0, seed=n) for n in range(4)]
    process = _start("align", *paths, "--jobs", 2, "--out", tmp_path / "p.csv")
    time.sleep(wait_s)
    _ctrl_c(process)
    # The pipes close when the last child is gone.
    out, err = process.communicate(timeout=20)
    assert process.returncode == STOPPED
    assert (out, err) in (("", ""), ("", "stopped\n"))
    assert not (tmp_path / "p.csv").exists()


def _kill(process: subprocess.Popen[str]) -> str:
    process.kill()
    return process.communicate(timeout=60)[1]


def _press_ctrl_c_twice(process: subprocess.Popen[str]) -> str:
    _ctrl_c(process)
    time.sleep(0.01)
    _ctrl_c(process)
    _, err = process.communicate(timeout=20)
    assert process.returncode == STOPPED
    *_, told, stopped = err.splitlines()
    assert "the same command goes on from there" in told
    assert stopped == "stopped"
    return err


@pytest.mark.parametrize("stop", [_kill, _press_ctrl_c_twice])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_was_stopped_ends_with_the_table_of_a_whole_one(
    finchsync, make_audio, tmp_path: Path, monkeypatch, jobs: int, stop
) -> None:
    paths = [make_audio(f"{n}.wav", duration_s=20.0, seed=n) for n in range(6)]
    whole, out = tmp_path / "whole.csv", tmp_path / "p.csv"
    assert finchsync("align", *paths, "--out", whole).code == 0
    process = _start("align", *paths, "--out", out, "--jobs", jobs)
    partial = tmp_path / "p.csv.partial"
    while process.poll() is None and len(list(partial.glob("*.json"))) < 2:
        time.sleep(0.002)
    assert process.poll() is None
    assert "Traceback" not in stop(process)
    finished = len(list(partial.glob("*.json")))
    assert 2 <= finished < 6
    assert not out.exists()

    aligned: list[str] = []
    aligner = batch.align_steps

    def noted(recording: Recording, *rest: object) -> Iterator[Step]:
        aligned.append(recording.name)
        yield from aligner(recording, *rest)

    monkeypatch.setattr("core.cli.batch.run.align_steps", noted)
    assert finchsync("align", *paths, "--out", out).code == 0
    assert len(aligned) == 6 - finished
    assert out.read_bytes() == whole.read_bytes()
    assert not partial.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
@pytest.mark.parametrize(
    ("streams", "code", "said"),
    [
        ("| true", 0, ""),
        (">&-", 0, ""),
        (">&- 2>&- <&-", 0, ""),
        pytest.param(
            ">/dev/full",
            2,
            "standard output: takes no more (no space left on device)",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full"),
        ),
    ],
)
def test_what_becomes_of_its_output_does_not_stop_a_run(
    make_audio, tmp_path: Path, streams: str, code: int, said: str
) -> None:
    out, codes = tmp_path / "p.csv", tmp_path / "code"
    arguments = [sys.executable, REPOSITORY / "main.py", "align", make_audio(), "--out", out]
    command = " ".join(f"'{argument}'" for argument in arguments)
    done = subprocess.run(
        f"{{ {command}; echo $? >'{codes}'; }} {streams}",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert int(codes.read_text()) == code
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == bool(said)
    assert list(read_csv(out).files) == ["recording.wav"]


@pytest.mark.usefixtures("fake_aligner")
def test_a_recording_that_memory_is_too_short_for_is_named_and_the_rest_written(
    finchsync, make_audio, tmp_path: Path, monkeypatch
) -> None:
    fake = batch.align_steps
    wanting = {
        "a.wav": lambda: np.empty(1 << 56),
        "b.wav": lambda: (_ for _ in ()).throw(RuntimeError("can't allocate memory: 9 bytes")),
    }

    def short(recording: Recording, *rest: object) -> Iterator[Step]:
        wanting.get(recording.name, list)()
        yield from fake(recording, *rest)

    monkeypatch.setattr("core.cli.batch.run.align_steps", short)
    paths = [make_audio(f"{name}.wav") for name in "abc"]
    result = finchsync("align", *paths, "--out", tmp_path / "p.csv")
    assert result.code == 1
    assert [line.split("; ")[0] for line in result.err.splitlines()] == [
        f"{path}: needs more memory than is free" for path in paths[:2]
    ]
    assert list(read_csv(tmp_path / "p.csv").files) == ["c.wav"]
