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
from core.labels import Label, Labels, Tier

Settle = Callable[[MainWindow], None]


RAVEN_HEADER = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tAnnotation\n"


@pytest.fixture
def carried(
    window: MainWindow,
    stereo: Path,
    settle: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> Callable[[str, str], CarryDialog]:
    """Open the dialog on labels, by the name and content of their file."""

    def opened(name: str, content: str) -> CarryDialog:
        window.open([stereo])
        settle(window)
        labels = tmp_path / name
        labels.write_text(content)
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(labels), ""))
        window.commands["carry_labels"].trigger()
        found = only(window, CarryDialog)
        qtbot.waitUntil(lambda: found.go.isEnabled())
        return found

    return opened


@pytest.fixture
def dialog(carried: Callable[[str, str], CarryDialog]) -> CarryDialog:
    return carried("song.txt", "2\t3\ta\n\\\t900\t8000\n5\t5\tb\n90\t91\tlate\n")


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


@pytest.mark.parametrize(
    ("name", "text", "title", "place"),
    [
        ("a.txt", f"{RAVEN_HEADER}1\tSpectrogram 1\t1\t2.0\t3.0\ta\n", "Raven", "a_channel1.txt"),
        ("a.csv", "onset_s,offset_s,label\n2.0,3.0,a\n", "simple-seq", "a_channel1.csv"),
    ],
)
def test_labels_leave_in_the_format_that_they_came_in(
    carried: Callable[[str, str], CarryDialog], name: str, text: str, title: str, place: str
) -> None:
    dialog = carried(name, text)
    assert dialog.form.currentText().startswith(title)
    assert dialog.place.text().endswith(place)


def test_labels_that_are_only_read_leave_in_the_format_with_most_room(
    carried: Callable[[str, str], CarryDialog], monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = Labels((Tier("syllables", (Label(2.0, 3.0, "a"),)),))
    monkeypatch.setattr("app.export.carry_dialog.read_labels", lambda *_: (None, labels))
    dialog = carried("a.nwb", "")
    assert dialog.form.currentText().startswith("Raven")
    assert dialog.place.text().endswith("a_channel1.txt")
    assert dialog.notes == ""


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
