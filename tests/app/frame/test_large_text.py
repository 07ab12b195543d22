"""The window with letters twice as large as usual, on a small screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QTabBar, QToolButton

from app.frame.main_window import MainWindow
from app.look.theme import theme
from benchmarks.window.fits import faults

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
        # The screen of the tests is smaller than the window.
        assert [fault for fault in faults(window) if " takes " not in fault] == []


@pytest.mark.usefixtures("large_text")
def test_every_panel_is_within_reach_of_the_mouse(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(size=SCREEN)
    QApplication.processEvents()
    bars = [bar for bar in window.findChildren(QTabBar) if bar.parent() is window and bar.count()]
    assert bars
    for bar in bars:
        last = bar.tabRect(bar.count() - 1)
        arrows = [arrow for arrow in bar.findChildren(QToolButton) if arrow.isVisible()]
        assert last.right() <= bar.width() or len(arrows) == 2


@pytest.mark.usefixtures("large_text")
def test_why_takes_no_more_room_than_its_words(
    make_window: Callable[..., MainWindow], stereo: Path, settle: Callable[[MainWindow], None]
) -> None:
    window = make_window(size=SCREEN)
    window.open([stereo])
    settle(window)
    window.commands["explain"].trigger()
    popup = window.keypoint.explanation
    lines = popup.text.count("\n") + len(popup.text) / 25
    assert popup.height() < (lines + 3) * popup.fontMetrics().lineSpacing()
    popup.close()


@pytest.mark.usefixtures("large_text")
def test_the_tools_are_as_large_as_the_letters(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(size=SCREEN)
    side_px = window.toolbar.iconSize().height()
    assert side_px >= window.fontMetrics().height() > 24
    assert window.commands["play"].icon().actualSize(QSize(side_px, side_px)).height() == side_px
