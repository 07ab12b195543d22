"""What the 100 ms grid does to the ranking of the baseline's candidates, with trained scorers.

``python -m benchmarks.published.table_two_rounding`` writes
``benchmarks/results/grid_rounding.json``:
for every trained head, candidates scored where they are, to the sample, and looked up in the
table of clips 100 ms apart.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from benchmarks.accuracy.methods import REACH_S, Job
from benchmarks.common.places import QUICK_RESULTS, RESULTS
from benchmarks.common.store import save
from benchmarks.published.table_two_scorers import Systems, pair_tables, trained_systems
from benchmarks.published.table_two_sets import columns
from core.align.candidates import baseline_candidates, score_predictions
from core.audio.recording import open_recording
from core.nets.cache import EmbeddingCache
from core.nets.clips import channel_clips
from core.nets.embed import leave_a_core
from core.nets.encoders.compact import COMPACT
from core.nets.ranking import exact_predictions
from core.steps import result_of

CACHE_BYTES = 1 << 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=COMPACT, help="checkpoint, or compact")
    parser.add_argument("--quick", action="store_true", help="as table_two --quick")
    args = parser.parse_args()
    leave_a_core()
    systems = trained_systems(args.encoder, quick=args.quick)
    files = {c.title: _compared(c.jobs[0], systems) for c in columns(quick=args.quick)}
    for title, heads in files.items():
        for head, found in heads.items():
            print(title, head, found)
    save(QUICK_RESULTS if args.quick else RESULTS, "grid_rounding", {"first file of": files})


def _compared(job: Job, systems: Systems) -> dict[str, dict[str, Any]]:
    path, truth = job
    recording = open_recording(path)
    clips = channel_clips(recording, 0), channel_clips(recording, 1)
    durations = clips[0].duration_s, clips[1].duration_s
    _, _, lines = baseline_candidates(truth.time_0_s, durations, REACH_S)
    rounded = pair_tables(systems, path, truth.time_0_s)
    cache = EmbeddingCache(CACHE_BYTES)
    told = {}
    for head, model in systems.models.items():
        exact = result_of(exact_predictions(model, cache, clips, truth.time_0_s, lines))
        told[head] = _apart(rounded[head].at(lines), exact)
    return told


def _apart(rounded: NDArray[np.float32], exact: NDArray[np.float32]) -> dict[str, Any]:
    ours, theirs = (score_predictions(p).normalised for p in (rounded, exact))
    return {
        "candidates": len(exact),
        "prediction_difference_median": round(float(np.nanmedian(np.abs(rounded - exact))), 4),
        "spread_of_predictions": round(float(np.nanstd(exact)), 4),
        "rank_correlation": round(float(spearmanr(ours, theirs).statistic), 4),
        "place_of_the_exact_best": int(np.sum(ours > ours[theirs.argmax()])) + 1,
    }


if __name__ == "__main__":
    main()
