"""What a figure was measured on: machine, versions, revision, date."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from benchmarks.common.places import REPOSITORY, outside_python
from core import __version__
from main import ENVIRONMENT

_PACKAGES = ("numpy", "scipy", "soundfile", "soxr")
_OUTSIDE_PACKAGES = ("librosa", "synctoolbox", "double-ender-sync", "numpy", "numba")
ONE_THREAD = ENVIRONMENT | dict.fromkeys(("MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
"""The environment that FinchSync starts in, and one thread for what the others bring along."""


def stamp() -> dict[str, object]:
    """Machine and versions as plain values; stands at the head of every result."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "revision": _revision(),
        "finchsync": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "load_average_1_min": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "versions": {name: version(name) for name in _PACKAGES},
    }


def outside_versions() -> dict[str, str]:
    """Versions of the alternatives, empty where their environment is missing."""
    python = outside_python()
    if python is None:
        return {}
    ask = (
        "import importlib.metadata as m, sys\n"
        "for name in sys.argv[1:]:\n"
        "    try: print(name, m.version(name))\n"
        "    except m.PackageNotFoundError: print(name, 'not installed')\n"
    )
    told = subprocess.run(
        [python, "-c", ask, *_OUTSIDE_PACKAGES], capture_output=True, text=True, check=False
    )
    return dict(line.split(" ", 1) for line in told.stdout.splitlines())


def _revision() -> str:
    """Commit of the code, with "+ changes" where `core` differs from it."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return "unknown"
    changed = _git("status", "--porcelain", "--", "core", "benchmarks/*.py")
    return commit + (" + changes" if changed else "")


def _git(*arguments: str) -> str:
    try:
        told = subprocess.run(
            ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown"
