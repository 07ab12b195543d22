"""A new deployment: half of its recordings are reviewed, and what is learned is tried on the rest.

usage: python -m benchmarks.accuracy.learn_scenario OUT [--seed S ...] [--only NAME ...]
           [--tier T ...]

Makes ``OUT/S/NAME`` for each of `conditions`, BioDCASE folders of 20 recordings; the first ten
count as reviewed. Their recorders sound unlike any before (a filter of its own for each channel,
the same in all files), and their clocks scatter by 0.3 s and 100 ppm around the pair's own. Prints
the errors on the other ten with the model that is shipped and with what each tier learned, whether
that is offered, and how long learning took. A run that was ended goes on: ``OUT/S/NAME.partial``.

Ten recordings that are right or wrong as a whole tell little of a calibration. Beside its error
stands what it would be in the mean if every claim were exactly true, and at the end the error of
all recordings that were held out.

As everywhere: seeds 9000 to 9999 are for reporting, 3000 to 3999 for development.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve, firwin2

from benchmarks.accuracy.prior_scenario import clock, write_set
from benchmarks.accuracy.sets import recordings
from benchmarks.accuracy.stress import effects
from benchmarks.accuracy.stress.conditions import REPORTED_SEED, Condition
from benchmarks.accuracy.stress.takes import Take
from benchmarks.accuracy.stress.worlds import RATE_HZ, Real, Simulated, Source, World
from benchmarks.common.markdown import number, table
from core.align.aligner import align
from core.arrays import Floats, Floats32
from core.audio.recording import open_recording
from core.evidence.compact import open_compact
from core.keypoints import KeypointSet, ReviewState
from core.learn.comparison import Judged, figures
from core.learn.corrections import Corrected, Corrections, usable
from core.learn.kept import KeptSteps
from core.learn.learning import Learned, learn_steps
from core.learn.tiers import TIERS
from core.model.model import Model, shipped_model
from core.reliability import Tally
from core.steps import result_of

FILES, REVIEWED = 20, 10
DURATION_S = (110.0, 120.0)
_CORNERS_HZ = (0.0, 300.0, 700.0, 1500.0, 2500.0, 4000.0, 6000.0, 8000.0)
_FILTER_DB = 12.0
"""Standard deviation of a recorder's response at each corner."""
_TAPS = 255
_DRAWS = 500

PAIRS_A_B = (0, 1, 2, 3)
PIECE_S = 20.0


@dataclass(frozen=True, slots=True)
class Piece:
    """One of five pieces of a real pair, which have no second in common.

    Parameters
    ----------
    number : int
        Of the pair.
    part : int
        0 to 4.
    """

    number: int
    part: int

    @property
    def name(self) -> str:
        """For file names."""
        return f"{Real(self.number).name}_{self.part}"

    @property
    def is_here(self) -> bool:
        """Whether the development recordings are."""
        return Real(self.number).is_here

    def world(self, seed: int, duration_s: float, margin_s: float) -> World:
        """The piece, with what was recorded before and after it."""
        whole = Real(self.number).world(seed, math.inf, margin_s)
        start_s = whole.start_s + self.part * duration_s
        return World(whole.samples, start_s, duration_s)

    def stranger(self, number: int, seed: int, duration_s: float) -> Floats32:
        """Sound of another cage, shape (frames, 2)."""
        return Real(self.number).stranger(number, seed, duration_s)


def _filter(rng: np.random.Generator) -> Floats:
    """A recorder's response, as no other has it."""
    response = 10.0 ** (rng.normal(0.0, _FILTER_DB, len(_CORNERS_HZ)) / 20.0)
    return np.asarray(firwin2(_TAPS, _CORNERS_HZ, response, fs=RATE_HZ))


def other_recorders(take: Take, rng: np.random.Generator, *, seed: int, db: float) -> Floats32:
    """Each channel through its recorder, and noise so many dB below the loud frames."""
    own = np.random.default_rng(seed)
    samples = take.samples
    for channel in (0, 1):
        heard = fftconvolve(samples[:, channel], _filter(own), mode="same").astype(np.float32)
        samples = replace(take, samples=samples).with_channel(channel, heard)
    return effects.noise(replace(take, samples=samples), rng, db=db, pink=True)


