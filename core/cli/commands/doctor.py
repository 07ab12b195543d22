"""``finchsync doctor``: what to paste into a bug report."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.resources
import json
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
from core.cli.screen import Screen
from core.cli.terminal.report import print_json, say
from core.errors import InputError
from core.extras import is_frozen, learning_pack
from core.nets import ensure_torch, torch_found
from core.plain_text import plain
from core.processes.child_process import own_command
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
_LONGEST_S = 60


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Print versions and devices."""
    if args.part:
        say(json.dumps(_part(args.part, screen)))
        return DONE
    sections = {
        "program": _program(),
        "machine": _machine(),
        "packages": {name: _version(name) for name in PACKAGES},
        "audio files": _audio_files(),
        "models": _models(),
        "screen and sound": ask_apart("screen") | ask_apart("sound"),
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
    missing = _refusal(ensure_torch)
    return {
        "model files": ", ".join(sorted(files)) or "none: aligning needs --evidence spectral",
        **({"torch": missing} if missing else ask_apart("torch")),
        "training": _refusal(ensure_training) or "ready",
        **({"learning pack": _pack()} if is_frozen() else {}),
    }


def _pack() -> str:
    pack = learning_pack()
    return f"{'found in' if pack.is_dir() else 'not there:'} {pack}"


def _refusal(ensure: Callable[[], None]) -> str | None:
    try:
        ensure()
    except InputError as error:
        return str(error)
    return None


def ask_apart(part: str) -> dict[str, str]:
    """What a process of its own says of a part: a broken driver may end it, or hold it up."""
    command = own_command("doctor", "--part", part)
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_LONGEST_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {part: f"does not answer ({error})"}
    if answer.returncode == DONE:
        found: dict[str, str] = json.loads(answer.stdout.splitlines()[-1])
        return found
    said = answer.stderr.strip().splitlines() or ["no reason given"]
    return {part: f"unusable ({said[0]})"}


def _part(part: str, screen: Screen) -> Mapping[str, str]:
    try:
        return {"torch": torch_found()} if part == "torch" else screen.probe(part)
    except Exception as error:  # noqa: BLE001 (whatever it is, it belongs into the report)
        return {part: f"unusable ({type(error).__name__}: {error})"}


def _print_sections(sections: Mapping[str, Mapping[str, str]]) -> None:
    console = Console()
    for title, entries in sections.items():
        console.print(Text(title, style="bold"))
        for name, value in entries.items():
            console.print(Text(f"  {name:<20} {plain(value)}"), soft_wrap=True)
