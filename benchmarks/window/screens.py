"""Pictures of twelve states of the window on three screens, dark and light, and what is cut there.

usage: python -m benchmarks.window.screens OUT_FOLDER [SCREEN ...]

Renders offscreen on a screen of 1366 x 768 at 150 %, one of 1024 x 600, one of 3840 x 2160 at
200 %, and one of 1366 x 768 with letters of 18 points: `OUT_FOLDER` gets a picture a state, and a
sheet of all twelve a screen and theme, to be looked at after a change. Names everything that is
off the screen and every text that is cut, and fails if there is any.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRectF, QSettings, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from app.base.messages import Kind, Message
from app.frame.main_window import MainWindow
from app.launch import make_app
from app.look.theme import theme
from benchmarks.window.fits import faults
from benchmarks.window.living import settle, wait, window
from core.formats.files.wav import write_wav
from core.simulate import simulate_scene

CORRECTION_MS = 60
SHEET_COLUMNS, SHEET_PX = 4, 480
THEMES = ("dark", "light")


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen as bought, how much larger the system draws on it, and the size of letters."""

    width_px: int
    height_px: int
    scale: float = 1.0
    text_pt: float = 0.0


SCREENS = {
    "1366x768_150": Screen(1366, 768, 1.5),
    "1024x600": Screen(1024, 600),
    "3840x2160_200": Screen(3840, 2160, 2.0),
    "1366x768_18pt": Screen(1366, 768, text_pt=18.0),
}
_CHILD = "--on"


def main() -> int:
    if sys.argv[1] == _CHILD:
        return _on_this_screen(sys.argv[2], Path(sys.argv[3]))
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    codes = [_on_screen(name, out) for name in sys.argv[2:] or SCREENS]
    print(f"{len(list(out.glob('*_*_*.png')))} pictures in {out}")
    return max(codes)


def _on_screen(name: str, out: Path) -> int:
    """Live on a screen, which a process has only one of."""
    screen = SCREENS[name]
    one = {
        "name": name,
        "x": 0,
        "y": 0,
        "width": screen.width_px,
        "height": screen.height_px,
        "logicalDpi": 96,
        "logicalBaseDpi": 96,
        "dpr": 1,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as layout:
        json.dump({"windowFrameMargins": False, "screens": [one]}, layout)
        layout.flush()
        surroundings = os.environ | {
            "QT_QPA_PLATFORM": f"offscreen:configfile={layout.name}",
            "QT_SCALE_FACTOR": str(screen.scale),
        }
        command = [sys.executable, "-m", __spec__.name, _CHILD, name, str(out)]
        return subprocess.run(command, env=surroundings, check=False).returncode


def _on_this_screen(name: str, out: Path) -> int:
    app = make_app()
    if SCREENS[name].text_pt:
        letters = QFont(app.font())
        letters.setPointSizeF(SCREENS[name].text_pt)
        app.setFont(letters)
        theme().apply()
    with tempfile.TemporaryDirectory() as place:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, place)
        size = app.primaryScreen().availableGeometry().size()
        with window(app, Path(place), size) as shown:
            tour = Tour(app, shown, name, out)
            tour.go(recordings(Path(place)))
    for colours in THEMES:
        _sheet([out / f"{name}_{colours}_{state}.png" for state in tour.states]).save(
            str(out / f"sheet_{name}_{colours}.png")
        )
    print(f"{name}: {len(tour.faults)} faults")
    for fault in tour.faults:
        print(f"  {fault}")
    return int(bool(tour.faults))


