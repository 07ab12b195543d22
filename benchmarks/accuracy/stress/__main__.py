"""Where the aligner errs and whether it says so: one cause of trouble a set, exact truth.

usage: python -m benchmarks.accuracy.stress [--seed S] [--only NAME ...] [--files N] [--quick]
       [--evidence spectral|compact] [--alternatives] [--out FILE.json]

A whole run of the reported seeds writes ``benchmarks/results/stress.json``; any other run only
prints, or writes where ``--out`` says. Never tune on the reported seeds: see `conditions`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.accuracy.stress import kept
from benchmarks.accuracy.stress.conditions import (
    CONDITIONS,
    DEVELOPMENT_SEED,
    REPORTED_SEED,
    STRESS,
    UNSEEN,
)
from benchmarks.accuracy.stress.measuring import (
    BESIDE,
    Measured,
    Task,
    beside,
    measure,
    row,
    totals,
)
from benchmarks.accuracy.stress.worlds import SEEDS
from benchmarks.common.machine import ONE_THREAD
from benchmarks.common.places import RESULTS, shared
from benchmarks.common.store import Result, save
from benchmarks.report.stress import page

NAME = "stress"
PROCESSES = 2
GROUPS = {"unseen": UNSEEN, "stress": STRESS}


def main() -> int:
    arguments = _arguments()
    names = arguments.only or [condition.name for condition in CONDITIONS]
    most = 1 if arguments.quick else arguments.files
    if shared() is None:
        print("The development recordings are not here: only simulated files are measured.")
    tasks = {
        condition.name: [
            Task(condition.name, number, arguments.seed, arguments.evidence)
            for number in condition.numbers(most)
        ]
        for condition in CONDITIONS
        if condition.name in names
    }
    result = run(tasks, alternatives=arguments.alternatives)
    result = {"seed": arguments.seed, "evidence": arguments.evidence} | result
    print(page(result))
    is_whole = not arguments.only and most is None and shared() is not None
    if arguments.out is not None:
        save(arguments.out.parent, arguments.out.stem, result)
    elif is_whole and arguments.seed == REPORTED_SEED and arguments.evidence == "compact":
        save(RESULTS, NAME, result)
    return 0


def run(tasks: dict[str, list[Task]], *, alternatives: bool = False) -> Result:
    """Measure files side by side in processes of their own; sets without a file are left out."""
    os.environ.update(ONE_THREAD)
    kept.drop_outdated()
    tasks = {name: of_set for name, of_set in tasks.items() if of_set}
    every = [task for of_set in tasks.values() for task in of_set]
    sets: dict[str, list[Measured]] = {name: [] for name in tasks}
    others: dict[str, dict[str, float | str | None]] = {name: {} for name in tasks}
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawned) as pool:
        for task, measured in zip(every, pool.map(measure, every), strict=True):
            sets[task.condition].append(measured)
            print(f"{task.condition} {measured.file}", file=sys.stderr, flush=True)
        if alternatives:
            asked = [(name, method) for name in tasks for method in BESIDE]
            methods = [method for _, method in asked]
            told = pool.map(beside, methods, [tasks[name] for name, _ in asked])
            for (name, method), answer in zip(asked, told, strict=True):
                others[name][method] = answer
    return {"sets": _rows(sets, others), "totals": _totals(sets)}


def _rows(
    sets: dict[str, list[Measured]], others: dict[str, dict[str, float | str | None]]
) -> dict[str, Result]:
    return {
        condition.name: {"group": group}
        | row(condition, sets[condition.name])
        | {"alternatives": others[condition.name]}
        for group, conditions in GROUPS.items()
        for condition in conditions
        if condition.name in sets
    }


def _totals(sets: dict[str, list[Measured]]) -> dict[str, Result]:
    """Of each group that was measured, and of all."""
    of_group = {
        group: {c.name: sets[c.name] for c in conditions if c.name in sets}
        for group, conditions in GROUPS.items()
    }
    together = {group: totals(of) for group, of in of_group.items() if of}
    return together | {"all": totals(sets)} if len(together) > 1 else together


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy.stress", description=(__doc__ or "").split("\n")[0]
    )
    names = [condition.name for condition in CONDITIONS]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument(
        "--seed",
        type=int,
        default=REPORTED_SEED,
        help=f"{REPORTED_SEED} (default) to 9999 to report, {DEVELOPMENT_SEED} to 3999 to develop",
    )
    parser.add_argument("--files", type=int, metavar="N", help="at most so many files a set")
    parser.add_argument("--quick", action="store_true", help="one file a set")
    parser.add_argument("--evidence", choices=("spectral", "compact"), default="compact")
    parser.add_argument(
        "--alternatives", action="store_true", help="GCC-PHAT and DTW beside, on the same files"
    )
    parser.add_argument("--out", type=Path, metavar="FILE.json")
    arguments = parser.parse_args()
    if arguments.seed // SEEDS * SEEDS not in (REPORTED_SEED, DEVELOPMENT_SEED):
        parser.error(
            f"--seed {arguments.seed}: give 9000 to 9999 to report, 3000 to 3999 to develop"
        )
    return arguments


if __name__ == "__main__":
    sys.exit(main())
