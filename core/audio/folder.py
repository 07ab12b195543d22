"""Audio files in a folder, as recorders and the challenge lay them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import soundfile as sf

from core.errors import InputError, system_reason

AUDIO_SUFFIXES = frozenset(
    f".{name.lower()}" for name in sf.available_formats() if name not in ("RAW", "SD2")
) | {".aif", ".aifc", ".cbin", ".oga", ".opus", ".tdms"}
"""File name endings that a folder scan takes for audio (lower case)."""


def find_audio(folder: Path | str) -> list[Path]:
    """Audio files in a folder in BioDCASE layout (``audio/`` inside it, or the folder itself).

    Hidden files are passed over: macOS lays one (``._a.wav``) beside every file of a card.

    Raises
    ------
    InputError
        If the folder cannot be listed or holds no audio.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Path
    """
    folder = Path(folder)
    inside = folder / "audio"
    files = audio_in(inside if inside.is_dir() else folder)
    if files:
        return files
    if recorders := recorder_folders(folder):
        names = ", ".join(each.name for each in recorders[:3]) + (", …" if recorders[3:] else "")
        what = f"no audio file in this folder, only in folders inside it: {names}"
        raise InputError(folder, what, "give these, each of one recorder")
    raise InputError(
        folder,
        "no audio file in this folder",
        "give a folder with stereo files, or with audio/ inside",
    )


def recorder_folders(folder: Path) -> list[Path]:
    """The folders with audio inside a folder that has none itself, as of a card a recorder.

    Raises
    ------
    InputError
        If the folder cannot be listed.
    """
    if audio_in(folder):
        return []
    found = []
    for inside in sorted(path for path in folder.iterdir() if path.is_dir()):
        with suppress(InputError):
            if inside.name[0] != "." and audio_in(inside):
                found.append(inside)
    return found


def audio_in(folder: Path) -> list[Path]:
    """Audio files of a folder itself, hidden ones left out; raises InputError as `find_audio`."""
    try:
        return sorted(
            f
            for f in folder.iterdir()
            if f.suffix.lower() in AUDIO_SUFFIXES and f.name[0] != "." and f.is_file()
        )
    except OSError as error:
        raise InputError(
            folder, f"cannot be listed ({system_reason(error)})", "check the path"
        ) from error
