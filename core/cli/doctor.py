"""``finchsync doctor``: what to paste into a bug report."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.resources
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping

import soundfile as sf
from rich.console import Console
from rich.text import Text

from core import __version__
from core.cli.codes import DONE
from core.cli.report import print_json
from core.cli.screen import Screen
from core.errors import InputError
from core.nets import ensure_torch
from core.train import ensure_training

PACKAGES = (
    "numpy",
    "scipy",
    "soundfile",
    "soxr",
    "PySide6-Essentials",
    "pyqtgraph",
    "sounddevice",
    "rich",
    "torch",
    "safetensors",
    "lightning",
    "tensorboard",
    "pyyaml",
)
MODEL_SUFFIXES = (".pt", ".ckpt", ".safetensors", ".onnx", ".npz")
PROBE_TIMEOUT_S = 60

# In its own process: loading torch takes seconds and a broken driver may end the process.
_TORCH_PROBE = """
import torch
devices = [f"cuda ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())]
devices += ["mps"] if torch.backends.mps.is_available() else []
print(torch.__version__, "with", ", ".join(devices) or "no GPU that it can use")
"""


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Print versions and devices."""
    sections = {
        "program": _program(),
        "machine": _machine(),
        "packages": {name: _version(name) for name in PACKAGES},
        "audio files": _audio_files(),
        "models": _models(),
        "screen and sound": dict(screen.probe()),
    }
    if args.json:
        print_json(sections)
    else:
        _print_sections(sections)
    return DONE


def _program() -> dict[str, str]:
    return {
        "FinchSync": __version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(),
    }


def _machine() -> dict[str, str]:
    memory = _memory_bytes()
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": str(os.cpu_count() or "unknown"),
        "memory": "unknown" if memory is None else f"{memory / 2**30:.1f} GiB",
    }


def _memory_bytes() -> int | None:
    if sys.platform == "win32":
        return None
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _audio_files() -> dict[str, str]:
    return {
        "libsndfile": sf.__libsndfile_version__,
        "formats": " ".join(sorted(sf.available_formats())),
    }


def _models() -> dict[str, str]:
    files = [
        entry.name
        for entry in importlib.resources.files("resources").iterdir()
        if entry.name.endswith(MODEL_SUFFIXES)
    ]
    return {
        "model files": ", ".join(sorted(files)) or "none: aligning needs --evidence spectral",
        "torch": _torch(),
        "training": _refusal(ensure_training) or "ready",
    }


def _refusal(ensure: Callable[[], None]) -> str | None:
    try:
        ensure()
    except InputError as error:
        return str(error)
    return None


def _torch() -> str:
    if missing := _refusal(ensure_torch):
        return missing
    try:
        probe = subprocess.run(
            [sys.executable, "-c", _TORCH_PROBE],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"does not answer ({error})"
    if probe.returncode == 0:
        return probe.stdout.strip()
    return f"cannot be loaded ({(probe.stderr.strip().splitlines() or ['no reason given'])[-1]})"


def _print_sections(sections: Mapping[str, Mapping[str, str]]) -> None:
    console = Console()
    for title, entries in sections.items():
        console.print(Text(title, style="bold"))
        for name, value in entries.items():
            console.print(Text(f"  {name:<20} {value}"), soft_wrap=True)
