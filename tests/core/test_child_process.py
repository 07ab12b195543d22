"""How processes are started that work for FinchSync."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core import __version__
from core.child_process import own_command


def test_the_program_is_started_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("raise SystemExit('another program')")
    said = subprocess.run(
        own_command("--version"), capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert said.stdout == f"finchsync {__version__}\n"


def test_a_frozen_program_is_its_own_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "finchsync.exe")
    assert own_command("doctor", "--part", "screen") == [
        *("finchsync.exe", "doctor", "--part", "screen")
    ]
