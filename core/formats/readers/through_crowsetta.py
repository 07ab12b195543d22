"""What crowsetta reads and FinchSync does not: TIMIT, BirdsongRecognition and yarden.

crowsetta brings pandas, 355 MB in all, and is an extra: see docs/decisions/0053-labs-formats.md.
"""

from __future__ import annotations

import warnings
from pathlib import Path

from core.errors import InputError
from core.extras import ensure
from core.formats.files.label_text import label_at
from core.formats.files.reading import read_whole
from core.formats.reader import LabelReader
from core.labels import Label, Labels, Tier

_NAMES = {
    ".phn": "timit",
    ".wrd": "timit",
    ".xml": "birdsong-recognition-dataset",
    ".mat": "yarden",
}
"""What crowsetta calls the format of files with these endings."""
_FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What it raises at a file that is none."""


def _read(path: Path) -> Labels:
    ensure(f"{path.name}", ("crowsetta",), "labels")
    read_whole(path)  # refuses what cannot be read, or is too large, before crowsetta reads it
    import crowsetta
    from pandera.errors import SchemaError

    try:
        reader = crowsetta.formats.by_name(_NAMES[path.suffix.lower()])
        with warnings.catch_warnings():
            # That a recording is missing is told below.
            warnings.simplefilter("ignore")
            found = reader.from_file(annot_path=path).to_annot(round_times=False)
        sequences = [each.seq for each in (found if isinstance(found, list) else [found])]
        if len(sequences) != 1:
            raise ValueError(f"it holds the labels of {len(sequences)} recordings, not of one")
        labels = [_label(path, segment) for segment in sequences[0].segments]
    except (*_FAULTS, SchemaError) as error:
        what = f"cannot be read by crowsetta ({' '.join(str(error).split())[:200]})"
        raise InputError(path, what, "save it as simple-seq, or a file a recording") from error
    return Labels((Tier("", tuple(labels)),))


def _label(path: Path, segment: object) -> Label:
    start_s, end_s = getattr(segment, "onset_s", None), getattr(segment, "offset_s", None)
    if start_s is None or end_s is None:
        raise ValueError("samples without a sample rate: its recording is not beside it")
    return label_at(f"{path}", (float(start_s), float(end_s)), str(getattr(segment, "label", "")))


READER = LabelReader("TIMIT, BirdsongRecognition or yarden", tuple(_NAMES), _read)
