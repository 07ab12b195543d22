"""What crowsetta reads and FinchSync does not: TIMIT, BirdsongRecognition and yarden.

crowsetta brings pandas, 355 MB in all, and is an extra: see docs/decisions/0053-labs-formats.md.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.formats.files.label_text import label_at
from core.formats.files.reading import read_whole
from core.formats.reader import LabelReader, read_through
from core.labels import Label, Labels, Tier

_TIMIT, _BIRDSONG, _YARDEN = "timit", "birdsong-recognition-dataset", "yarden"
_NAMES = {".phn": _TIMIT, ".wrd": _TIMIT, ".xml": _BIRDSONG, ".mat": _YARDEN}
"""What crowsetta calls the format of files with these endings."""
_SOUNDS = {_TIMIT: "{}.wav", _BIRDSONG: "Wave/{}"}
"""Where the recording lies from labels that count its samples."""


def _read(path: Path, files: Collection[str]) -> Labels:
    name = _NAMES[path.suffix.lower()]
    with read_through(path, "crowsetta", "labels", "save it as simple-seq, or a file a recording"):
        read_whole(path)  # refuses what is too large before crowsetta reads it
        from pandera.errors import SchemaError

        try:
            found = _opened(name, path)
            if name == _TIMIT and not any(map(Path.is_file, _beside(path))):
                raise _without_rate(path, path.stem, name)
            told = found.to_annot(round_times=False)
        except SchemaError as error:
            raise ValueError(str(error)) from error
        one = _of_recording(path, told if isinstance(told, list) else [told], files)
        sound = path.stem if name == _TIMIT else Path(one.notated_path).name
        labels = [_label(path, segment, sound, name) for segment in one.seq.segments]
    return Labels((Tier("", tuple(labels)),))


def _opened(name: str, path: Path) -> Any:
    import crowsetta
    import numpy as np
    from scipy.io import loadmat

    kind = crowsetta.formats.by_name(name)
    if name != _YARDEN:
        return kind.from_file(annot_path=path)
    # As crowsetta does, which cannot read the labels of one recording alone.
    found = loadmat(path, squeeze_me=True)
    songs, keys = found["elements"], np.atleast_1d(found["keys"])
    if songs.ndim == 0:
        alone = np.empty(1, dtype=object)
        alone[0] = songs
        songs = alone
    if len(songs) != len(keys):
        raise ValueError(f"it holds {len(keys)} names of recordings and {len(songs)} songs")
    return kind(annotations=songs, audio_paths=keys, annot_path=path)


def _beside(path: Path) -> tuple[Path, ...]:
    return path.with_suffix(".wav"), path.with_suffix(".WAV")


def _of_recording(path: Path, songs: list[Any], files: Collection[str]) -> Any:
    """The labels of the recording that is asked for, or the only ones."""
    if len(songs) == 1:
        return songs[0]
    asked = [song for song in songs if Path(song.notated_path).name in files]
    if len(asked) == 1:
        return asked[0]
    names = " and ".join(files) or "the recording"
    what = f"holds the labels of {len(songs):,} recordings, and {len(asked) or 'none'} of {names}"
    raise InputError(path, what, "call the recording's file as they do, or save a file a recording")


def _label(path: Path, segment: Any, sound: str, name: str) -> Label:
    if segment.onset_s is None or segment.offset_s is None:
        raise _without_rate(path, sound, name)
    span_s = float(segment.onset_s), float(segment.offset_s)
    return label_at(f"{path}", span_s, str(segment.label))


def _without_rate(path: Path, sound: str, name: str) -> InputError:
    what = "counts samples, and the recording, which tells their rate, is not where it belongs"
    return InputError(path, what, f"put it at {path.parent / _SOUNDS[name].format(sound)}")


READER = LabelReader("TIMIT, BirdsongRecognition or yarden", tuple(_NAMES), _read)
