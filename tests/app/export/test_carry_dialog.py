"""Labels are carried from the window: what goes out is said before, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from finding import only
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.export.carry_dialog import CarryDialog
from app.frame.main_window import MainWindow
from core.formats.registry import read_labels

Settle = Callable[[MainWindow], None]


@pytest.fixture
def dialog(
    window: MainWindow,
    stereo: Path,
    settle: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> CarryDialog:
    window.open([stereo])
    settle(window)
    labels = tmp_path / "song.txt"
    labels.write_text("2\t3\ta\n\\\t900\t8000\n5\t5\tb\n90\t91\tlate\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(labels), ""))
    window.commands["carry_labels"].trigger()
    found = only(window, CarryDialog)
    qtbot.waitUntil(lambda: found.go.isEnabled())
    return found


def test_what_has_no_place_is_named_and_the_rest_is_written(
    dialog: CarryDialog, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    assert dialog.said == "2 of 3 labels of song.txt have a place on the clock of channel 1."
    assert "'late' at 90.000 s is left out" in dialog.notes
    assert dialog.place.text() == str(tmp_path / "song_channel1.txt")
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "2 labels are in song_channel1.txt" in dialog.outcome)
    _, found = read_labels(tmp_path / "song_channel1.txt")
    starts = [label.start_s for label in found]
    time_map = window.session.time_map()
    assert starts == pytest.approx(time_map.to_channel_1([2.0, 5.0]).tolist())
    assert (tmp_path / "song_channel1.json").exists()


def test_another_format_says_what_it_has_no_room_for(dialog: CarryDialog, qtbot: QtBot) -> None:
    dialog.form.setCurrentText("simple-seq CSV")
    qtbot.waitUntil(lambda: "loses its frequencies" in dialog.notes)
    assert dialog.place.text().endswith("song_channel1.csv")
    dialog.to.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "clock of channel 0" in dialog.said)


def test_the_labels_themselves_are_never_written_over(
    dialog: CarryDialog, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (tmp_path / "song.txt").read_text()
    monkeypatch.setattr("app.export.carry_dialog.may_replace", lambda *_: True)
    dialog.place.setText(str(tmp_path / "song.txt"))
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "is one of the files to be read" in dialog.outcome)
    assert (tmp_path / "song.txt").read_text() == before
