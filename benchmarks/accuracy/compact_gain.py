"""What the compact net adds to the spectral evidence, on the benchmark's sets.

usage: python -m benchmarks.accuracy.compact_gain [--only SET ...]

Writes ``benchmarks/results/compact_gain.json`` and prints its table. Recordings A and B
took no part in anything that was trained; recording D did.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.accuracy.one_set import OPTIONS
from benchmarks.accuracy.sets import SETS, BenchSet, recordings
from benchmarks.common.places import RESULTS
from benchmarks.common.store import Result, load, save
from core.align.aligner import align
from core.audio.recording import open_recording
from core.evidence.compact import open_compact
from core.evidence.learned import Networks
from core.reliability import Tally

NAME = "compact_gain"
TRAINED_ON = "birdpark_D"
UNSEEN = [bench_set.name for bench_set in SETS if bench_set.unseen]
HEADINGS = {
    "mse_s2": "MSE s²",
    "mae_ms": "MAE ms",
    "unseen_mae_ms": "MAE ms, recordings never trained on",
    "sure_right": "right at ≥ 0.95",
    "calibration_error": "ECE",
}


def measured(folder: Path, learned: Networks) -> Result:
    """Errors and calibration of one way over a built set."""
    files, tallies = {}, []
    for path, truth in recordings(folder):
        found = align(open_recording(path), truth.time_0_s, OPTIONS, learned).keypoints
        error_s = np.abs(found.time_1_s - truth.time_1_s)
        files[path.name] = error_s
        tallies.append(Tally.of(found.confidence, error_s <= OPTIONS.tolerance_s))
    tally = Tally.total(tallies)
    errors = np.concatenate(list(files.values()))
    unseen = [error_s for name, error_s in files.items() if TRAINED_ON not in name]
    return {
        "files": len(files),
        "mse_s2": round(float(np.mean(errors**2)), 6),
        "mae_ms": round(1e3 * float(np.mean(errors)), 2),
        "unseen_mae_ms": round(1e3 * float(np.mean(np.concatenate(unseen))), 2) if unseen else None,
        "sure": tally.sure,
        "sure_right": round(tally.sure_right / tally.sure, 4) if tally.sure else None,
        "calibration_error": round(tally.expected_error, 4),
        "tally": asdict(tally),
    }


def run(chosen: Sequence[BenchSet], known: Result) -> Result:
    compact = open_compact()
    rows = dict(known)
    for bench_set in chosen:
        folder = bench_set.build()
        if folder is None:
            print(f"{bench_set.name}: left out, it needs the development recordings")
            continue
        print(bench_set.name, flush=True)
        rows[bench_set.name] = {
            "title": bench_set.title,
            "spectral": measured(folder, ()),
            "compact": measured(folder, (compact,)),
        }
    return {"net": compact.model_id, "sets": rows}


def table(result: Result) -> str:
    """Markdown, both ways in each cell: spectral evidence / with the compact net."""
    lines = [
        "| set | " + " | ".join(HEADINGS.values()) + " |",
        "|---|" + "---|" * len(HEADINGS),
    ]
    rows = result["sets"]
    for row in rows.values():
        cells = [f"{_shown(row['spectral'][k])} / {_shown(row['compact'][k])}" for k in HEADINGS]
        lines.append(f"| {row['title']} | " + " | ".join(cells) + " |")
    if any(name in rows for name in UNSEEN):
        cells = ["", "", "", *(" / ".join(pair) for pair in zip(*_pooled(rows), strict=True))]
        lines.append("| all unseen sets together | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _pooled(rows: Result) -> list[tuple[str, str]]:
    """Share right among the sure, and calibration error, over all unseen sets; both ways."""
    told = []
    for way in ("spectral", "compact"):
        tally = Tally.total(Tally(**rows[name][way]["tally"]) for name in UNSEEN if name in rows)
        told.append((_shown(tally.sure_right / tally.sure), _shown(tally.expected_error)))
    return told


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def main() -> int:
    names = [bench_set.name for bench_set in SETS]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy.compact_gain", description=__doc__
    )
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="SET")
    wanted = parser.parse_args().only
    before = load(RESULTS, NAME)
    known = before["sets"] if before and before["net"] == open_compact().model_id else {}
    result = run([bench_set for bench_set in SETS if bench_set.name in wanted], known)
    save(RESULTS, NAME, result)
    print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
