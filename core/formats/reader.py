"""What a format of labels is that is only read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
        Labels from a path. Raises `InputError`.
    """

    title: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], Labels]
