"""Recordings of the conditions on disk, so that a second run only measures."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import soundfile as sf

from benchmarks.accuracy.stress.clocks import Truth
from benchmarks.accuracy.stress.conditions import Condition
from benchmarks.accuracy.stress.worlds import RATE_HZ
from benchmarks.common.places import CACHE, REPOSITORY
from core.formats.files.atomic import write_whole

FOLDER = CACHE / "stress"
_MAKERS = ("clocks", "conditions", "effects", "takes", "worlds")
"""Whoever changes these, or the simulation, has the recordings made again."""


def recording(condition: Condition, number: int, base: int) -> tuple[Path, Truth]:
    """One file of a condition, a stereo FLAC, made unless it is there."""
    folder = FOLDER / _version() / str(base) / condition.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number:02d}_{condition.sources[number].name}.flac"
    if not path.exists():
        built = condition.build(number, base)
        truth = built.truth
        columns = np.stack([truth.time_0_s, truth.time_1_s, truth.end_1_s])
        np.save(path.with_suffix(".npy"), columns)
        # Last: a file counts as made once its sound is there.
        with write_whole(path) as out:
            sf.write(out, built.samples, RATE_HZ, format="FLAC", subtype="PCM_16")
    return path, Truth(*np.load(path.with_suffix(".npy")))


def drop_outdated() -> None:
    """Delete what other versions of the makers made."""
    for folder in FOLDER.glob("*"):
        if folder.name != _version():
            shutil.rmtree(folder)


@cache
def _version() -> str:
    digest = hashlib.blake2b(digest_size=8)
    makers = [Path(__file__).with_name(f"{name}.py") for name in _MAKERS]
    for path in [*makers, *sorted((REPOSITORY / "core" / "simulate").glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()
