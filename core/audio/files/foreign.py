"""Sound in files that libsndfile does not know, read through a library that is an extra."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from core.audio.files.layout import HIGHEST_RATE_HZ, LOWEST_RATE_HZ
from core.errors import InputError
from core.extras import FAULTS


class Column(Protocol):
    """One channel of such a file."""

    def read(self, first: int, frames: int) -> NDArray[Any]:
        """Samples from `first` on, fewer at the end."""
        ...


class ForeignReader:
    """Reads channels side by side, as a `soundfile.SoundFile` does.

    Parameters
    ----------
    columns : sequence of Column
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._position = 0
        self.channels = len(columns)
        self.subtype = "FLOAT"

    def seek(self, frame: int) -> int:
        """Go to a frame."""
        self._position = frame
        return frame

    def read(
        self, frames: int, dtype: Literal["int16", "float32"], *, always_2d: bool = True
    ) -> NDArray[Any]:
        """The next frames, shape (frames, channels), fewer at the end."""
        assert always_2d
        read = [_floats(each.read(self._position, frames)) for each in self._columns]
        found = np.stack(read, axis=1).astype(dtype)
        self._position += len(found)
        return found


@contextmanager
def foreign(path: Path, kind: str) -> Iterator[None]:
    """Tell what a library raises at a file that is none of its kind as an `InputError`."""
    try:
        yield
    except FAULTS as error:
        what = f"is no {kind} file of sound that can be read ({' '.join(str(error).split())})"
        raise InputError(path, what, "copy it again from the recorder") from error


def one_shape(path: Path, shapes: Sequence[tuple[int, float]], where: str) -> tuple[int, int]:
    """How long and how fast all channels are.

    Parameters
    ----------
    path : Path
    shapes : sequence of (int, float)
        Length, and seconds from sample to sample, of every channel.
    where : str
        What in the file tells the latter.

    Returns
    -------
    frames, sample_rate_hz : int

    Raises
    ------
    InputError
        If they differ, or are those of no sound.
    """
    if len(set(shapes)) != 1:
        what = f"holds {len(shapes)} channels of {len(set(shapes))} lengths or sample rates"
        raise InputError(path, what, "export the two microphones as WAV")
    frames, step_s = shapes[0]
    rate_hz = round(1 / step_s) if step_s > 0 else 0
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        what = f"says that its samples are {step_s:g} s apart, which is that of no sound"
        raise InputError(path, what, f"correct its {where}")
    return frames, rate_hz


def _floats(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Integers as shares of their full scale, other numbers as they are."""
    if samples.dtype.kind != "i":
        return np.asarray(samples, dtype=np.float32)
    return np.asarray(samples / (float(np.iinfo(samples.dtype).max) + 1), dtype=np.float32)
