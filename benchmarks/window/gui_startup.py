"""From process start to first paint of the window, without torch. Limit: 2 s."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks.window.environment import environment

RUNS = 5
LIMIT_S = 2.0

_CHILD = """
import sys, time
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QPaintEvent
from app import launch
import main

class Timed(launch.MainWindow):
    painted = False

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.painted:
            self.painted = True
            QTimer.singleShot(0, self.tell)

    def tell(self) -> None:
        print(time.time(), "torch" in sys.modules, len(sys.modules), flush=True)
        self.close()
        QCoreApplication.quit()

launch.MainWindow = Timed
sys.argv = ["finchsync"]
sys.exit(main.main())
"""


def main() -> None:
    """Start the window several times, print the figures and fail over the limit."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(environment())
    taken_s = []
    with tempfile.TemporaryDirectory() as home:
        surroundings = os.environ | {"XDG_CONFIG_HOME": home}
        for _ in range(RUNS):
            started_s = time.time()
            done = subprocess.run(
                [sys.executable, "-c", _CHILD],
                capture_output=True,
                text=True,
                check=True,
                env=surroundings,
            )
            painted_s, torch, modules = done.stdout.split()
            assert torch == "False", "torch was imported"
            taken_s.append(float(painted_s) - started_s)
    print(
        f"process start to first paint: median {statistics.median(taken_s):.2f} s, "
        f"all {', '.join(f'{t:.2f}' for t in taken_s)}; torch not imported, {modules} modules"
    )
    assert statistics.median(taken_s) <= LIMIT_S, f"over {LIMIT_S} s"


if __name__ == "__main__":
    main()
