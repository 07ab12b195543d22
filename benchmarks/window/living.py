"""What the scripts that live in a window share: a window of its own, and waiting for it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from app.frame.main_window import MainWindow
from app.playback.sound import Sound
from app.session.session_places import SessionPlaces

LONGEST_S = 300.0


@contextmanager
def window(
    app: QApplication, place: Path, size: QSize, sound: Sound | None = None
) -> Iterator[MainWindow]:
    """A window without remembered layout, with a session folder of its own."""
    places = SessionPlaces(Path(tempfile.mkdtemp(dir=place)))
    shown = MainWindow(size=size, places=places, remembers=False, sound=sound)
    shown.show()
    settle(app, shown)
    yield shown
    shown.close()
    shown.deleteLater()
    app.processEvents()


def settle(app: QApplication, shown: MainWindow) -> None:
    """Wait until nothing is left to do and to paint."""
    wait(app, lambda: shown.is_settled)
    for _ in range(10):
        app.processEvents()
        time.sleep(0.02)
    wait(app, lambda: shown.is_settled)


def wait(app: QApplication, ready: Callable[[], bool]) -> None:
    """Wait until something is so, five minutes at most."""
    until_s = time.monotonic() + LONGEST_S
    while not ready() and time.monotonic() < until_s:
        app.processEvents()
        time.sleep(0.01)
