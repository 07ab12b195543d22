"""The shape of the published Table 2 on our own sets: every system, the same files and rules.

``python -m benchmarks.published.table_two`` makes the sets, trains every learned system
alike on one frozen encoder, writes ``benchmarks/results/table_two.json`` and prints the tables of
``docs/published_tables.md``. The encoder is the compact net unless another is given: the learned
rows say what such heads make of it, not what was published with BEATs.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from benchmarks.accuracy import linear
from benchmarks.accuracy.methods import REACH_S, Job
from benchmarks.common.markdown import number, table
from benchmarks.common.places import QUICK_RESULTS, RESULTS
from benchmarks.common.store import save
from benchmarks.published.table_two_forms import BASELINE_AXIS, FINE_AXIS, chosen_times
from benchmarks.published.table_two_scorers import (
    RECIPE,
    Systems,
    pair_tables,
    trained_systems,
)
from benchmarks.published.table_two_sets import SEEDS, Column, columns
from core.align.aligner import AlignOptions, align
from core.arrays import Floats
from core.audio.recording import open_recording
from core.audio.spectra.features import HOP_S, feature_blocks
from core.errors import InputError
from core.evaluate import evaluate
from core.evidence.choice import EvidenceChoice
from core.evidence.compact import open_compact
from core.evidence.learned import EvidenceInput, Networks
from core.nets.embed import leave_a_core
from core.nets.encoders.compact import COMPACT
from core.nets.evidence import open_evidence
from core.nets.table import PairTable
from core.steps import result_of

Answers = dict[str, Floats]

LEARNED = (
    ("2025 baseline: means of both clips, MLP, binary count", "concat2025", "binary count"),
    ("2026 head: means and distance, binary count", "difference2026", "binary count"),
    ("2025 winner: cross-attention, Eq. 2 as published", "cross", "Eq. 2 as published"),
    ("the same, Eq. 2 normalised", "cross", "Eq. 2 normalised"),
    ("place by place, NT-Xent, Eq. 2 as published", "place", "Eq. 2 as published"),
)
GRIDS = ((BASELINE_AXIS, "10 x 10 lines"), (FINE_AXIS, "101 x 101 lines"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=COMPACT, help="checkpoint, or compact")
    parser.add_argument("--quick", action="store_true", help="two epochs, one short file a set")
    args = parser.parse_args()
    leave_a_core()
    systems = trained_systems(args.encoder, quick=args.quick)
    tested = list(columns(quick=args.quick))
    compact = _compact()
    rows = measured(tested, lambda job: _answers(job, systems, compact))
    result = {
        "encoder": args.encoder.name,
        "recipe": asdict(RECIPE),
        "train_seeds": {p: {k: list(s) for k, s in of.items()} for p, of in SEEDS.items()},
        "training": {head: asdict(history[-1]) for head, history in systems.histories.items()},
        "columns": [{"title": c.title, "files": len(c.jobs), "heard": c.heard} for c in tested],
        "rows": rows,
    }
    save(QUICK_RESULTS if args.quick else RESULTS, "table_two", result)
    print(page(rows, [column.title for column in tested]))


def measured(
    tested: Sequence[Column], answers: Callable[[Job], Answers]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Errors by row and column.

    Parameters
    ----------
    tested : sequence of Column
    answers : callable
        Gives channel-1 times of one recording by row.
    """
    rows: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for column in tested:
        found: dict[str, Answers] = defaultdict(dict)
        for path, truth in column.jobs:
            print(f"{column.title}: {path.name}", flush=True)
            for row, time_1_s in answers((path, truth)).items():
                found[row][path.name] = time_1_s
        truths = {path.name: truth for path, truth in column.jobs}
        for row, times in found.items():
            predicted = {n: replace(truths[n], time_1_s=t) for n, t in times.items()}
            overall = evaluate(predicted, truths).overall
            rows[row][column.title] = {
                "mse_s2": round(overall.mse_s2, 6),
                "mae_ms": round(overall.mae_ms, 2),
            }
    return rows


def page(rows: dict[str, dict[str, dict[str, Any]]], titles: Sequence[str]) -> str:
    """Markdown: MSE, then MAE."""
    lines = []
    for head, key in (("MSE, s²", "mse_s2"), ("MAE, ms", "mae_ms")):
        cells = (
            (name, *(number(found[title][key]) for title in titles)) for name, found in rows.items()
        )
        lines += table((head, *titles), cells)
    return "\n".join(lines)


def _answers(job: Job, systems: Systems, compact: Networks) -> Answers:
    path, truth = job
    samples, rate_hz = sf.read(path)
    time_0_s, duration_s = truth.time_0_s, len(samples) / rate_hz
    best = linear.best_by_oracle(duration_s, time_0_s, REACH_S, truth.time_1_s)
    found = {
        "no sync": time_0_s,
        "log-mel correlation, 10 x 10 lines": linear.best_by_spectra(
            samples, rate_hz, time_0_s, REACH_S
        ),
        "oracle, 10 x 10 lines": best,
    }
    predictions, by_shipped = pair_tables(systems, path, time_0_s), _shipped(path, time_0_s)
    for axis, grid in GRIDS:
        by_head = {
            head: chosen_times(predictions[head], (duration_s, duration_s), axis)
            for head in {head for _, head, _ in LEARNED}
        }
        found |= {f"{title}, {grid}": by_head[head][form] for title, head, form in LEARNED}
        shipped = chosen_times(by_shipped, (duration_s, duration_s), axis)
        found[f"FinchSync: shipped scorer alone, Eq. 2 as published, {grid}"] = shipped[
            "Eq. 2 as published"
        ]
    found["FinchSync: spectral evidence, non-linear path"] = _ours(job, ())
    if compact:
        found["FinchSync: spectral and compact evidence"] = _ours(job, compact)
    return found


def _shipped(path: Path, time_0_s: Floats) -> PairTable:
    """Predictions of the scorer that FinchSync ships, of the moments of channel 1 10 ms apart."""
    recording = open_recording(path)
    first_cell = np.rint((time_0_s - REACH_S) / HOP_S).astype(np.int64)
    features = result_of(feature_blocks(recording))
    steps = open_compact().term(
        EvidenceInput(recording, features),
        time_0_s,
        first_cell * HOP_S - time_0_s,
        2 * round(REACH_S / HOP_S) + 1,
    )
    return PairTable(time_0_s, first_cell, HOP_S, result_of(steps).log_odds)


def _ours(job: Job, learned: Networks) -> Floats:
    path, truth = job
    options = AlignOptions(max_offset_s=REACH_S)
    return align(open_recording(path), truth.time_0_s, options, learned).keypoints.time_1_s


def _compact() -> Networks:
    """The network of our own, or none where it is not shipped."""
    try:
        return open_evidence(EvidenceChoice("compact"))
    except (OSError, InputError):
        return ()


if __name__ == "__main__":
    main()
