"""WAV files, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from core.errors import InputError
from core.formats.atomic import write_whole


def write_wav(
    path: Path, samples: NDArray[np.float32], sample_rate_hz: int, *, overwrite: bool = False
) -> None:
    """Write 16-bit samples.

    Parameters
    ----------
    path : Path
    samples : ndarray, shape (frames, channels)
        Full scale is -1 to 1.
    sample_rate_hz : int
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the place cannot be written, or exists and may not be replaced.
    """
    try:
        with write_whole(path, overwrite=overwrite) as file:
            sf.write(file, samples, sample_rate_hz, format="WAV", subtype="PCM_16")
    except sf.LibsndfileError as error:
        raise InputError(
            path, f"cannot be written ({error.error_string})", "choose another place"
        ) from error
