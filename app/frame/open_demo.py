"""The demo recording: made once, in a worker's thread, and opened like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from core.errors import InputError, system_reason
from core.formats.files.wav import write_wav

_SEED = 1
_NAME = "demo recording.wav"


def demo_folder() -> Path:
    """Where it is kept from one time to the next."""
    place = QStandardPaths.StandardLocation.AppLocalDataLocation
    return Path(QStandardPaths.writableLocation(place)) / "demo"


def demo_steps(folder: Path) -> Iterator[Path]:
    """Make two minutes of two recorders, unless they are there, and say where.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    path = folder / _NAME
    if not path.exists():
        from core.simulate import simulate_scene

        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = system_reason(error)
            what = f"cannot be made ({reason})"
            raise InputError(folder, what, "free the place, or open your own files") from error
        scene = simulate_scene("zebra_finch", _SEED)
        write_wav(path, scene.samples, scene.sample_rate_hz, overwrite=True)
    yield path
