"""How many key presses and clicks lead from a folder of nine recordings to a decided table.

usage: python -m benchmarks.window.nine_recordings

The recordings are real pairs under known drifts (`make_drift_set.py` of the development audio).
A reviewer opens the folder, accepts what is certain, goes to what is not, looks at the whole of
that recording, sets right what is off by more than the tolerance, accepts all in view, and exports.
Every key press and click is a real event and is counted. Prints the count of each part, and the
mean absolute error of the table that was exported; fails over 60 presses, over 4.3 ms, or if
anything is left undecided.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.common.machine import ONE_THREAD

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.update(ONE_THREAD)

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSettings, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.export.export_dialog import ExportDialog
from app.frame.main_window import MainWindow
from app.launch import make_app
from app.review.snapping import snap_offset_s
from benchmarks.accuracy.sets import make_drift_set
from benchmarks.common.places import RESULTS, shared
from benchmarks.common.store import save
from benchmarks.window.environment import environment
from benchmarks.window.living import settle, wait, window
from core.arrays import Floats
from core.formats.tables.biodcase import read_csv
from core.keypoints import KeypointSet

FILES, SEED = 9, 1
MOST_PRESSES = 60
MOST_MAE_MS = 4.3
LONGEST_PRESSES = 400
NUDGES_S = ((0.1, Qt.KeyboardModifier.ControlModifier), (0.01, Qt.KeyboardModifier.ShiftModifier))
MOST_NUDGES = 12
"""Further than that, a reviewer drags."""
WITHIN_S = 0.05
"""What a reviewer accepts: the tolerance."""

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def main() -> int:
    source = shared()
    if source is None:
        print("The development recordings are not here (../shared, or FINCHSYNC_SHARED).")
        return 2
    print(environment())
    app = make_app()
    with tempfile.TemporaryDirectory() as place:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, place)
        folder, truth = _nine(source, Path(place))
        with window(app, Path(place), QSize(1366, 768)) as shown:
            reviewer = Reviewer(app, shown, truth)
            reviewer.live(folder)
            print(f"{reviewer.uncertain} uncertain at first; {dict(reviewer.presses)}", flush=True)
            table = read_csv(next(folder.rglob("finchsync.csv"))).files
    return _judged(reviewer, table, truth)


def _judged(
    reviewer: Reviewer, table: dict[str, KeypointSet], truth: dict[str, KeypointSet]
) -> int:
    """Print and keep what it took and what came of it; whether that is worse than it must be."""
    off_ms = {name: 1e3 * np.abs(_errors_s(table[name], truth[name])) for name in sorted(truth)}
    for name, errors_ms in off_ms.items():
        print(f"  {name}: {np.nanmean(errors_ms):6.2f} ms, at most {np.nanmax(errors_ms):.0f}")
    every_ms = np.concatenate(list(off_ms.values()))
    mae_ms = float(np.nanmean(every_ms))
    presses = reviewer.presses.total()
    print(f"{presses} presses: {dict(reviewer.presses)}")
    print(f"{len(every_ms)} keypoints, {reviewer.undecided} undecided, MAE {mae_ms:.2f} ms")
    result = {
        "presses": dict(reviewer.presses),
        "all_presses": presses,
        "keypoints": len(every_ms),
        "undecided": reviewer.undecided,
        "mae_ms": round(mae_ms, 2),
        "uncertain_at_first": reviewer.uncertain,
    }
    save(RESULTS, "nine_recordings", result)
    is_good = presses <= MOST_PRESSES and not reviewer.undecided and mae_ms <= MOST_MAE_MS
    return int(not is_good)


class Reviewer:
    """Looks at the screen, knows what is right, and presses keys.

    Parameters
    ----------
    app : QApplication
    shown : MainWindow
    truth : dict of str to KeypointSet
        By the name of the recording.

    Attributes
    ----------
    presses : Counter of str
        By what they were for.
    uncertain : int
        Keypoints that were uncertain once all was aligned.
    """

    def __init__(self, app: QApplication, shown: MainWindow, truth: dict[str, KeypointSet]) -> None:
        self._app, self._shown, self._truth = app, shown, truth
        self.presses: Counter[str] = Counter()
        self.uncertain = 0

    @property
    def undecided(self) -> int:
        """Keypoints that nobody decided on."""
        entries = self._shown.session.entries
        return sum(int(np.sum(~e.keypoints.is_reviewed)) for e in entries)

    def live(self, folder: Path) -> None:
        """From opening the folder to the table."""
        self._open(folder)
        self.uncertain = sum(r.uncertain for r in self._shown.queue.rows.values())
        self._accept_certain()
        while self.undecided:
            if not sum(row.uncertain for row in self._shown.queue.rows.values()):
                # Corrections have led the rest to be certain.
                self._accept_certain()
                break
            self._press("next uncertain", Key.Key_N, Modifier.ShiftModifier)
            self._press("whole recording", Key.Key_F)
            tried: set[int] = set()
            while left := [index for index in self._wrong().tolist() if index not in tried]:
                tried.add(left[0])
                self._set_right(left[0])
            self._press("accept in view", Key.Key_A)
        self._export()

    def _press(self, what: str, key: Qt.Key, how: Modifier = Modifier.NoModifier) -> None:
        self.presses[what] += 1
        if self.presses.total() > LONGEST_PRESSES:
            raise RuntimeError(f"it leads nowhere: {dict(self.presses)}")
        QTest.keyClick(self._shown.focusWidget() or self._shown, key, how)
        settle(self._app, self._shown)

    def _open(self, folder: Path) -> None:
        asked = QFileDialog.getExistingDirectory
        QFileDialog.getExistingDirectory = lambda *_: str(folder)  # type: ignore[method-assign]
        self._press("open", Key.Key_O, Modifier.ControlModifier | Modifier.ShiftModifier)
        QFileDialog.getExistingDirectory = asked  # type: ignore[method-assign]
        # Enter, in the system's dialog.
        self.presses["open"] += 1
        wait(self._app, lambda: len(self._shown.session.recordings) == FILES)
        wait(self._app, lambda: all(e.run for e in self._shown.session.entries))
        settle(self._app, self._shown)

    def _accept_certain(self) -> None:
        if self.undecided:
            self._press("accept certain", Key.Key_A, Modifier.ControlModifier)
            self._press("accept certain", Key.Key_A, Modifier.ShiftModifier)

    def _wrong(self) -> NDArray[np.intp]:
        """Undecided keypoints of the recording shown that the reviewer sees are off."""
        entry = self._shown.session.current
        assert entry is not None
        keypoints = entry.keypoints
        off_s = np.abs(_errors_s(keypoints, self._truth[entry.recording.name]))
        return np.flatnonzero((off_s > WITHIN_S) & ~keypoints.is_reviewed)

    def _error_s(self, index: int) -> float:
        entry = self._shown.session.current
        assert entry is not None
        errors_s = _errors_s(entry.keypoints, self._truth[entry.recording.name])
        return float(np.nan_to_num(errors_s[index]))

    def _set_right(self, index: int) -> None:
        links = self._shown.links
        at = QPoint(round(float(links._ends_px()[0][index])), 3)
        self.presses["click"] += 1
        QTest.mouseClick(links, Qt.MouseButton.LeftButton, pos=at)
        settle(self._app, self._shown)
        index = self._shown.session.selection.keypoint
        if self._peak_is_nearer(index):
            self._press("snap", Key.Key_S)
        for step_s, how in NUDGES_S:
            for _ in range(MOST_NUDGES):
                error_s = self._error_s(index)
                if abs(error_s) <= max(WITHIN_S, step_s / 2):
                    break
                key = Key.Key_Comma if error_s > 0 else Key.Key_Period
                self._press("nudge", key, how)

    def _peak_is_nearer(self, index: int) -> bool:
        """Whether the peak that the score curve names is nearer to what is right."""
        session = self._shown.session
        peak_s = snap_offset_s(session)
        if peak_s is None:
            return False
        error_s = self._error_s(index)
        return abs(error_s + peak_s - float(session.keypoints.offset_s[index])) < abs(error_s) / 2

    def _export(self) -> None:
        def agree() -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, ExportDialog):
                self.presses["export"] += 1
                QTest.keyClick(dialog, Key.Key_Return)
            else:
                QTimer.singleShot(50, self._shown, agree)

        QTimer.singleShot(50, self._shown, agree)
        self._press("export", Key.Key_E, Modifier.ControlModifier)


def _errors_s(found: KeypointSet, truth: KeypointSet) -> Floats:
    """How far keypoints are from where they belong, shape (K,), seconds; NaN beyond the truth."""
    true_s = np.interp(found.time_0_s, truth.time_0_s, truth.time_1_s, right=np.nan)
    return np.asarray(found.time_1_s - true_s)


def _nine(source: Path, place: Path) -> tuple[Path, dict[str, KeypointSet]]:
    """A folder of every other recording of a drifted set, and what is true of them."""
    whole, folder = place / "whole", place / "nine"
    make_drift_set(source, whole, [f"--seed={SEED}"])
    (folder / "audio").mkdir(parents=True)
    truth = read_csv(whole / "annotations.csv").files
    chosen = sorted(truth)[::2][:FILES]
    for name in chosen:
        shutil.copy(whole / "audio" / name, folder / "audio" / name)
    return folder, {name: truth[name] for name in chosen}


if __name__ == "__main__":
    sys.exit(main())
