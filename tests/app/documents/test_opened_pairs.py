"""Pairs of files in the window: named by both sides, aligned, kept and opened again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile as sf
from conftest import RATE_HZ
from mono_files import write_mono
from pointing import LEFT
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.export.export_dialog import ExportDialog
from app.export.table_export import ExportPlan
from app.frame.main_window import MainWindow
from app.views.dialogs.pairing_sheet import PairingSheet
from app.work.align.aligner import align_steps
from core.align.aligner import align
from core.audio.recording import open_recording
from core.cli.evidence import opened_here
from core.evidence.choice import EvidenceChoice
from core.formats.tables.biodcase import read_csv
from core.keypoints import ReviewState
from core.simulate import DriftSpec, simulate_scene
from tests.two_recorders import TwoRecorders, mae_ms

Settle = Callable[[MainWindow], None]


def _labels(sheet: PairingSheet) -> list[tuple[str, ...]]:
    return [pair.labels for pair in sheet.draft.pairs]


def test_a_session_goes_on_with_its_channels(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Settle
) -> None:
    many, mono = (
        write_mono(tmp_path, "many.w64", channels=5)[0],
        write_mono(tmp_path, "mono.wav")[0],
    )
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
    write_mono(tmp_path, "a<1>.wav", "b.wav", "c.wav", "d.wav")
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


def _aligned_by_hand(window: MainWindow, files: TwoRecorders, out: Path, qtbot: QtBot) -> Path:
    """Choose channel 3 in the sheet, open, wait for the alignment and export the table."""
    window.show()
    window.open([files.many, files.other])
    qtbot.waitUntil(lambda: window.pairing.sheet is not None, timeout=10000)
    sheet = window.pairing.sheet
    assert sheet is not None
    cells, which = sheet.table.viewport(), sheet.table.visualRect(sheet.model.index(0, 1)).center()
    QTest.mouseClick(cells, LEFT, pos=which)
    QTest.mouseDClick(cells, LEFT, pos=which)
    qtbot.waitUntil(lambda: sheet.table.findChild(QComboBox) is not None)
    box = sheet.table.findChild(QComboBox)
    qtbot.waitUntil(box.view().isVisible)
    for _ in range(3):
        QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    QTest.mouseClick(sheet.open_button, LEFT)
    qtbot.waitUntil(
        lambda: window.session.current is not None and window.session.current.alignment is not None,
        timeout=60000,
    )

    def answer() -> None:
        dialog = window.findChild(ExportDialog)
        if dialog is None:
            QTimer.singleShot(50, answer)
            return
        (line,) = (x for x in dialog.findChildren(QLineEdit) if x.accessibleName())
        line.selectAll()
        QTest.keyClicks(line, str(out))
        QTest.keyClick(line, Qt.Key.Key_Return)

    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTimer.singleShot(50, answer)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(out.exists, timeout=10000)
    return out


def _mae_in_window_ms(window: MainWindow, files: TwoRecorders, qtbot: QtBot) -> float:
    out = _aligned_by_hand(window, files, files.many.with_name("out.csv"), qtbot)
    ((name, keypoints),) = read_csv(out).files.items()
    assert name == "many.w64:3"
    return mae_ms(keypoints)


def _mae_alone_ms(files: TwoRecorders) -> float:
    learned = opened_here(EvidenceChoice(), 1)
    return mae_ms(align(open_recording(files.stereo), learned=learned).keypoints)


def test_a_pair_is_aligned_in_the_window_as_well_as_the_stereo_file_on_the_command_line(
    make_window: Callable[..., MainWindow], tmp_path: Path, qtbot: QtBot
) -> None:
    steady = DriftSpec(offset_s=(0, 0), drift_ppm=(0, 0), bend_s=(0, 0))
    scene = simulate_scene("zebra_finch", 5, 40.0, snr_db=20.0, drift=steady)
    files = TwoRecorders.write(tmp_path, scene.samples, scene.sample_rate_hz)
    found_ms = _mae_in_window_ms(make_window(align_steps), files, qtbot)
    assert found_ms == pytest.approx(_mae_alone_ms(files), abs=0.5)


def test_a_real_pair_is_aligned_in_the_window_as_well(
    make_window: Callable[..., MainWindow], shared_data: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    place = shared_data / "data" / "two_sensor" / "zf_birdpark_D_daq_vs_radio1.flac"
    files = TwoRecorders.write(tmp_path, *sf.read(place, dtype="float32"))
    found_ms = _mae_in_window_ms(make_window(align_steps), files, qtbot)
    assert found_ms == pytest.approx(_mae_alone_ms(files), abs=0.5)


def test_files_that_are_paired_already_are_shown_and_not_asked_for_again(
    make_window: Callable[..., MainWindow], tmp_path: Path, settle: Settle
) -> None:
    folder = tmp_path / "field"
    folder.mkdir()
    write_mono(folder, "A_1.wav", "B_1.wav", "A_2.wav", "B_2.wav")
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
    write_mono(folder, "A_3.wav", "B_3.wav")
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
    write_mono(folder, "a.wav", "b.wav", "alone.wav")
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
    many, mono = write_mono(folder, "many.w64", channels=5)[0], write_mono(folder, "mono.wav")[0]
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


def test_what_is_said_of_a_pair_names_both_sides(
    window: MainWindow, sheet_of: Callable, tmp_path: Path, settle: Settle
) -> None:
    sheet_of(*write_mono(tmp_path, "room.wav", "bird.wav")).accept()
    settle(window)
    window.session.review_keypoints(range(4), ReviewState.ACCEPTED)
    assert window.messages.message is not None
    assert window.messages.message.text.startswith("room.wav + bird.wav is done: all 4 keypoints")
