"""Labels of evsonganaly: a MATLAB file behind the song's, SONG.cbin.not.mat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.arrays import Floats
from core.errors import InputError
from core.formats.files.label_text import label_at
from core.formats.files.reading import read_whole
from core.formats.reader import LabelReader
from core.labels import Labels, Tier

_MS = 1e-3
_FAULTS = (
    ArithmeticError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    TypeError,
    ValueError,
)


def _read(path: Path) -> Labels:
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    read_whole(path)  # refuses what cannot be read, or is too large
    try:
        # Cells and structures are not asked for: what is read is numbers and one text.
        found = loadmat(str(path), variable_names=("onsets", "offsets", "labels"))
        onsets_s, offsets_s = (_times_s(found, name) for name in ("onsets", "offsets"))
        texts = "".join(np.atleast_1d(found["labels"]).astype(str).ravel().tolist())
    except (*_FAULTS, MatReadError) as error:
        what = f"is no file of evsonganaly that can be read ({' '.join(str(error).split())})"
        raise InputError(path, what, "save it there again") from error
    if not len(onsets_s) == len(offsets_s) == len(texts):
        counts = f"{len(onsets_s)} onsets, {len(offsets_s)} offsets and {len(texts)} labels"
        raise InputError(path, f"holds {counts}", "save it in evsonganaly again")
    spans = zip(onsets_s.tolist(), offsets_s.tolist(), texts, strict=True)
    labels = (label_at(f"{path}", (start, end), text) for start, end, text in spans)
    return Labels((Tier("", tuple(labels)),))


def _times_s(found: dict[str, Any], name: str) -> Floats:
    times_s = np.asarray(found[name], dtype=np.float64).ravel() * _MS
    if not np.isfinite(times_s).all():
        raise ValueError(f"{name} are no numbers")
    return times_s


READER = LabelReader("evsonganaly", (".not.mat",), _read)
