"""Measure FinchSync beside the alternatives; see docs/benchmarks.md."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.accuracy.one_set import measure
from benchmarks.accuracy.sets import SETS, BenchSet, recordings
from benchmarks.common import store
from benchmarks.common.places import QUICK_RESULTS, RESULTS, outside_python, shared
from benchmarks.cost import processor_time as cost
from benchmarks.report import page as report

COST_PARTS = ("cost", "length")
_PLOTS = Path(__file__).resolve().parent / "adapters" / "plots.py"


def main() -> int:
    arguments = _arguments()
    folder = QUICK_RESULTS if arguments.quick else RESULTS
    _say_what_is_missing()
    if not arguments.report:
        for bench_set in SETS:
            if _wanted(arguments.only, bench_set.name, bench_set.group):
                _run_set(bench_set, folder, quick=arguments.quick, ours=arguments.ours)
        if _wanted(arguments.only, "cost"):
            _run_cost(folder, quick=arguments.quick)
        if _wanted(arguments.only, "length"):
            _run_length(folder, quick=arguments.quick, long=arguments.long)
    _draw(folder)
    page = report.write(folder)
    print(page.read_text(encoding="utf-8"))
    return 0


def _arguments() -> argparse.Namespace:
    names = [s.name for s in SETS] + sorted({s.group for s in SETS}) + list(COST_PARTS)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, metavar="PART", help=", ".join(names))
    parser.add_argument(
        "--quick", action="store_true", help="one short file a set; results stay out of the way"
    )
    parser.add_argument(
        "--ours", action="store_true", help="do not run alternatives again that have results"
    )
    parser.add_argument("--long", action="store_true", help="cost up to a day of audio")
    parser.add_argument(
        "--report", action="store_true", help="measure nothing, write the page anew"
    )
    return parser.parse_args()


def _wanted(only: list[str] | None, *names: str) -> bool:
    return only is None or any(name in only for name in names)


def _say_what_is_missing() -> None:
    if shared() is None:
        print(
            "The development recordings are not here (../shared, or FINCHSYNC_SHARED): "
            "only simulated sets are measured."
        )
    if outside_python() is None:
        print("There is no .bench-venv: no librosa, synctoolbox, double-ender-sync, no plots.")


def _run_set(bench_set: BenchSet, folder: Path, *, quick: bool, ours: bool) -> None:
    print(f"{bench_set.name}: {bench_set.title}", flush=True)
    built = bench_set.build(quick)
    if built is None:
        print("  left out: it needs the development recordings")
        return
    name = f"set_{bench_set.name}"
    before = store.load(folder, name) if ours else None
    result = measure(bench_set, built, before["methods"] if before else None)
    if before and bench_set.compared:
        now = {key: before["machine"][key] for key in ("date", "revision")}
        result["alternatives_from"] = before.get("alternatives_from", now)
    store.save(folder, name, result)


def _run_cost(folder: Path, *, quick: bool) -> None:
    print("cost of a 100 s file", flush=True)
    built = SETS[0].build(quick)
    if built is None:
        built = next(s for s in SETS if s.group == "sim").build(quick)
    assert built is not None
    first, _ = next(recordings(built))
    store.save(folder, "cost", cost.per_file(first, runs=1 if quick else 5))


def _run_length(folder: Path, *, quick: bool, long: bool) -> None:
    print("cost against length", flush=True)
    lengths = cost.QUICK_LENGTHS if quick else cost.LENGTHS
    if long:
        lengths = (*lengths, *cost.LONGEST)
    rows = cost.by_length(lengths, runs=1 if quick else 3)
    store.save(folder, "length", {"rows": rows})


def _draw(folder: Path) -> None:
    python = outside_python()
    if python is None or not store.sets(folder):
        return
    drawn = subprocess.run([python, _PLOTS, folder], check=False, capture_output=True, text=True)
    if drawn.returncode != 0:
        print(f"no plots: {drawn.stderr.strip().splitlines()[-1]}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
