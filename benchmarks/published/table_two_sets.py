"""What the learned systems of the comparison are trained on, and the sets they are compared on.

No training seed lies in 7000-7999. Of the real pairs, only recording D may train
anything (see `benchmarks.accuracy.sets`); where it appears among the test recordings, under another
drift, it is counted in a column of its own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy.sets import SETS, recordings
from benchmarks.common.places import CACHE, shared
from core.formats.files.wav import write_wav
from core.formats.tables.biodcase import BiodcaseTable, read_csv, write_csv
from core.formats.tables.folder_tables import TABLE_NAME
from core.keypoints import KeypointSet
from core.simulate import simulate_scene

FOLDER = CACHE / "table_two"
SCENE_S = 100.0
SNR_DB = (20.0, 10.0, 0.0)
SEEDS = {
    "train": {"zebra_finch": range(3000, 3008), "aru": range(3100, 3108)},
    "val": {"zebra_finch": range(3200, 3201), "aru": range(3300, 3301)},
}
DRIFT_SEED = 3400
TEST_SETS = ("moderate", "finch+0", "field+0")
_HEARD = "birdpark_D_"


@dataclass(frozen=True, slots=True)
class Column:
    """Recordings that are counted together.

    Parameters
    ----------
    title : str
    heard : bool
        Whether the sound, under another drift, was trained on.
    jobs : tuple of (Path, KeypointSet)
        Recordings with their truth.
    """

    title: str
    heard: bool
    jobs: tuple[tuple[Path, KeypointSet], ...]


def training_folders() -> tuple[Path, Path]:
    """Folders to train and to validate on in BioDCASE layout, made unless they are there."""
    return _built("train"), _built("val")


def columns(*, quick: bool = False) -> Iterator[Column]:
    """The test recordings; real sets are left out where their recordings are not."""
    for bench_set in SETS:
        if bench_set.name not in TEST_SETS:
            continue
        folder = bench_set.build(quick)
        if folder is None:
            continue
        jobs = tuple(recordings(folder))
        for heard in (False, True):
            of_kind = tuple(job for job in jobs if (_HEARD in job[0].name) == heard)
            if of_kind:
                note = ", D" if heard else ", A and B" if bench_set.group == "real" else ""
                yield Column(bench_set.name + note, heard, of_kind)


def _built(part: str) -> Path:
    folder = FOLDER / part
    if (folder / TABLE_NAME).exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "audio").mkdir(parents=True)
    truth = dict(_simulated(folder, part))
    source = shared()
    if part == "train" and source is not None:
        truth |= _drifted(folder, source)
    # Last: a folder counts as built once its table is there.
    write_csv(folder / TABLE_NAME, BiodcaseTable(truth))
    return folder


def _simulated(folder: Path, part: str) -> Iterator[tuple[str, KeypointSet]]:
    for kind, seeds in SEEDS[part].items():
        for index, seed in enumerate(seeds):
            snr_db = SNR_DB[index % len(SNR_DB)]
            scene = simulate_scene(kind, seed, SCENE_S, snr_db=snr_db)
            name = f"{kind}_{seed}.wav"
            write_wav(folder / "audio" / name, scene.samples, scene.sample_rate_hz)
            yield name, scene.keypoints()


def _drifted(folder: Path, source: Path) -> dict[str, KeypointSet]:
    """Recording D under moderate and hard drifts that no test set has."""
    truth: dict[str, KeypointSet] = {}
    for number, regime in enumerate(("moderate", "hard")):
        made = folder.parent / f"drifted-{regime}"
        tool, pairs = source / "tools" / "make_drift_set.py", source / "data" / "two_sensor"
        options = [f"--seed={DRIFT_SEED + number}", f"--regime={regime}", "--only=D"]
        subprocess.run([sys.executable, tool, pairs, made, *options], check=True)
        for name, keypoints in read_csv(made / TABLE_NAME).files.items():
            (made / "audio" / name).rename(folder / "audio" / f"{regime}_{name}")
            truth[f"{regime}_{name}"] = keypoints
        shutil.rmtree(made)
    return truth