def conditions(seed: int) -> dict[str, Condition]:
    """All deployments, by name."""
    simulated: tuple[Source, ...] = (Simulated("zebra_finch"), Simulated("zebra_finch", 10.0))
    field: tuple[Source, ...] = (Simulated("aru", 10.0),)
    real: tuple[Source, ...] = tuple(Piece(k % len(PAIRS_A_B), k // 4) for k in range(FILES))
    of = partial(Condition, clock=clock, as_challenge=True, duration_s=DURATION_S)
    found = (
        of("noisy", "new recorders, pink noise -3 dB", take=_take(seed, -3), sources=simulated),
        of("field", "new field recorders, pink noise -4 dB", take=_take(seed, -4), sources=field),
        of(
            "sparse",
            "new recorders, three calls",
            take=_take(seed, 30),
            world=partial(effects.few_calls, count=3),
            sources=simulated,
        ),
        of("clear", "new recorders, pink noise 20 dB", take=_take(seed, 20), sources=simulated),
        of("real", "real pairs A and B", sources=real, duration_s=(PIECE_S, PIECE_S)),
    )
    return {
        each.name: replace(each, sources=(tuple(each.sources) * FILES)[:FILES]) for each in found
    }


def _take(seed: int, db: float) -> partial[Floats32]:
    return partial(other_recorders, seed=seed, db=db)


@dataclass(frozen=True, slots=True)
class Measured:
    """What learning from one half of a deployment came to on the other.

    Parameters
    ----------
    learned : Learned
    before, after : list of Judged
        The recordings that were not reviewed.
    seconds : float
        Learning took, processor time.
    """

    learned: Learned
    before: list[Judged]
    after: list[Judged]
    seconds: float


def measured(folder: Path, tier: int) -> Measured:
    """Learn as much as a tier does from the first recordings of a set, and align the rest."""
    networks = (open_compact(),)
    files = list(recordings(folder))
    started_s = time.process_time()
    corrections, kept = usable(_reviewed(files[:REVIEWED])), KeptSteps.beside(folder)
    steps = learn_steps(corrections, networks, shipped_model(networks), tier, kept)
    learned = result_of(steps)
    took_s = time.process_time() - started_s
    before, after = (
        [_judged(*each, model) for each in files[REVIEWED:]]
        for model in (shipped_model(networks), learned.model)
    )
    return Measured(learned, before, after, took_s)


def _reviewed(files: list[tuple[Path, KeypointSet]]) -> Corrections:
    found = []
    for path, truth in files:
        recording = open_recording(path)
        states = (ReviewState.CORRECTED,) * len(truth)
        found.append(Corrected(recording, recording.fingerprint(), replace(truth, state=states)))
    return Corrections(tuple(found))


def _judged(path: Path, truth: KeypointSet, model: Model) -> Judged:
    tuning = None if model.is_shipped else model.tuning
    said = align(
        open_recording(path),
        truth.time_0_s,
        learned=model.adapted((open_compact(),)),
        prior=model.prior,
        tuning=tuning,
    )
    return Judged.of(said, truth)


def error_if_true(judged: Sequence[Judged]) -> float:
    """The calibration error that is left where every claim is exactly true.

    A recording's keypoints are right or wrong together: for each it is drawn how high a claim must
    be to be right. The mean of `_DRAWS`.
    """
    rng = np.random.default_rng(0)
    confidence = np.concatenate([each.confidence for each in judged])
    of = np.repeat(np.arange(len(judged)), [len(each.confidence) for each in judged])
    needed = rng.random((_DRAWS, len(judged)))[:, of]
    errors = [Tally.of(confidence, confidence > each).expected_error for each in needed]
    return float(np.mean(errors))


def _together(tier: int, found: Sequence[Measured]) -> str:
    """What the calibration of all deployments comes to."""
    before = [each for one in found for each in one.before]
    after = [each for one in found for each in one.after]
    return (
        f"tier {tier}, all {len(after)} recordings that were held out: calibration error "
        f"{figures(before).calibration_error:.3f} before, {figures(after).calibration_error:.3f} "
        f"after, {error_if_true(after):.3f} if every claim were true"
    )


def _row(why: str, seed: int, tier: int, found: Measured) -> tuple[str, ...]:
    own = found.learned.comparison
    before, after = figures(found.before), figures(found.after)
    return (
        why,
        str(seed),
        str(tier),
        number(before.mae_ms),
        number(after.mae_ms),
        f"{after.mae_ms / max(before.mae_ms, 1e-9):.2f}",
        f"{before.calibration_error:.3f}",
        f"{after.calibration_error:.3f}",
        f"{error_if_true(found.after):.3f}",
        f"{own.before.mae_ms:.1f} -> {own.after.mae_ms:.1f}",
        found.learned.obstacle or "offered",
        f"{found.seconds:.1f}",
    )


def _made(folder: Path, condition: Condition, seed: int) -> Path | None:
    """The folder of a deployment; None where what it is made from is not here."""
    if not folder.exists():
        if len(condition.numbers()) < FILES:
            return None
        write_set(folder, [condition.build(index, seed) for index in range(FILES)])
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy.learn_scenario",
        description=(__doc__ or "").split("\n")[0],
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", nargs="+", type=int, default=[REPORTED_SEED])
    parser.add_argument("--only", nargs="+", metavar="NAME")
    parser.add_argument("--tier", nargs="+", type=int, choices=TIERS, default=TIERS)
    arguments = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    found: dict[int, list[Measured]] = {tier: [] for tier in arguments.tier}
    for seed in arguments.seed:
        for name, condition in conditions(seed).items():
            if arguments.only and name not in arguments.only:
                continue
            folder = _made(arguments.out / str(seed) / name, condition, seed)
            if folder is None:
                print(f"{name} left out: it needs the development recordings")
                continue
            for tier in arguments.tier:
                found[tier].append(measured(folder, tier))
                rows.append(_row(condition.why, seed, tier, found[tier][-1]))
                print(" | ".join(rows[-1]), flush=True)
    head = (
        "deployment",
        "seed",
        "tier",
        "MAE before, ms",
        "after, ms",
        "ratio",
        "ECE before",
        "after",
        "after, if true",
        "on the reviewed, out of fold",
        "the new model",
        "learning, s of one core",
    )
    print("\n".join(table(head, rows)))
    print("\n".join(_together(tier, some) for tier, some in found.items() if some))
    return 0


if __name__ == "__main__":
    sys.exit(main())
