"""How soon the model's own lines are on screen, and how long the window fails to answer meanwhile.

``python -m benchmarks.window.first_candidates`` opens a simulated two-minute file, aligns it with
the compact net again and again, and writes ``first_candidates.json``; ``--dry`` writes nothing.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from app.frame.main_window import MainWindow
from app.launch import make_app
from benchmarks.common.places import RESULTS
from benchmarks.window.environment import environment
from benchmarks.window.gui_frames import SIZE, Painted, wait
from benchmarks.window.gui_watchdog import Watchdog
from core.align.rankings import RankedBy
from core.formats.files.wav import write_wav
from core.simulate import simulate_scene

DURATION_S = 120.0
SEED = 8000
TURNS = 7

TARGETS = {"first_lines_worst_s": 2.0, "gap_worst_ms": 50.0}


def _until_lines_show(window: MainWindow) -> float:
    """Seconds from the command until the model's first lines have been painted."""
    table = window.candidates
    before = window.session.selection.ranking
    painted = Painted([table])

    def there() -> bool:
        ranking = window.session.selection.ranking
        return ranking is not before and ranking is not None and table.model().rowCount() > 0

    window.commands["align"].trigger()
    taken_s = wait(there)
    return taken_s + painted.frame_ms(table.viewport().update) / 1000


def measure(path: Path) -> dict[str, float]:
    """Times of all turns, and the longest gap of the event loop in each."""
    app = make_app()
    window = MainWindow(size=SIZE, remembers=False)
    window.workbench.aligns_on_open = False
    window.show()
    app.processEvents()
    window.docks.by_title["Candidates"].raise_()
    window.open([path])
    wait(lambda: window.is_settled and window.session.current is not None)
    watchdog = Watchdog(window)
    first_s, whole_s, gaps_ms = [], [], []
    for turn in range(TURNS):
        watchdog.start()
        first_s.append(_until_lines_show(window))
        ranking = window.session.selection.ranking
        assert ranking is not None
        assert ranking.by is RankedBy.MODEL
        whole_s.append(first_s[-1] + wait(lambda: window.is_settled))
        gaps_ms.append(watchdog.report(f"turn {turn + 1}: first lines after {first_s[-1]:.2f} s"))
    window.close()
    return {
        "first_lines_first_turn_s": first_s[0],
        "first_lines_median_s": float(np.median(first_s)),
        "first_lines_worst_s": max(first_s),
        "whole_alignment_median_s": float(np.median(whole_s)),
        "gap_median_ms": float(np.median(gaps_ms)),
        "gap_worst_ms": max(gaps_ms),
    }


def main() -> None:
    """Measure, print beside the targets, and keep the result."""
    print(environment())
    scene = simulate_scene("zebra_finch", SEED, DURATION_S)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "finch.wav"
        write_wav(path, scene.samples, scene.sample_rate_hz)
        found = {name: round(value, 3) for name, value in measure(path).items()}
    for name, value in found.items():
        target = f"   target {TARGETS[name]:g}" if name in TARGETS else ""
        print(f"{name:26s} {value:9.3f}{target}")
    if "--dry" not in sys.argv:
        from benchmarks.common.store import save

        save(RESULTS, "first_candidates", {"figures": found, "targets": TARGETS})


if __name__ == "__main__":
    main()
