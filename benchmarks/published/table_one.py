"""What the parts of the confidence-weighted score are worth, on our own sets.

``python -m benchmarks.published.table_one`` takes the cross-attention scorer that
``benchmarks.published.table_two`` trains, ranks the same lines by every form of the score, writes
``benchmarks/results/table_one.json`` and prints the tables of ``docs/published_tables.md``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.accuracy.methods import Job
from benchmarks.common.places import QUICK_RESULTS, RESULTS
from benchmarks.common.store import save
from benchmarks.published.table_two import GRIDS, Answers, measured, page
from benchmarks.published.table_two_forms import chosen_times
from benchmarks.published.table_two_scorers import Systems, pair_tables, trained_systems
from benchmarks.published.table_two_sets import columns
from core.audio.recording import open_recording
from core.nets.embed import leave_a_core
from core.nets.encoders.compact import COMPACT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=COMPACT, help="checkpoint, or compact")
    parser.add_argument("--quick", action="store_true", help="as table_two --quick")
    args = parser.parse_args()
    leave_a_core()
    systems = trained_systems(args.encoder, quick=args.quick)
    tested = list(columns(quick=args.quick))
    result = {"encoder": args.encoder.name}
    for axis, grid in GRIDS:
        rows = measured(tested, lambda job, axis=axis: _answers(job, systems, axis))
        result[grid] = rows
        print(f"\n{grid}\n\n{page(rows, [column.title for column in tested])}")
    save(QUICK_RESULTS if args.quick else RESULTS, "table_one", result)


def _answers(job: Job, systems: Systems, axis: int) -> Answers:
    path, truth = job
    channels = open_recording(path).channels
    durations = channels[0].duration_s, channels[1].duration_s
    return chosen_times(pair_tables(systems, path, truth.time_0_s)["cross"], durations, axis)


if __name__ == "__main__":
    main()
