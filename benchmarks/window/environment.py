"""What the benchmarks of the window share: the machine in words, and a recording to open."""

from __future__ import annotations

import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def environment() -> str:
    """Machine and versions, for a figure to mean something."""
    packages = ("numpy", "scipy", "PySide6-Essentials", "pyqtgraph")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    screen = os.environ.get("QT_QPA_PLATFORM", "native")
    return (
        f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Qt platform {screen}\nPython {platform.python_version()}, {versions}"
    )


def a_recording() -> Path:
    """A real recording if the shared ones are there, else a simulated one."""
    shared = Path(os.environ.get("FINCHSYNC_SHARED", REPOSITORY.parent / "shared"))
    real = sorted((shared / "data" / "two_sensor").glob("*.flac"))
    if real:
        return real[0]
    from core.formats.files.wav import write_wav
    from core.simulate import simulate_scene

    scene = simulate_scene("zebra_finch", 1)
    path = Path(tempfile.mkdtemp()) / "simulated.wav"
    write_wav(path, scene.samples, scene.sample_rate_hz, overwrite=True)
    return path
