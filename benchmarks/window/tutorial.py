"""The pictures of ``docs/tutorial.md``: the day that it tells, lived once in a window.

usage: python -m benchmarks.window.tutorial [OUT_FOLDER]

Renders offscreen, into ``docs/images`` if no other folder is given, on the recordings that
``python -m benchmarks.window.deployment`` writes. Prints what the tutorial says in figures.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QByteArray, QSettings, QSize, QTimer
from PySide6.QtGui import QImage, QImageWriter, qRgb
from PySide6.QtWidgets import QApplication, QWidget

from app.export.export_dialog import ExportDialog
from app.export.training_dialog import TrainingDialog
from app.frame.main_window import MainWindow
from app.launch import make_app
from app.views.dialogs.learn_dialog import LearnDialog
from benchmarks.common.places import REPOSITORY
from benchmarks.window.deployment import TUTORIAL, write_deployment
from benchmarks.window.living import settle, wait, window
from core.align.limits import CERTAIN
from core.keypoints import KeypointSet

SIZE = QSize(1100, 700)
COLOURS = 120
HARD = "monday_05.wav"
"""Few calls in much wind: it is aligned wrong, and says that it may be."""
LOOKED_AT = (0, 12, 24, 36, 48, 59)
"""Keypoints of a doubtful recording that the reviewer sets right; the others follow."""


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "docs" / "images"
    out.mkdir(parents=True, exist_ok=True)
    app = make_app()
    with tempfile.TemporaryDirectory() as place:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, place)
        truth = write_deployment(Path(place), TUTORIAL)
        with window(app, Path(place), SIZE) as shown:
            store = shown.shell.preferences
            store.put(replace(store.value, models_folder=str(Path(place) / "models")))
            Day(app, shown, out, truth).live(Path(place))


class Day:
    """A reviewer's day, with a picture of everything that the tutorial shows.

    Parameters
    ----------
    app : QApplication
    shown : MainWindow
    out : Path
        Where pictures go.
    truth : mapping of str to KeypointSet
        What the reviewer sees and hears.
    """

    def __init__(
        self, app: QApplication, shown: MainWindow, out: Path, truth: Mapping[str, KeypointSet]
    ) -> None:
        self._app, self._shown, self._out, self._truth = app, shown, out, truth

    def live(self, place: Path) -> None:
        """From opening a folder to the tables that go out of it."""
        self._open(place / "monday")
        self._picture("opened")
        self._shown.messages._close.click()
        self._review()
        self._learn()
        self._open(place / "tuesday")
        self._picture("rest")
        self._tell_errors("tuesday, with the learned model")
        self._accept_certain("tuesday")
        self._export()
        self._training()

    def _open(self, folder: Path) -> None:
        before = len(self._shown.session.recordings)
        self._shown.open([folder])
        wait(self._app, lambda: len(self._shown.session.recordings) > before)
        wait(self._app, lambda: all(e.run for e in self._shown.session.entries))
        settle(self._app, self._shown)
        self._tell_errors(folder.name)

    def _review(self) -> None:
        session, commands = self._shown.session, self._shown.commands
        session.selection.select_recording(self._key(HARD))
        commands["fit"].trigger()
        settle(self._app, self._shown)
        self._picture("doubt")
        for _ in range(2):
            commands["snap"].trigger()
        settle(self._app, self._shown)
        self._picture("corrected")
        for key, entry in session.recordings.items():
            session.selection.select_recording(key)
            settle(self._app, self._shown)
            if entry.concerns:
                for index in LOOKED_AT:
                    self._set_right(index)
                settle(self._app, self._shown)
            commands["accept_certain"].trigger()
            settle(self._app, self._shown)
        self._tell_errors("monday, reviewed")

    def _set_right(self, index: int) -> None:
        session, entry = self._shown.session, self._shown.session.current
        assert entry is not None
        self._shown.review.go_to(index)
        truth_s = self._truth[entry.recording.name].time_1_s
        session.move_keypoint(index, float(truth_s[index]))

    def _learn(self) -> None:
        self._shown.commands["learn"].trigger()
        found = self._shown.findChild(LearnDialog)
        assert found is not None
        wait(self._app, found.start.isEnabled)
        self._picture("learn", found)
        found.start.click()
        wait(self._app, found.use.isVisible)
        settle(self._app, self._shown)
        self._picture("learned", found)
        print(found.said, found.verdict)
        assert found.use.isEnabled(), found.verdict
        found.use.click()
        wait(self._app, lambda: self._shown.models.is_idle)
        settle(self._app, self._shown)
        found.close()

    def _export(self) -> None:
        def look() -> None:
            (found,) = self._shown.findChildren(ExportDialog)
            found.set_path(Path("garden", "finchsync.csv"))
            self._picture("export", found)
            found.reject()

        QTimer.singleShot(700, self._shown, look)
        self._shown.commands["export"].trigger()

    def _training(self) -> None:
        self._shown.commands["export_training"].trigger()
        found = self._shown.findChild(TrainingDialog)
        assert found is not None
        wait(self._app, found.go.isEnabled)
        found.place.setText(str(Path("garden", "training")))
        self._picture("training", found)
        print(found.said, found.notes)
        found.close()

    def _accept_certain(self, start: str) -> None:
        for key, entry in self._shown.session.recordings.items():
            if entry.recording.name.startswith(start):
                self._shown.session.selection.select_recording(key)
                self._shown.commands["accept_certain"].trigger()
        settle(self._app, self._shown)

    def _key(self, name: str) -> int:
        recordings = self._shown.session.recordings.items()
        return next(key for key, entry in recordings if entry.recording.name == name)

    def _picture(self, name: str, of: QWidget | None = None) -> None:
        settle(self._app, self._shown)
        _save((of or self._shown).grab().toImage(), self._out / _name(name))

    def _tell_errors(self, when: str) -> None:
        """Print the error of each recording, and of its certain keypoints."""
        print(when)
        for entry in self._shown.session.entries:
            keypoints, name = entry.keypoints, entry.recording.name
            off_ms = 1000 * np.abs(keypoints.time_1_s - self._truth[name].time_1_s)
            sure_ms = off_ms[keypoints.confidence >= CERTAIN]
            print(
                f"  {name}: {off_ms.mean():7.1f} ms off; {len(sure_ms)} certain, "
                f"{np.mean(sure_ms) if len(sure_ms) else 0.0:.1f} ms off; {entry.reviewed} reviewed"
            )


def _name(picture: str) -> str:
    return f"tutorial_{picture}.png"


def _save(image: QImage, path: Path) -> None:
    """Save in few colours: those of the picture that are there most."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(-1, 4)
    _, kind, counts = np.unique(
        pixels.view("<u4") >> 4 & 0x0F0F0F, return_inverse=True, return_counts=True
    )
    sums = [np.bincount(kind.ravel(), weights=pixels[:, colour]) for colour in (2, 1, 0)]
    most = np.argsort(-counts)[:COLOURS]
    table = [
        qRgb(*mean)
        for mean in (np.stack(sums, axis=1) / counts[:, None])[most].astype(int).tolist()
    ]
    few = image.convertToFormat(QImage.Format.Format_Indexed8, table)
    writer = QImageWriter(str(path), QByteArray(b"png"))
    writer.setQuality(0)
    writer.write(few)


if __name__ == "__main__":
    main()
