"""Labels of evsonganaly: a MATLAB file behind the song's, SONG.cbin.not.mat."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.formats.files.label_text import label_at
from core.formats.files.mat import read_mat
from core.formats.reader import LabelReader
from core.labels import Labels, Tier

_MS = 1e-3


def _read(path: Path, files: Collection[str]) -> Labels:  # noqa: ARG001
    found = read_mat(path)
    onsets, offsets, texts = (found.get(name) for name in ("onsets", "offsets", "labels"))
    if isinstance(texts, np.ndarray) and not len(texts):
        texts = ""  # as MATLAB writes an empty text
    if not (isinstance(onsets, np.ndarray) and isinstance(offsets, np.ndarray)) or not (
        isinstance(texts, str)
    ):
        what = "holds no onsets, offsets and labels as evsonganaly writes them"
        raise InputError(path, what, "save it there again")
    if not len(onsets) == len(offsets) == len(texts):
        counts = f"{len(onsets)} onsets, {len(offsets)} offsets and {len(texts)} labels"
        raise InputError(path, f"holds {counts}", "save it in evsonganaly again")
    if not np.isfinite([*onsets, *offsets]).all():
        raise InputError(path, "holds onsets or offsets that are no numbers", "correct them")
    spans = zip((onsets * _MS).tolist(), (offsets * _MS).tolist(), texts, strict=True)
    labels = (label_at(f"{path}", (start, end), text) for start, end, text in spans)
    return Labels((Tier("", tuple(labels)),))


READER = LabelReader("evsonganaly", (".not.mat",), _read)
