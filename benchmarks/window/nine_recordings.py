"""How many key presses and clicks lead from a folder of nine recordings to a decided table.

usage: python -m benchmarks.window.nine_recordings

The recordings are real pairs under known drifts (`make_drift_set.py` of the development audio).
A reviewer opens the folder, goes to what is uncertain, looks at the whole of that recording, sets
right what is off, accepts all in view, accepts at last what is certain in the rest, and exports.
What is off by more than the tolerance is known to be; by less, where it can be seen: where the
window says that a sound stands out in both channels. It is set right by a drag in the drift plot,
to a pixel of it, or where that is near by nudges.
Every key press, click and drag is a real event and is counted. Prints the count of each part, and
the mean absolute error of the table that was exported; fails over 60, over 4.3 ms, or if anything
is left undecided.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from benchmarks.common.machine import ONE_THREAD

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.update(ONE_THREAD)

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QSettings, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.export.export_dialog import ExportDialog
from app.frame.main_window import MainWindow
from app.launch import make_app
from benchmarks.accuracy.sets import make_drift_set
from benchmarks.common.places import RESULTS, shared
from benchmarks.common.store import save
from benchmarks.window.environment import environment
from benchmarks.window.living import settle, wait, window
from core.align.limits import CERTAIN
from core.arrays import Floats
from core.audio.spectra.loudness import above_background_db
from core.formats.tables.biodcase import read_csv
from core.keypoints import KeypointSet

FILES, SEED = 9, 1
MOST_PRESSES = 60
MOST_MAE_MS = 4.3
LONGEST_PRESSES = 400
WITHIN_S = 0.05
"""What a reviewer accepts unseen: the tolerance."""
SEEN_S = 0.02
"""What can be seen to be off: seven pixels of the two seconds laid over each other, 354 wide."""
STANDS_OUT_DB = 20.0
"""A sound this far over the background has a shape."""
LEAST_DRAG_PX = 6
NUDGES_S = ((0.1, Qt.KeyboardModifier.ControlModifier), (0.01, Qt.KeyboardModifier.ShiftModifier))
NEAR = 5
"""So many keypoints beside an uncertain one lead it."""
_SECOND_S = np.linspace(-0.5, 0.5, 201)

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
    reviewer: Reviewer, table: Mapping[str, KeypointSet], truth: Mapping[str, KeypointSet]
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

    def _press(
        self, what: str, key: Qt.Key, how: Qt.KeyboardModifier = Modifier.NoModifier
    ) -> None:
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
        """Undecided keypoints of the recording shown that the reviewer finds off.

        What is certain is looked at where it leads an uncertain stretch.
        """
        entry = self._shown.session.current
        assert entry is not None
        keypoints, truth = entry.keypoints, self._truth[entry.recording.name]
        off_s = np.abs(_errors_s(keypoints, truth))
        is_off = off_s > WITHIN_S
        uncertain = (keypoints.confidence < CERTAIN) & ~keypoints.is_reviewed
        near = np.convolve(uncertain, np.ones(2 * NEAR + 1), "same") > 0
        for index in np.flatnonzero((off_s > SEEN_S) & near & ~is_off).tolist():
            is_off[index] = self._stands_out(keypoints, index)
        return np.flatnonzero(is_off & ~keypoints.is_reviewed)

    def _stands_out(self, keypoints: KeypointSet, index: int) -> bool:
        """Whether there is a sound to see around a keypoint, in both channels."""
        spectrograms = self._shown.workbench.spectrograms
        assert spectrograms is not None
        places = zip(spectrograms, (keypoints.time_0_s, keypoints.time_1_s), strict=True)
        heard = (above_background_db(shown, at_s[index] + _SECOND_S) for shown, at_s in places)
        return all(db is not None and db >= STANDS_OUT_DB for db in heard)

    def _set_right(self, index: int) -> None:
        """Drag a keypoint to where it belongs, or nudge it there if that is near."""
        entry, drift = self._shown.session.current, self._shown.drift
        assert entry is not None
        stands_s = float(entry.keypoints.offset_s[index])
        off_s = float(_errors_s(entry.keypoints, self._truth[entry.recording.name])[index])
        time_0_s = float(entry.keypoints.time_0_s[index])
        start, end = (
            drift.mapFromScene(drift.box.mapViewToScene(QPointF(time_0_s, offset_s)))
            for offset_s in (stands_s, stands_s - off_s)
        )
        if abs((end - start).y()) >= LEAST_DRAG_PX:
            self._drag(start, end)
            return
        self.presses["click"] += 1
        QTest.mouseClick(drift.viewport(), Qt.MouseButton.LeftButton, pos=start)
        for step_s, how in NUDGES_S:
            count = round(off_s / step_s)
            off_s -= count * step_s
            for _ in range(abs(count)):
                self._press("nudge", Key.Key_Comma if count > 0 else Key.Key_Period, how)

    def _drag(self, start: QPoint, end: QPoint) -> None:
        self.presses["drag"] += 1
        view = self._shown.drift.viewport()
        QTest.mouseMove(view, start)
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
        for part in (1, 2, 3, 4):
            QTest.mouseMove(view, start + (end - start) * part / 4)
            # A plot looks at the pointer a hundred times a second.
            QTest.qWait(20)
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
        settle(self._app, self._shown)

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
