"""A day's work over and over, compressed: whether memory, threads and open files stay as they are.

usage: python -m benchmarks.window.soak [MINUTES]

Every round opens a window on a small deployment, aligns it, steps, corrects, undoes, redoes, plays
into a sound device that is silent, asks why, switches recordings, looks for a sound, marks a hit,
learns from the corrections, takes the model and goes back, exports and closes the window.
Prints memory, threads and descriptors after every round, and how long a person would have taken for
the commands. Fails if memory grows by over 5 % after the first third of the rounds, or a thread, a
process or a descriptor is left.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.common.machine import ONE_THREAD

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.update(ONE_THREAD)

from PySide6.QtCore import QSettings

from app.launch import make_app
from benchmarks.common.places import RESULTS
from benchmarks.common.store import save
from benchmarks.window.deployment import write_deployment
from benchmarks.window.environment import environment
from benchmarks.window.soak_round import SoakRound
from core.memory import give_back

MINUTES = 10.0
RECORDINGS, LENGTH_S = 5, 24.0
PERSON_S = 5.0
"""What a person takes for a command, who looks and listens before."""
WARM_UP = 1 / 3
MOST_GROWTH = 0.05


@dataclass(frozen=True, slots=True)
class Taken:
    """What the process takes after a round."""

    memory_mb: float
    threads: int
    descriptors: int
    processes: int


def main() -> int:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    print(environment())
    app = make_app()
    with tempfile.TemporaryDirectory() as place:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, place)
        truth = write_deployment(Path(place), {"day": RECORDINGS}, LENGTH_S)
        work = SoakRound(app, Path(place) / "day", truth, Path(place))
        work.run()
        first = taken()
        rounds: list[Taken] = []
        until_s = time.monotonic() + 60 * minutes
        for number in count(1):
            work.run()
            rounds.append(taken())
            print(f"round {number}: {rounds[-1]}", flush=True)
            if time.monotonic() > until_s and len(rounds) >= 1 / WARM_UP:
                break
    return _judged(minutes, work.commands, first, rounds)


def _judged(minutes: float, commands: int, first: Taken, rounds: list[Taken]) -> int:
    """Print and keep the result; whether it is too much."""
    warm = rounds[int(WARM_UP * len(rounds)) :]
    half = len(warm) // 2 or 1
    before, after = (
        statistics.median(r.memory_mb for r in part) for part in (warm[:half], warm[-half:])
    )
    growth = after / before - 1
    last = rounds[-1]
    left = {
        name: getattr(last, name) - getattr(first, name)
        for name in ("threads", "descriptors", "processes")
    }
    hours = commands * PERSON_S / 3600
    print(f"{commands} commands, a person's {hours:.1f} h at {PERSON_S:g} s each")
    print(f"{len(rounds)} rounds: {before:.0f} to {after:.0f} MB ({growth:+.1%}), left {left}")
    save(
        RESULTS,
        "soak",
        {
            "minutes": minutes,
            "rounds": len(rounds),
            "commands": commands,
            "person_hours": round(hours, 1),
            "memory_mb": [round(r.memory_mb, 1) for r in rounds],
            "growth": round(growth, 4),
            "left": left,
        },
    )
    return int(growth > MOST_GROWTH or any(more > 0 for more in left.values()))


def taken() -> Taken:
    """What the process takes now."""
    gc.collect()
    give_back()
    told = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    status = dict(line.split(":", 1) for line in told)
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return Taken(
        int(status["VmRSS"].split()[0]) / 1024,
        int(status["Threads"]),
        len(list(Path("/proc/self/fd").iterdir())),
        len(children),
    )


if __name__ == "__main__":
    sys.exit(main())
