"""Playback by keys, mouse and menus of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fake_sound import RATE_HZ, FakeSound, FakeStream
from fakes import curve_s
from PySide6.QtCore import QPointF, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow

_CLEANED = "cleaned for listening"
Key, Modifier = Qt.Key, Qt.KeyboardModifier


def _stream(window: MainWindow, qtbot: QtBot) -> FakeStream:
    sound = window.playback._sound
    assert isinstance(sound, FakeSound)
    qtbot.waitUntil(lambda: bool(sound.streams) and not sound.streams[-1].is_closed)
    return sound.streams[-1]


def _pauses(sound: np.ndarray) -> float:
    """How loud it is where there is no call."""
    return float(np.quantile(sound.reshape(-1, 320, 2).std(axis=1), 0.2))


def test_keys_cursor_and_button(opened: MainWindow, qtbot: QtBot) -> None:
    window, playback = opened, opened.playback
    window.session.selection.select_keypoint(5)
    window.panes[0].setFocus()
    QTest.keyClick(window.panes[0].viewport(), Key.Key_Space)
    assert playback.is_playing
    assert window.commands["play"].text() == "Stop"
    _stream(window, qtbot).play(1.5)
    playback._follow_sound()
    at_s = playback.cursor.time_s
    assert at_s == pytest.approx(6.0, abs=0.05)
    for pane in (*window.panes, window.drift):
        assert pane._play_cursor.isVisible()
        assert pane._play_cursor.value() == pytest.approx(at_s)
    QTest.keyClick(window, Key.Key_W)
    assert window.panes[1]._play_cursor.value() == pytest.approx(at_s + curve_s(at_s), abs=0.01)
    line = window.links._cursor_px(playback.cursor)
    assert line.x2() > line.x1()
    window.recordings.setFocus()
    QTest.keyClick(window.recordings, Key.Key_Space, Modifier.ShiftModifier)
    _stream(window, qtbot).play(0.5)
    playback._follow_sound()
    styles = [pane._play_cursor.pen.style() for pane in (*window.panes, window.drift)]
    solid, dotted = Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine
    assert styles == [solid, dotted, solid]
    QTest.keyClick(window.recordings, Key.Key_Space)
    assert not playback.is_playing
    assert window.commands["play"].text() == "Play"
    assert not any(pane._play_cursor.isVisible() for pane in window.panes)


def test_a_click_sets_the_start_on_channel_0s_clock(opened: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(opened, Key.Key_W)
    pane = opened.panes[1]
    at = pane.mapFromScene(pane.box.mapViewToScene(QPointF(8.7 + curve_s(8.7), 2.0)))
    QTest.mouseClick(pane.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: opened.playback.cursor is not None)
    assert opened.playback.cursor.time_s == pytest.approx(8.7, abs=0.05)
    assert opened.panes[0]._play_cursor.pen.style() == Qt.PenStyle.DashLine
    QTest.keyClick(opened, Key.Key_N)
    assert opened.playback.cursor is None


def test_typing_a_space_plays_nothing(opened: MainWindow) -> None:
    field = QLineEdit(opened)
    field.show()
    field.setFocus()
    QTest.keyClicks(field, "a b H")
    assert field.text() == "a b H"
    assert not opened.playback.is_playing
    field.deleteLater()


def test_without_sound_the_button_says_why(opened: MainWindow, qtbot: QtBot) -> None:
    sound = opened.playback._sound
    assert isinstance(sound, FakeSound)
    play = opened.commands["play"]
    tip = play.toolTip()
    sound.names.clear()
    opened.playback.prepare()
    qtbot.waitUntil(lambda: play.toolTip() != tip)
    assert play.toolTip() == "Playback is off: there is no output; plug one in."
    assert opened.messages.message is None, "nobody asked for sound yet"
    for key in (Key.Key_Space, Key.Key_Space):
        QTest.keyClick(opened, key)
        assert not opened.playback.is_playing
    assert "plug one in" in opened.messages.message.text
    assert opened.messages.message.action == "find_devices"
    assert len(opened.messages.log) == 1, "said once, however often the key is pressed"
    sound.names.append("plugged in")
    opened.commands["find_devices"].trigger()
    qtbot.waitUntil(lambda: play.toolTip() == tip)
    assert "plugged in" in opened.messages.message.text
    menu = opened.menus["Playback"]
    devices = next(a.menu() for a in menu.actions() if a.text() == "Output device")
    offered = {action.text(): action for action in devices.actions()}
    assert list(offered) == ["As the system (plugged in)", "plugged in"]
    offered["plugged in"].trigger()
    assert QSettings().value("playback/device") == "plugged in"


def test_cleaning_is_heard_from_the_next_moment_on_and_a_badge_says_so(
    opened: MainWindow, qtbot: QtBot
) -> None:
    (badge,) = (q for q in opened.status.findChildren(QLabel) if q.text() == _CLEANED)
    assert not badge.isVisible()
    QTest.keyClick(opened, Key.Key_Space)
    stream = _stream(opened, qtbot)
    stream.play(1.0)
    QTest.keyClick(opened, Key.Key_C)
    assert badge.isVisible()
    assert opened.commands["clean"].isChecked()
    qtbot.waitUntil(lambda: stream.feed.track.listening.cleans)
    stream.play(0.5)
    sound = stream.play(1.0)
    before, after = _pauses(sound[:RATE_HZ]), _pauses(sound[-RATE_HZ:])
    assert after < 0.4 * before
    opened.commands["clean"].trigger()
    assert not badge.isVisible()


def test_the_menu_shows_the_high_pass(opened: MainWindow) -> None:
    QTest.keyClick(opened, Key.Key_H, Modifier.ShiftModifier)
    assert opened.commands["high_pass_200"].isChecked()
    opened.commands["high_pass_1000"].trigger()
    assert opened.playback.settings.high_pass_hz == 1000


def test_closing_while_it_plays(
    make_window: Callable[..., MainWindow],
    stereo: Path,
    settle: Callable[[MainWindow], None],
    qtbot: QtBot,
) -> None:
    window = make_window(aligns=False)
    window.open([stereo])
    settle(window)
    window.commands["play"].trigger()
    stream = _stream(window, qtbot)
    stream.play(0.2)
    window.close()
    assert stream.is_closed
