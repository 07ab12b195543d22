"""What is cut or off the screen is named, and what fits is not."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from app.views.parts.elided_label import ElidedLabel
from benchmarks.window.fits import faults


def _window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 200)
    return window


def test_what_fits_has_no_fault(qtbot: QtBot) -> None:
    window = _window(qtbot)
    label = QLabel("Find", window)
    label.resize(200, 30)
    button = QPushButton("Align", window)
    button.setGeometry(0, 40, 200, 30)
    shorter = ElidedLabel(Qt.AlignmentFlag.AlignLeft, window)
    shorter.setGeometry(0, 80, 60, 30)
    shorter.setText("zoomed out: loudest of 16 columns shown", "16")
    window.show()
    assert faults(window) == []


def test_cut_text_and_what_lies_outside_is_named(qtbot: QtBot) -> None:
    window = _window(qtbot)
    label = QLabel("Recordings that are to be reviewed", window)
    label.resize(60, 30)
    button = QPushButton("Take the alignment's path", window)
    button.setGeometry(0, 40, 50, 30)
    outside = QPushButton("Close", window)
    outside.setGeometry(380, 80, 90, 30)
    wrapped = QLabel("Words enough for a number of lines. " * 4, window)
    wrapped.setWordWrap(True)
    wrapped.setGeometry(0, 120, 100, 20)
    table = QTableWidget(1, 2, window)
    table.setHorizontalHeaderLabels(["offset", "agreement"])
    table.setColumnWidth(1, 40)
    table.setGeometry(200, 0, 150, 70)
    window.show()
    said = " ".join(faults(window))
    assert "“Recordings that are to be reviewed” needs" in said
    assert "the button “Take the alignment's path” needs" in said
    assert "lies outside of" in said
    assert "has no room for all its lines" in said
    assert "the heading “agreement” needs" in said
    assert len(faults(window)) == 5
