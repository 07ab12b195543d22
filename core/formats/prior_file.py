"""A pair's usual drift as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from core import __version__
from core.align.decoding.prior import DriftPrior
from core.align.decoding.prior_fit import FEWEST_RECORDINGS, MOST_POINTS
from core.arrays import Floats
from core.errors import InputError
from core.formats.files import checked
from core.formats.files.atomic import write_whole
from core.formats.files.reading import read_whole

FORMAT = "finchsync-prior"
VERSION = 1

_LONGEST_S = 86400.0
_STEEPEST = 0.1
"""Slopes of clocks that differ by more are no slopes of clocks."""
_LEAST = 1e-9
_NUMBERS = {
    "offset_sd_s": (_LEAST, _LONGEST_S),
    "slope_sd": (_LEAST, _STEEPEST),
    "correlation": (-0.999, 0.999),
    "wander": (_LEAST, _STEEPEST),
}


def write_prior(path: Path, prior: DriftPrior, *, overwrite: bool = False) -> None:
    """Write a prior; errors as in `write_whole`."""
    head = {"format": FORMAT, "version": VERSION, "finchsync": __version__}
    with write_whole(path, overwrite=overwrite) as file:
        file.write(f"{json.dumps({**head, **prior_table(prior)}, allow_nan=False)}\n".encode())


def read_prior(path: Path) -> DriftPrior:
    """Read a prior.

    Parameters
    ----------
    path : Path
        As `write_prior` left it.

    Returns
    -------
    DriftPrior

    Raises
    ------
    InputError
        If the file cannot be read, is none, is from another version or says what no pair of
        recorders does.
    """
    again = "make it with 'finchsync prior'"
    try:
        value = checked.parsed_json(read_whole(path))
    except ValueError as error:
        raise InputError(path, "is no prior of a pair of recorders", again) from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise InputError(path, "is no prior of a pair of recorders", again)
    if value.get("version") != VERSION:
        raise InputError(path, "is from another version of FinchSync", "update FinchSync")
    try:
        return prior_of(value)
    except (KeyError, ValueError) as error:
        raise InputError(path, f"is damaged ({error})", f"{again} again") from error


def prior_table(prior: DriftPrior) -> dict[str, object]:
    """The numbers of a prior, as they stand in a file."""
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in asdict(prior).items()
    }


def prior_of(value: Mapping[str, Any]) -> DriftPrior:
    """A prior from its numbers; KeyError or ValueError where they are those of none."""
    time_0_s, offset_s = (_column(value[name]) for name in ("time_0_s", "offset_s"))
    if len(time_0_s) != len(offset_s) or len(time_0_s) < 2 or (np.diff(time_0_s) <= 0).any():
        raise ValueError("its moments do not rise, or not each has an offset")
    numbers = {name: checked.number(value[name], *limits) for name, limits in _NUMBERS.items()}
    recordings = checked.whole(value["recordings"], FEWEST_RECORDINGS)
    return DriftPrior(time_0_s, offset_s, **numbers, recordings=recordings)


def _column(value: object) -> Floats:
    numbers = checked.items(value)
    if len(numbers) > MOST_POINTS:
        raise ValueError(f"a curve of {len(numbers)} points")
    return np.array([checked.number(each, -_LONGEST_S, _LONGEST_S) for each in numbers])
