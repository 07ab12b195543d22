"""How far the work is, told where nobody looks at a bar."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.cli.terminal import report
from core.cli.terminal.report import progress_bar

REPOSITORY = Path(__file__).resolve().parents[4]


def test_a_log_has_lines_which_grow_rarer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 0
    monkeypatch.setattr(report.time, "monotonic", lambda: now_s)
    told_s = []
    with progress_bar("aligning") as advance:
        for now_s in range(3600):
            advance(now_s / 3600, f"{now_s} of 3600 done")
            if capsys.readouterr().err:
                told_s.append(now_s)
    assert told_s[:3] == [1, 2, 3]
    assert told_s[-1] >= 3540
    assert 50 < len(told_s) < 150


def test_a_log_says_how_far_a_run_is_before_it_ends(make_audio, tmp_path: Path) -> None:
    paths = [make_audio(f"{n}.wav", duration_s=20.0, seed=n) for n in range(40)]
    command = [sys.executable, REPOSITORY / "main.py", "align", *paths, "--out", tmp_path / "p.csv"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as run:
        assert run.stderr is not None
        assert b" of 40" in run.stderr.readline()
        assert run.poll() is None
        run.kill()
