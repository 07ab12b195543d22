"""What has to be reached, next to what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common import store
from benchmarks.common.store import Result
from benchmarks.cost.processor_time import DAY_S, HOUR_S, slope
from core.reliability import Tally

_ERRORS = {
    "moderate": (0.001, 10.0),
    "hard": (0.003, 18.0),
    "noise10": (0.5, 250.0),
    "finch+20": (0.001, 10.0),
    "finch+10": (0.001, 10.0),
    "finch+0": (0.001, 10.0),
    "field+10": (None, 5.0),
    "field+0": (None, 5.0),
    "field-5": (None, 5.0),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One target: `measured` must be at most (or at least) `limit`."""

    what: str
    unit: str
    limit: float
    measured: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the target is met; what was not measured is not."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def checks(folder: Path) -> list[Check]:
    """Every target for which there is a measurement."""
    results = store.sets(folder)
    return [
        *_errors(results),
        *_confidence(results),
        *_corrections(results),
        *_cost(store.load(folder, "cost")),
        *_length(store.load(folder, "length")),
    ]


def tally_of(results: Sequence[Result]) -> Tally:
    """All keypoints of some sets, counted by confidence."""
    return Tally.total(Tally(**result["calibration"]) for result in results)


def bad_files(results: Sequence[Result]) -> list[tuple[list[float], list[float]]]:
    """Error by number of corrections, re-decoded and not, of every file that was reviewed."""
    with_it, without = (f"mae_ms_by_corrections_{name}" for name in ("redecoded", "not_redecoded"))
    return [
        (file[with_it], file[without])
        for result in results
        for file in result["finchsync_files"].values()
        if with_it in file
    ]


def _errors(results: list[Result]) -> Iterator[Check]:
    for result in results:
        mse_s2, mae_ms = _ERRORS.get(result["set"], (None, None))
        ours = result["methods"]["finchsync"]
        if mse_s2 is not None:
            yield Check(f"{result['title']}: MSE", "s²", mse_s2, ours["mse_s2"])
        if mae_ms is not None:
            yield Check(f"{result['title']}: MAE", "ms", mae_ms, ours["mae_ms"])


def _confidence(results: list[Result]) -> Iterator[Check]:
    unseen = [result for result in results if result["unseen"]]
    if unseen:
        tally = tally_of(unseen)
        yield Check("expected calibration error, unseen sets", "", 0.03, tally.expected_error)
        yield Check(
            "right among keypoints claimed at ≥ 0.95, unseen sets",
            "",
            0.95,
            tally.sure_accuracy,
            at_least=True,
        )
    for result in results:
        if result["group"] == "stereotyped":
            files = result["finchsync_files"].values()
            fine = np.mean([f["path_right"] or f["alias_s"] is not None for f in files])
            yield Check("stereotyped scenes right or flagged", "", 1.0, float(fine), at_least=True)


def _corrections(results: list[Result]) -> Iterator[Check]:
    curves = [with_it for with_it, _ in bad_files(results) if len(with_it) > 3]
    if curves:
        left = float(np.median([curve[3] / curve[0] for curve in curves]))
        yield Check("error left after 3 corrections, median over bad files", "", 0.5, left)


def _cost(cost: Result | None) -> Iterator[Check]:
    if cost is None:
        return
    cpu_s = cost["finchsync_cpu_s"]["one_thread"]["median"]
    yield Check("processor time of a 100 s file", "s", 0.5, cpu_s)
    for hop, ratio in cost.get("librosa_over_finchsync", {}).items():
        same = ", the step of FinchSync" if hop == "10 ms" else ""
        what = f"librosa DTW ({hop} frames{same}) over FinchSync, processor time"
        yield Check(what, "x", 5.0, ratio, at_least=True)


def _length(length: Result | None) -> Iterator[Check]:
    rows = {row["duration_s"]: row for row in length["rows"]} if length else {}
    for duration_s, name, limit_ms in ((120.0, "2 min", 100.0), (HOUR_S, "1 h", 300.0)):
        if duration_s in rows:
            for pins, taken in rows[duration_s]["redecode_s"].items():
                what = f"re-decoding {name}, {pins} keypoint{'s'[: int(pins) > 1]} fixed"
                yield Check(what, "ms", limit_ms, 1e3 * taken["median"])
    if HOUR_S in rows:
        hour = rows[HOUR_S]
        yield Check("an hour at 48 kHz: processor time", "s", 20.0, hour["cpu_s"])
        yield Check("an hour at 48 kHz: peak memory", "MB", 600.0, hour["peak_mb"])
    if DAY_S in rows:
        yield Check("a day at 16 kHz: peak memory", "MB", 1000.0, rows[DAY_S]["peak_mb"])
    if HOUR_S in rows:
        exponent = slope(list(rows.values()))
        yield Check("growth of cost with length, exponent from 5 min", "", 1.1, exponent)
