"""What was made once of both channels of a recording, kept beside its frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from core.arrays import Floats32
from core.formats.files.atomic import make_folder, write_whole
from core.steps import Steps

Halves = NDArray[np.float16]


def kept_channels(
    path: Path, make: Callable[[int], Steps[Floats32]]
) -> Steps[tuple[Halves, Halves]]:
    """Rows of both channels, in half precision, from an earlier search if they are there.

    Parameters
    ----------
    path : Path
        Where they are kept; its name says what they were made of and with.
    make : callable
        From a channel to the steps that make its rows.

    Yields
    ------
    float
        What the steps yield.

    Returns
    -------
    tuple of two ndarray of float16

    Raises
    ------
    InputError
        As the steps raise, or if the folder cannot be written.
    """
    try:
        stored = load_file(path)
        return stored["0"].astype(np.float16), stored["1"].astype(np.float16)
    except (OSError, SafetensorError, KeyError):
        pass
    zero = (yield from make(0)).astype(np.float16)
    one = (yield from make(1)).astype(np.float16)
    make_folder(path.parent)
    with write_whole(path, overwrite=True) as file:
        file.write(save({"0": zero, "1": one}))
    return zero, one
