"""How well the shipped scorer ranks alone, beside the compact net's own product.

usage: python -m benchmarks.accuracy.scorer [--only SET ...]

Two questions. *Retrieval*: is the true second of channel 1 the first among all within 5 s
(R@1, every 10 ms, within 0.15 s), and how high does it stand among one every 100 ms (mAP@10)?
*Lines*: how far is the best of 101 x 101 straight lines by Eq. 2 of arXiv 2509.16926 from the
truth, beside the nearest of those lines? Writes ``benchmarks/results/scorer.json`` and prints its
tables. Recordings A and B took no part in training.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.compact_gain import TRAINED_ON
from benchmarks.accuracy.sets import SETS, BenchSet, recordings
from benchmarks.common.places import RESULTS
from benchmarks.common.store import Result, save
from core.align.candidates import baseline_candidates, score_predictions
from core.arrays import Floats, Floats32
from core.audio.recording import Recording, open_recording
from core.audio.spectra.features import HOP_S, ChannelFeatures, feature_blocks
from core.evidence.compact import open_compact
from core.evidence.compact_net import noise_floor
from core.evidence.learned import EvidenceInput
from core.evidence.surface import ScoreSurface
from core.steps import result_of

NAME = "scorer"
REACH_S = 5.0
RIGHT_S = 0.15
COLUMNS = 2 * round(REACH_S / HOP_S) + 1
CLIP_COLUMNS = 10
"""A clip every 100 ms, for mAP@10."""
LINES_AN_AXIS = 101
ONLY = ("moderate", "noise10", "finch+20", "finch+10", "finch+0", "finch-5")
LOUD = np.log(6.0)
"""Log power over a band's floor at which it sounds: 8 dB."""
SHARED_BANDS, SHARED_FRAMES = 6, 10
"""A second holds a shared sound if so many bands sound in both channels in so many frames."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """Scores of every second against channel 1, and where the truth is.

    Parameters
    ----------
    score : ndarray of float32, shape (K, COLUMNS)
        NaN where nothing is known.
    offset_s : ndarray, shape (K,)
        True offsets.
    shared : ndarray of bool, shape (K,)
        Which seconds hold a sound in both channels.
    """

    score: Floats32
    offset_s: Floats
    shared: NDArray[np.bool_]

    def found(self) -> NDArray[np.bool_]:
        """Where the best offset is the true one."""
        best_s = np.nan_to_num(self.score, nan=-np.inf).argmax(axis=1) * HOP_S - REACH_S
        return np.abs(best_s - self.offset_s) <= RIGHT_S

    def precision(self) -> Floats:
        """Of the ten best clips of each row: one over the place of the first right one, or 0."""
        clips = np.nan_to_num(self.score[:, ::CLIP_COLUMNS], nan=-np.inf)
        best = np.argsort(-clips, axis=1, kind="stable")[:, :10]
        away_s = best * CLIP_COLUMNS * HOP_S - REACH_S - self.offset_s[:, None]
        right = np.abs(away_s) <= RIGHT_S
        return np.where(right.any(axis=1), 1.0 / (1 + right.argmax(axis=1)), 0.0)


def ranked(recording: Recording, time_0_s: Floats, offset_s: Floats) -> tuple[Ranked, Ranked]:
    """By the product of embeddings, and by the scorer."""
    features = result_of(feature_blocks(recording))
    first_s = np.full(len(time_0_s), -REACH_S)
    steps = open_compact().term(EvidenceInput(recording, features), time_0_s, first_s, COLUMNS)
    term = result_of(steps)
    shared = _shared(features, time_0_s, offset_s)
    product = np.where(np.isnan(term.log_odds), np.float32(np.nan), term.score)
    return Ranked(product, offset_s, shared), Ranked(term.log_odds, offset_s, shared)


def _shared(
    features: tuple[ChannelFeatures, ChannelFeatures], time_0_s: Floats, offset_s: Floats
) -> NDArray[np.bool_]:
    """Which seconds hold a sound in both channels at the true offset."""
    zero, one = ((own.log_mel[:] - noise_floor(own.log_mel)) > LOUD for own in features)
    told = []
    for at_s, away_s in zip(time_0_s, offset_s, strict=True):
        left, right = round((at_s - 0.5) / HOP_S), round((at_s + away_s - 0.5) / HOP_S)
        skipped = max(0, -left, -right)
        pair = zero[left + skipped : left + 100], one[right + skipped : right + 100]
        length = min(map(len, pair))
        bands = (pair[0][:length] & pair[1][:length]).sum(axis=1)
        told.append((bands >= SHARED_BANDS).sum() >= SHARED_FRAMES)
    return np.array(told)


def line_errors_s(
    by: Ranked, time_0_s: Floats, duration_s: tuple[float, float]
) -> dict[str, float]:
    """Mean distances from the truth of the best lines by each form of the score, seconds."""
    surface = ScoreSurface(time_0_s, np.full(len(time_0_s), -REACH_S), HOP_S, by.score)
    offset_s, drift_ppm, time_1_s = baseline_candidates(
        time_0_s, duration_s, REACH_S, LINES_AN_AXIS
    )
    used = ~np.isnan(time_1_s)
    away = np.where(used, time_1_s - time_0_s, 0.0)
    scores = score_predictions(np.where(used, surface.at(away), np.nan))
    line_s = offset_s[:, None] + time_0_s * (1.0 + drift_ppm[:, None] * 1e-6)
    truth_s = time_0_s + by.offset_s
    error_s = np.abs(np.clip(line_s, 0.0, duration_s[1]) - truth_s).mean(axis=1)
    forms = {"published": scores.published, "normalised": scores.normalised}
    found = {name: float(error_s[value.argmax()]) for name, value in forms.items()}
    return found | {"best possible": float(error_s.min())}


def measured(folder: Path) -> Result:
    """Both ways over the recordings of a set that took no part in training."""
    seen: dict[str, list[Ranked]] = {"product": [], "scorer": []}
    lines: dict[str, list[dict[str, float]]] = {"product": [], "scorer": []}
    for path, truth in recordings(folder):
        if TRAINED_ON in path.name:
            continue
        recording = open_recording(path)
        durations_s = (recording.channels[0].duration_s, recording.channels[1].duration_s)
        inside = (truth.time_1_s > 0) & (truth.time_1_s < durations_s[1])
        time_0_s, offset_s = truth.time_0_s[inside], truth.offset_s[inside]
        for way, by in zip(seen, ranked(recording, time_0_s, offset_s), strict=True):
            seen[way].append(by)
            lines[way].append(line_errors_s(_as_odds(by, way), time_0_s, durations_s))
    return {
        way: {
            "files": len(seen[way]),
            "seconds": int(sum(len(by.shared) for by in seen[way])),
            "shared": int(sum(by.shared.sum() for by in seen[way])),
            "r1": _mean(by.found()[by.shared] for by in seen[way]),
            "r1_all": _mean(by.found() for by in seen[way]),
            "map10": _mean(by.precision()[by.shared] for by in seen[way]),
            "lines_ms": {
                form: round(1e3 * float(np.mean([own[form] for own in lines[way]])), 1)
                for form in lines[way][0]
            },
        }
        for way in seen
    }


def _as_odds(by: Ranked, way: str) -> Ranked:
    """The product in standard deviations minus two, which is how it ranked before the scorer."""
    if way == "scorer":
        return by
    away = by.score - np.nanmean(by.score, axis=1, keepdims=True)
    return Ranked(away / np.nanstd(away) - np.float32(2), by.offset_s, by.shared)


def _mean(parts: Iterator[NDArray]) -> float:
    return round(float(np.mean(np.concatenate([*parts]))), 4)


def table(result: Result) -> str:
    """Markdown; each cell: the net's own product / the scorer."""
    headings = ("R@1", "R@1, silent seconds too", "mAP@10", "line, ms", "line, normalised", "best")
    rows = ["| set | " + " | ".join(headings) + " |", "|---|" + "---|" * len(headings)]
    for row in result.values():
        ways = row["product"], row["scorer"]
        cells = [" / ".join(f"{own[key]:.3f}" for own in ways) for key in ("r1", "r1_all", "map10")]
        cells += [
            " / ".join(f"{own['lines_ms'][form]:.0f}" for own in ways)
            for form in ("published", "normalised")
        ]
        cells.append(f"{ways[0]['lines_ms']['best possible']:.0f}")
        rows.append(f"| {row['title']} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def run(chosen: Sequence[BenchSet]) -> Result:
    rows: Result = {}
    for bench_set in chosen:
        folder = bench_set.build()
        if folder is None:
            print(f"{bench_set.name}: left out, it needs the development recordings")
            continue
        print(bench_set.name, flush=True)
        rows[bench_set.name] = {"title": bench_set.title} | measured(folder)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy.scorer", description=__doc__
    )
    parser.add_argument("--only", nargs="+", choices=ONLY, default=ONLY, metavar="SET")
    wanted = parser.parse_args().only
    result = run([bench_set for bench_set in SETS if bench_set.name in wanted])
    if set(wanted) == set(ONLY):
        save(RESULTS, NAME, {"net": open_compact().model_id, "sets": result})
    print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
