"""What an export format is, and which there are."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from core.formats import exports
from core.formats.biodcase import BiodcaseTable


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A file that keypoints can be exported as.

    Parameters
    ----------
    title : str
        As a person chooses it.
    suffix : str
        What its file names end with, dot included; lower case.
    content : callable
        Makes the bytes of a file from a table and the path they go to, which is for messages
        only. Raises `InputError` where the format cannot hold the table.
    """

    title: str
    suffix: str
    content: Callable[[BiodcaseTable, Path], bytes]


def export_formats() -> tuple[ExportFormat, ...]:
    """The `FORMAT` of every module in `core.formats.exports`, by the modules' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(exports.__path__))
    return tuple(import_module(f"{exports.__name__}.{name}").FORMAT for name in names)
