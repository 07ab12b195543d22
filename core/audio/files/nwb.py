"""NWB files: every acquisition of one length and sample rate, found by pynwb, read by h5py."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from core.audio.files.foreign import ForeignReader, foreign, one_shape
from core.audio.files.layout import AudioFile
from core.errors import InputError
from core.extras import ensure


@dataclass(frozen=True, slots=True)
class NwbLayout:
    """Takes the place of a `SoundLayout`; `opened` reads as a `soundfile.SoundFile` does.

    Parameters
    ----------
    path : Path
    places : tuple of (str, int or None)
        The array of every channel within the file, and its column where it has more.
    """

    path: Path
    places: tuple[tuple[str, int | None], ...]

    @contextmanager
    def opened(self) -> Iterator[ForeignReader]:
        """Open for reading; raises `InputError` if it cannot be read."""
        ensure(self.path.name, ("h5py",), "nwb")
        import h5py

        with foreign(self.path, "NWB"), h5py.File(self.path, "r") as file:
            yield ForeignReader([_Channel(file[name], column) for name, column in self.places])


@dataclass(frozen=True, slots=True)
class _Channel:
    """A column of a `h5py.Dataset`."""

    array: Any
    column: int | None

    def read(self, first: int, frames: int) -> NDArray[Any]:
        stretch = slice(first, first + frames)
        found: NDArray[Any] = self.array[stretch if self.column is None else (stretch, self.column)]
        return found


def read_nwb(path: Path) -> AudioFile:
    """What an NWB file holds of sound: its acquisitions with a sample rate, in order of name.

    Raises
    ------
    InputError
        If pynwb is not installed, the file cannot be read, or its channels are not of one length
        and sample rate.
    """
    ensure(path.name, ("pynwb",), "nwb")
    from hdmf.build import ConstructError
    from pynwb import NWBHDF5IO

    places: list[tuple[str, int | None]] = []
    shapes: list[tuple[int, float]] = []
    with foreign(path, "NWB"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with NWBHDF5IO(path, "r") as file:
                for _, series in sorted(file.read().acquisition.items()):
                    if not getattr(series, "rate", None) or series.data.ndim > 2:
                        continue
                    frames, *wide = series.data.shape
                    columns = range(wide[0]) if wide else (None,)
                    places += [(series.data.name, column) for column in columns]
                    shapes += [(frames, 1 / float(series.rate))] * len(columns)
        except ConstructError as error:
            raise ValueError(str(error)) from error
    if not shapes:
        what = "holds no acquisition with a sample rate"
        raise InputError(path, what, "give a file with sound")
    frames, rate_hz = one_shape(path, shapes, "rate")
    layout = NwbLayout(path, tuple(places))
    return AudioFile(layout, rate_hz, len(places), frames, "FLOAT", "LITTLE")
