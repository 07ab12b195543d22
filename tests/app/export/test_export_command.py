"""Exporting from the window: asked for, written, read back, and never over an original."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from app.base.messages import Kind
from app.export.export_dialog import ExportDialog
from app.frame.main_window import MainWindow
from core.formats.tables.biodcase import read_csv

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier):
    QTest.keyClick(window, key, modifier)


class _Export:
    """Answers the export dialog."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, path: Path, *, replace: bool = True):
        self.texts: list[str] = []

        def run(dialog: ExportDialog) -> int:
            dialog.set_path(path)
            dialog.accept()
            return dialog.result()

        def ask(_parent: QWidget, _title: str, text: str) -> QMessageBox.StandardButton:
            self.texts.append(text)
            buttons = QMessageBox.StandardButton
            return buttons.Yes if replace else buttons.No

        def warn(_parent: QWidget, _title: str, text: str) -> None:
            self.texts.append(text)

        monkeypatch.setattr(ExportDialog, "exec", run)
        monkeypatch.setattr(QMessageBox, "question", ask)
        monkeypatch.setattr(QMessageBox, "warning", warn)


def test_export_is_read_back(
    opened: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settle: Callable[[MainWindow], None],
) -> None:
    opened.session.move_keypoint(3, 3.456789)
    settle(opened)
    out = tmp_path / "out 🐦.csv"
    _Export(monkeypatch, out)
    press(opened, Key.Key_E, Modifier.ControlModifier)
    settle(opened)
    assert opened.messages.message.kind is Kind.INFO
    files = read_csv(out).files
    keypoints = files["two birds.wav"]
    np.testing.assert_array_equal(keypoints.time_1_s, opened.session.keypoints.time_1_s)
    assert keypoints.time_1_s[3] == 3.456789


def test_export_asks_before_overwriting(
    opened: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settle: Callable[[MainWindow], None],
) -> None:
    out = tmp_path / "there.csv"
    out.write_text("precious")
    export = _Export(monkeypatch, out, replace=False)
    monkeypatch.setattr(ExportDialog, "result", lambda _self: QDialog.DialogCode.Rejected)
    opened.exports.export()
    settle(opened)
    assert out.read_text() == "precious"
    assert "already exists" in export.texts[0]
    monkeypatch.undo()
    _Export(monkeypatch, out, replace=True)
    opened.exports.export()
    settle(opened)
    assert out.read_text().startswith("Filename,")


def test_export_refuses_the_original(
    opened: MainWindow, stereo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stereo.read_bytes()
    export = _Export(monkeypatch, stereo)
    monkeypatch.setattr(ExportDialog, "result", lambda _self: QDialog.DialogCode.Rejected)
    opened.exports.export()
    assert "never written to" in export.texts[0]
    assert stereo.read_bytes() == before


def test_export_to_a_missing_folder_says_so(
    opened: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settle: Callable[[MainWindow], None],
) -> None:
    export = _Export(monkeypatch, tmp_path / "nowhere" / "out.csv")
    monkeypatch.setattr(ExportDialog, "result", lambda _self: QDialog.DialogCode.Rejected)
    opened.exports.export()
    settle(opened)
    assert "no such folder" in export.texts[0]
    assert not list(tmp_path.rglob("out.*"))
