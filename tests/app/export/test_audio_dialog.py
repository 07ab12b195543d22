"""Aligned audio from the window: what is known goes out, off the GUI's thread, whole or not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from conftest import write_calls
from finding import only
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.export import audio_export
from app.export.audio_dialog import AudioDialog
from app.frame.main_window import MainWindow
from core.errors import InputError
from core.keypoints import ReviewState

Settle = Callable[[MainWindow], None]


@pytest.fixture
def reviewed(window: MainWindow, tmp_path: Path, settle: Settle) -> MainWindow:
    """A recording of 20 s, of which 4 s were reviewed."""
    write_calls(tmp_path / "a.wav", 20.0)
    window.open([tmp_path / "a.wav"])
    settle(window)
    window.session.review_keypoints(range(4, 8), ReviewState.ACCEPTED)
    settle(window)
    return window


def opened_dialog(window: MainWindow, qtbot: QtBot) -> AudioDialog:
    window.commands["export_audio"].trigger()
    dialog = only(window, AudioDialog)
    qtbot.waitUntil(lambda: window.exports.is_idle)
    return dialog


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_was_reviewed_goes_out_and_silence_is_named(
    reviewed: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened_dialog(reviewed, qtbot)
    assert dialog.said == "Channel 1 is known in 4.0 of 20.0 s."
    assert dialog.notes.startswith("channel 1 is silent from 0.000 to 3.500 s")
    assert dialog.place.text() == str(tmp_path / "a.aligned.wav")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.outcome.startswith("Written to"))
    sound, rate_hz = sf.read(tmp_path / "a.aligned.wav")
    assert rate_hz == sf.info(tmp_path / "a.wav").samplerate
    assert not sound[: round(3.4 * rate_hz), 1].any()
    assert np.abs(sound[round(4 * rate_hz) : round(7 * rate_hz), 1]).max() > 0
    assert "a.aligned.wav" in reviewed.messages.message.text


def test_every_choice_counts(reviewed: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = opened_dialog(reviewed, qtbot)
    for box in (dialog.unreviewed, dialog.reference, dialog.trim):
        box.click()
    dialog.rate.setCurrentIndex(dialog.rate.findData(22_050))
    dialog.place.setText(str(tmp_path / "mono.flac"))
    qtbot.waitUntil(lambda: dialog.go.isEnabled() and "in 4.0 of" not in dialog.said)
    click(dialog.go)
    qtbot.waitUntil(lambda: dialog.outcome.startswith("Written to"))
    told = sf.info(tmp_path / "mono.flac")
    assert (told.samplerate, told.channels, told.format) == (22_050, 1, "FLAC")


def test_without_a_review_there_is_nothing_to_write(opened: MainWindow, qtbot: QtBot) -> None:
    dialog = opened_dialog(opened, qtbot)
    assert "Nothing is reviewed yet" in dialog.said
    assert not dialog.go.isEnabled()


def test_originals_and_odd_names_are_refused_in_a_line(
    reviewed: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.export.audio_dialog.may_replace", lambda *_: True)
    before = (tmp_path / "a.wav").read_bytes()
    dialog = opened_dialog(reviewed, qtbot)
    for place, said in (
        (tmp_path / "a.wav", "is an original"),
        (tmp_path / "a.mp3", "neither WAV"),
    ):
        dialog.place.setText(str(place))
        click(dialog.go)
        qtbot.waitUntil(lambda said=said: said in dialog.outcome)
    assert (tmp_path / "a.wav").read_bytes() == before


def test_stopping_leaves_nothing_behind(
    reviewed: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, held = threading.Event(), threading.Event()
    whole = audio_export.write_aligned_audio

    def slow(*args: object, **options: object) -> Iterator[float]:
        for share in whole(*args, **options):
            begun.set()
            held.wait(10)
            yield share
        raise AssertionError("it was not stopped")

    monkeypatch.setattr(audio_export, "write_aligned_audio", slow)
    dialog = opened_dialog(reviewed, qtbot)
    click(dialog.go)
    qtbot.waitUntil(begun.is_set)
    click(dialog.stop)
    held.set()
    qtbot.waitUntil(lambda: dialog.outcome == "Stopped; nothing was written.")
    qtbot.waitUntil(lambda: [p.name for p in tmp_path.iterdir() if "aligned" in p.name] == [])
    assert not list(tmp_path.glob(".finchsync-*"))


def test_a_full_disk_is_told(
    reviewed: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *args: object, **options: object) -> Iterator[float]:
        yield 0.5
        raise InputError(path, "cannot be written (no space left on device)", "choose another")

    monkeypatch.setattr(audio_export, "write_aligned_audio", full)
    dialog = opened_dialog(reviewed, qtbot)
    click(dialog.go)
    qtbot.waitUntil(lambda: "no space left on device" in dialog.outcome)
    assert dialog.outcome.startswith("Not exported.")
