"""A name is shown as text wherever it is shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from conftest import write_calls
from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel
from PySide6.QtGui import QAction, Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

from app.export.export_dialog import ExportDialog
from app.frame.main_window import MainWindow

NAME = "<b>x & y<b>.wav"


def _tips(model: QAbstractItemModel) -> list[str]:
    columns = model.columnCount() if isinstance(model, QAbstractTableModel) else 1
    places = product(range(model.rowCount()), range(columns))
    tips = (model.index(*place).data(Qt.ItemDataRole.ToolTipRole) for place in places)
    return [tip for tip in tips if tip]


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_a_file_that_is_called_like_html(
    window: MainWindow, tmp_path: Path, settle: Callable[[MainWindow], None]
) -> None:
    for name in (NAME, f"other {NAME}"):
        write_calls(tmp_path / name, 5.0)
    window.open([tmp_path / NAME, tmp_path / f"other {NAME}"])
    settle(window)
    window.open([tmp_path])
    settle(window)
    window.session.move_keypoint(2, 2.5)
    entries = tuple(window.session.entries)
    dialog = ExportDialog(entries[0], entries[:1], window)
    widgets = [window, *window.findChildren(QWidget), *dialog.findChildren(QWidget)]
    tips = [thing.toolTip() for thing in (*widgets, *window.findChildren(QAction))]
    for view in window.findChildren(QAbstractItemView):
        tips += _tips(view.model())
    assert any("x &amp; y" in tip for tip in tips)
    assert not [tip for tip in tips if NAME in tip and Qt.mightBeRichText(tip)]
    labels = [widget for widget in widgets if isinstance(widget, QLabel)]
    shown = [label for label in labels if NAME in label.text()]
    assert shown
    for label in shown:
        assert label.textFormat() is Qt.TextFormat.PlainText or type(label).paintEvent is not (
            QLabel.paintEvent
        ), label.text()
