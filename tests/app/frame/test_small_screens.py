"""The keyboard alone, small screens and narrow panels."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from finding import nth, only
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QPushButton,
    QStyle,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.base.messages import Kind, Message
from app.frame.main_window import MainWindow
from app.views.dialogs.preferences_dialog import PreferencesDialog
from core.keypoints import ReviewState

Key, Modifier = Qt.Key, Qt.KeyboardModifier
Make = Callable[..., MainWindow]


def test_everything_with_the_keyboard_has_a_name(opened: MainWindow) -> None:
    opened.commands["preferences"].trigger()
    nameless = [
        w
        for w in opened.findChildren(QWidget)
        if w.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and not w.accessibleName()
        and not getattr(w, "text", lambda: "")()
        # Parts of a widget speak for it, and tabs for their bar.
        and not isinstance(w.parentWidget(), QAbstractScrollArea)
        and not isinstance(w.window().parentWidget(), QComboBox)
        and not isinstance(w, QTabBar)
        and not w.objectName().startswith("qt_")
    ]
    assert [f"{type(w).__name__} in {type(w.parentWidget()).__name__}" for w in nameless] == []


def test_f6_goes_round_all_panels_and_back(opened: MainWindow) -> None:
    def here() -> QWidget | None:
        return opened.focusWidget()

    opened.recordings.setFocus()
    seen = [here()]
    for _ in range(12):
        QTest.keyClick(opened, Key.Key_F6)
        if here() is seen[0]:
            break
        seen.append(here())
    assert len(seen) == len(set(seen)) >= 5
    assert set(opened.panes) | {opened.drift, opened.recordings} <= set(seen)
    assert any(opened.keypoint.isAncestorOf(w) for w in seen)
    QTest.keyClick(opened, Key.Key_F6, Modifier.ShiftModifier)
    assert here() is seen[-1]


def test_buttons_are_pressed_with_the_space_bar(opened: MainWindow) -> None:
    opened.keypoint.setFocus()
    button = opened.focusWidget()
    assert button.accessibleName() == "Accept and go on"
    QTest.keyClick(button, Key.Key_Space)
    assert opened.session.keypoints.state[0] is ReviewState.ACCEPTED
    QTest.keyClick(button, Key.Key_Tab)
    assert opened.focusWidget().accessibleName() == "Unalignable"


def test_tab_leads_through_the_whole_window_and_back(opened: MainWindow) -> None:
    opened.recordings.setFocus()
    selected = opened.session.selection.keypoint
    seen = [opened.focusWidget()]
    while len(seen) < 200:
        QTest.keyClick(opened.focusWidget(), Key.Key_Tab)
        if opened.focusWidget() is seen[0]:
            break
        seen.append(opened.focusWidget())
    assert len(seen) < 200, "it never comes back"
    assert {opened.recordings, *opened.panes, opened.drift, opened.candidates} <= set(seen)
    assert any(opened.keypoint.isAncestorOf(w) for w in seen)
    assert opened.session.selection.keypoint == selected, "it is no command"
    QTest.keyClick(opened.focusWidget(), Key.Key_Backtab)
    assert opened.focusWidget() is seen[-1]


def test_a_small_screen_has_room_for_everything(make_window: Make) -> None:
    window = make_window()
    window.resize(1024, 600)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (1024, 600)
    buttons = [b for b in window.toolbar.findChildren(QToolButton) if b.defaultAction()]
    assert all(b.isVisible() for b in buttons), "no command hides behind an arrow"
    assert all(b.x() + b.width() <= 1024 for b in buttons)
    window.resize(1600, 1000)
    QApplication.processEvents()
    words = {b.text().strip() for b in buttons if b.toolButtonStyle() is not _ICON_ONLY}
    assert "Accept" in words


_ICON_ONLY = Qt.ToolButtonStyle.ToolButtonIconOnly


@pytest.mark.parametrize("size", [(1024, 600), (1600, 1000)])
def test_every_panel_has_one_tab_at_most(make_window: Make, size: tuple[int, int]) -> None:
    window = make_window()
    for _ in range(2):
        window.resize(*size)
        window.commands["reset_layout"].trigger()
        QApplication.processEvents()
        bars = [b for b in window.findChildren(QTabBar) if b.parent() is window and b.isVisible()]
        titles = [bar.tabText(i) for bar in bars for i in range(bar.count())]
        assert sorted(titles) == sorted(set(titles))
        assert {"Recordings", "History"} <= set(titles)


def test_settings_hold_what_json_can_read(opened: MainWindow) -> None:
    opened.shell.keymap.give("accept", ",")
    assert json.loads(QSettings().value("keys"))["accept"] == [","]


def test_a_panel_is_closed_by_a_button_that_is_seen_and_comes_back(opened: MainWindow) -> None:
    dock = opened.docks.by_title["Keypoint"]
    button = dock.findChild(QAbstractButton, "qt_dockwidget_closebutton")
    assert isinstance(button, QAbstractButton)
    assert not button.icon().isNull()
    image = button.grab().toImage()
    places = [(x, y) for x in range(image.width()) for y in range(image.height())]
    assert len({image.pixel(x, y) for x, y in places}) > 1
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not dock.isVisible()
    dock.toggleViewAction().trigger()
    assert dock.isVisible()


def test_buttons_of_dialogs_are_words_alone(opened: MainWindow) -> None:
    opened.commands["preferences"].trigger()
    box = only(opened, PreferencesDialog).findChild(QDialogButtonBox)
    assert isinstance(box, QDialogButtonBox)
    hint = QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
    assert not box.style().styleHint(hint, None, box)
    only(opened, PreferencesDialog).close()


@pytest.mark.parametrize("size", [(1600, 1000), (1280, 800), (1024, 560), (911, 440)])
@pytest.mark.parametrize("parts", [False, True])
def test_every_number_of_the_candidates_can_be_read(
    make_window: Make, stereo: Path, settle, size: tuple[int, int], parts: bool
) -> None:
    window = make_window(size=size)
    window.open([stereo])
    window.docks.by_title["Candidates"].raise_()
    settle(window)
    if parts:
        window.commands["score_parts"].trigger()
    table = window.candidates
    columns = range(table.horizontalHeader().count())
    shown = [c for c in columns if not table.isColumnHidden(c)]
    assert shown == list(columns if parts else columns[:5])
    for column in shown:
        assert table.columnWidth(column) >= table.sizeHintForColumn(column), column
    if not parts:
        assert not table.horizontalScrollBar().isVisible()
    tip = table.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "best quarter: " in tip


def test_enter_presses_the_button_of_the_first_page_that_has_the_keyboard(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *_: asked.append("folder") or ""
    )
    (button,) = (b for b in window.findChildren(QPushButton) if b.text() == "Open folder…")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert asked == ["folder"]


_SCREENS = [
    # 1366 x 768 at 150 %, with a taskbar and a title bar; and a small screen with both.
    (911, 440),
    (1024, 560),
]


@pytest.mark.parametrize("size", _SCREENS)
def test_nothing_makes_the_window_larger_than_the_screen(
    make_window: Make, stereo: Path, settle, size: tuple[int, int]
) -> None:
    window = make_window(size=size)

    def fits() -> bool:
        QApplication.processEvents()
        return (window.width(), window.height()) == size

    assert fits(), f"with nothing open it takes {window.size()}"
    window.open([stereo])
    settle(window)
    assert fits(), f"with a recording it takes {window.size()}"
    window.session.lose(
        nth(window.session, 0), "the disk that it lies on is not plugged in, which is a pity " * 3
    )
    window.messages.post(Message(Kind.ERROR, "Something went wrong, and this is why. " * 9))
    assert fits(), f"with a message it takes {window.size()}"
    for dock in window.docks.by_title.values():
        dock.raise_()
        assert fits(), f"with {dock.windowTitle()} in front it takes {window.size()}"
        right, bottom = dock.geometry().right(), dock.geometry().bottom()
        assert right <= window.width()
        assert bottom <= window.height()


@pytest.mark.parametrize("size", _SCREENS)
@pytest.mark.parametrize("name", ["preferences", "shortcuts", "find_command", "go_to", "export"])
def test_dialogs_fit_a_small_screen(
    make_window: Make, stereo: Path, settle, size: tuple[int, int], name: str, qtbot: QtBot
) -> None:
    window = make_window(size=size)
    window.open([stereo])
    settle(window)
    seen: list[tuple[int, int]] = []

    def look() -> None:
        (dialog,) = (d for d in window.findChildren(QDialog) if d.isVisible())
        least = dialog.minimumSizeHint().expandedTo(dialog.minimumSize())
        seen.append((least.width(), least.height()))
        dialog.reject()

    QTimer.singleShot(50, look)
    window.commands[name].trigger()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] <= size[0]
    assert seen[0][1] <= size[1]


def test_every_button_of_the_keypoint_can_be_reached_in_a_low_window(
    make_window: Make, stereo: Path, settle
) -> None:
    window = make_window(size=_SCREENS[0])
    window.open([stereo])
    settle(window)
    window.resize(911, window.minimumSizeHint().height())
    window.commands["why_match"].trigger()
    settle(window)
    window.keypoint.setFocus()
    panel = window.keypoint
    for name in ("Accept and go on", "Unalignable"):
        button = window.focusWidget()
        assert button.accessibleName() == name
        assert not button.visibleRegion().isEmpty()
        assert panel.rect().contains(button.mapTo(panel, button.rect().bottomRight()))
        QTest.keyClick(button, Key.Key_Tab)
        QApplication.processEvents()


def test_a_remark_takes_one_line_in_a_narrow_window(window: MainWindow) -> None:
    window.resize(1024, 600)
    window.messages.post(Message(Kind.INFO, "Nothing more."))
    QApplication.processEvents()
    assert window.messages.height() < 3 * window.messages.fontMetrics().height()
