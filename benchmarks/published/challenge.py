"""FinchSync on the official recordings of BioDCASE Task 1, beside what was published.

usage: python -m benchmarks.published.challenge FOLDER [--part val|test] [--checkpoint BEATs.pt]
       [--evidence spectral|compact] [--out FILE.json]

FOLDER holds ``aru`` and ``zebra_finch``, each with ``train`` and ``val`` (and ``test``, where its
table is public), each of these with ``audio`` and ``annotations.csv``, as the organisers give
them out. The recordings could not be had where FinchSync is made: no figure of ours on them exists.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile as sf

from benchmarks.accuracy import crosscorrelation, linear
from benchmarks.accuracy.methods import Job
from benchmarks.accuracy.one_set import errors_of
from benchmarks.accuracy.outside import Answer
from benchmarks.accuracy.sets import recordings
from benchmarks.common.markdown import number, table
from benchmarks.common.store import Result, save
from benchmarks.published.challenge_rows import TEST_2025, TEST_2026, Published
from core.align.aligner import AlignOptions, align
from core.align.decoding.prior import DriftPrior
from core.align.decoding.prior_fit import learn_prior
from core.arrays import Floats
from core.audio.recording import open_recording
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import Networks
from core.formats.tables.folder_tables import TABLE_NAME
from core.nets.evidence import open_evidence

System = Callable[[Job], Floats]
"""A recording -> channel-1 times of its keypoints, seconds; the truth's are not looked at."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """One of the challenge's two.

    Parameters
    ----------
    name : str
        Of its folder.
    title : str
    reach_s : float
        Largest offset, by the rules, seconds.
    window_s : float
        Window of the 2026 GCC-PHAT baseline, seconds.
    """

    name: str
    title: str
    reach_s: float
    window_s: float


DATA_SETS = (DataSet("aru", "ARU", 0.5, 0.27), DataSet("zebra_finch", "zebra finch", 5.0, 2.5))


def main() -> int:
    arguments = _arguments()
    try:
        result = run(arguments.folder, arguments.part, arguments.evidence, arguments.checkpoint)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(page(result))
    if arguments.out is not None:
        save(arguments.out.parent, arguments.out.stem, result)
    return 0


def run(folder: Path, part: str | None, evidence: str, checkpoint: Path | None) -> Result:
    """Errors of every system on both data sets.

    Raises
    ------
    InputError
        If a folder or a table is not there or cannot be used.
    """
    systems: dict[str, Result] = {}
    parts = {}
    for data_set in DATA_SETS:
        data = folder / data_set.name
        parts[data_set.name] = where = _part(data, part)
        jobs = list(recordings(data / where))
        for name, system in _systems(data_set, data, evidence, checkpoint):
            print(f"{data_set.title}: {name}", file=sys.stderr, flush=True)
            systems.setdefault(name, {})[data_set.name] = errors_of(jobs, answers(system, jobs))
    return {"parts": parts, "evidence": evidence, "systems": systems}


def answers(system: System, jobs: list[Job]) -> list[Answer]:
    """One answer a recording; one that is refused says why and counts as unaligned."""
    given = []
    for job in jobs:
        started_s = time.process_time()
        try:
            time_1_s, why = system(job), ""
        except InputError as error:
            time_1_s, why = None, str(error)
        given.append(Answer(time_1_s, why, time.process_time() - started_s))
    return given


def page(result: Result) -> str:
    """The organisers' table, ours among the published, best mean of both MAEs first."""
    ours = [_row(name, found) for name, found in result["systems"].items()]
    told = ", ".join(f"{name}/{part}" for name, part in result["parts"].items())
    lines = [
        f"Bold: measured here, on {told}. The others: published, on the test set of 2026.",
        "",
        *_ranked([*ours, *TEST_2026], {row.system for row in ours}),
        "",
        "Published in 2025, on other recordings:",
        "",
        *table(
            ("system", "ARU MSE s²", "finch MSE s²"),
            ((row.system, number(row.aru_s2), number(row.finch_s2)) for row in TEST_2025),
        ),
    ]
    return "\n".join(lines)


