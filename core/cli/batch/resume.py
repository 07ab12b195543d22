"""Finished recordings of a run, kept until its table is written, so that a run can go on.

One small JSON file a recording lies in ``OUT.partial`` beside the table, under a name
made of everything its result depends on. A stopped run with another option, a changed
file or another version of FinchSync finds nothing under its names and starts afresh.
So does one that finds files which are not to the letter what it wrote.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import __version__
from core.align.aligner import AlignOptions
from core.audio.recording import Recording
from core.cli.batch.outcome import Aligned, as_json, from_json
from core.errors import InputError
from core.formats.files.atomic import write_whole
from core.formats.files.checked import parsed_json
from core.formats.files.reading import read_whole
from core.sync_points import SyncPoints

_DIGEST = "digest"
_OWN = re.compile(r"[0-9a-f]{32}\.json|\.finchsync-.*\.tmp")


@dataclass(frozen=True, slots=True)
class Kept:
    """The finished recordings of a run.

    Parameters
    ----------
    folder : Path
        Made when the first recording is kept.
    """

    folder: Path

    @classmethod
    def beside(cls, out: Path) -> Kept:
        """Where a run keeps its recordings until it can write `out`."""
        return cls(out.with_name(f"{out.name}.partial"))

    def load(self, key: str, name: str) -> Aligned | None:
        """What was kept under a key, or None if there is nothing of use."""
        try:
            value = parsed_json(read_whole(self._file(key)))
            digest = value.pop(_DIGEST)
            return from_json(name, value) if digest == _digest(value) else None
        except (InputError, AttributeError, KeyError, TypeError, ValueError):
            return None

    def save(self, key: str, aligned: Aligned) -> None:
        """Keep a recording; where the disk refuses, the run goes on without."""
        try:
            self.folder.mkdir(exist_ok=True)
            with write_whole(self._file(key), overwrite=True) as file:
                value = as_json(aligned)
                file.write(json.dumps({**value, _DIGEST: _digest(value)}).encode())
        except (OSError, InputError):
            return

    def count(self) -> int:
        """How many recordings are kept, whether or not they are still of use."""
        return sum(path.suffix == ".json" for path in self._files())

    def clear(self) -> None:
        """Remove what runs kept here, and the folder if nothing else is in it."""
        try:
            for path in self._files():
                path.unlink(missing_ok=True)
            self.folder.rmdir()
        except OSError:
            return

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _files(self) -> Iterator[Path]:
        try:
            yield from [path for path in self.folder.iterdir() if _OWN.fullmatch(path.name)]
        except OSError:
            return


def _digest(value: object) -> str:
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=16).hexdigest()


def key_of(
    recording: Recording,
    time_0_s: NDArray[np.float64] | None,
    options: AlignOptions,
    evidence: str,
    sync: SyncPoints | None = None,
) -> str:
    """Digest of everything an alignment depends on.

    The content of long files is known only by samples of it, so their time of change
    counts as well.

    Parameters
    ----------
    recording : Recording
    time_0_s : ndarray, shape (K,), or None
        Imported keypoints.
    options : AlignOptions
    evidence : str
        As `core.cli.evidence.identity`.
    sync : SyncPoints, optional

    Returns
    -------
    str
        32 hexadecimal digits.

    Raises
    ------
    InputError
        If the recording cannot be read.
    """
    try:
        changed = [path.stat().st_mtime_ns for path in recording.paths]
    except OSError as error:
        raise InputError(recording.paths[0], "cannot be read any more", "check the path") from error
    digest = hashlib.blake2b(digest_size=16)
    expected_s = recording.expected_offsets_s
    what = (__version__, recording.fingerprint(), changed, options, evidence, expected_s)
    digest.update(repr(what).encode())
    if time_0_s is not None:
        digest.update(time_0_s.tobytes())
    if sync is not None and len(sync):
        for column in (sync.time_0_s, sync.time_1_s, sync.uncertainty_s):
            digest.update(column.tobytes())
    return digest.hexdigest()
