"""Align one recording in a fresh process and print what it cost as JSON.

usage: python -m benchmarks.cost.cost_of_one RECORDING [--corrections] [--spectral]
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.align.aligner import align
from core.align.alignment import Alignment
from core.align.pins import realign
from core.audio.recording import open_recording
from core.evidence.compact import open_compact

_PINS = (1, 3, 10, 40)
_REPEATS = 5


def main() -> None:
    path, *options = sys.argv[1:]
    before_mb = peak_mb()
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    recording = open_recording(path)
    alignment = align(recording, learned=() if "--spectral" in options else (open_compact(),))
    told: dict[str, object] = {
        "duration_s": recording.duration_s,
        "sample_rate_hz": recording.channels[0].sample_rate_hz,
        "cpu_s": time.process_time() - cpu_s,
        "wall_s": time.perf_counter() - wall_s,
        "peak_mb": peak_mb(),
        "peak_before_mb": before_mb,
        "time_1_s": np.round(alignment.keypoints.time_1_s, 6).tolist(),
    }
    if "--corrections" in options:
        told["redecode_s"] = {str(count): _redecode_s(alignment, count) for count in _PINS}
    print(json.dumps(told))


def _redecode_s(alignment: Alignment, pins: int) -> dict[str, float]:
    """Seconds (wall clock) that a re-decode takes after the last of so many pins."""
    before = keypoints = alignment.keypoints
    for index in np.linspace(0, len(keypoints) - 1, pins + 2).astype(int)[1:-1]:
        before = keypoints
        keypoints = keypoints.move(int(index), float(keypoints.time_1_s[index]) + 0.03)
    last = realign(alignment, before)
    taken = [_seconds(lambda: realign(alignment, keypoints, last)) for _ in range(_REPEATS)]
    return {"median": float(np.median(taken)), "first": taken[0], "most": max(taken)}


def _seconds(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s


def peak_mb() -> float:
    """Largest resident memory of this process so far, MB (10^6 bytes)."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux hands ru_maxrss down from parent to child; VmHWM starts afresh.
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main()
