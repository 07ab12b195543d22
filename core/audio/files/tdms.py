"""TDMS files of LabVIEW: every channel of one length and sample rate, read through nptdms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.audio.files.layout import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, AudioFile
from core.errors import InputError
from core.extras import ensure

_FAULTS = (ArithmeticError, AttributeError, EOFError, LookupError, OSError, TypeError, ValueError)
"""What nptdms raises at a damaged file."""


@dataclass(frozen=True, slots=True)
class TdmsLayout:
    """Takes the place of a `SoundLayout`; `opened` reads as a `soundfile.SoundFile` does."""

    path: Path

    @contextmanager
    def opened(self) -> Iterator[TdmsReader]:
        """Open for reading; raises `InputError` if it cannot be read."""
        ensure(self.path.name, ("nptdms",), "tdms")
        import nptdms

        # Opened here: nptdms leaves a file that it cannot read open.
        with _told(self.path), self.path.open("rb") as raw, nptdms.TdmsFile.open(raw) as file:
            yield TdmsReader([each for group in file.groups() for each in group.channels()])


class TdmsReader:
    """Reads the channels of a TDMS file side by side.

    Parameters
    ----------
    channels : list of nptdms.TdmsChannel
    """

    def __init__(self, channels: list[Any]) -> None:
        self._channels = channels
        self._position = 0
        self.channels = len(channels)
        self.subtype = "FLOAT"

    @property
    def shapes(self) -> set[tuple[int, float]]:
        """Lengths and seconds from sample to sample that its channels have."""
        return {(len(each), float(each.properties["wf_increment"])) for each in self._channels}

    def seek(self, frame: int) -> int:
        """Go to a frame."""
        self._position = frame
        return frame

    def read(
        self, frames: int, dtype: Literal["int16", "float32"], *, always_2d: bool = True
    ) -> NDArray[Any]:
        """The next frames, shape (frames, channels), fewer at the end."""
        assert always_2d
        columns = [_floats(each.read_data(self._position, frames)) for each in self._channels]
        found = np.stack(columns, axis=1).astype(dtype)
        self._position += len(found)
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
    with layout.opened() as file:
        shapes, channels = file.shapes, file.channels
    if len(shapes) != 1:
        what = f"holds {channels} channels of {len(shapes)} lengths or sample rates"
        raise InputError(path, what, "export the two microphones as WAV")
    ((frames, step_s),) = shapes
    rate_hz = round(1 / step_s) if step_s > 0 else 0
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        what = f"says that its samples are {step_s:g} s apart, which is that of no sound"
        raise InputError(path, what, "correct its property wf_increment")
    return AudioFile(layout, rate_hz, channels, frames, "FLOAT", "LITTLE")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        if isinstance(error, InputError):
            raise
        what = f"is no TDMS file of sound that can be read ({' '.join(str(error).split())})"
        raise InputError(path, what, "copy it again from the recorder") from error


def _floats(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Integers as shares of their full scale, other numbers as they are."""
    if samples.dtype.kind != "i":
        return np.asarray(samples, dtype=np.float32)
    return np.asarray(samples / (float(np.iinfo(samples.dtype).max) + 1), dtype=np.float32)
