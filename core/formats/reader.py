"""What a format of labels is that is only read, and how other people's libraries are asked."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.extras import FAULTS, ensure
from core.formats.files.reading import read_start
from core.labels import Labels


@dataclass(frozen=True, slots=True)
class LabelReader:
    """Reads labels of one recording.

    Parameters
    ----------
    title : str
        As a person knows the format.
    suffixes : tuple of str
        What its file names end with, by which it is known; dot included, lower case.
    read : callable
        Labels from a path, and the names of the files of the recording that they are of, for
        formats that hold those of several. Raises `InputError`.
    """

    title: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, Collection[str]], Labels]


@contextmanager
def read_through(path: Path, library: str, extra: str, remedy: str) -> Iterator[None]:
    """Read a file with a library that is an extra; nothing that it warns of is told.

    Parameters
    ----------
    path : Path
    library : str
        As it is imported.
    extra : str
        Of ``pyproject.toml``.
    remedy : str
        What a person can do whose file it cannot read.

    Raises
    ------
    InputError
        If the library is not installed or cannot read the file, or there is none.
    """
    ensure(path.name, (library,), extra)
    read_start(path, 1)  # tells what is no ordinary file
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except FAULTS as error:
        what = f"cannot be read by {library} ({' '.join(str(error).split())[:200]})"
        raise InputError(path, what, remedy) from error
