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
    qtbot.waitUntil(lambda: reviewed.exports.is_idle)
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


@pytest.fixture
def several(window: MainWindow, tmp_path: Path, settle: Settle) -> MainWindow:
    """Four recordings, one of them of no reviewed keypoint; two are chosen in the list."""
    folder = tmp_path / "field"
    folder.mkdir()
    for name in ("a.wav", "b.wav", "c.wav", "d.wav"):
        write_calls(folder / name, 10.0)
    window.open([folder])
    settle(window)
    window.commands["align_all"].trigger()
    settle(window)
    first, second, _third, fourth = window.session.recordings
    for key in (first, second, fourth):
        window.session.review_keypoints(range(2, 6), ReviewState.ACCEPTED, key)
    window.session.selection.choose((first, second), first)
    settle(window)
    return window


def test_all_recordings_leave_a_file_each_and_what_fails_is_named(
    several: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = audio_export.write_aligned_audio

    def failing(path: Path, *args: object, **options: object) -> Iterator[float]:
        if path.name.startswith("b."):
            raise InputError(path, "cannot be written (no space left on device)", "make room")
        return (yield from whole(path, *args, **options))

    monkeypatch.setattr(audio_export, "write_aligned_audio", failing)
    dialog = opened_dialog(several, qtbot)
    assert dialog.scope.currentText() == "Of the 2 chosen recordings, a file each"
    assert dialog.said == "2 recordings: channel 1 is known in 8.0 of 20.0 s."
    dialog.scope.setCurrentIndex(2)
    dialog.kind.setCurrentIndex(dialog.kind.findData(".flac"))
    qtbot.waitUntil(lambda: dialog.said.startswith("3 recordings"))
    assert dialog.notes.startswith("c.wav: left out, nothing of it is reviewed")
    click(dialog.go)
    out = tmp_path / "field" / "aligned"
    qtbot.waitUntil(lambda: several.exports.is_idle)
    assert dialog.outcome == f"2 of 3 files are written to {out}, 1 could not be."
    assert "b.aligned.flac: cannot be written (no space left on device)" in dialog.notes
    assert sorted(path.name for path in out.iterdir()) == ["a.aligned.flac", "d.aligned.flac"]
    assert several.messages.message.text == dialog.outcome


def test_what_is_chosen_in_the_list_is_offered_first(several: MainWindow, qtbot: QtBot) -> None:
    keys = tuple(several.session.recordings)
    for chosen, said in ((keys, "Of all 4 recordings, a file each"), (keys[1:2], "Of b.wav")):
        several.session.selection.choose(chosen, chosen[0])
        dialog = opened_dialog(several, qtbot)
        assert dialog.scope.currentText() == said
        dialog.close()
        qtbot.waitUntil(lambda: not several.findChildren(AudioDialog))


def test_stopped_among_several_what_is_whole_stays(
    several: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, held = threading.Event(), threading.Event()
    whole = audio_export.write_aligned_audio

    def slow(path: Path, *args: object, **options: object) -> Iterator[float]:
        steps = whole(path, *args, **options)
        if path.name.startswith("b."):
            yield next(steps)
            begun.set()
            held.wait(10)
        return (yield from steps)

    monkeypatch.setattr(audio_export, "write_aligned_audio", slow)
    dialog = opened_dialog(several, qtbot)
    click(dialog.go)
    qtbot.waitUntil(begun.is_set)
    click(dialog.stop)
    held.set()
    out = tmp_path / "field" / "aligned"
    said = f"Stopped. 1 of 2 files are written to {out}."
    qtbot.waitUntil(lambda: dialog.outcome == said)
    qtbot.waitUntil(lambda: [path.name for path in out.iterdir()] == ["a.aligned.wav"])


def test_no_recording_of_the_session_is_written_over(
    window: MainWindow, tmp_path: Path, settle: Settle, qtbot: QtBot, monkeypatch
) -> None:
    monkeypatch.setattr("app.export.audio_dialog.may_replace", lambda *_: True)
    (tmp_path / "aligned").mkdir()
    places = tmp_path / "a.wav", tmp_path / "aligned" / "a.aligned.wav"
    for place in places:
        write_calls(place, 8.0)
    before = places[1].read_bytes()
    window.open(places)
    settle(window)
    dialog = opened_dialog(window, qtbot)
    dialog.unreviewed.click()
    dialog.scope.setCurrentIndex(dialog.scope.count() - 1)
    qtbot.waitUntil(lambda: dialog.said.startswith("2 recordings"))
    dialog.place.setText(str(places[1].parent))
    click(dialog.go)
    qtbot.waitUntil(lambda: window.exports.is_idle)
    assert "a.aligned.wav: is an original, which is never written to" in dialog.notes
    assert places[1].read_bytes() == before


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
