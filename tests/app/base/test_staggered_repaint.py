"""Views are drawn in turn, and none is forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.base.staggered_repaint import StaggeredRepaint
from app.frame.main_window import MainWindow


class Seen(QWidget):
    """Notes when it is drawn."""

    def __init__(self, notes: list[str], name: str) -> None:
        super().__init__()
        self._notes, self._name = notes, name

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        self._notes.append(self._name)


def test_each_turn_draws_one_view_and_the_last_change_is_seen_by_all(qtbot: QtBot) -> None:
    notes: list[str] = []
    window = QWidget()
    window.resize(200, 300)
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    views = [Seen(notes, name) for name in "abc"]
    for view in views:
        column.addWidget(view)
    window.show()
    qtbot.waitUntil(lambda: set(notes) == set("abc"))
    turns = StaggeredRepaint(views, window)
    loop = QTimer(window, interval=0)
    loop.timeout.connect(lambda: notes.append("-"))
    notes.clear()
    turns.begin()
    turns.begin()
    for view in views:
        view.update()
    assert notes == []
    loop.start()
    qtbot.waitUntil(lambda: "c" in notes)
    loop.stop()
    assert re.fullmatch("-*a-+b-+c-*", "".join(notes))
    assert turns.is_done
    assert all(view.updatesEnabled() for view in views)


def test_a_window_that_settled_draws_every_view(
    make_window: Callable[..., MainWindow], stereo: Path, settle: Callable[[MainWindow], None]
) -> None:
    window = make_window()
    window.open([stereo])
    settle(window)
    held = [view for view in window.findChildren(QWidget) if not view.updatesEnabled()]
    assert held == []
