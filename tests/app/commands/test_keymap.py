"""Keys that a person changes: they act, they are remembered, and nonsense falls back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from finding import line, only
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest

from app.base.messages import Kind
from app.frame.main_window import MainWindow
from app.views.dialogs.keys_page import KeysPage
from app.views.dialogs.preferences_dialog import PreferencesDialog
from app.views.dialogs.shortcut_sheet import ShortcutSheet
from core.keypoints import ReviewState

Key, Modifier = Qt.Key, Qt.KeyboardModifier
Make = Callable[..., MainWindow]


def _keys_page(window: MainWindow) -> KeysPage:
    window.commands["preferences"].trigger()
    return only(window, PreferencesDialog).keys


def test_a_command_gets_another_key(opened: MainWindow, make_window: Make) -> None:
    page = _keys_page(opened)
    page.select("accept")
    QTest.keyClick(page.key, Key.Key_Y)
    QTest.mouseClick(page.give, Qt.MouseButton.LeftButton)
    only(opened, PreferencesDialog).close()
    QTest.keyClick(opened, Key.Key_Return)
    assert opened.session.keypoints.state[0] is ReviewState.UNREVIEWED
    QTest.keyClick(opened, Key.Key_Y)
    assert opened.session.keypoints.state[0] is ReviewState.ACCEPTED
    assert "(Y)" in opened.commands["accept"].toolTip()
    QTest.keyClicks(opened, "?")
    sheet = only(opened, ShortcutSheet)
    QTest.keyClicks(line(sheet), "accept")
    assert "Accept" in sheet.text
    assert "Y" in sheet.text
    assert "Zoom" not in sheet.text
    again = make_window()
    assert again.shell.keymap.keys["accept"] == ("Y",)


def test_a_taken_key_is_named_before_it_changes_hands(window: MainWindow) -> None:
    page = _keys_page(window)
    page.select("accept")
    QTest.keyClick(page.key, Key.Key_E, Modifier.ControlModifier)
    assert "Export" in page.said
    assert page.give.text() == "Take this key"
    assert window.shell.keymap.owner("Ctrl+E") == "export", "nothing happens by looking"
    QTest.mouseClick(page.give, Qt.MouseButton.LeftButton)
    assert window.shell.keymap.owner("Ctrl+E") == "accept"
    assert window.commands["export"].shortcuts() == []
    assert window.shell.keymap.reset("export") == "accept", "the key is not free"
    window.shell.keymap.reset_all()
    assert window.shell.keymap.owner("Ctrl+E") == "export"
    assert window.shell.keymap.owner("Return") == "accept"


@pytest.mark.parametrize(
    "stored", ["{", "[]", '{"accept": "Y"}', '{"accept": [""]}', '{"accept": ["N"]}', "\x00\x01"]
)
def test_nonsense_keys_fall_back_with_one_message(make_window: Make, stored: str) -> None:
    QSettings().setValue("keys", stored)
    window = make_window()
    window.shell.tell_wrong_settings()
    assert window.shell.keymap.owner("Return") == "accept"
    assert [m.kind for _, m in window.messages.log] == [Kind.WARNING]
    assert "keys" in window.messages.message.text