class Tour:
    """Twelve states of a window, one after the other.

    Parameters
    ----------
    app : QApplication
    shown : MainWindow
    name : str
        Of the screen.
    out : Path
        Where pictures go.

    Attributes
    ----------
    states : list of str
        Those seen so far.
    faults : list of str
        What was cut or off the screen, with where.
    """

    def __init__(self, app: QApplication, shown: MainWindow, name: str, out: Path) -> None:
        self._app, self._shown, self._name, self._out = app, shown, name, out
        self.states: list[str] = []
        self.faults: list[str] = []

    def go(self, folder: Path) -> None:
        """See the welcome page, a review under way, every panel and the dialogs."""
        shown, run = self._shown, self._run
        self._see("welcome")
        review(self._app, shown, folder)
        self._see("review")
        shown.docks.bring_forward("History")
        self._see("history")
        shown.docks.bring_forward("Recordings")
        shown.session.selection.select_recording(flagged(shown))
        self._see("alias")
        run("score_parts")
        shown.docks.bring_forward("Candidates")
        self._see("candidates")
        run("score_parts")
        run("spectrogram_settings")
        self._see("spectrogram")
        shown.docks.bring_forward("Keypoint")
        shown.session.selection.select_recording(next(iter(shown.session.recordings)))
        run("why_match", "clean", "warp")
        shown.messages.post(Message(Kind.WARNING, "The sound card was unplugged.", "find_devices"))
        self._see("playing")
        run("why_match", "clean", "warp")
        for command in ("explain", "preferences", "export", "shortcuts", "learn"):
            self._see(command, command)

    def _run(self, *commands: str) -> None:
        for command in commands:
            self._shown.commands[command].trigger()

    def _see(self, state: str, command: str = "") -> None:
        """Save a state in both themes; with a command, what that opens over the window."""
        self.states.append(state)
        for colours in THEMES:
            self._shown.commands[f"theme_{colours}"].trigger()
            settle(self._app, self._shown)
            if command:
                self._see_opened(state, colours, command)
            else:
                self._keep(state, colours)
        self._shown.commands[f"theme_{THEMES[0]}"].trigger()

    def _see_opened(self, state: str, colours: str, command: str) -> None:
        seen: list[QWidget] = []

        def look() -> None:
            opened = QApplication.activeModalWidget() or QApplication.activePopupWidget()
            found = opened or next(
                w for w in self._shown.findChildren(QWidget) if w.isWindow() and w.isVisible()
            )
            self._keep(state, colours, found)
            seen.append(found)
            found.close()

        QTimer.singleShot(700, self._shown, look)
        self._run(command)
        wait(self._app, lambda: bool(seen))

    def _keep(self, state: str, colours: str, over: QWidget | None = None) -> None:
        """Save the screen as it is, and note what is cut."""
        widgets = [self._shown] if over is None else [self._shown, over]
        found = faults(widgets[-1])
        self.faults += [f"{state}: {fault}" for fault in found if colours == THEMES[0]]
        place = self._shown.screen().geometry()
        scale = self._shown.devicePixelRatioF()
        picture = QImage(place.size() * scale, QImage.Format.Format_RGB32)
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.darkGray)
        with QPainter(picture) as painter:
            for widget in widgets:
                painter.drawPixmap(widget.pos(), widget.grab())
        picture.save(str(self._out / f"{self._name}_{colours}_{state}.png"))


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


def _sheet(paths: list[Path]) -> QImage:
    """All pictures on one, small enough to be looked at."""
    pictures = [QImage(str(path)) for path in paths]
    height_px = SHEET_PX * pictures[0].height() // pictures[0].width()
    rows = -(-len(pictures) // SHEET_COLUMNS)
    sheet = QImage(QSize(SHEET_COLUMNS * SHEET_PX, rows * height_px), QImage.Format.Format_RGB32)
    sheet.fill(Qt.GlobalColor.black)
    with QPainter(sheet) as painter:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for at, picture in enumerate(pictures):
            row, column = divmod(at, SHEET_COLUMNS)
            place = QRectF(column * SHEET_PX, row * height_px, SHEET_PX - 4, height_px - 4)
            painter.drawImage(
                place,
                picture.scaled(
                    place.size().toSize(),
                    Qt.AspectRatioMode.IgnoreAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                ),
            )
    return sheet


if __name__ == "__main__":
    sys.exit(main())
