"""Messages are true while they are shown, and nothing moves when they come and go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_calls
from fake_sound import FakeSound
from fakes import fake_steps
from finding import nth
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.base.messages import Kind, Message
from app.frame.main_window import MainWindow
from core.errors import InputError
from core.session import SessionFile

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
LONG = "One thing after the other went wrong, and all of it has to be told. " * 6


def close(window: MainWindow) -> None:
    buttons = window.messages.findChildren(QToolButton)
    (button,) = (b for b in buttons if b.accessibleName() == "Close message")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def places(window: MainWindow) -> list[QPoint]:
    QApplication.processEvents()
    views = (window.overview, *window.panes, window.drift, window.recordings)
    return [view.mapTo(window, QPoint()) for view in views]


def test_what_is_no_longer_so_goes_by_itself(window: MainWindow, qtbot: QtBot) -> None:
    is_so = {"sound": True, "disk": True}
    for about in is_so:
        message = Message(Kind.ERROR, f"No {about}.", is_true=lambda about=about: is_so[about])
        window.messages.post(message)
    window.messages.post(Message(Kind.INFO, "A remark."))
    is_so["disk"] = False
    close(window)
    assert window.messages.message.text == "No sound."
    is_so["sound"] = False
    qtbot.waitUntil(window.messages.isHidden, timeout=2000)


def test_a_condition_is_shown_again_after_one_that_came_later(window: MainWindow) -> None:
    window.messages.post(Message(Kind.WARNING, "The audio is away.", is_true=lambda: True))
    window.messages.post(Message(Kind.WARNING, "The disk is full.", is_true=lambda: True))
    close(window)
    assert window.messages.message.text == "The audio is away."
    close(window)
    assert window.messages.isHidden()


def test_of_what_happened_only_the_last_error_is_left(window: MainWindow) -> None:
    for number in range(3):
        window.messages.post(Message(Kind.ERROR, f"Failure {number}."))
    close(window)
    assert window.messages.isHidden()
    assert len(window.messages.log) == 3


def test_nothing_moves_under_the_pointer(opened: MainWindow, qtbot: QtBot) -> None:
    before = places(opened)
    opened.messages.post(Message(Kind.ERROR, "Short."))
    assert places(opened) == before
    covered_px = opened.messages.height()
    opened.messages.post(Message(Kind.ERROR, LONG))
    assert places(opened) == before
    assert opened.messages.height() > covered_px, "all of it can be read"
    assert opened.messages.geometry().right() <= opened.centralWidget().rect().right()
    close(opened)
    opened.session.lose(nth(opened.session, 0), "the disk is not plugged in")
    qtbot.waitUntil(opened.concern.isVisible)
    assert places(opened) == before
    opened.tips.refuse()
    assert not opened.tips.isVisible()
    assert places(opened) == before


def test_a_message_follows_the_width_of_the_window(opened: MainWindow, qtbot: QtBot) -> None:
    opened.messages.post(Message(Kind.ERROR, LONG))
    high_px = opened.messages.height()
    opened.resize(opened.width() + 400, opened.height())
    qtbot.waitUntil(lambda: opened.messages.height() < high_px)
    assert opened.messages.width() == opened.tips.width()


def test_missing_audio_is_no_longer_told_once_it_is_found(
    window: MainWindow, settle: Settle, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "birds"
    folder.mkdir()
    for number, name in enumerate(("a.wav", "b.wav")):
        write_calls(folder / name, 10.0 + number)
    window.open([folder])
    settle(window)
    close(window)
    (folder / "b.wav").rename(tmp_path / "b.wav")
    QTest.keyClick(window, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    assert "b.wav is not there any more" in window.messages.message.text
    (tmp_path / "b.wav").rename(folder / "b.wav")
    window.documents.find_audio(folder)
    settle(window)
    qtbot.waitUntil(lambda: "not there" not in window.messages.message.text)
    close(window)
    assert window.messages.isHidden()


def test_a_refusal_of_the_disk_goes_when_all_is_written(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    settle(opened)

    def refuse(self: SessionFile, _change: object) -> None:
        raise InputError(self.path, "does not fit on the disk", "free some space")

    with monkeypatch.context() as full:
        full.setattr(SessionFile, "commit", refuse)
        QTest.keyClick(opened, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: opened.messages.message is not None)
    opened.store._writer.retry()
    qtbot.waitUntil(lambda: opened.store.unwritten == 0)
    qtbot.waitUntil(lambda: opened.messages.message.text == "Everything is on disk again.")
    close(opened)
    assert opened.messages.isHidden()


def test_a_failed_alignment_is_no_longer_told_once_it_succeeds(
    make_window: Make, stereo: Path, settle: Settle, qtbot: QtBot
) -> None:
    def failing(*_: object, **__: object) -> object:
        raise InputError("x", "channel 1 is silent", "check the cable")

    window = make_window(failing)
    window.open([stereo])
    settle(window)
    assert window.messages.message.text.startswith("Not aligned. ")
    window.workbench.aligning.aligner._align = fake_steps
    QTest.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    qtbot.waitUntil(window.messages.isHidden)


def test_no_sound_is_no_longer_told_once_there_is_some(opened: MainWindow, qtbot: QtBot) -> None:
    sound = opened.playback._sound
    assert isinstance(sound, FakeSound)
    sound.names.clear()
    opened.playback.prepare()
    qtbot.waitUntil(lambda: bool(opened.playback.problem))
    QTest.keyClick(opened, Qt.Key.Key_Space)
    assert "Playback is off" in opened.messages.message.text
    sound.names.append("headphones")
    opened.playback.prepare()
    qtbot.waitUntil(opened.messages.isHidden)
