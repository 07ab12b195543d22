"""A region leaves as a label in every format that holds labels, and as sound of both channels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from fakes import curve_s
from finding import only
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.export.region_dialog import RegionDialog
from app.frame.main_window import MainWindow
from app.session.region import Region
from core.formats.registry import label_formats, read_labels

SPAN_S = (9.25, 11.5)
ON_CHANNEL_1_S = tuple(t + curve_s(t) for t in SPAN_S)


@pytest.fixture
def selected(opened: MainWindow) -> MainWindow:
    """A window with a region that has frequencies."""
    opened.session.selection.select_region(Region(0, *SPAN_S, (1000.0, 3000.0)))
    return opened


def dialog_of(window: MainWindow, qtbot: QtBot) -> RegionDialog:
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    dialog = only(window, RegionDialog)
    qtbot.waitUntil(lambda: window.regions.is_idle)
    return dialog


def write(dialog: RegionDialog, qtbot: QtBot) -> None:
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(dialog.outcome))


@pytest.mark.parametrize("name", [each.name for each in label_formats()])
@pytest.mark.parametrize("channel", [0, 1])
def test_it_is_a_label_on_the_clock_of_either_channel(
    selected: MainWindow, qtbot: QtBot, tmp_path: Path, name: str, channel: int
) -> None:
    dialog = dialog_of(selected, qtbot)
    dialog.form.setCurrentIndex([each.name for each in label_formats()].index(name))
    dialog.clock.setCurrentIndex(channel)
    dialog.text.setText("duet")
    dialog.text.editingFinished.emit()
    dialog.place.setText(str(tmp_path / "mine"))
    qtbot.waitUntil(lambda: selected.regions.is_idle)
    write(dialog, qtbot)
    (file,) = tmp_path.glob("mine.*")
    _, labels = read_labels(file)
    (label,) = labels
    assert label.text == "duet"
    wanted_s = ON_CHANNEL_1_S if channel else SPAN_S
    assert (label.start_s, label.end_s) == pytest.approx(wanted_s, abs=0.01)
    if label.has_frequencies:
        assert (label.low_hz, label.high_hz) == (1000.0, 3000.0)
    else:
        assert "frequenc" in dialog.notes


def test_it_is_a_clip_of_each_channel_as_recorded(
    selected: MainWindow, qtbot: QtBot, tmp_path: Path, stereo: Path
) -> None:
    dialog = dialog_of(selected, qtbot)
    dialog.form.setCurrentIndex(dialog.form.count() - 1)
    dialog.place.setText(str(tmp_path / "mine.wav"))
    qtbot.waitUntil(lambda: selected.regions.is_idle)
    write(dialog, qtbot)
    whole, rate_hz = sf.read(stereo)
    for channel, span_s in enumerate((SPAN_S, ON_CHANNEL_1_S)):
        clip, clip_rate_hz = sf.read(tmp_path / f"mine.channel{channel}.wav")
        first = round(span_s[0] * rate_hz)
        assert clip_rate_hz == rate_hz
        assert len(clip) == pytest.approx((span_s[1] - span_s[0]) * rate_hz, abs=100)
        near = [whole[first + lag :, channel][: len(clip)] for lag in range(-100, 101)]
        assert min(np.abs(clip - piece).max() for piece in near) < 1e-4


def test_nothing_is_replaced_without_being_asked(
    selected: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def no(_parent: object, _title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", no)
    taken = tmp_path / "mine.channel1.wav"
    taken.write_text("mine", encoding="utf-8")
    dialog = dialog_of(selected, qtbot)
    dialog.form.setCurrentIndex(dialog.form.count() - 1)
    dialog.place.setText(str(tmp_path / "mine.wav"))
    qtbot.waitUntil(lambda: selected.regions.is_idle)
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert "mine.channel1.wav" in asked[0]
    assert taken.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "mine.channel0.wav").exists()
