"""How long the window fails to answer while it aligns, ranks, learns and is used all the while.

``python -m benchmarks.window.gui_day [FILES]`` opens a simulated deployment, aligns it, corrects
keypoint after keypoint meanwhile, learns from that, takes the model, and aligns anew. Prints the
longest gaps of the event loop in each part: work of the window's thread, what it waited for, and
time in which no processor was free. The last is the machine's where other programs keep it busy.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.common.machine import ONE_THREAD

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# As the program itself runs, and before numpy is loaded.
os.environ.update(ONE_THREAD)

from PySide6.QtCore import QObject, QTimer, Slot

from app.frame.main_window import MainWindow
from app.launch import make_app
from app.session.session_places import SessionPlaces
from app.views.dialogs.learn_dialog import LearnDialog
from benchmarks.window.deployment import write_deployment
from benchmarks.window.environment import environment
from benchmarks.window.gui_frames import SIZE, rest, wait
from benchmarks.window.gui_watchdog import LIMIT_MS, Watchdog
from core.keypoints import KeypointSet

FILES = 8
STEP_EVERY_MS = 40
BETWEEN_PRESSES_S = 0.2
KEYPOINTS_A_STEP = 4


class Reviewer(QObject):
    """Goes through the recordings, and puts every few keypoints where they belong."""

    def __init__(self, window: MainWindow, truth: Mapping[str, KeypointSet]) -> None:
        super().__init__()
        self._window, self._truth = window, truth
        self.turns = 0
        self._timer = QTimer(self, interval=STEP_EVERY_MS)
        self._timer.timeout.connect(self._step)
        self._timer.start()

    @Slot()
    def _step(self) -> None:
        session = self._window.session
        aligned = [key for key, entry in session.recordings.items() if entry.alignment is not None]
        if not aligned:
            return
        key, index = aligned[self.turns % len(aligned)], session.selection.keypoint
        entry = session.recordings[key]
        if key != session.selection.recording:
            session.selection.select_recording(key)
            self._window.review.go_to(0)
        elif entry.keypoints.is_reviewed[index]:
            self._window.review.go_to(min(index + KEYPOINTS_A_STEP, len(entry.keypoints) - 1))
            self.turns += index + KEYPOINTS_A_STEP >= len(entry.keypoints)
        else:
            truth = self._truth[entry.recording.name]
            session.move_keypoint(index, float(truth.time_1_s[index]))


def day(window: MainWindow, folder: Path, truth: Mapping[str, KeypointSet]) -> dict[str, float]:
    """The longest gap of the event loop in each part, milliseconds."""
    watchdog = Watchdog(window)
    longest_ms = {}

    def part(name: str, until: Callable[[], bool] = lambda: True) -> None:
        wait(lambda: until() and not window.workbench.is_aligning and window.models.is_idle)
        longest_ms[name] = watchdog.report(name)

    window.open([folder])
    reviewer = Reviewer(window, truth)
    part("opening and aligning", lambda: all_aligned(window, len(truth)))
    part("reviewing", lambda: reviewer.turns > len(truth))
    window.commands["learn"].trigger()
    dialog = window.findChild(LearnDialog)
    assert dialog is not None
    wait(dialog.start.isEnabled)
    dialog.start.click()
    part("learning", dialog.use.isVisible)
    reviewer.deleteLater()
    print(dialog.verdict)
    dialog.use.click()
    part("taking the model and aligning anew")
    dialog.close()
    for press in ("models", "shipped_model"):
        rest(BETWEEN_PRESSES_S)
        window.commands[press].trigger()
    part("going back and aligning anew")
    return longest_ms


def all_aligned(window: MainWindow, files: int) -> bool:
    entries = window.session.entries
    return len(entries) == files and all(entry.run is not None for entry in entries)


@contextmanager
def fresh_window(place: Path) -> Iterator[MainWindow]:
    """A window that knows of no earlier one; sessions and models go to a folder."""
    app = make_app()
    window = MainWindow(size=SIZE, remembers=False, places=SessionPlaces(place / "home"))
    store = window.shell.preferences
    store.put(replace(store.value, models_folder=str(place / "models")))
    window.show()
    app.processEvents()
    yield window
    window.close()


def print_gaps(longest_ms: Mapping[str, float]) -> None:
    """Longest gaps in milliseconds, beside the limit."""
    for name, gap_ms in longest_ms.items():
        print(f"{name:36s} {gap_ms:9.1f}   target {LIMIT_MS:g}")


def main() -> None:
    """Measure, print beside the limit."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    print(environment())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "garden"
        truth = write_deployment(Path(place), {folder.name: files})
        with fresh_window(Path(place)) as window:
            longest_ms = day(window, folder, truth)
    print_gaps(longest_ms)


if __name__ == "__main__":
    main()
