"""A day's work over and over, compressed: whether memory, threads and open files stay as they are.

usage: python -m benchmarks.window.soak [MINUTES]

Every round opens a window on recordings, aligns them, steps, corrects, undoes, redoes, plays
into a sound device that is silent, asks why, switches recordings, exports and closes the window.
Prints memory, threads and descriptors after every round, and fails if memory grows by over 5 %
after the first third of the rounds, or a thread, a process or a descriptor is left.
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

from PySide6.QtCore import QSettings, QSize, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.export.export_dialog import ExportDialog
from app.frame.main_window import MainWindow
from app.launch import make_app
from benchmarks.common.places import RESULTS
from benchmarks.common.store import save
from benchmarks.window.environment import environment
from benchmarks.window.living import settle, wait, window
from benchmarks.window.null_sound import NullSound
from core.formats.files.wav import write_wav
from core.memory import give_back
from core.simulate import simulate_scene

MINUTES = 10.0
SIZE = QSize(1366, 768)
RECORDINGS, LENGTH_S = 3, 40.0
STEPS, PLAYED_MS = 12, 400
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
        folder = _recordings(Path(place))
        _round(app, Path(place), folder)
        first = taken()
        rounds: list[Taken] = []
        until_s = time.monotonic() + 60 * minutes
        for number in count(1):
            _round(app, Path(place), folder)
            rounds.append(taken())
            print(f"round {number}: {rounds[-1]}", flush=True)
            if time.monotonic() > until_s and len(rounds) >= 1 / WARM_UP:
                break
    return _judged(minutes, first, rounds)


def _judged(minutes: float, first: Taken, rounds: list[Taken]) -> int:
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
    print(f"{len(rounds)} rounds: {before:.0f} to {after:.0f} MB ({growth:+.1%}), left {left}")
    save(
        RESULTS,
        "soak",
        {
            "minutes": minutes,
            "rounds": len(rounds),
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


def _recordings(place: Path) -> Path:
    folder = place / "day" / "audio"
    folder.mkdir(parents=True)
    for seed in range(RECORDINGS):
        scene = simulate_scene("zebra_finch", seed, LENGTH_S, snr_db=10.0)
        write_wav(folder / f"hour_{seed}.wav", scene.samples, scene.sample_rate_hz)
    return folder.parent


def _round(app: QApplication, place: Path, folder: Path) -> None:
    with window(app, place, SIZE, NullSound()) as shown:
        shown.open([folder])
        wait(app, lambda: len(shown.session.recordings) == RECORDINGS)
        wait(app, lambda: all(entry.run for entry in shown.session.entries))
        settle(app, shown)
        for key in list(shown.session.recordings):
            shown.session.selection.select_recording(key)
            settle(app, shown)
            _work(app, shown)
        shown.commands["align"].trigger()
        settle(app, shown)
        _export(app, shown, Path(tempfile.mkdtemp(dir=place)) / "day.csv")


def _work(app: QApplication, shown: MainWindow) -> None:
    run = shown.commands
    for step in range(STEPS):
        for name in ("next_keypoint", ("accept", "nudge_later_10", "snap")[step % 3], "zoom_in"):
            run[name].trigger()
        if step % 4 == 0:
            run["play"].trigger()
            QTest.qWait(PLAYED_MS)
            run["play"].trigger()
        app.processEvents()
    settle(app, shown)
    for name in ("undo", "undo", "redo", "fit", "warp", "warp", "explain", "accept_certain"):
        run[name].trigger()
        app.processEvents()
    shown.keypoint.explanation.close()
    run["why_match"].trigger()
    settle(app, shown)
    run["why_match"].trigger()
    run["theme_light"].trigger()
    run["theme_dark"].trigger()
    settle(app, shown)


def _export(app: QApplication, shown: MainWindow, path: Path) -> None:
    def agree() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, ExportDialog):
            dialog.set_path(path)
            dialog.accept()
        else:
            QTimer.singleShot(50, shown, agree)

    QTimer.singleShot(50, shown, agree)
    shown.commands["export"].trigger()
    wait(app, path.exists)
    settle(app, shown)


if __name__ == "__main__":
    sys.exit(main())
