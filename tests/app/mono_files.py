"""Recorders' files that are no recording alone."""

from __future__ import annotations

from pathlib import Path

from conftest import write_calls


def write_mono(folder: Path, *names: str, channels: int = 1) -> list[Path]:
    """Write files of four seconds, one channel each, and say where."""
    for name in names:
        write_calls(folder / name, 4.0, channels=channels)
    return [folder / name for name in names]
