"""Labels as a file of a format."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError
from core.formats.files.atomic import write_files
from core.formats.fitting import fitted
from core.formats.registry import Format
from core.labels import Labels


def write_labels(
    path: Path, chosen: Format, labels: Labels, *, overwrite: bool = False
) -> tuple[str, ...]:
    """Write labels, whole or not at all.

    Parameters
    ----------
    path : Path
    chosen : Format
        One that holds labels.
    labels : Labels
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    tuple of str
        What the format has no room for, a sentence each.

    Raises
    ------
    InputError
        If the place cannot be written, or the format holds no labels.
    """
    if chosen.labels is None:
        raise InputError(f"format {chosen.name}", "holds no labels", "choose another")
    fits, notes = fitted(labels, chosen.labels.holds)
    write_files({path: chosen.labels.content(fits, path)}, overwrite=overwrite)
    return notes
