"""Preferences act at once, stay, and fall back where they make no sense."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from finding import only
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.views.dialogs.preferences_dialog import PreferencesDialog

Make = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


def test_preferences_act_and_stay(
    make_window: Make, stereo: Path, settle: Settle, qtbot: QtBot
) -> None:
    seen: list[dict[str, float]] = []

    def steps(
        recording: object, time_0_s: object, learned: object = None, **settings: float
    ) -> list[object]:
        seen.append(settings)
        return []

    window = make_window(steps)
    window.commands["preferences"].trigger()
    dialog = only(window, PreferencesDialog)
    dialog.max_offset.setValue(60.0)
    dialog.tolerance.setValue(20)
    assert dialog.spacing.text() == "not given"
    dialog.spacing.setValue(12.5)
    dialog.close()
    window.open([stereo])
    settle(window)
    assert seen == [{"max_offset_s": 60.0, "tolerance_s": 0.02, "spacing_m": 12.5}]
    again = make_window()
    assert again.shell.preferences.value.max_offset_s == 60.0
    again.commands["preferences"].trigger()
    dialog = only(again, PreferencesDialog)
    QTest.mouseClick(dialog.defaults, Qt.MouseButton.LeftButton)
    assert dialog.max_offset.value() == 5.0
    assert again.shell.preferences.value.align_settings == {}


def test_nonsense_preferences_fall_back_with_one_message(make_window: Make) -> None:
    nonsense = {
        "preferences/theme": "mauve",
        "preferences/max_offset_s": "inf",
        "preferences/tolerance_s": "-1",
        "preferences/spacing_m": "1000",
        "preferences/aligns_on_open": "perhaps",
        "preferences/shows_tips": "false",
        "layout/geometry": "wide",
        "layout/state": b"no state at all",
        "palette/recent": '[[1], "align"]',
        "recent": "[[3], [], 7]",
    }
    for key, value in nonsense.items():
        QSettings().setValue(key, value)
    window = make_window()
    window.shell.tell_wrong_settings()
    (told,) = window.messages.log
    assert "theme, largest offset, tolerance, spacing, align on opening" in told[1].text
    assert "tips" not in told[1].text
    assert window.shell.preferences.value.max_offset_s == 5.0
    assert not window.shell.preferences.value.shows_tips
    assert window.docks.by_title["Recordings"].isVisible()


def test_a_settings_file_of_rubbish_is_survived(make_window: Make, tmp_path: Path) -> None:
    path = Path(QSettings().fileName())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(range(256)) * 40)
    window = make_window()
    window.shell.tell_wrong_settings()
    assert window.isVisible()
    assert len(window.messages.log) <= 1
