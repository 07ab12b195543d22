"""What an engine costs: a folder aligned by Dask's workers and by own processes, and empty work.

    python -m benchmarks.cost.engines [--recordings 2000] [--seconds 100] [--empty 100000]

The bars are 1.1 times the wall time and 2 ms a task, with memory that does not grow. Of many
recordings 48 are simulated, and the others are links to them under names of their own. Beside
other work the wall time says little; processor time, workers and scheduler included, says more.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.common import store
from benchmarks.common.places import REPOSITORY
from benchmarks.common.store import Result
from core.cli.batch.dask_engine import opened_dask

KILL_EVERY_S = 10.0
_SIMULATED = 48


def main() -> None:
    """Measure, print and write ``benchmarks/results/engines.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=100)
    parser.add_argument("--empty", type=int, default=100_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = _aligned(Path(folder), args.recordings, args.seconds) | _empty(args.empty)
    print(result)
    store.save(REPOSITORY / "benchmarks" / "results", "engines", result)


def _aligned(folder: Path, recordings: int, seconds: int) -> Result:
    """The same folder by both, and by Dask while a worker is killed now and then."""
    given = folder / "set"
    _finchsync("simulate", given, "--files", min(recordings, _SIMULATED), "--duration", seconds)
    (given / "annotations.csv").unlink()
    made = sorted((given / "audio").iterdir())
    for number in range(len(made), recordings):
        (given / "audio" / f"again_{number:05}.wav").hardlink_to(made[number % len(made)])
    took_s, worked_s, tables = {}, {}, []
    for name, engine in (("processes", "processes"), ("dask", "dask"), ("killed", "dask")):
        out = folder / f"{name}.csv"
        align = ("align", given, "-o", out, "-q", "--jobs", 2, "--engine", engine)
        started_s, before_s = time.perf_counter(), _processor_s()
        kills = _finchsync(*align, meanwhile=_killing if name == "killed" else None)
        took_s[name] = time.perf_counter() - started_s
        worked_s[name] = _processor_s() - before_s
        tables.append(out.read_bytes())
    return {
        "recordings": recordings,
        "recording_s": seconds,
        "wall_s": {name: round(s, 1) for name, s in took_s.items()},
        "ratio": round(took_s["dask"] / took_s["processes"], 3),
        "processor_s": {name: round(s, 1) for name, s in worked_s.items()},
        "processor_ratio": round(worked_s["dask"] / worked_s["processes"], 3),
        "kills": kills,
        "same_bytes": len(set(tables)) == 1,
    }


def _processor_s() -> float:
    """Of all processes that ended so far; one that was killed is left out."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _finchsync(
    *words: object, meanwhile: Callable[[int, threading.Event], int] | None = None
) -> int:
    command = [sys.executable, str(REPOSITORY / "main.py"), *map(str, words)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    ended, counts = threading.Event(), [0]
    if meanwhile is not None:
        beside = threading.Thread(
            target=lambda: counts.append(meanwhile(process.pid, ended)), daemon=True
        )
        beside.start()
    assert process.wait() == 0
    ended.set()
    if meanwhile is not None:
        beside.join()
    return counts[-1]


def _killing(pid: int, ended: threading.Event) -> int:
    """Kill one of the workers of a run now and then; they are its children."""
    kills, rng = 0, random.Random(1)
    while not ended.wait(KILL_EVERY_S):
        workers = [
            child
            for child in _children(pid)
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        if workers:
            os.kill(rng.choice(workers), signal.SIGKILL)
            kills += 1
    return kills


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _empty(tasks: int) -> Result:
    """Work that does nothing: what is left is the scheduling."""
    with opened_dask(None, 2) as engine:
        started_s, worked_s = time.perf_counter(), time.process_time()
        memory_mb = []
        for done, _ in enumerate(engine(_nothing, range(tasks)), 1):
            if done % (tasks // 4) == 0:
                memory_mb.append(round(_memory_mb(), 1))
        took_s = time.perf_counter() - started_s
        worked_s = time.process_time() - worked_s
    return {
        "empty_tasks": tasks,
        "ms_a_task": round(1000 * took_s / tasks, 3),
        "processor_ms_a_task": round(1000 * worked_s / tasks, 3),
        "memory_mb": memory_mb,
    }


def _nothing(task: int) -> int:
    return task


def _memory_mb() -> float:
    status = Path("/proc/self/statm").read_text().split()
    return int(status[1]) * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
