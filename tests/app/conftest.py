"""What tests of the window need: Qt without a screen, fresh settings, no thread left behind."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from PySide6.QtCore import QSettings, QSize, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.frame.main_window import MainWindow
from app.session.session_places import SessionPlaces
from app.work.align.aligner import Aligner

sys.path.insert(0, str(Path(__file__).parent))
from fake_sound import FakeSound
from fakes import fake_steps

RATE_HZ = 8000


@pytest.fixture(autouse=True)
def fresh_settings(tmp_path: Path) -> None:
    """Every test starts without remembered layouts."""
    folder = str(tmp_path / "settings")
    for form in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, folder)


@pytest.fixture(autouse=True)
def no_thread_left_running(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves one of its threads running."""
    started: list[QThread] = []
    start = QThread.start

    def remember(self: QThread, *arguments: object) -> None:
        started.append(self)
        start(self, *arguments)

    monkeypatch.setattr(QThread, "start", remember)
    yield
    running = [t.objectName() for t in started if isValid(t) and t.isRunning()]
    assert not running, f"threads left running: {running}"


@pytest.fixture
def stereo(tmp_path: Path) -> Path:
    """A 20 s recording with calls, a long name with spaces and an emoji in a folder alike."""
    folder = tmp_path / "cage 3 🐦"
    folder.mkdir()
    path = folder / "two birds.wav"
    write_calls(path)
    return path


def write_calls(path: Path, duration_s: float = 20.0, channels: int = 2) -> None:
    """Noise with a call every second."""
    rng = np.random.default_rng(1)
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    calls = np.sin(2 * np.pi * 2000 * time_s) * (np.mod(time_s, 1.0) < 0.1) * 0.3
    samples = calls[:, None] + rng.normal(scale=0.01, size=(len(time_s), channels))
    sf.write(path, samples, RATE_HZ)


@pytest.fixture
def make_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Open windows with a fake aligner, or the real one apart, and close them at the end."""
    windows: list[MainWindow] = []

    def make(
        steps: Callable | None = fake_steps,
        *,
        aligns: bool = True,
        home: Path = tmp_path / "sessions",
        older_home: Path | None = None,
        size: tuple[int, int] = (1200, 800),
    ) -> MainWindow:
        places = SessionPlaces(home, older_home)
        aligner = Aligner(steps) if steps else None
        window = MainWindow(aligner, QSize(*size), sound=FakeSound(), places=places)
        window.workbench.aligns_on_open = aligns
        windows.append(window)
        window.show()
        window.activateWindow()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    """A window with a fake aligner."""
    return make_window()


@pytest.fixture
def settle(qtbot: QtBot) -> Callable[[MainWindow], None]:
    """Wait until a window has nothing left to do in the background."""

    def wait(window: MainWindow) -> None:
        qtbot.waitUntil(lambda: window.is_settled, timeout=20000)
        qtbot.wait(80)

    return wait


@pytest.fixture
def opened(window: MainWindow, stereo: Path, settle: Callable[[MainWindow], None]) -> MainWindow:
    """A window with an aligned recording."""
    window.open([stereo])
    settle(window)
    assert window.session.current is not None
    assert window.session.current.alignment is not None
    return window
