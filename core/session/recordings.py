"""A recording as a session remembers it: enough to know its audio again anywhere."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.audio.recording import Recording
from core.errors import InputError
from core.formats.files.reading import read_whole


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells cheaply that a file has not changed.

    Parameters
    ----------
    size_bytes : int
    modified_ns : int
        Time of the last change, nanoseconds since 1970.
    """

    size_bytes: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> FileStamp:
        """The stamp of an ordinary file, or of those of a folder together; raises OSError."""
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            each = [cls.of(file) for file in path.iterdir() if file.is_file()]
            newest_ns = max((stamp.modified_ns for stamp in each), default=0)
            return cls(sum(stamp.size_bytes for stamp in each), newest_ns)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path} is no ordinary file")
        return cls(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class ImportedTable:
    """The CSV that keypoints came from; it is never written to.

    Parameters
    ----------
    path : Path
    fingerprint : str
        Digest of its content, 32 hexadecimal digits.
    """

    path: Path
    fingerprint: str

    @classmethod
    def of(cls, path: Path) -> ImportedTable:
        """The table at `path`; raises InputError if it cannot be read."""
        return cls(path, hashlib.blake2b(read_whole(path), digest_size=16).hexdigest())


@dataclass(frozen=True, slots=True)
class SessionRecording:
    """A recording and how to find it again.

    Parameters
    ----------
    recording : Recording
        With the paths at which it was last found.
    fingerprint : str
        As `Recording.fingerprint`.
    stamps : tuple of FileStamp
        Of the files of channel 0 and 1.
    folder : Path
        Where an export is offered first.
    imported : ImportedTable or None
    beside : tuple of Path
        Where the files of channel 0 and 1 are if they moved together with the session file;
        empty if they cannot have.
    """

    recording: Recording
    fingerprint: str
    stamps: tuple[FileStamp, FileStamp]
    folder: Path
    imported: ImportedTable | None = None
    beside: tuple[Path, ...] = ()

    def is_still(self, recording: Recording, stamps: tuple[FileStamp, FileStamp]) -> bool:
        """Whether audio is what this was, by its stamps; reads some of it if they are others."""
        return stamps == self.stamps or recording.fingerprint() == self.fingerprint

    def refuse_changed(self) -> None:
        """Make sure that the audio is still what it was.

        Raises
        ------
        InputError
            If it is not, or cannot be read.
        """
        if not self.is_still(self.recording, _stamps(self.recording)):
            raise InputError(
                self.recording.name,
                "has changed since it was opened",
                "open the session again to use it as it is now",
            )


def identify(
    recording: Recording, folder: Path, imported: ImportedTable | None = None
) -> SessionRecording:
    """Take down what a recording is known by; reads a few MiB of it.

    Raises
    ------
    InputError
        If the audio cannot be read.
    """
    first, second = (Path(os.path.abspath(source.path)) for source in recording.channels)  # noqa: PTH100
    placed = at_paths(recording, (first, second))
    stamps = _stamps(placed)
    return SessionRecording(placed, placed.fingerprint(), stamps, folder, imported)


def at_paths(recording: Recording, paths: Sequence[Path]) -> Recording:
    """The same recording with its two channels in other files."""
    first, second = (
        replace(source, path=path) for source, path in zip(recording.channels, paths, strict=True)
    )
    return replace(recording, channels=(first, second))


def _stamps(recording: Recording) -> tuple[FileStamp, FileStamp]:
    """Of the files of channel 0 and 1; raises InputError if they cannot be read."""
    first, second = (source.path for source in recording.channels)
    try:
        return FileStamp.of(first), FileStamp.of(second)
    except OSError as error:
        raise InputError(recording.name, "cannot be read any more", "check the path") from error
