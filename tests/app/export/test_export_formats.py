"""A new format is one file: the dialog offers what it finds, and writes it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import aligned_entry
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.export.export_dialog import ExportDialog
from app.export.moments_choice import MomentsChoice
from app.export.table_export import export_steps
from core.formats import kinds
from core.formats.sidecar import sidecar_path
from core.formats.tables.biodcase import read_csv

MOMENTS = "Moments of the time map"
NAMES_ONLY = """
from core.formats.registry import Format


def _contents(export, places):
    yield "\\n".join(export.table.files).encode()


FORMAT = Format("names", "Names only", (".txt",), "", _contents, has_sidecar=True)
"""


@pytest.fixture
def names_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "another folder of formats"
    folder.mkdir()
    (folder / "names_only.py").write_text(NAMES_ONLY)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(folder)])


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[ExportDialog]:
    entry = aligned_entry()
    dialog = ExportDialog(entry, (entry,))
    qtbot.addWidget(dialog)
    return dialog


def write(dialog: ExportDialog) -> None:
    (path,) = export_steps(dialog.path, dialog.plan, overwrite=False)
    assert sidecar_path(path).exists()


def test_without_a_choice_it_is_the_table_of_the_challenge(
    dialog: ExportDialog, tmp_path: Path
) -> None:
    assert dialog.path.name == "a_finchsync.csv"
    dialog.set_path(tmp_path / "out")
    write(dialog)
    assert len(read_csv(tmp_path / "out.csv").files["a.wav"]) == 20


def test_a_format_in_a_file_of_its_own_is_offered_and_written(
    names_only: None, dialog: ExportDialog, tmp_path: Path
) -> None:
    dialog.set_path(tmp_path / "out.csv")
    dialog.findChild(QComboBox).setCurrentText("Names only")
    assert dialog.path == tmp_path / "out.txt"
    write(dialog)
    assert (tmp_path / "out.txt").read_text() == "a.wav"


def chosen(dialog: ExportDialog, name: str, text: str) -> None:
    """Choose in a box by the keyboard, as a person does."""
    (box,) = (each for each in dialog.findChildren(QComboBox) if each.accessibleName() == name)
    box.setFocus()
    for _ in range(box.count()):
        if box.currentText() == text:
            return
        QTest.keyClick(box, Qt.Key.Key_Down)
    raise AssertionError(text)


def typed_step(dialog: ExportDialog, text: str) -> None:
    line = dialog.findChild(MomentsChoice).step.lineEdit()
    line.selectAll()
    QTest.keyClicks(line, text)


def export_by_mouse(dialog: ExportDialog) -> None:
    (button,) = (b for b in dialog.findChildren(QPushButton) if b.text().startswith("Export"))
    assert button.text() == "Export the time map"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_time_map_leaves_at_the_frames_of_a_video(dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.show()
    choice = dialog.findChild(MomentsChoice)
    assert not choice.isVisible()
    chosen(dialog, "Format", "Time map")
    dialog.set_path(tmp_path / "map.csv")
    chosen(dialog, MOMENTS, "At every frame of a video")
    typed_step(dialog, "30000/1001")
    QTest.mouseClick(choice.known, Qt.MouseButton.LeftButton)
    export_by_mouse(dialog)
    assert dialog.result() == ExportDialog.DialogCode.Accepted
    list(export_steps(dialog.path, dialog.plan, overwrite=False))
    with (tmp_path / "map.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["Time Channel 0"] for row in rows[:3]] == ["0.000000", "0.033367", "0.066733"]
    assert not any(row["Unknown"] for row in rows)


def test_a_step_that_is_no_number_is_told_and_the_dialog_stays(
    dialog: ExportDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda _parent, _title, text: told.append(text))
    dialog.show()
    chosen(dialog, "Format", "Time map")
    dialog.set_path(tmp_path / "map.csv")
    chosen(dialog, MOMENTS, "Every so many seconds")
    typed_step(dialog, "0")
    export_by_mouse(dialog)
    assert told == ["Seconds: 0 is not between 0.000001 and 1000000000; correct it."]
    assert dialog.isVisible()
    typed_step(dialog, "1")
    export_by_mouse(dialog)
    assert len(list(export_steps(dialog.path, dialog.plan, overwrite=False))) == 1
    assert len((tmp_path / "map.csv").read_text().splitlines()) > 15
