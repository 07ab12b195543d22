"""EvTAF's .cbin files: samples without a header, told of by a .rec file of the same name."""

from __future__ import annotations

import re
from pathlib import Path

from core.audio.files.layout import AudioFile, RawFormat, SoundLayout
from core.errors import InputError

_SAMPLE_BYTES = 2
_MOST_BYTES = 1 << 20
"""Of a .rec file, which holds a line for each time that feedback was given."""
_FACTS = {"ADFREQ": "sample rate", "Chans": "number of channels"}
_MOST_CHANNELS = 1024


def read_cbin(path: Path) -> AudioFile:
    """What a .cbin file holds.

    Raises
    ------
    InputError
        If the .rec file is not beside it, or does not say what it must.
    """
    rate_hz, channels = (_fact(path.with_suffix(".rec"), name) for name in _FACTS)
    if not 1 <= channels <= _MOST_CHANNELS:
        raise InputError(path.with_suffix(".rec"), f"tells of {channels} channels", "correct it")
    frame_bytes = _SAMPLE_BYTES * channels
    end = path.stat().st_size // frame_bytes * frame_bytes
    raw = RawFormat(rate_hz, channels, "PCM_16", "BIG")
    return SoundLayout(path, ((0, end),), raw).described()


def _fact(told: Path, name: str) -> int:
    """A number that stands behind a name and an equals sign, perhaps with an exponent."""
    try:
        with told.open(encoding="latin-1") as file:
            text = file.read(_MOST_BYTES)
    except FileNotFoundError as error:
        what = f"is missing, and only it tells the {_FACTS[name]} of the .cbin file"
        raise InputError(told, what, "copy it into the same folder") from error
    found = re.search(rf"^\s*{name}\s*=\s*([0-9.]+(?:[eE][+]?[0-9]+)?)\s*$", text, re.MULTILINE)
    try:
        return round(float(found[1])) if found else _no_fact(told, name)
    except (ValueError, OverflowError):
        return _no_fact(told, name)


def _no_fact(told: Path, name: str) -> int:
    what = f"does not tell the {_FACTS[name]} ({name} = …)"
    raise InputError(told, what, "copy it again from the recorder")