def _ranked(rows: list[Published], bold: set[str]) -> list[str]:
    def mean_ms(row: Published) -> float:
        return (row.aru_ms + row.finch_ms) / 2

    head = ("system", "mean of both MAEs, ms", "ARU ms", "finch ms", "ARU MSE s²", "finch MSE s²")
    cells = (
        (
            f"**{row.system}**" if row.system in bold else row.system,
            *map(number, (mean_ms(row), row.aru_ms, row.finch_ms, row.aru_s2, row.finch_s2)),
        )
        for row in sorted(rows, key=mean_ms)
    )
    return table(head, cells)


def _row(name: str, found: Result) -> Published:
    mae_ms, mse_s2 = (
        [found[data_set.name].get(key, float("nan")) for data_set in DATA_SETS]
        for key in ("mae_ms", "mse_s2")
    )
    return Published(f"{name}, here", *mae_ms, *mse_s2)


def _systems(
    data_set: DataSet, data: Path, evidence: str, checkpoint: Path | None
) -> Iterator[tuple[str, System]]:
    """Every system with its name; whatever learns does so on ``data / "train"``."""
    reach_s = data_set.reach_s
    learned = open_evidence(EvidenceChoice(evidence))
    options = AlignOptions(max_offset_s=reach_s)
    priors = {"FinchSync": None, "FinchSync with the prior learned from train": _of_train(data)}
    for name, prior in priors.items():
        yield name, partial(_finchsync, options=options, learned=learned, prior=prior)
    yield "no sync", lambda job: job[1].time_0_s
    yield (
        "GCC-PHAT, sign put right",
        _of_samples(
            lambda x, rate_hz, time_0_s: crosscorrelation.delay_per_window(
                x, rate_hz, time_0_s, reach_s, data_set.window_s
            )
        ),
    )
    yield (
        "log-mel correlation over 10 x 10 lines",
        _of_samples(
            lambda x, rate_hz, time_0_s: linear.best_by_spectra(x, rate_hz, time_0_s, reach_s)
        ),
    )
    if checkpoint is not None:
        from benchmarks.published import challenge_learned

        model = challenge_learned.trained(checkpoint, data)
        yield (
            "learned baseline: 2026 head, binary count over 10 x 10 lines",
            lambda job: challenge_learned.answer(model, job, reach_s),
        )


def _finchsync(
    job: Job, options: AlignOptions, learned: Networks, prior: DriftPrior | None
) -> Floats:
    found = align(open_recording(job[0]), job[1].time_0_s, options, learned, prior)
    return found.keypoints.time_1_s


def _of_train(data: Path) -> DriftPrior:
    """The usual drift of the recordings in ``train``."""
    return learn_prior((truth for _, truth in recordings(data / "train")), data / "train")


def _of_samples(method: Callable[[Floats, int, Floats], Floats]) -> System:
    def system(job: Job) -> Floats:
        samples, rate_hz = sf.read(job[0], always_2d=True)
        return np.asarray(method(samples, rate_hz, job[1].time_0_s))

    return system


def _part(data: Path, wanted: str | None) -> str:
    """Which part to measure: the one that is asked for, else test if it has a table, else val."""
    there = [part for part in ("test", "val") if (data / part / TABLE_NAME).is_file()]
    parts = [wanted] if wanted in there else [] if wanted else there
    if not parts:
        raise InputError(
            data / (wanted or "val"),
            f"holds no {TABLE_NAME}",
            "give the folder that holds aru and zebra_finch in the challenge's layout",
        )
    return parts[0]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.published.challenge",
        description=(__doc__ or "").split("\n")[0],
    )
    parser.add_argument("folder", type=Path, help="holds aru and zebra_finch")
    parser.add_argument("--part", choices=("val", "test"), help="default: test if it has a table")
    parser.add_argument("--evidence", choices=("spectral", "compact"), default="compact")
    parser.add_argument(
        "--checkpoint", type=Path, help="BEATs; trains the learned baseline on train, then runs it"
    )
    parser.add_argument("--out", type=Path, metavar="FILE.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
