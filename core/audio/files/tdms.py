"""TDMS files of LabVIEW: every channel of one length and sample rate, read through nptdms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from core.audio.files.foreign import ForeignReader, foreign, one_shape
from core.audio.files.layout import AudioFile
from core.extras import ensure


@dataclass(frozen=True, slots=True)
class TdmsLayout:
    """Takes the place of a `SoundLayout`; `opened` reads as a `soundfile.SoundFile` does."""

    path: Path

    @contextmanager
    def opened(self) -> Iterator[ForeignReader]:
        """Open for reading; raises `InputError` if it cannot be read."""
        with self.columns() as columns:
            yield ForeignReader(columns)

    @contextmanager
    def columns(self) -> Iterator[list[_Channel]]:
        """Its channels, while it is open."""
        ensure(self.path.name, ("nptdms",), "tdms")
        import nptdms

        # Opened here: nptdms leaves a file that it cannot read open.
        with (
            foreign(self.path, "TDMS"),
            self.path.open("rb") as raw,
            nptdms.TdmsFile.open(raw) as file,
        ):
            yield [_Channel(each) for group in file.groups() for each in group.channels()]


@dataclass(frozen=True, slots=True)
class _Channel:
    """A `nptdms.TdmsChannel`."""

    channel: Any

    @property
    def shape(self) -> tuple[int, float]:
        """Length, and seconds from sample to sample."""
        return len(self.channel), float(self.channel.properties["wf_increment"])

    def read(self, first: int, frames: int) -> NDArray[Any]:
        found: NDArray[Any] = self.channel.read_data(first, frames)
        return found


def read_tdms(path: Path) -> AudioFile:
    """What a TDMS file holds.

    Raises
    ------
    InputError
        If nptdms is not installed, the file cannot be read, or its channels are not of one length
        and sample rate.
    """
    layout = TdmsLayout(path)
    with layout.columns() as columns:
        shapes = [each.shape for each in columns]
    frames, rate_hz = one_shape(path, shapes, "property wf_increment")
    return AudioFile(layout, rate_hz, len(shapes), frames, "FLOAT", "LITTLE")
