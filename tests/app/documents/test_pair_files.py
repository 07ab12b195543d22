"""Files that are recordings only together: the pairing sheet, from drop to recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile as sf
from conftest import RATE_HZ, write_calls
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from app.base.messages import Kind
from app.export.table_export import ExportPlan
from app.frame.main_window import MainWindow
from app.views.dialogs.pairing_sheet import PairingSheet
from app.work.aligner import align_steps
from core.align.aligner import align
from core.audio.recording import open_recording
from core.cli.evidence import opened_here
from core.evidence.choice import EvidenceChoice
from core.formats.tables.pair_list import read_pairs
from core.keypoints import ReviewState
from core.simulate import DriftSpec, simulate_scene
from tests.two_recorders import TwoRecorders, mae_ms

Settle = Callable[[MainWindow], None]


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


def _mono(folder: Path, *names: str, channels: int = 1) -> list[Path]:
    for name in names:
        write_calls(folder / name, 4.0, channels=channels)
    return [folder / name for name in names]


def _labels(sheet: PairingSheet) -> list[tuple[str, ...]]:
    return [pair.labels for pair in sheet.draft.pairs]


def test_two_mono_files_are_one_recording_once_the_reference_is_chosen(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle
) -> None:
    sheet = sheet_of(*_mono(tmp_path, "backpack.wav", "room.wav"))
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
    _mono(folder, "A_1.wav", "A_2.wav", "A_3.wav", "B_1.wav", "B_3.wav", "B_4.wav")
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
    _mono(tmp_path / "dawn", *names)
    sheet = sheet_of(tmp_path / "dawn")
    (pair,) = sheet.draft.pairs
    assert [path.parent.name for path in pair.files] == ["north", "south"]


def test_the_other_file_of_one_is_guessed_beside_it_or_chosen(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle, monkeypatch
) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    _mono(folder, "dawn_room.wav", "dawn_bird.wav", "x.wav")
    (elsewhere,) = _mono(tmp_path, "mine.flac")
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
    (alone,) = _mono(tmp_path, "alone.wav")
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
    many, other = _mono(tmp_path, "b1_Daqmx.w64", "b1_Sdr.w64", channels=5)
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
    sheet = sheet_of(*_mono(tmp_path, "a_1.wav", "a_2.wav", "b_1.wav", "b_2.wav"))
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
    sheet = sheet_of(*_mono(tmp_path, "end of a_1.wav", "end of b_1.wav", "end of b_2.wav"))
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
    sheet = sheet_of(*_mono(tmp_path, "a.wav", "b.wav"))
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
    _mono(tmp_path, "a.wav", "b.wav")
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


def test_a_session_goes_on_with_its_channels(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Settle
) -> None:
    many, mono = _mono(tmp_path, "many.w64", channels=5)[0], _mono(tmp_path, "mono.wav")[0]
    first = make_window()
    first.open([many, mono])
    settle(first)
    first.pairing.sheet.model.setData(first.pairing.sheet.model.index(0, 1), 3)
    first.pairing.sheet.accept()
    settle(first)
    path = first.store.path
    first.close()
    second = make_window()
    second.open([path])
    settle(second)
    assert second.session.current is not None
    assert second.session.current.recording.labels == ("many.w64:3", "mono.wav")
    samples, _ = sf.read(many, dtype="float32")
    sound = second.session.current.recording.read(0, 0.0, 1.0)
    assert abs(sound - samples[:RATE_HZ, 3]).max() == 0


def test_both_sides_are_named_wherever_a_recording_is(
    window: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    _mono(tmp_path, "a<1>.wav", "b.wav", "c.wav", "d.wav")
    table = tmp_path / "pairs.csv"
    table.write_text("Name,File 0,File 1,Device 1\n,a<1>.wav,b.wav,tag 7\ndusk,c.wav,d.wav,\n")
    window.open([table])
    settle(window)
    assert window.windowTitle() == "a<1>.wav + b.wav – FinchSync"
    captions = [pane.caption for pane in window.panes]
    assert " · a&lt;1&gt;.wav" in captions[0]
    assert " · tag 7: b.wav" in captions[1]
    model = window.recordings.model()
    listed = [model.index(row, 0).data() for row in range(2)]
    assert any("a<1>.wav + b.wav" in str(model.index(0, n).data()) for n in range(3)), listed
    assert any("dusk (c.wav + d.wav)" in str(model.index(1, n).data()) for n in range(3)), listed
    window.session.selection.select_recording(2)
    assert "dusk (c.wav + d.wav)" in window.windowTitle()
    assert " · d.wav" in window.panes[1].caption


def test_a_pair_is_aligned_in_the_window_as_well_as_the_stereo_file_on_the_command_line(
    make_window: Callable[..., MainWindow], tmp_path: Path, qtbot: QtBot
) -> None:
    steady = DriftSpec(offset_s=(0, 0), drift_ppm=(0, 0), bend_s=(0, 0))
    scene = simulate_scene("zebra_finch", 5, 40.0, snr_db=20.0, drift=steady)
    files = TwoRecorders.write(tmp_path, scene.samples, scene.sample_rate_hz)
    window = make_window(align_steps)
    window.open([files.many, files.other])
    qtbot.waitUntil(lambda: window.pairing.sheet is not None, timeout=10000)
    sheet = window.pairing.sheet
    assert sheet is not None
    sheet.model.setData(sheet.model.index(0, 1), 3)
    sheet.accept()
    qtbot.waitUntil(
        lambda: window.session.current is not None and window.session.current.alignment is not None,
        timeout=60000,
    )
    alone = align(open_recording(files.stereo), learned=opened_here(EvidenceChoice(), 1)).keypoints
    assert window.session.keypoints is not None
    assert mae_ms(window.session.keypoints) == pytest.approx(mae_ms(alone), abs=0.5)


def test_recorders_of_one_reference_are_paired_with_each_other_as_a_check(
    sheet_of: Callable, tmp_path: Path
) -> None:
    sheet = sheet_of(*_mono(tmp_path, "A_1.wav", "B_1.wav", "C_1.wav", "A_2.wav", "B_2.wav"))
    before = [("A_1.wav", "B_1.wav"), ("A_1.wav", "C_1.wav"), ("A_2.wav", "B_2.wav")]
    assert _labels(sheet) == before
    assert sheet.check.isVisible()
    sheet.check.click()
    assert _labels(sheet) == [*before, ("B_1.wav", "C_1.wav")]
    assert not sheet.check.isVisible()


def test_files_that_are_paired_already_are_shown_and_not_asked_for_again(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Settle
) -> None:
    folder = tmp_path / "field"
    folder.mkdir()
    _mono(folder, "A_1.wav", "B_1.wav", "A_2.wav", "B_2.wav")
    first = make_window()
    first.open([folder])
    settle(first)
    assert first.pairing.sheet is not None
    first.pairing.sheet.accept()
    settle(first)
    first.open([folder / "B_2.wav"])
    settle(first)
    assert first.pairing.sheet is None
    assert first.session.current is not None
    assert first.session.current.recording.name == "A_2.wav"
    first.close()
    _mono(folder, "A_3.wav", "B_3.wav")
    again = make_window()
    again.open([folder])
    settle(again)
    assert len(again.session.entries) == 2
    assert again.pairing.sheet is not None
    assert _labels(again.pairing.sheet) == [("A_3.wav", "B_3.wav")]


def test_a_folder_with_its_table_of_pairs_opens_without_asking(
    window: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    folder = tmp_path / "field"
    folder.mkdir()
    _mono(folder, "a.wav", "b.wav", "alone.wav")
    (folder / "pairs.csv").write_text("Name,File 0,File 1\ndawn,b.wav,a.wav\n")
    window.open([folder])
    settle(window)
    (entry,) = window.session.entries
    assert entry.recording.name == "dawn"
    assert entry.recording.labels == ("b.wav", "a.wav")
    assert window.pairing.sheet is not None
    assert "1 file has no partner and stays closed: alone.wav" in window.pairing.sheet.unpaired
    assert not window.messages.isVisible()


def test_an_exported_table_opens_its_pairs_with_what_was_decided(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Settle
) -> None:
    folder = tmp_path / "field"
    folder.mkdir()
    many, mono = _mono(folder, "many.w64", channels=5)[0], _mono(folder, "mono.wav")[0]
    first = make_window()
    first.open([many, mono])
    settle(first)
    assert first.pairing.sheet is not None
    first.pairing.sheet.model.setData(first.pairing.sheet.model.index(0, 1), 3)
    first.pairing.sheet.accept()
    settle(first)
    first.session.move_keypoint(2, 2.3)
    settle(first)
    first.exports.write(ExportPlan(first.session.entries), folder / "done.csv", overwrite=False)
    settle(first)
    first.close()
    second = make_window(home=tmp_path / "other sessions")
    second.open([folder / "done.csv"])
    settle(second)
    assert second.pairing.sheet is None
    (entry,) = second.session.entries
    assert entry.recording.labels == ("many.w64:3", "mono.wav")
    assert entry.keypoints.time_1_s[2] == 2.3
    assert entry.keypoints.state[2] is ReviewState.CORRECTED


def test_two_folders_of_consecutive_files_may_be_one_recording(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle
) -> None:
    for recorder in ("A", "B"):
        (tmp_path / recorder).mkdir()
        _mono(tmp_path / recorder, *(f"20260514_0430{second:02}.wav" for second in (0, 4, 8)))
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
        _mono(tmp_path / recorder, *(f"20260514_0430{second:02}.wav" for second in (0, 2)))
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
    paths = _mono(tmp_path, "meter 1.wav", "meter 2.wav", channels=2)
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *_: ([str(path) for path in paths], "")
    )
    window.commands["pair_files"].trigger()
    settle(window)
    assert _labels(window.pairing.sheet) == [("meter 1.wav:0", "meter 2.wav:0")]


def test_what_is_said_of_a_pair_names_both_sides(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle
) -> None:
    sheet_of(*_mono(tmp_path, "room.wav", "bird.wav")).accept()
    settle(window)
    window.session.review_keypoints(range(4), ReviewState.ACCEPTED)
    assert window.messages.message is not None
    assert window.messages.message.text.startswith("room.wav + bird.wav is done: all 4 keypoints")
