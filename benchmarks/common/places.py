"""Where the benchmarks read and write."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / "build" / "bench"
"""Audio made for the benchmarks; outside git, safe to delete."""
RESULTS = REPOSITORY / "benchmarks" / "results"
QUICK_RESULTS = CACHE / "quick-results"
"""Where ``--quick`` writes, so that a trial run never replaces a real one."""


def shared() -> Path | None:
    """The folder with development recordings and the tool that drifts them, or None."""
    folder = Path(os.environ.get("FINCHSYNC_SHARED", REPOSITORY.parent / "shared"))
    whole = (folder / "tools" / "make_drift_set.py").is_file() and any(
        (folder / "data" / "two_sensor").glob("*.flac")
    )
    return folder if whole else None


def outside_python() -> Path | None:
    """Interpreter of the environment that holds the alternatives, or None."""
    folder = REPOSITORY / ".bench-venv"
    for python in (folder / "bin" / "python", folder / "Scripts" / "python.exe"):
        if python.exists():
            return python
    return None
