"""What is done in a round of the soak: a day's work in one window, as fast as it goes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSize, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.export.export_dialog import ExportDialog
from app.frame.main_window import MainWindow
from app.session.region import Region
from app.views.dialogs.learn_dialog import LearnDialog
from app.work.model_files import SUFFIX
from benchmarks.window.living import settle, wait, window
from benchmarks.window.null_sound import NullSound
from core.keypoints import KeypointSet

SIZE = QSize(1366, 768)
STEPS, PLAYED_MS = 20, 400
MOVED = 5
"""Keypoints that are put where they belong, in every recording."""
AROUND_S = 0.15
"""Before and after the keypoint whose like is looked for."""


class SoakRound:
    """Opens a deployment in a window of its own, works on it and closes the window.

    Parameters
    ----------
    app : QApplication
    folder : Path
        Of the deployment.
    truth : mapping of str to KeypointSet
        True keypoints of its recordings, by file name.
    place : Path
        For what is written.

    Attributes
    ----------
    commands : int
        How many a person would have called so far.
    """

    def __init__(
        self, app: QApplication, folder: Path, truth: Mapping[str, KeypointSet], place: Path
    ) -> None:
        self._app, self._folder, self._truth, self._place = app, folder, truth, place
        self.commands = 0

    def run(self) -> None:
        """From opening the window to closing it."""
        with tempfile.TemporaryDirectory(dir=self._place) as kept:
            out = Path(kept)
            # Dialogs of the system cannot be pressed from here.
            QFileDialog.getSaveFileName = (  # type: ignore[method-assign]
                lambda _parent, title, *_a, **_k: (str(out / title.split()[-1]), "")
            )
            with window(self._app, out, SIZE, NullSound()) as shown:
                shown.open([self._folder])
                wait(self._app, lambda: len(shown.session.recordings) == len(self._truth))
                wait(self._app, lambda: all(entry.run for entry in shown.session.entries))
                for key in list(shown.session.recordings):
                    shown.session.selection.select_recording(key)
                    settle(self._app, shown)
                    self._review(shown)
                self._find(shown)
                self._learn(shown, out)
                self._export(shown, out / "day.csv")

    def _do(self, shown: MainWindow, *names: str) -> None:
        for name in names:
            assert shown.commands[name].isEnabled(), f"{name} cannot be done"
            shown.commands[name].trigger()
            self.commands += 1
            self._app.processEvents()

    def _review(self, shown: MainWindow) -> None:
        entry = shown.session.current
        assert entry is not None
        truth = self._truth[entry.recording.name]
        for index in range(MOVED):
            shown.session.move_keypoint(index, float(truth.time_1_s[index]))
            self.commands += 1
        for step in range(STEPS):
            decide = ("accept", "nudge_later_10", "snap")[step % 3]
            self._do(shown, "next_keypoint", decide, "zoom_in")
            if step % 5 == 0:
                self._do(shown, "play")
                QTest.qWait(PLAYED_MS)
                self._do(shown, "play")
        settle(self._app, shown)
        self._do(shown, "undo", "undo", "redo", "fit", "warp", "warp", "explain", "accept_certain")
        shown.keypoint.explanation.close()
        self._do(shown, "why_match")
        settle(self._app, shown)
        self._do(shown, "why_match", "theme_light", "theme_dark")
        settle(self._app, shown)

    def _find(self, shown: MainWindow) -> None:
        entry = shown.session.current
        assert entry is not None
        at_s = float(entry.keypoints.time_0_s[shown.session.selection.keypoint])
        shown.session.selection.select_region(Region(0, at_s - AROUND_S, at_s + AROUND_S))
        self._do(shown, "find_like")
        settle(self._app, shown)
        if not shown.hits.listed:
            return
        shown.find_panel.table.setCurrentCell(len(shown.hits.listed) - 1, 0)
        self._do(shown, "play_hit", "mark_hit_wrong")
        settle(self._app, shown)
        self._do(shown, "export_hits")
        settle(self._app, shown)

    def _learn(self, shown: MainWindow, out: Path) -> None:
        self._do(shown, "learn")
        dialog = shown.findChild(LearnDialog)
        assert dialog is not None
        wait(self._app, dialog.start.isEnabled)
        dialog.start.click()
        wait(self._app, dialog.save.isVisible)
        dialog.save.click()
        settle(self._app, shown)
        dialog.close()
        shown.models.use(str(out / f"model{SUFFIX}"))
        settle(self._app, shown)
        assert shown.shell.preferences.value.model, "the model was not taken"
        self._do(shown, "models", "shipped_model")
        settle(self._app, shown)

    def _export(self, shown: MainWindow, path: Path) -> None:
        def agree() -> None:
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, ExportDialog):
                dialog.set_path(path)
                dialog.accept()
            else:
                QTimer.singleShot(50, shown, agree)

        QTimer.singleShot(50, shown, agree)
        self._do(shown, "export")
        wait(self._app, path.exists)
        settle(self._app, shown)
