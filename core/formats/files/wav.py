"""WAV files, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.formats.files.sound_files import SoundKind, sound_writer


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
    kind = SoundKind(sample_rate_hz, samples.shape[1])
    with sound_writer(path, kind, overwrite=overwrite) as file:
        file.write(samples)
