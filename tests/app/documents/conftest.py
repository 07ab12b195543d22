"""A folder decided on in one session and opened in another; files that open the pairing sheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_calls
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.frame.main_window import MainWindow
from app.views.dialogs.pairing_sheet import PairingSheet

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
Review = Callable[[Path], Path]


@pytest.fixture
def cage(tmp_path: Path) -> Path:
    """A folder with two recordings."""
    folder = tmp_path / "cage 3"
    folder.mkdir()
    for number, name in enumerate(("a.wav", "b.wav")):
        write_calls(folder / name, 12.0 + number)
    return folder


@pytest.fixture
def review(make_window: Make, settle: Settle) -> Review:
    """Opens a folder, accepts keypoint 5 and moves keypoint 8; where the session is."""

    def decide(folder: Path) -> Path:
        window = make_window()
        window.open([folder])
        settle(window)
        window.review.go_to(4)
        QTest.keyClick(window, Qt.Key.Key_Return)
        window.review.go_to(7)
        QTest.keyClick(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
        settle(window)
        window.close()
        return window.store.path

    return decide


@pytest.fixture
def opening(make_window: Make, settle: Settle) -> Callable[..., MainWindow]:
    """Opens something in a window of its own."""

    def open_it(*paths: Path) -> MainWindow:
        window = make_window()
        window.open(list(paths))
        settle(window)
        return window

    return open_it


@pytest.fixture
def sheet_of(window: MainWindow, settle: Settle) -> Callable[..., PairingSheet]:
    """Open files, and the sheet that comes."""

    def open_files(*paths: Path) -> PairingSheet:
        window.open(paths)
        settle(window)
        sheet = window.pairing.sheet
        assert sheet is not None
        return sheet

    return open_files
