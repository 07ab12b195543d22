"""Files that are recordings only together: the pairing sheet, from drop to recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import write_calls
from mono_files import write_mono
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from app.views.dialogs.pairing_sheet import PairingSheet
from core.formats.tables.pair_list import read_pairs

Settle = Callable[[MainWindow], None]


def _labels(sheet: PairingSheet) -> list[tuple[str, ...]]:
    return [pair.labels for pair in sheet.draft.pairs]


def test_two_mono_files_are_one_recording_once_the_reference_is_chosen(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle
) -> None:
    sheet = sheet_of(*write_mono(tmp_path, "backpack.wav", "room.wav"))
    assert not window.session.entries
    assert _labels(sheet) == [("backpack.wav", "room.wav")]
    sheet.swap.click()
    assert sheet.open_button.text() == "Open 1 recording"
    sheet.accept()
    settle(window)
    (entry,) = window.session.entries
    assert entry.recording.labels == ("room.wav", "backpack.wav")
    assert entry.alignment is not None
    assert window.pairing.sheet is None


def test_a_folder_of_two_recorders_is_paired_and_who_has_no_partner_is_named(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle
) -> None:
    folder = tmp_path / "field"
    folder.mkdir()
    write_mono(folder, "A_1.wav", "A_2.wav", "A_3.wav", "B_1.wav", "B_3.wav", "B_4.wav")
    write_calls(folder / "stereo.wav", 4.0)
    sheet = sheet_of(folder)
    assert [entry.recording.name for entry in window.session.entries] == ["stereo.wav"]
    assert _labels(sheet) == [("A_1.wav", "B_1.wav"), ("A_3.wav", "B_3.wav")]
    assert sheet.unpaired == "2 files have no partner and stay closed: A_2.wav, B_4.wav"
    sheet.accept()
    settle(window)
    names = [entry.recording.name for entry in window.session.entries]
    assert names == ["stereo.wav", "A_1.wav", "A_3.wav"]


def test_a_folder_of_the_recorders_folders_opens_as_these(
    sheet_of: Callable, tmp_path: Path
) -> None:
    names = ("north/20240501_050000.wav", "south/20240501_050000.wav")
    for name in (*names, "._hidden/20240501_050000.wav"):
        (tmp_path / "dawn" / name).parent.mkdir(parents=True)
    write_mono(tmp_path / "dawn", *names)
    sheet = sheet_of(tmp_path / "dawn")
    (pair,) = sheet.draft.pairs
    assert [path.parent.name for path in pair.files] == ["north", "south"]


def test_the_other_file_of_one_is_guessed_beside_it_or_chosen(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle, monkeypatch
) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    write_mono(folder, "dawn_room.wav", "dawn_bird.wav", "x.wav")
    (elsewhere,) = write_mono(tmp_path, "mine.flac")
    sheet = sheet_of(folder / "dawn_room.wav")
    assert _labels(sheet) == [("dawn_room.wav", "dawn_bird.wav")]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(elsewhere), ""))
    sheet.choose.click()
    settle(window)
    assert _labels(sheet) == [("dawn_room.wav", "mine.flac")]
    assert "dawn_bird.wav" in sheet.unpaired
    sheet.accept()
    settle(window)
    assert window.session.current is not None
    assert window.session.current.recording.paths == (folder / "dawn_room.wav", elsewhere)


def test_one_file_alone_waits_for_the_other(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle, monkeypatch
) -> None:
    (alone,) = write_mono(tmp_path, "alone.wav")
    sheet = sheet_of(alone)
    assert not sheet.open_button.isEnabled()
    assert "1 file has no partner and stays closed: alone.wav" in sheet.unpaired
    (tmp_path / "note.txt").write_text("chirp")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "note.txt"), ""))
    sheet.choose.click()
    settle(window)
    assert "is not audio" in sheet._said.text()
    assert not sheet.open_button.isEnabled()
    sheet.reject()
    assert not window.session.entries


def test_channels_of_many_are_chosen_in_the_sheet(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle
) -> None:
    many, other = write_mono(tmp_path, "b1_Daqmx.w64", "b1_Sdr.w64", channels=5)
    sheet = sheet_of(many, other)
    model = sheet.model
    headings = [model.headerData(n, sheet.table.horizontalHeader().orientation()) for n in range(8)]
    assert headings[:2] == ["Channel 0, reference", "Which"]
    assert model.setData(model.index(0, 1), 3)
    assert model.setData(model.index(0, 5), 1)
    assert model.setData(model.index(0, 8), "2,5 m")
    assert not model.setData(model.index(0, 8), "near")
    assert model.setData(model.index(0, 9), "box 1")
    sheet.accept()
    settle(window)
    (entry,) = window.session.entries
    assert entry.recording.name == "box 1"
    assert entry.recording.labels == ("b1_Daqmx.w64:3", "b1_Sdr.w64:1")
    assert entry.recording.spacing_m == 2.5


def test_a_cell_is_changed_by_choosing_from_a_list(
    qtbot: QtBot, sheet_of: Callable, tmp_path: Path
) -> None:
    sheet = sheet_of(*write_mono(tmp_path, "a_1.wav", "a_2.wav", "b_1.wav", "b_2.wav"))
    index = sheet.model.index(0, 4)
    sheet.table.edit(index)
    (box,) = sheet.table.viewport().findChildren(QComboBox)
    texts = [box.itemText(number) for number in range(box.count())]
    assert texts == ["a_1.wav", "a_2.wav", "b_1.wav", "b_2.wav"]
    assert box.currentText() == "b_1.wav"
    box.setCurrentIndex(3)
    box.activated.emit(3)
    qtbot.wait(10)
    assert ("a_1.wav", "b_2.wav") in _labels(sheet)
    assert "b_1.wav" in sheet.unpaired


def test_looking_at_the_choices_of_a_cell_changes_nothing(
    qtbot: QtBot, sheet_of: Callable, tmp_path: Path
) -> None:
    sheet = sheet_of(*write_mono(tmp_path, "end of a_1.wav", "end of b_1.wav", "end of b_2.wav"))
    before = sheet.draft
    assert [row.sides[1] is None for row in before.rows] == [False, True]
    for row, column in ((0, 0), (0, 4), (1, 4)):
        sheet.table.edit(sheet.model.index(row, column))
        (box,) = sheet.table.viewport().findChildren(QComboBox)
        qtbot.waitUntil(box.view().isVisible)
        box.hidePopup()
        sheet.table.itemDelegate().commitData.emit(box)
        sheet.table.itemDelegate().closeEditor.emit(box)
        qtbot.waitUntil(lambda: not sheet.table.viewport().findChildren(QComboBox))
    assert sheet.draft == before


def test_pairs_are_kept_in_a_table_that_opens_them_again(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle, monkeypatch
) -> None:
    sheet = sheet_of(*write_mono(tmp_path, "a.wav", "b.wav"))
    table = tmp_path / "my pairs.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(table), ""))
    sheet.save.click()
    settle(window)
    assert "my pairs.csv" in sheet._said.text()
    (pair,) = read_pairs(table).pairs
    assert pair.labels == ("a.wav", "b.wav")
    sheet.reject()
    window.open([table])
    settle(window)
    assert window.pairing.sheet is None
    (entry,) = window.session.entries
    assert entry.recording.labels == ("a.wav", "b.wav")


def test_a_table_of_no_use_is_a_message_and_the_rest_of_one_opens(
    window: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    write_mono(tmp_path, "a.wav", "b.wav")
    table = tmp_path / "pairs.csv"
    table.write_text("File 0,File 1\na.wav,b.wav\na.wav,b.wav\n")
    window.open([table])
    settle(window)
    assert window.messages.message.kind is Kind.ERROR
    assert "line 3: is the same pair as line 2" in window.messages.message.text
    table.write_text("File 0,File 1\na.wav,gone.wav\na.wav,b.wav\n")
    window.open([table])
    settle(window)
    assert window.messages.message.kind is Kind.WARNING
    assert "gone.wav" in window.messages.message.text
    assert len(window.session.entries) == 1


def test_recorders_of_one_reference_are_paired_with_each_other_as_a_check(
    sheet_of: Callable, tmp_path: Path
) -> None:
    sheet = sheet_of(*write_mono(tmp_path, "A_1.wav", "B_1.wav", "C_1.wav", "A_2.wav", "B_2.wav"))
    before = [("A_1.wav", "B_1.wav"), ("A_1.wav", "C_1.wav"), ("A_2.wav", "B_2.wav")]
    assert _labels(sheet) == before
    assert sheet.check.isVisible()
    sheet.check.click()
    assert _labels(sheet) == [*before, ("B_1.wav", "C_1.wav")]
    assert not sheet.check.isVisible()


def test_two_folders_of_consecutive_files_may_be_one_recording(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle
) -> None:
    for recorder in ("A", "B"):
        (tmp_path / recorder).mkdir()
        write_mono(tmp_path / recorder, *(f"20260514_0430{second:02}.wav" for second in (0, 4, 8)))
    sheet = sheet_of(tmp_path / "A", tmp_path / "B")
    assert len(sheet.draft.pairs) == 3
    assert sheet.join.isVisible()
    sheet.join.click()
    settle(window)
    (entry,) = window.session.entries
    assert entry.recording.duration_s == 12.0
    assert entry.recording.title == "A + B"
    assert entry.alignment is not None
    assert window.pairing.sheet is None
    assert not window.messages.isVisible(), "the session is that of the folder of both"
    window.open([tmp_path])
    settle(window)
    assert window.pairing.sheet is None, "these files are that recording"


def test_the_sheet_stays_with_the_reason_where_folders_are_no_recording(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle
) -> None:
    for recorder in ("A", "B"):
        (tmp_path / recorder).mkdir()
        write_mono(tmp_path / recorder, *(f"20260514_0430{second:02}.wav" for second in (0, 2)))
    sheet = sheet_of(tmp_path / "A", tmp_path / "B")
    sheet.join.click()
    settle(window)
    assert sheet.isVisible()
    assert not window.session.entries
    assert "begins 2.0 s before 20260514_043000.wav ends" in sheet.said
    sheet.accept()
    settle(window)
    assert window.pairing.sheet is None
    assert len(window.session.entries) == 2


def test_two_stereo_files_are_paired_where_that_is_asked_for(
    window: MainWindow, tmp_path: Path, settle: Settle, monkeypatch
) -> None:
    paths = write_mono(tmp_path, "meter 1.wav", "meter 2.wav", channels=2)
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *_: ([str(path) for path in paths], "")
    )
    window.commands["pair_files"].trigger()
    settle(window)
    assert _labels(window.pairing.sheet) == [("meter 1.wav:0", "meter 2.wav:0")]
