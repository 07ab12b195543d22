"""Pictures of the window's main states, to be looked at after a change.

usage: python -m benchmarks.window.screens OUT_FOLDER

Renders offscreen: the welcome page, a review under way in both themes and on a small
screen, the edit history, playback, an alias flag, the dialogs.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings, QSize, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.frame.main_window import MainWindow
from app.launch import make_app
from app.session.session_places import SessionPlaces
from core.formats.files.wav import write_wav
from core.simulate import simulate_scene

LARGE, SMALL = QSize(1600, 1000), QSize(1024, 600)
LONGEST_S = 300.0
CORRECTION_MS = 60
NAMED_DIALOGS = ("find_command", "preferences", "evidence", "shortcuts", "export", "go_to")


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    app = make_app()
    with tempfile.TemporaryDirectory() as place:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, place)
        folder = recordings(Path(place))
        for name, size in (("welcome", LARGE), ("welcome_small", SMALL)):
            with window(app, Path(place), size) as shown:
                save(shown, out / f"{name}.png")
        with window(app, Path(place), LARGE) as shown:
            review(app, shown, folder)
            save(shown, out / "review.png")
            shown.docks.by_title["History"].raise_()
            settle(app, shown)
            save(shown, out / "history.png")
            shown.session.selection.select_recording(flagged(shown))
            settle(app, shown)
            save(shown, out / "alias.png")
            shown.session.selection.select_recording(next(iter(shown.session.recordings)))
            shown.commands["warp"].setChecked(False)
            settle(app, shown)
            save(shown, out / "raw_clocks.png")
            shown.commands["warp"].setChecked(True)
            for name in NAMED_DIALOGS:
                dialog(app, shown, name, out / f"dialog_{name}.png")
            shown.commands["theme_light"].trigger()
            settle(app, shown)
            save(shown, out / "review_light.png")
            dialog(app, shown, "export", out / "dialog_export_light.png")
            shown.commands["theme_dark"].trigger()
        with window(app, Path(place), SMALL) as shown:
            review(app, shown, folder)
            save(shown, out / "review_small.png")
    print(f"{len(list(out.glob('*.png')))} pictures in {out}")


def recordings(place: Path) -> Path:
    """A folder with an ordinary scene, a stereotyped one and a noisy one."""
    folder = place / "aviary" / "audio"
    folder.mkdir(parents=True)
    scenes = (
        ("morning", 1, 10.0, False),
        ("same_song", 7200, 0.0, True),
        ("noisy", 3, -10.0, False),
    )
    for name, seed, snr_db, stereotyped in scenes:
        scene = simulate_scene("zebra_finch", seed, 60.0, snr_db=snr_db, stereotyped=stereotyped)
        write_wav(folder / f"{name}.wav", scene.samples, scene.sample_rate_hz)
    return folder.parent


@contextmanager
def window(app: QApplication, place: Path, size: QSize) -> Iterator[MainWindow]:
    """A window without remembered layout, with a session folder of its own."""
    places = SessionPlaces(Path(tempfile.mkdtemp(dir=place)))
    shown = MainWindow(size=size, places=places, remembers=False)
    shown.show()
    settle(app, shown)
    yield shown
    shown.close()
    shown.deleteLater()
    app.processEvents()


def review(app: QApplication, shown: MainWindow, folder: Path) -> None:
    """Align everything, accept, correct and set aside a few keypoints."""
    shown.open([folder])
    settle(app, shown)
    shown.workbench.align_all()
    settle(app, shown)
    for index in (3, 4, 5):
        shown.review.go_to(index)
        shown.review.accept()
    shown.review.go_to(8)
    shown.review.unalignable()
    shown.review.go_to(11)
    shown.review.nudge(CORRECTION_MS)
    settle(app, shown)


def flagged(shown: MainWindow) -> int:
    """Key of a recording with an alias flag, or else of the last one."""
    recordings = shown.session.recordings
    alike = (key for key, e in recordings.items() if e.verdict and e.verdict.alias)
    return next(alike, list(recordings)[-1])


def dialog(app: QApplication, shown: MainWindow, command: str, path: Path) -> None:
    """Save what a command opens, and close it again."""

    def look() -> None:
        opened = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        found = opened or next((w for w in shown.findChildren(QWidget) if _is_dialog(w)), None)
        if found is not None:
            save(found, path)
            found.close()

    path.unlink(missing_ok=True)
    QTimer.singleShot(700, shown, look)
    shown.commands[command].trigger()
    wait(app, lambda: path.exists())


def _is_dialog(widget: QWidget) -> bool:
    return widget.isWindow() and widget.isVisible() and widget.objectName() != "tooltip"


def settle(app: QApplication, shown: MainWindow) -> None:
    """Wait until nothing is left to do and to paint."""
    wait(app, lambda: shown.is_settled)
    for _ in range(10):
        app.processEvents()
        time.sleep(0.02)
    wait(app, lambda: shown.is_settled)


def wait(app: QApplication, ready: Callable[[], bool]) -> None:
    until_s = time.monotonic() + LONGEST_S
    while not ready() and time.monotonic() < until_s:
        app.processEvents()
        time.sleep(0.01)


def save(widget: QWidget, path: Path) -> None:
    widget.grab().save(str(path))


if __name__ == "__main__":
    main()
