"""Sound files, written whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import soundfile as sf

from core.errors import InputError
from core.formats.files.atomic import write_whole

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(frozen=True, slots=True)
class SoundKind:
    """How a sound file is written; names as in soundfile.

    Parameters
    ----------
    rate_hz, channels : int
    container, subtype : str
    comment : str
        What its header says of it, where it has room for that.
    """

    rate_hz: int
    channels: int
    container: str = "WAV"
    subtype: str = "PCM_16"
    comment: str = ""


@contextmanager
def sound_writer(path: Path, kind: SoundKind, *, overwrite: bool = False) -> Iterator[sf.SoundFile]:
    """Write a sound file piece by piece.

    Parameters
    ----------
    path : Path
    kind : SoundKind
    overwrite : bool
        Whether an existing file may be replaced.

    Yields
    ------
    SoundFile
        To write samples to. Those above full scale are clipped where the subtype has one.

    Raises
    ------
    InputError
        If the place cannot be written, the disk is full, or the file exists and may not be
        replaced: then nothing is left behind.
    """
    with write_whole(path, overwrite=overwrite) as file:
        passing = _Passing(file)
        try:
            with sf.SoundFile(
                passing, "w", kind.rate_hz, kind.channels, kind.subtype, format=kind.container
            ) as sound:
                if kind.comment:
                    sound.comment = kind.comment
                yield sound
        except sf.LibsndfileError as error:
            raise InputError(
                path, f"cannot be written ({error.error_string})", "choose another place"
            ) from error
        finally:
            # What libsndfile makes of a write that failed says nothing of why.
            if passing.problem is not None:
                raise passing.problem


class _Passing(io.RawIOBase):
    """Passes on what libsndfile writes, and keeps why it could not: no callback may raise."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self.problem: OSError | None = None
        self._file = file

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes; none once there was a problem."""
        if self.problem is not None:
            return 0
        try:
            return self._file.write(data)
        except OSError as error:
            self.problem = error
            return 0

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a position, as in every file."""
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            self.problem = error
            return 0

    def tell(self) -> int:
        """Position, bytes from the start."""
        return self._file.tell()

    def readinto(self, buffer: object, /) -> int:  # noqa: ARG002
        """Nothing: it is only written."""
        return 0
