"""The window as the command line starts it."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fakes import fake_alignment
from PySide6.QtCore import QSize, QStandardPaths
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.base.messages import Kind
from app.frame.main_window import FULL_SIZE, MainWindow
from app.launch import _places, _tell_unexpected, screenshot, show
from core.errors import InputError
from core.keypoints import keypoint_grid

_WITHOUT_TORCH = """
import sys
from app.launch import make_app
from app.frame.main_window import MainWindow
app = make_app()
window = MainWindow()
window.show()
app.processEvents()
window.close()
heavy = {"torch", "torchaudio", "numba", "matplotlib", "scipy.signal"} & set(sys.modules)
assert not heavy, heavy
"""


def test_the_window_opens_without_torch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _WITHOUT_TORCH],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={
            "QT_QPA_PLATFORM": "offscreen",
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path),
        },
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("size", [(1600, 1000), (1024, 600)])
def test_screenshot_shows_the_alignment(
    qapp, stereo: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    out = tmp_path / "window.png"
    screenshot(stereo, fake_alignment(keypoint_grid(20.0)), out, size)
    image = QImage(str(out)).convertToFormat(QImage.Format.Format_RGB32)
    assert (image.width(), image.height()) == size
    pixels = np.frombuffer(image.bits(), np.uint8)
    colours = len(np.unique(pixels.reshape(-1, 4)[:, :3] // 8, axis=0))
    assert colours > 300, "the spectrograms are not there"


def test_screenshot_without_an_alignment(qapp, stereo: Path, tmp_path: Path) -> None:
    screenshot(stereo, None, tmp_path / "window.png", (800, 600))
    assert (tmp_path / "window.png").stat().st_size > 10_000


def test_screenshot_of_nothing_is_refused(qapp, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be"):
        screenshot(tmp_path / "gone.wav", None, tmp_path / "window.png")
    assert not (tmp_path / "window.png").exists()


def test_screenshot_to_nowhere_is_refused(qapp, stereo: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        screenshot(stereo, None, tmp_path / "nowhere" / "window.png", (800, 600))


def test_the_unforeseen_is_told_in_the_window(
    window: MainWindow, capsys: pytest.CaptureFixture[str]
) -> None:
    error = RuntimeError("what now")
    _tell_unexpected(window, RuntimeError, error, None)
    assert window.messages.message.kind is Kind.ERROR
    assert "what now" in window.messages.message.details
    assert "what now" in capsys.readouterr().err


def test_sessions_stay_on_this_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows copies the roaming folder to a server, and may do so while a session is open."""
    folders = {
        QStandardPaths.StandardLocation.AppLocalDataLocation: tmp_path / "local",
        QStandardPaths.StandardLocation.AppDataLocation: tmp_path / "roaming",
    }
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda place: str(folders[place]))
    place = _places().of(tmp_path)
    assert place.parent == tmp_path / "local" / "sessions"
    before = tmp_path / "roaming" / "sessions" / place.name
    before.parent.mkdir(parents=True)
    before.touch()
    assert _places().of(tmp_path) == before


def test_what_a_library_brings_is_not_searched_for_garbage(qapp: QApplication) -> None:
    collector = qapp.property("collector")
    before = gc.get_freeze_count()
    brought = [[] for _ in range(30_000)]
    collector.check()
    assert gc.get_freeze_count() >= before + len(brought)
    gc.unfreeze()


@pytest.mark.parametrize(
    ("room", "fills"), [((1024, 600), True), ((1600, 1000), True), ((2560, 1400), False)]
)
def test_where_a_title_bar_would_push_the_status_bar_out_the_window_fills_the_screen(
    qtbot, room: tuple[int, int], fills: bool
) -> None:
    window = MainWindow(size=FULL_SIZE.boundedTo(QSize(*room)))
    qtbot.addWidget(window)
    show(window, QSize(*room))
    assert window.isMaximized() is fills
    # The next time the window stands as it was left.
    window.showNormal()
    window.close()
    again = MainWindow(size=FULL_SIZE.boundedTo(QSize(*room)))
    qtbot.addWidget(again)
    show(again, QSize(*room))
    assert not again.isMaximized()
    again.close()


def test_the_window_is_told_from_others_by_its_icon(window: MainWindow) -> None:
    image = window.windowIcon().pixmap(32, 32).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(32) for y in range(32)}
    assert {"#f39be8", "#7fe0a2"} <= colours
