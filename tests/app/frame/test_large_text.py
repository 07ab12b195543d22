"""The window with letters twice as large as usual, on a small screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.frame.main_window import MainWindow
from app.look.theme import theme

SCREEN = (1366, 768)


@pytest.fixture
def large_text(qapp: QApplication) -> Iterator[None]:
    usual = qapp.font()
    large = qapp.font()
    large.setPointSizeF(18.0)
    qapp.setFont(large)
    theme().apply()
    yield
    qapp.setFont(usual)
    theme().apply()


@pytest.mark.usefixtures("large_text")
def test_a_window_with_large_text_fits_a_small_screen(
    make_window: Callable[..., MainWindow], stereo: Path, settle: Callable[[MainWindow], None]
) -> None:
    window = make_window(size=SCREEN)

    def fits() -> bool:
        return (window.width(), window.height()) == SCREEN

    assert fits(), f"with nothing open it takes {window.size()}"
    window.open([stereo])
    settle(window)
    assert fits(), f"with a recording it takes {window.size()}"
    for dock in window.docks.by_title.values():
        dock.raise_()
        QApplication.processEvents()
        assert fits(), f"with {dock.windowTitle()} in front it takes {window.size()}"
