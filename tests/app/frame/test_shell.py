"""What surrounds the work: recent files, dropped files, pictures, messages, demo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_calls
from fakes import failing_steps
from finding import only
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QPushButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from app.base.messages import Kind, Message
from app.frame.main_window import MainWindow
from app.views.dialogs.message_log import MessageLog

Key, Modifier = Qt.Key, Qt.KeyboardModifier
Make = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


def test_what_was_opened_comes_back(
    opened: MainWindow, make_window: Make, stereo: Path, settle: Settle, qtbot: QtBot
) -> None:
    opened.close()
    again = make_window()
    assert again.shell.recent.opened == [(stereo,)]
    menu = again.shell.recent.menu
    first_page = [b for b in again.findChildren(QPushButton) if b.isVisible() and b.menu() is menu]
    assert [button.text() for button in first_page] == ["Open recent"]
    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: not again.shell.recent.is_looking)
    assert menu.actions()[0].isEnabled()
    menu.actions()[0].trigger()
    settle(again)
    assert again.session.current.recording.name == stereo.name
    stereo.rename(stereo.with_name("moved.wav"))
    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: not menu.actions()[0].isEnabled())
    assert "not there" in menu.actions()[0].toolTip()
    menu.actions()[-1].trigger()
    assert again.shell.recent.opened == []


def test_what_cannot_be_opened_does_not_come_back(
    window: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    window.open([tmp_path / "gone.wav"])
    settle(window)
    write_calls(tmp_path / "here.wav", 5.0)
    window.open([tmp_path / "here.wav"])
    settle(window)
    assert window.shell.recent.opened == [(tmp_path / "here.wav",)]


def test_dragged_files_are_welcome(
    window: MainWindow, stereo: Path, qtbot: QtBot, settle: Callable[[MainWindow], None]
) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(stereo))])
    actions = Qt.DropAction.CopyAction
    left = Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(300, 300), actions, files, left, Modifier.NoModifier)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert "Let go to open it" in window.drop.text()
    assert window.drop.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.drop.isVisible()
    QApplication.sendEvent(window, enter)
    drop = QDropEvent(QPointF(300, 300), actions, files, left, Modifier.NoModifier)
    QApplication.sendEvent(window, drop)
    assert not window.drop.isVisible()
    qtbot.waitUntil(lambda: window.session.current is not None)
    assert window.session.current.recording.paths[0] == stereo
    settle(window)


def test_two_mono_files_that_are_dropped_are_to_be_paired(
    window: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    files, paths = QMimeData(), [tmp_path / "room.wav", tmp_path / "bird.wav"]
    for path in paths:
        write_calls(path, 4.0, channels=1)
    files.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    given = Qt.DropAction.CopyAction, files, Qt.MouseButton.LeftButton, Modifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), *given))
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), *given))
    settle(window)
    assert window.pairing.sheet is not None
    (pair,) = window.pairing.sheet.draft.pairs
    assert pair.labels == ("room.wav", "bird.wav")
    window.pairing.sheet.accept()
    settle(window)
    assert window.session.current is not None
    assert window.session.current.recording.paths == tuple(paths)


def test_a_picture_of_the_window(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    out = tmp_path / "shot.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(out), ""))
    QTest.keyClick(opened, Key.Key_F12)
    qtbot.waitUntil(lambda: opened.exports.is_idle)
    assert out.stat().st_size > 10_000
    nowhere = str(tmp_path / "no" / "x")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (nowhere, ""))
    QTest.keyClick(opened, Key.Key_F12)
    qtbot.waitUntil(lambda: opened.messages.message.kind is Kind.ERROR)
    QTest.keyClick(opened, Key.Key_F12, Modifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() == opened.width()


def test_messages_can_be_read_again_and_copied(window: MainWindow) -> None:
    window.messages.post(Message(Kind.ERROR, "The disk is full; free some space.", details="why"))
    copy = next(b for b in window.messages.findChildren(QToolButton) if b.text() == "Copy details")
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("The disk is full")
    for word in ("why", "FinchSync", "Python", "Qt"):
        assert word in copied
    window.messages.post(Message(Kind.INFO, "Something else."))
    window.commands["messages"].trigger()
    text = only(window, MessageLog).text
    assert text.index("Something else.") < text.index("The disk is full")


def test_a_remark_does_not_hide_an_error_for_good(window: MainWindow) -> None:
    window.messages.post(Message(Kind.ERROR, "The disk is full; free some space."))
    window.messages.post(Message(Kind.INFO, "Something else."))
    assert window.messages.message.text == "Something else."
    close = next(
        b for b in window.messages.findChildren(QToolButton) if "Close" in b.accessibleName()
    )
    close.setFocus()
    QTest.keyClick(close, Key.Key_Space)
    assert window.messages.message.text.startswith("The disk is full")
    QTest.keyClick(close, Key.Key_Space)
    assert window.messages.isHidden()


def test_what_nobody_foresaw_comes_with_details(
    make_window: Make, stereo: Path, settle: Settle
) -> None:
    window = make_window(failing_steps(RuntimeError("what now")))
    window.open([stereo])
    settle(window)
    assert "what now" in window.messages.message.text
    assert "Traceback" in window.messages.message.details


def test_tips_name_the_keys_and_go_for_good(opened: MainWindow, make_window: Make) -> None:
    assert opened.tips.isVisible()
    assert "Shift+N" in opened.tips.text
    opened.shell.keymap.give("next_uncertain", "J")
    assert "J goes to" in opened.tips.text
    enough = next(
        b for b in opened.tips.findChildren(QToolButton) if b.accessibleName() == "No more tips"
    )
    QTest.mouseClick(enough, Qt.MouseButton.LeftButton)
    assert not opened.tips.isVisible()
    assert not make_window().shell.preferences.value.shows_tips


def test_the_first_page_leads_to_the_demo(
    window: MainWindow, tmp_path: Path, settle: Settle, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    write_calls(folder / "demo recording.wav", 5.0)
    monkeypatch.setattr("app.frame.shell.demo_folder", lambda: folder)
    button = next(b for b in window.findChildren(QPushButton) if "demo" in b.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isEnabled(), "not twice"
    qtbot.waitUntil(lambda: window.session.current is not None)
    settle(window)
    assert window.session.current.recording.name == "demo recording.wav"
    assert window.commands["try_demo"].isEnabled()


def test_a_demo_that_cannot_be_made_says_so(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr("app.frame.shell.demo_folder", lambda: tmp_path / "file" / "demo")
    window.commands["try_demo"].trigger()
    qtbot.waitUntil(lambda: window.messages.message.kind is Kind.ERROR, timeout=60_000)
    assert "no demo recording" in window.messages.message.text
