"""A pair of recorders whose clocks are alike from file to file: what a learned prior gains.

usage: python -m benchmarks.accuracy.prior_scenario OUT [--seed S]

Makes ``OUT/real`` and ``OUT/simulated``, each with the BioDCASE folders ``reviewed`` (10 clean
recordings whose keypoints a person has set), ``three_calls`` and ``pink_0`` (10 each, hardly to be
aligned by ear), and prints the errors of FinchSync on the latter two: without a prior, with the one
learned from ``reviewed``, and with one made for other recorders. Offset and
slope scatter by 0.3 s and 100 ppm around the pair's own; a gentle bend is common to all its files.

As everywhere: seeds 9000 to 9999 are for reporting, 3000 to 3999 for development.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

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
from benchmarks.accuracy.stress.measuring import CLAIMED, LIE_S
from benchmarks.accuracy.stress.worlds import RATE_HZ, Simulated, Source
from benchmarks.common.markdown import number, table
from core.align.aligner import align
from core.align.alignment_builder import OUTVOTED
from core.align.decoding.prior import DriftPrior
from core.align.decoding.prior_fit import learn_prior
from core.arrays import Floats
from core.audio.recording import open_recording
from core.evaluate import Errors, evaluate
from core.evidence.compact import open_compact
from core.formats.files.atomic import new_folder
from core.formats.files.wav import write_wav
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.formats.tables.folder_tables import TABLE_NAME
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

WRONG_S, WRONG_SLOPE = -1.5, 2e-3
"""By how much another pair's usual drift differs: its offset in seconds, and its slope."""


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
                write_set(folder, [condition.build(number, seed) for number in numbers])


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a set.

    Parameters
    ----------
    errors : Errors
    lies : int
        Keypoints claimed at `CLAIMED` or above that are further off than `LIE_S`.
    told : int
        Recordings that are told not to follow the prior.
    """

    errors: Errors
    lies: int
    told: int


def learned(folder: Path) -> DriftPrior:
    """The usual drift in the table of a folder; all of it counts as reviewed."""
    return learn_prior((truth for _, truth in recordings(folder)), folder)


def for_others(prior: DriftPrior) -> DriftPrior:
    """A prior that belongs to other recorders."""
    return replace(prior, offset_s=prior.offset_s + WRONG_S + WRONG_SLOPE * prior.time_0_s)


def measured(out: Path, of_reviewed: Callable[[Path], DriftPrior | None]) -> dict[str, Measured]:
    """What comes of one prior, by set.

    Parameters
    ----------
    out : Path
        As made by `build`.
    of_reviewed : callable
        The folder with reviewed recordings -> prior to align with, or None.
    """
    found = {}
    for kind in KINDS:
        for condition in list(conditions(kind))[1:]:
            folder = out / kind / condition.name
            if folder.exists():
                prior = of_reviewed(out / kind / "reviewed")
                found[f"{kind}, {condition.why}"] = _measured(folder, prior)
    return found


def _measured(folder: Path, prior: DriftPrior | None) -> Measured:
    evidence = (open_compact(),)
    truths = {path.name: truth for path, truth in recordings(folder)}
    aligned = {
        name: align(
            open_recording(folder / "audio" / name), truth.time_0_s, learned=evidence, prior=prior
        )
        for name, truth in truths.items()
    }
    predicted = {name: result.keypoints for name, result in aligned.items()}
    lies = sum(
        int(((kept.confidence >= CLAIMED) & (np.abs(kept.time_1_s - truth.time_1_s) > LIE_S)).sum())
        for kept, truth in ((predicted[name], truths[name]) for name in truths)
    )
    told = sum(OUTVOTED in result.warnings for result in aligned.values())
    return Measured(evaluate(predicted, truths).overall, lies, told)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy.prior_scenario",
        description=(__doc__ or "").split("\n")[0],
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, choices=(REPORTED_SEED, DEVELOPMENT_SEED))
    arguments = parser.parse_args()
    build(arguments.out, arguments.seed or REPORTED_SEED)
    ways: dict[str, Callable[[Path], DriftPrior | None]] = {
        "without a prior": lambda _: None,
        "with the pair's": learned,
        "with another pair's": lambda reviewed: for_others(learned(reviewed)),
    }
    rows = (
        (
            name,
            way,
            *map(number, (found.errors.mae_ms, found.errors.p95_ms)),
            found.lies,
            found.told,
        )
        for way, of_reviewed in ways.items()
        for name, found in measured(arguments.out, of_reviewed).items()
    )
    head = ("recordings", "prior", "MAE ms", "p95 ms", "claimed, off by > 100 ms", "told, of 10")
    print("\n".join(table(head, sorted(rows, key=lambda row: row[0]))))
    return 0


def write_set(folder: Path, files: Sequence[Built]) -> None:
    """Write recordings and their truth as a folder in BioDCASE layout."""
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
