"""What goes out: chosen, counted, asked for, and never more than was decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import aligned_entry, fake_entry
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMessageBox, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from app.export.export_dialog import ExportDialog
from app.export.table_export import ExportPlan
from app.frame.main_window import MainWindow
from app.session.entries import Entry, Imported
from core.formats.sidecar import Rows, read_sidecar
from core.formats.tables.biodcase import BiodcaseTable, read_csv
from core.keypoints import KeypointSet, ReviewState, machine_keypoints

ACCEPTED, UNALIGNABLE = ReviewState.ACCEPTED, ReviewState.UNALIGNABLE


def mixed(name: str = "a.wav") -> Entry:
    """An aligned recording: one accepted, one corrected, one unalignable, two uncertain."""
    entry = aligned_entry(name)
    return put(entry, entry.keypoints.move(1, 1.25).review(2, ACCEPTED).review(3, UNALIGNABLE))


def put(entry: Entry, keypoints: KeypointSet, imported=None) -> Entry:
    return replace(entry, state=replace(entry.state, keypoints=keypoints), imported=imported)


def test_unalignable_keypoints_stand_only_in_the_sidecar() -> None:
    plan = ExportPlan((mixed(),))
    assert plan.written == 19
    assert 3.0 not in plan.table().files["a.wav"].time_0_s
    (about,) = plan.sidecar()
    assert len(about.keypoints) == 20
    assert [i for i, inside in enumerate(about.in_table) if not inside] == [3]


def test_reviewed_only_leaves_out_whole_recordings_too() -> None:
    plan = ExportPlan((mixed(), fake_entry("b.wav")), Rows.REVIEWED)
    table = plan.table()
    assert plan.written == 2
    assert list(table.files) == ["a.wav"]
    np.testing.assert_array_equal(table.files["a.wav"].time_0_s, [1.0, 2.0])
    assert len(plan.sidecar()) == 2


def test_rows_keep_the_order_and_the_text_of_the_imported_table() -> None:
    time_s = np.arange(4.0)
    texts = ("0", "1.0", "2.00", "3e0")
    own = replace(machine_keypoints(time_s, time_s), time_0_text=texts)
    other = machine_keypoints([0.0, 1.0], [0.5, 1.5])
    rows = ("a.wav", "gone.wav", "a.wav", "a.wav", "gone.wav", "a.wav")
    table = BiodcaseTable({"a.wav": own, "gone.wav": other}, rows)
    entry = aligned_entry("a.wav", 4.0)
    decided = own.review(1, UNALIGNABLE).review(2, ACCEPTED)
    entry = put(entry, decided, imported=Imported(Path("given.csv"), table))
    every = ExportPlan((entry,)).table()
    assert every.rows == ("a.wav", "gone.wav", "a.wav", "gone.wav", "a.wav")
    assert every.files["a.wav"].time_0_text == ("0", "2.00", "3e0")
    reviewed = ExportPlan((entry,), Rows.REVIEWED)
    assert reviewed.kept == 0
    assert reviewed.table().rows == ("a.wav",)
    assert reviewed.table().files["a.wav"].time_0_text == ("2.00",)


def test_what_nothing_has_set_does_not_go_out() -> None:
    waits = fake_entry("b.wav")
    # A session of before may hold such a keypoint as accepted.
    waits = put(waits, waits.keypoints.move(1, 1.25).review(2, ACCEPTED))
    plan = ExportPlan((mixed(), waits))
    assert plan.unset == (("b.wav", 19),)
    np.testing.assert_array_equal(plan.table().files["b.wav"].time_1_s, [1.25])
    assert sum(plan.sidecar()[1].in_table) == 1
    assert ExportPlan((waits,), Rows.REVIEWED).unset == (("b.wav", 1),)
    assert ExportPlan((waits,), Rows.REVIEWED).written == 1


def words(dialog: ExportDialog) -> str:
    shown = (label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))
    return " | ".join(shown)


def choose(dialog: ExportDialog, text: str) -> None:
    (button,) = (b for b in dialog.findChildren(QRadioButton) if text in b.text())
    button.click()


def export_button(dialog: ExportDialog) -> QPushButton:
    (button,) = (b for b in dialog.findChildren(QPushButton) if b.text().startswith("Export"))
    return button


def test_the_dialog_counts_before_anything_is_written(qtbot: QtBot) -> None:
    entries = (mixed(), fake_entry("b.wav"))
    dialog = ExportDialog(entries[0], entries)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "1 | accepted" in words(dialog)
    assert "1 | corrected" in words(dialog)
    assert "35 | not reviewed" in words(dialog)
    assert "2 | not reviewed and uncertain" in words(dialog)
    assert "1 | unalignable: never in the table" in words(dialog)
    assert "20 keypoints are left out: their recordings were never aligned" in words(dialog)
    assert "(b.wav)" in words(dialog)
    assert export_button(dialog).text() == "Export 19 keypoints"
    choose(dialog, "Reviewed only")
    assert export_button(dialog).text() == "Export 2 keypoints"
    assert "left out" not in words(dialog)


def test_nothing_reviewed_is_nothing_to_export(qtbot: QtBot) -> None:
    dialog = ExportDialog(fake_entry(), (fake_entry(),))
    qtbot.addWidget(dialog)
    dialog.show()
    choose(dialog, "Reviewed only")
    assert not export_button(dialog).isEnabled()
    assert "Nothing is reviewed yet" in words(dialog)


def test_the_choice_keeps_the_place_that_was_typed(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ExportDialog(mixed(), (mixed(),))
    qtbot.addWidget(dialog)
    dialog.set_path(tmp_path / "mine.csv")
    choose(dialog, "Reviewed only")
    assert dialog.path == tmp_path / "mine.csv"
    assert "mine.json" in words(dialog)


@pytest.mark.parametrize("there", [("out.json",), ("out.csv", "out.json")])
def test_both_files_are_asked_about(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...]
) -> None:
    for name in there:
        (tmp_path / name).write_text("precious")
    asked: list[str] = []

    def refuse(_parent: object, _title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", refuse)
    dialog = ExportDialog(mixed(), (mixed(),))
    qtbot.addWidget(dialog)
    dialog.set_path(tmp_path / "out.csv")
    dialog.accept()
    assert not dialog.overwrite
    assert not dialog.result()
    assert all(name in asked[0] for name in there)


def test_an_export_of_reviewed_keypoints_from_the_window(
    opened: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settle: Callable[[MainWindow], None],
) -> None:
    session = opened.session
    session.review_keypoints([4, 5], ACCEPTED)
    session.review_keypoint(6, UNALIGNABLE)
    settle(opened)

    def answer(dialog: ExportDialog) -> int:
        choose(dialog, "Reviewed only")
        dialog.set_path(tmp_path / "out.csv")
        dialog.accept()
        return dialog.result()

    monkeypatch.setattr(ExportDialog, "exec", answer)
    QTest.keyClick(opened, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    settle(opened)
    np.testing.assert_array_equal(
        read_csv(tmp_path / "out.csv").files["two birds.wav"].time_0_s, [4.0, 5.0]
    )
    sidecar = read_sidecar(tmp_path / "out.csv")
    assert sidecar is not None
    about = sidecar.recordings["two birds.wav"]
    assert about.keypoints.state == session.keypoints.state
    np.testing.assert_array_equal(about.keypoints.confidence, session.keypoints.confidence)
    assert about.fingerprint == session.current.known.fingerprint
    assert about.aligner is not None
    assert about.verdict is not None


@pytest.mark.parametrize("text", ["", "/", "folder", "~nobody-like-that/x", "x" * 300])
def test_a_place_that_is_none_gets_one_line_and_the_dialog_stays(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda _parent, _title, text: told.append(text))
    dialog = ExportDialog(mixed(), (mixed(),))
    qtbot.addWidget(dialog)
    dialog.show()
    place = dialog.findChild(QLineEdit)
    assert place is not None
    place.setText(text)
    dialog.accept()
    (line,) = told
    assert "\n" not in line
    assert dialog.isVisible()
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
