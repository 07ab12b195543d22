"""The one place that says what an audio file holds, and how long that is."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import soundfile as sf

from core.audio.files.cbin import read_cbin
from core.audio.files.chunked import is_chunked, read_chunked
from core.audio.files.flac import FLAC_MARK, read_flac
from core.audio.files.layout import AudioFile, SoundLayout, reaches
from core.audio.files.mpeg import read_mpeg
from core.audio.files.nwb import read_nwb
from core.audio.files.ogg import OGG_MARK, read_ogg
from core.audio.files.tdms import read_tdms
from core.errors import InputError, system_reason

_KEPT = 512
_ID3_HEAD_BYTES = 10
_BY_NAME = {".cbin": read_cbin, ".nwb": read_nwb, ".tdms": read_tdms}
"""What tells only by its name what it is, or is read by another library."""


def settle(path: Path) -> AudioFile:
    """Find out what a file holds, trusting no length that a header only claims.

    Lengths that cannot be known otherwise are counted, which takes 0.2 s for an hour of
    MP3; what was found is kept until the file changes.

    Parameters
    ----------
    path : Path

    Returns
    -------
    AudioFile

    Raises
    ------
    InputError
        If there is no such file, or it is no audio, empty, cut short or absurd.
    """
    try:
        if path.is_dir():
            raise InputError(path, "is a folder", "give an audio file")
        stamp = path.stat()
        if stamp.st_size == 0:
            raise InputError(path, "is an empty file", "copy it again from the recorder")
        return _settle(path, stamp.st_size, stamp.st_mtime_ns)
    except OSError as error:
        raise InputError(
            path, f"cannot be opened ({failure_text(error)})", "check the path"
        ) from error
    except sf.LibsndfileError as error:
        raise _no_audio(path, failure_text(error)) from error


def failure_text(error: OSError | sf.LibsndfileError) -> str:
    """Why a file cannot be read, to stand in a sentence."""
    if isinstance(error, OSError):
        return system_reason(error)
    return str(error.error_string).strip().rstrip(".").lower()


@lru_cache(_KEPT)
def _settle(path: Path, _size: int, _modified_ns: int) -> AudioFile:
    found = _read(path)
    if found.frames <= 0:
        raise InputError(path, "holds no samples", "copy it again from the recorder")
    if not reaches(found.layout, found.frames):
        raise InputError(
            path,
            "cannot be read to the end that its header tells of",
            "copy it again from the recorder, or save what is there as a new file",
        )
    return found


def _read(path: Path) -> AudioFile:
    if (by_name := _BY_NAME.get(path.suffix.lower())) is not None:
        return by_name(path)
    with path.open("rb") as file:
        head = file.read(12)
        start = _behind_id3(head)
        file.seek(start)
        mark = file.read(4)
    if is_chunked(head):
        return read_chunked(path)
    if mark == FLAC_MARK:
        return read_flac(path, start)
    if head[:4] == OGG_MARK:
        return read_ogg(path)
    is_frame = int.from_bytes(mark[:2], "big") >> 5 == 0x7FF
    if is_frame or start or path.suffix.lower() == ".mp3":
        found = read_mpeg(path, start)
        if found is None:
            raise _no_audio(path, "there is no MPEG frame in it")
        return found
    return SoundLayout(path).described()


def _behind_id3(head: bytes) -> int:
    """Where the sound begins after an ID3v2 tag, if there is one."""
    if head[:3] != b"ID3" or len(head) < _ID3_HEAD_BYTES:
        return 0
    size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return _ID3_HEAD_BYTES + size


def _no_audio(path: Path, reason: str) -> InputError:
    return InputError(
        path, f"is not audio that libsndfile can read ({reason})", "convert it to WAV or FLAC"
    )
