"""A benchmark as a command: in a process of its own, where no development recordings are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def run_bench(tmp_path: Path) -> Callable[[str], str]:
    """Run lines of Python with the benchmarks' files below `tmp_path`; gives what was printed."""

    def run(code: str) -> str:
        places = (
            "import pathlib, sys\n"
            "from benchmarks.common import places\n"
            f"places.CACHE = pathlib.Path({str(tmp_path)!r})\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", places + code],
            cwd=REPOSITORY,
            env=os.environ | {"FINCHSYNC_SHARED": str(tmp_path), "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    return run
