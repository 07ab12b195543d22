"""How long the window fails to answer in a session of 100 recordings, and while what it has opens.

``python -m benchmarks.window.gui_many [FILES]`` opens a simulated deployment and aligns it, goes
through it, accepts what is certain, finds sounds by words and by example, opens dialogs and the
manual, exports, and opens the session again. Prints the longest gaps of the event loop in each part
as ``gui_day`` does.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.common.machine import ONE_THREAD

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# As the program itself runs, and before numpy is loaded.
os.environ.update(ONE_THREAD)

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QRadioButton

from app.export.export_dialog import ExportDialog
from app.frame.main_window import MainWindow
from app.session.region import Region
from benchmarks.window.deployment import write_deployment
from benchmarks.window.environment import environment
from benchmarks.window.gui_day import all_aligned, fresh_window, print_gaps
from benchmarks.window.gui_frames import rest, wait
from benchmarks.window.gui_watchdog import Watchdog

FILES = 100
DURATION_S = 15.0
LONGEST_S = 600.0
SHOWN = 25
"""Recordings that a person looks at."""
BETWEEN_PRESSES_S = 0.15
AROUND_S = 0.15
"""Before and after the moment whose like is looked for."""
DIALOGS = ("learn", "models", "day", "shortcuts", "preferences", "find_command", "export_training")


class Rounds:
    """Presses commands, and measures what comes of each."""

    def __init__(self, window: MainWindow, place: Path) -> None:
        self._window, self._place = window, place
        self._watchdog = Watchdog(window)
        self.longest_ms: dict[str, float] = {}

    def part(self, name: str, until: Callable[[], bool] = lambda: True) -> None:
        """What was asked for last comes to its end."""
        rest(BETWEEN_PRESSES_S)
        wait(lambda: until() and self._window.is_settled, LONGEST_S)
        self.longest_ms[name] = self._watchdog.report(name)

    def press(self, name: str) -> None:
        """Press a command."""
        assert self._window.commands[name].isEnabled(), name
        self._window.commands[name].trigger()

    def run(self, folder: Path, files: int) -> None:
        """Everything, one after the other."""
        window, session = self._window, self._window.session
        window.open([folder])
        self.part("opening and aligning", lambda: all_aligned(window, files))
        for key in list(session.recordings)[:SHOWN]:
            session.selection.select_recording(key)
            rest(BETWEEN_PRESSES_S)
        self.part("showing recordings")
        for _ in range(SHOWN):
            self.press("accept")
            rest(BETWEEN_PRESSES_S)
        self.part("accepting")
        self.press("choose_all")
        self.part("choosing all")
        self.press("accept_certain")
        self.part("accepting all that is certain")
        self.press("undo")
        self.part("taking that back")
        self._find()
        self._open_dialogs()
        self._export(self._place / "day.csv")
        window.open([folder.parent / "other"])
        self.part("opening others", lambda: len(session.recordings) > files)

    def _find(self) -> None:
        window, finding = self._window, self._window.finding
        for turn in ("first", "again"):
            finding.told("distance call")
            self.part(f"finding by words, {turn}")
        entry = window.session.current
        assert entry is not None
        at_s = float(entry.keypoints.time_0_s[len(entry.keypoints) // 2])
        window.session.selection.select_region(Region(0, at_s - AROUND_S, at_s + AROUND_S))
        for turn in ("first", "again"):
            self.press("find_like")
            self.part(f"finding by example, {turn}")
        for row in range(min(10, len(window.hits.listed))):
            window.find_panel.table.setCurrentCell(row, 0)
            rest(BETWEEN_PRESSES_S)
        self.part("choosing hits")

    def _open_dialogs(self) -> None:
        for name in DIALOGS:
            self.press(name)
            self.part(f"opening {name}")
            for shown in self._window.findChildren(QDialog):
                shown.close()
            self.part(f"closing {name}")

    def _export(self, path: Path) -> None:
        def agree() -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, ExportDialog):
                _, every = dialog.findChildren(QRadioButton)[:2]
                every.click()
                dialog.set_path(path)
                dialog.accept()

        QTimer.singleShot(500, self._window, agree)
        self.press("export")
        self.part("exporting", path.exists)


def main() -> None:
    """Measure, print beside the limit."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    print(environment())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "garden"
        write_deployment(Path(place), {folder.name: files, "other": 1}, DURATION_S)
        with fresh_window(Path(place)) as window:
            rounds = Rounds(window, Path(place))
            rounds.run(folder, files)
    print_gaps(rounds.longest_ms)


if __name__ == "__main__":
    main()
