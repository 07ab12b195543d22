"""Audio files in a folder, as recorders and the challenge lay them."""

from __future__ import annotations

from pathlib import Path

import soundfile as sf

from core.errors import InputError, system_reason

AUDIO_SUFFIXES = frozenset(
    f".{name.lower()}" for name in sf.available_formats() if name not in ("RAW", "SD2")
) | {".aif", ".aifc", ".oga", ".opus"}
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
    if not files:
        raise InputError(
            folder,
            "no audio file in this folder",
            "give a folder with stereo files, or with audio/ inside",
        )
    return files


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
