"""How long the window fails to answer while a real file loads and aligns. Limit: 50 ms."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from _gui import a_recording, environment

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Slot

from app.launch import make_app
from app.main_window import MainWindow

LIMIT_MS = 50.0
TICK_MS = 1
LONGEST_S = 120.0
RUNS = 3


class Watchdog(QObject):
    """Ticks in the GUI thread and remembers the gaps."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._last_s = time.perf_counter()
        self.gaps_ms: list[float] = []
        self.doing: list[str] = []
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    @Slot()
    def _tick(self) -> None:
        now_s = time.perf_counter()
        self.gaps_ms.append(1000 * (now_s - self._last_s))
        self.doing.append(self._window.status.progress_text or "opening or idle")
        self._last_s = now_s


def watch(path: Path) -> np.ndarray:
    """Open and align `path` in a window; the gaps of its event loop, ms."""
    app = make_app()
    window = MainWindow(size=QSize(1600, 1000), remembers=False)
    window.show()
    app.processEvents()
    watchdog = Watchdog(window)
    started_s = time.perf_counter()
    window.open([path])
    while time.perf_counter() - started_s < LONGEST_S:
        app.processEvents()
        time.sleep(0.0002)
        entry = window.session.current
        if entry is not None and (entry.alignment is not None or entry.problem):
            break
    for _ in range(200):
        app.processEvents()
        time.sleep(0.001)
    entry = window.session.current
    assert entry is not None, "nothing was opened"
    assert entry.alignment is not None, f"not aligned: {entry.problem or 'took too long'}"
    gaps_ms = np.array(watchdog.gaps_ms)
    print(
        f"{path.name}, {entry.recording.duration_s:.0f} s, loaded and aligned in "
        f"{gaps_ms.sum() / 1000:.1f} s; load {os.getloadavg()[0]:.1f}; event-loop gaps: "
        f"max {gaps_ms.max():.1f} ms, p99 {np.percentile(gaps_ms, 99):.1f} ms, "
        f"median {np.median(gaps_ms):.1f} ms"
    )
    for index in np.argsort(-gaps_ms)[:3]:
        print(f"  {gaps_ms[index]:6.1f} ms  {watchdog.doing[index]}")
    window.close()
    return gaps_ms


def main() -> None:
    """Watch in a fresh process; other work on the machine excuses two runs over the limit."""
    if sys.argv[1:2] == ["--once"]:
        sys.exit(int(watch(Path(sys.argv[2])).max() > LIMIT_MS))
    path = sys.argv[1] if len(sys.argv) > 1 else str(a_recording())
    print(environment())
    for _ in range(RUNS):
        if subprocess.run([sys.executable, __file__, "--once", path], check=False).returncode == 0:
            return
    sys.exit(f"over {LIMIT_MS} ms in all of {RUNS} runs")


if __name__ == "__main__":
    main()
