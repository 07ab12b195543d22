"""Where the sound lies in a file, and how libsndfile is given it."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import soundfile as sf

from core.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Piece = bytes | tuple[int, int]
"""Bytes put in, or a stretch of the file: its first byte and the one after its last."""

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 1_000, 10_000_000
"""No recorder of sound samples slower or faster; a header that says so would have hours of it."""

_BUFFER_BYTES = 1 << 16


class RawFormat(NamedTuple):
    """How samples are stored, where no header tells it; names as in soundfile.

    Parameters
    ----------
    samplerate, channels : int
    subtype, endian : str
    """

    samplerate: int
    channels: int
    subtype: str
    endian: str


@dataclass(frozen=True, slots=True)
class SoundLayout:
    """The bytes of a file that libsndfile is given.

    Parameters
    ----------
    path : Path
    pieces : tuple of Piece
        One after the other; the whole file if there are none.
    raw : RawFormat, optional
        If the pieces are samples without a header.
    """

    path: Path
    pieces: tuple[Piece, ...] = ()
    raw: RawFormat | None = None

    @contextmanager
    def opened(self) -> Iterator[sf.SoundFile]:
        """Open for reading.

        Raises
        ------
        OSError
            If the file cannot be read, now or at any time until it is closed.
        soundfile.LibsndfileError
            If it is not what libsndfile can read.
        """
        if not self.pieces:
            with sf.SoundFile(self.path) as file:
                yield file
            return
        how = {} if self.raw is None else {"format": "RAW", **self.raw._asdict()}
        with SplicedFile(self.path, self.pieces) as spliced:
            try:
                with sf.SoundFile(io.BufferedReader(spliced, _BUFFER_BYTES), **how) as file:
                    yield file
            except Exception as error:
                if spliced.problem is not None:
                    raise spliced.problem from error
                raise
            if spliced.problem is not None:
                raise spliced.problem

    def described(self) -> AudioFile:
        """What libsndfile makes of it.

        Raises
        ------
        InputError
            If its sample rate is that of no recorder.
        OSError, soundfile.LibsndfileError
            As `opened`.
        """
        with self.opened() as file:
            rate_hz = file.samplerate
            if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
                raise InputError(
                    self.path,
                    f"says that its sample rate is {rate_hz} Hz, which is that of no sound",
                    "correct its header",
                )
            return AudioFile(self, rate_hz, file.channels, file.frames, file.subtype, file.endian)


class SplicedFile(io.RawIOBase):
    """Pieces of a file, and bytes put between them, read as if they were one file.

    Parameters
    ----------
    path : Path
    pieces : tuple of Piece

    Attributes
    ----------
    problem : OSError or None
        Why nothing more could be read. It is not raised: libsndfile, which asks for the bytes,
        could not pass it on.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """

    def __init__(self, path: Path, pieces: tuple[Piece, ...]) -> None:
        super().__init__()
        self.problem: OSError | None = None
        self._pieces = pieces
        lengths = (len(p) if isinstance(p, bytes) else p[1] - p[0] for p in pieces)
        self._ends = list(accumulate(lengths))
        self._position = 0
        self._file = path.open("rb", buffering=0)

    def readable(self) -> bool:
        """It is, and cannot be written."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Position, bytes from the start of the first piece."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position, as in every file; nothing is read."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._ends[-1]}
        self._position = max(origin[whence] + offset, 0)
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read up to the end of a piece; 0 at the end of all, and once there was a problem."""
        room = memoryview(buffer).cast("B")
        number = bisect_right(self._ends, self._position)
        if number == len(self._pieces) or self.problem is not None:
            return 0
        left = self._ends[number] - self._position
        count = min(left, len(room))
        piece = self._pieces[number]
        if isinstance(piece, bytes):
            room[:count] = piece[len(piece) - left :][:count]
        else:
            count = self._read_file(piece[1] - left, room[:count])
        self._position += count
        return count

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _read_file(self, position: int, room: memoryview) -> int:
        try:
            self._file.seek(position)
            return self._file.readinto(room) or 0
        except OSError as error:
            self.problem = error
            return 0


class Sound(Protocol):
    """What reads sound, as `soundfile.SoundFile` does."""

    @property
    def channels(self) -> int:
        """How many there are."""

    @property
    def subtype(self) -> str:
        """How samples are stored, as soundfile names it."""

    def seek(self, frame: int, /) -> int:
        """Go to a frame."""

    def read(self, frames: int, /, dtype: Any, *, always_2d: bool) -> Any:
        """The next frames, fewer at the end."""


class Layout(Protocol):
    """Where sound is, and how it is opened."""

    @property
    def path(self) -> Path:
        """The file or folder."""

    def opened(self) -> AbstractContextManager[Sound]:
        """Open for reading."""


def reaches(layout: Layout, frames: int) -> bool:
    """Whether there are at least so many frames; decodes the last of them.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    try:
        with layout.opened() as file:
            file.seek(frames - 1)
            return len(file.read(1, dtype="float32", always_2d=True)) == 1
    except sf.LibsndfileError:
        return False


@dataclass(frozen=True, slots=True)
class AudioFile:
    """What a file holds.

    Parameters
    ----------
    layout : Layout
    sample_rate_hz : int
    channels : int
    frames : int
        Length in samples of a channel.
    subtype, endian : str
        How samples are stored, as soundfile names it.
    notes : tuple of str
        What was assumed about the length where the header is wrong or silent.
    """

    layout: Layout
    sample_rate_hz: int
    channels: int
    frames: int
    subtype: str
    endian: str
    notes: tuple[str, ...] = ()
