"""A pair of recorders whose clocks are alike from file to file: what a learned prior could gain.

usage: python -m benchmarks.accuracy.prior_scenario OUT [--seed S]

Makes ``OUT/real`` and ``OUT/simulated``, each with the BioDCASE folders ``reviewed`` (10 clean
recordings whose keypoints a person has set), ``three_calls`` and ``pink_0`` (10 each, hardly to be
aligned by ear), and prints the errors of FinchSync without a prior on the latter two. Offset and
slope scatter by 0.3 s and 100 ppm around the pair's own; a gentle bend is common to all its files.

As everywhere: seeds 9000 to 9999 are for reporting, 3000 to 3999 for development.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.accuracy.methods import Job
from benchmarks.accuracy.sets import recordings
from benchmarks.accuracy.stress import clocks, effects
from benchmarks.accuracy.stress.clocks import Clock
from benchmarks.accuracy.stress.conditions import (
    DEVELOPMENT_SEED,
    REAL,
    REPORTED_SEED,
    Built,
    Condition,
)
from benchmarks.accuracy.stress.worlds import RATE_HZ, Simulated, Source
from benchmarks.common.markdown import number, table
from core.align.aligner import AlignOptions, align
from core.arrays import Floats
from core.audio.recording import open_recording
from core.evaluate import Errors, evaluate
from core.evidence.compact import open_compact
from core.formats.atomic import new_folder
from core.formats.biodcase import BiodcaseTable, write_csv
from core.formats.folder_tables import TABLE_NAME
from core.formats.wav import write_wav
from core.keypoints import KeypointSet

OFFSET_S, SLOPE_PPM = 2.1, 140.0
"""The pair's own."""
OFFSET_SD_S, SLOPE_SD_PPM = 0.3, 100.0
BEND_S, BEND_PERIOD_S = 0.08, 120.0
FILES = 10
SIMULATED = (Simulated("zebra_finch"), Simulated("zebra_finch", 10.0))
KINDS: dict[str, Sequence[Source]] = {
    "real": (REAL * 2)[:FILES],
    "simulated": (SIMULATED * FILES)[:FILES],
}

Aligner = Callable[[Job], KeypointSet]
"""A recording, with its channel-0 times -> keypoints."""


def clock(rng: np.random.Generator, duration_s: float, _number: int) -> Clock:
    """One file's clock: the pair's own, its scatter, and the common bend."""
    start_s = rng.normal(OFFSET_S, OFFSET_SD_S)
    slope = rng.normal(SLOPE_PPM, SLOPE_SD_PPM) * 1e-6

    def offset_s(time_s: Floats) -> Floats:
        bend_s = BEND_S * np.sin(2 * np.pi * time_s / BEND_PERIOD_S)
        return np.asarray(start_s + slope * time_s + bend_s)

    return clocks.clock_along(offset_s, duration_s)


def conditions(kind: str) -> Iterator[Condition]:
    """What is reviewed, and what is to be aligned, of one of `KINDS`."""
    of_pair = partial(Condition, clock=clock, sources=KINDS[kind], as_challenge=True)
    yield of_pair("reviewed", "clean, keypoints set by a person")
    yield of_pair("three_calls", "three calls", world=partial(effects.few_calls, count=3))
    yield of_pair("pink_0", "pink noise 0 dB", take=partial(effects.noise, db=0, pink=True))


def build(out: Path, seed: int) -> None:
    """Make every folder that is not there; the real ones where the recordings are."""
    for kind in KINDS:
        for condition in conditions(kind):
            folder, numbers = out / kind / condition.name, condition.numbers()
            if not numbers:
                print(f"{kind} left out: it needs the development recordings")
                break
            if not folder.exists():
                _write(folder, [condition.build(number, seed) for number in numbers])


def measured(out: Path, aligner: Aligner) -> dict[str, Errors]:
    """Errors of one way to align, by set: the hook for a prior learned from ``reviewed``.

    Parameters
    ----------
    out : Path
        As made by `build`.
    aligner : callable
        Recording and channel-0 times -> keypoints. The truth's channel-1 times are not for it.
    """
    found = {}
    for kind in KINDS:
        for condition in list(conditions(kind))[1:]:
            folder = out / kind / condition.name
            if folder.exists():
                jobs = list(recordings(folder))
                predicted = {job[0].name: aligner(job) for job in jobs}
                truths = {path.name: truth for path, truth in jobs}
                found[f"{kind}, {condition.why}"] = evaluate(predicted, truths).overall
    return found


def without_prior(job: Job) -> KeypointSet:
    """FinchSync as shipped."""
    path, truth = job
    return align(open_recording(path), truth.time_0_s, AlignOptions(), open_compact()).keypoints


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy.prior_scenario",
        description=(__doc__ or "").split("\n")[0],
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, choices=(REPORTED_SEED, DEVELOPMENT_SEED))
    arguments = parser.parse_args()
    build(arguments.out, arguments.seed or REPORTED_SEED)
    rows = (
        (name, f"{errors.mse_s2:.4f}", number(errors.mae_ms), number(errors.p95_ms))
        for name, errors in measured(arguments.out, without_prior).items()
    )
    print("\n".join(table(("without a prior", "MSE s²", "MAE ms", "p95 ms"), rows)))
    return 0


def _write(folder: Path, files: Sequence[Built]) -> None:
    truths = {}
    with new_folder(folder) as passing:
        (passing / "audio").mkdir()
        for number, built in enumerate(files):
            name = f"{number:02d}.wav"
            write_wav(passing / "audio" / name, built.samples, RATE_HZ)
            truths[name] = KeypointSet(built.truth.time_0_s, built.truth.time_1_s)
        write_csv(passing / TABLE_NAME, BiodcaseTable(truths))


if __name__ == "__main__":
    sys.exit(main())
