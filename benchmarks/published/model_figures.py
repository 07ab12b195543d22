"""The figures of ``docs/model.md``: a pair table with what was found on it, and the candidates.

``python -m benchmarks.published.model_figures`` takes the cross-attention scorer that
``benchmarks.published.table_two`` trains and draws into ``docs/images``; it needs
``.bench-venv`` for matplotlib.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

import numpy as np

from benchmarks.accuracy.methods import REACH_S
from benchmarks.common.places import CACHE, REPOSITORY, outside_python
from benchmarks.published.table_two_forms import FINE_AXIS, chosen_times
from benchmarks.published.table_two_scorers import pair_tables, trained_systems
from benchmarks.published.table_two_sets import columns
from core.align.aligner import AlignOptions, align
from core.align.candidates import baseline_candidates
from core.audio.recording import open_recording
from core.nets.embed import leave_a_core
from core.nets.encoders.compact import COMPACT

COLUMN = "moderate, D"
HEAD = "cross"
_DRAW = Path(__file__).resolve().parents[1] / "adapters" / "model_figures.py"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=COMPACT, help="checkpoint, or compact")
    args = parser.parse_args()
    python = outside_python()
    if python is None:
        raise SystemExit("no .bench-venv: see docs/benchmarks.md")
    leave_a_core()
    systems = trained_systems(args.encoder)
    path, truth = next(c for c in columns() if c.title == COLUMN).jobs[0]
    recording, time_0_s = open_recording(path), truth.time_0_s
    durations = recording.channels[0].duration_s, recording.channels[1].duration_s
    table = pair_tables(systems, path, time_0_s)[HEAD]
    offset_s, drift_ppm, time_1_s = baseline_candidates(time_0_s, durations, REACH_S, FINE_AXIS)
    found = align(recording, time_0_s, AlignOptions(max_offset_s=REACH_S)).keypoints
    data = CACHE / "model_figures.npz"
    np.savez(
        data,
        time_0_s=time_0_s,
        first_offset_s=table.first_cell * table.step_s - time_0_s,
        step_s=table.step_s,
        prediction=table.prediction,
        truth_s=truth.time_1_s - time_0_s,
        path_s=found.time_1_s - time_0_s,
        line_s=chosen_times(table, durations, FINE_AXIS)["Eq. 2 normalised"] - time_0_s,
        candidate_offset_s=offset_s,
        candidate_drift_ppm=drift_ppm,
        candidate_score=table.rank(time_1_s).normalised,
    )
    subprocess.run([python, _DRAW, data, REPOSITORY / "docs" / "images"], check=True)


if __name__ == "__main__":
    main()
