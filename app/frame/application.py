"""The application as the desktop knows it."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QTimer, Signal, Slot
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

NAME = "FinchSync"
_DESKTOP_FILE = "finchsync"
_TOGETHER_MS = 100
"""Files that are handed over within that time were dropped together."""


class Application(QApplication):
    """FinchSync's application.

    Parameters
    ----------
    arguments : sequence of str

    Signals
    -------
    files_given(paths)
        A tuple of Path that the desktop hands over: on macOS, what was dropped on the icon.
    """

    files_given = Signal(object)

    def __init__(self, arguments: Sequence[str]) -> None:
        _introduce()
        _give_fonts()
        super().__init__(arguments)
        self._given: list[Path] = []
        self._soon = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._soon.timeout.connect(self._give)

    def event(self, event: QEvent) -> bool:
        """Take files that the desktop hands over, one by one."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self._given.append(Path(event.file()))
            self._soon.start()
            return True
        return super().event(event)

    @Slot()
    def _give(self) -> None:
        paths, self._given = tuple(self._given), []
        self.files_given.emit(paths)


def _introduce() -> None:
    """Say to the desktop which program this is, for its settings, icon and group of windows."""
    QCoreApplication.setOrganizationName(NAME)
    QCoreApplication.setApplicationName(NAME)
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QGuiApplication.setDesktopFileName(_DESKTOP_FILE)
    if sys.platform == "win32":
        # Else the windows stand under Python's icon.
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(f"{NAME}.{NAME}")


def _give_fonts() -> None:
    """Offscreen, Qt takes fonts from a folder of its own, which is empty on Windows."""
    if sys.platform == "win32" and os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        windows = os.environ.get("SYSTEMROOT", r"C:\Windows")
        os.environ.setdefault("QT_QPA_FONTDIR", rf"{windows}\Fonts")
