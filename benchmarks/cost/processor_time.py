"""What an alignment costs: processor time, real time, memory, and the same of librosa DTW."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from benchmarks.accuracy.outside import Adapter
from benchmarks.common.machine import ONE_THREAD
from benchmarks.common.places import CACHE, REPOSITORY
from benchmarks.cost import long_recording
from benchmarks.cost.long_recording import RATE_HZ
from core.keypoints import keypoint_grid

REFERENCE_S = 100.0
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
Length = tuple[float, int]
"""Duration in seconds, sample rate in hertz."""
LENGTHS: tuple[Length, ...] = tuple(
    (duration_s, RATE_HZ) for duration_s in (60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, HOUR_S)
)
LONGEST: tuple[Length, ...] = ((4 * HOUR_S, RATE_HZ), (6 * HOUR_S, 8000), (DAY_S, 16_000))
QUICK_LENGTHS = LENGTHS[:2]
DTW_HOPS_MS = ("10", "20")
_RUNS = 5


def per_file(recording: Path, *, runs: int = _RUNS) -> dict[str, object]:
    """Cost of a recording's first 100 s, FinchSync and librosa DTW turn by turn in these minutes.

    FinchSync starts afresh every time, so its first-call costs count; librosa's
    compilation does not.
    """
    name, recording = recording.name, _beginning(recording)
    time_0_s = keypoint_grid(REFERENCE_S)
    ours: dict[str, list[float]] = {"one_thread": [], "default_threads": [], "spectral": []}
    theirs: dict[str, list[float]] = {hop: [] for hop in DTW_HOPS_MS}
    failure = ""
    for _ in range(runs):
        ours["one_thread"].append(_run(recording, one_thread=True)["cpu_s"])
        ours["default_threads"].append(_run(recording)["cpu_s"])
        ours["spectral"].append(_run(recording, "--spectral", one_thread=True)["cpu_s"])
        for hop in DTW_HOPS_MS:
            answer = Adapter("librosa_dtw.py", (hop,)).align([(recording, time_0_s)])[0]
            failure = failure or answer.error
            theirs[hop].append(answer.cpu_s)
    told: dict[str, object] = {
        "recording": f"{name}, its first {REFERENCE_S:.0f} s",
        "runs": runs,
        "finchsync_cpu_s": {name: _summary(values) for name, values in ours.items()},
    }
    if failure:
        return told | {"librosa_dtw": failure}
    base = float(np.median(ours["one_thread"]))
    return told | {
        "librosa_dtw_cpu_s": {f"{hop} ms": _summary(values) for hop, values in theirs.items()},
        "librosa_over_finchsync": {
            f"{hop} ms": round(float(np.median(values)) / base, 2) for hop, values in theirs.items()
        },
    }


def by_length(lengths: tuple[Length, ...], *, runs: int) -> list[dict[str, object]]:
    """Cost of long recordings, each in a fresh process; re-decoding after corrections.

    Of each length up to an hour the run of median processor time is told; longer ones run once.
    """
    rows = []
    for duration_s, rate_hz in lengths:
        path, truth = long_recording.build(duration_s, rate_hz)
        print(f"  {duration_s / 60:.0f} min at {rate_hz} Hz", flush=True)
        repeats = runs if duration_s <= HOUR_S else 1
        measured = [_run(path, "--corrections", one_thread=True) for _ in range(repeats)]
        told = sorted(measured, key=itemgetter("cpu_s"))[repeats // 2]
        told["runs_cpu_s"] = [round(run["cpu_s"], 2) for run in measured]
        times = np.array(told.pop("time_1_s"))
        told["mae_ms"] = float(1e3 * np.mean(np.abs(times - truth.time_1_s)))
        told["cpu_s_per_hour"] = told["cpu_s"] * HOUR_S / duration_s
        told["times_real_time"] = duration_s / told["wall_s"]
        rows.append(_rounded(told))
    return rows


def slope(rows: list[dict[str, object]]) -> float:
    """Exponent of cost against length from 5 minutes on, at 48 kHz; 1 is linear."""
    alike = [r for r in rows if r["sample_rate_hz"] == RATE_HZ]
    points = [(float(str(r["duration_s"])), float(str(r["cpu_s"]))) for r in alike]
    points = [point for point in points if point[0] >= 300.0]
    if len(points) < 2:
        return float("nan")
    length, cpu = np.log(np.array(points)).T
    return float(np.polyfit(length, cpu, 1)[0])


def _beginning(recording: Path) -> Path:
    """The first 100 s of a recording, in a file of its own."""
    samples, rate_hz = sf.read(recording, dtype="int16", always_2d=True)
    path = CACHE / "beginning.wav"
    sf.write(path, samples[: round(REFERENCE_S * rate_hz)], rate_hz)
    return path


def _run(recording: Path, *options: str, one_thread: bool = False) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.cost.cost_of_one", recording, *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | (ONE_THREAD if one_thread else {}),
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _summary(values: list[float]) -> dict[str, float]:
    return {
        "median": round(float(np.median(values)), 3),
        "least": round(min(values), 3),
        "most": round(max(values), 3),
    }


def _rounded(told: dict[str, object]) -> dict[str, object]:
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in told.items()}
