"""What surrounds the work: palette, keys, preferences, theme, recent files, messages, demo."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from conftest import write_calls
from fakes import failing_steps
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFont,
    QGuiApplication,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.base.fuzzy_match import closeness
from app.base.messages import Kind, Message
from app.base.time_format import place_of
from app.frame.main_window import MainWindow
from app.look.palette import DARK, LIGHT, Palette
from app.look.theme import theme
from app.views.dialogs.command_palette import CommandPalette
from app.views.dialogs.go_to import GoTo
from app.views.dialogs.keys_page import KeysPage
from app.views.dialogs.message_log import MessageLog
from app.views.dialogs.preferences_dialog import PreferencesDialog
from app.views.dialogs.shortcut_sheet import ShortcutSheet
from core.keypoints import ReviewState, machine_keypoints

Key, Modifier = Qt.Key, Qt.KeyboardModifier
BOTH = Modifier.ControlModifier | Modifier.ShiftModifier
W = TypeVar("W", bound=QWidget)
Make = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


def only(window: MainWindow, kind: type[W]) -> W:
    """The one dialog of a kind that is open."""
    (dialog,) = (d for d in window.findChildren(kind) if d.isVisible())
    return dialog


def line(dialog: QWidget) -> QLineEdit:
    return next(e for e in dialog.findChildren(QLineEdit) if e.isVisible())


# -- the palette -----------------------------------------------------------------------


def test_letters_find_commands() -> None:
    assert closeness("nuk", "Next uncertain keypoint") is not None
    assert closeness("xyz", "Next uncertain keypoint") is None
    assert closeness("", "anything") == 0.0
    by_words = closeness("nuk", "Next uncertain keypoint")
    assert by_words > closeness("nuk", "Running unlikely")
    assert closeness("zoom", "Zoom in") > closeness("zoom", "Size of some rooms")


def test_the_palette_runs_a_command(opened: MainWindow) -> None:
    QTest.keyClick(opened, Key.Key_P, BOTH)
    palette = only(opened, CommandPalette)
    QTest.keyClicks(line(palette), "unalign")
    assert palette.shown[0] == "unalignable"
    assert palette.words(0) == ("Unalignable", "Keypoint", "U")
    QTest.keyClick(line(palette), Key.Key_Return)
    assert opened.session.keypoints.state[0] is ReviewState.UNALIGNABLE
    QTest.keyClick(opened, Key.Key_P, BOTH)
    assert only(opened, CommandPalette).shown[0] == "unalignable", "used lately, shown first"


def test_the_palette_says_why_a_command_is_greyed(window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_P, BOTH)
    palette = only(window, CommandPalette)
    QTest.keyClicks(line(palette), "next uncertain")
    assert palette.words(0)[1] == "open a recording first"
    QTest.keyClick(line(palette), Key.Key_Return)
    assert palette.isVisible(), "a greyed command does not run"
    QTest.keyClick(line(palette), Key.Key_Escape)
    assert not any(p.isVisible() for p in window.findChildren(CommandPalette))


def test_arrows_choose_in_the_palette(opened: MainWindow) -> None:
    opened.commands["fit"].trigger()
    QTest.keyClick(opened, Key.Key_P, BOTH)
    palette = only(opened, CommandPalette)
    QTest.keyClicks(line(palette), "zoom")
    before_s = opened.time.span_s
    wanted = palette.shown.index("zoom_in")
    for _ in range(wanted):
        QTest.keyClick(line(palette), Key.Key_Down)
    QTest.keyClick(line(palette), Key.Key_Return)
    assert opened.time.span_s < before_s


# -- going to a place ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "time_s"),
    [("63.5", 63.5), ("63,5 s", 63.5), ("1:03.5", 63.5), ("1:02:03", 3723.0), (" #37 ", 36.0)],
)
def test_places(text: str, time_s: float) -> None:
    grid_s = [float(t) for t in range(4000)]
    keypoints = machine_keypoints(grid_s, grid_s)
    assert place_of(text, keypoints, 4000.0).time_0_s == time_s


@pytest.mark.parametrize("text", ["", "soon", "-3", "1:2:3:4", "#0", "#21", "#x", "99999"])
def test_no_places(text: str) -> None:
    grid_s = [float(t) for t in range(20)]
    with pytest.raises(ValueError, match=r"\."):
        place_of(text, machine_keypoints(grid_s, grid_s), 20.0)


def test_going_to_a_keypoint_and_a_time(opened: MainWindow) -> None:
    opened.time.show_span(0.0, 4.0)
    QTest.keyClick(opened, Key.Key_G, Modifier.ControlModifier)
    dialog = only(opened, GoTo)
    QTest.keyClicks(line(dialog), "#99")
    QTest.keyClick(line(dialog), Key.Key_Return)
    assert "#1 to #" in dialog.said
    QTest.keyClicks(line(dialog), "#13")
    QTest.keyClick(line(dialog), Key.Key_Return)
    assert opened.session.selected == 12
    assert opened.time.start_s < 12 < opened.time.end_s
    QTest.keyClick(opened, Key.Key_G, Modifier.ControlModifier)
    dialog = only(opened, GoTo)
    QTest.keyClicks(line(dialog), "0:05.5")
    QTest.keyClick(line(dialog), Key.Key_Return)
    assert opened.time.start_s == pytest.approx(3.5)
    assert opened.session.selected in {5, 6}
    # Of the uncertain keypoints, 7 and 17, the next one from there.
    opened.session.select_keypoint(19)
    QTest.keyClick(opened, Key.Key_G, Modifier.ControlModifier)
    dialog = only(opened, GoTo)
    QTest.keyClicks(line(dialog), "0:09")
    QTest.keyClick(line(dialog), Key.Key_Return)
    QTest.keyClick(opened, Key.Key_Tab)
    assert opened.session.selected == 17


# -- keys ------------------------------------------------------------------------------


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
    QTest.keyClick(opened, Key.Key_F1)
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


# -- preferences and theme -------------------------------------------------------------


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
    dialog.close()
    window.open([stereo])
    settle(window)
    assert seen == [{"max_offset_s": 60.0, "tolerance_s": 0.02}]
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
    assert "theme, largest offset, tolerance, align on opening" in told[1].text
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


def test_the_theme_changes_live(opened: MainWindow, make_window: Make) -> None:
    assert theme().palette is DARK
    picture_before = opened.panes[0].grab().toImage().pixelColor(5, 5)
    dark = opened.grab().toImage().pixelColor(2, 2)
    opened.commands["theme_light"].trigger()
    assert theme().palette is LIGHT
    light = opened.grab().toImage().pixelColor(2, 2)
    assert light.lightness() > 200 > dark.lightness()
    assert opened.panes[0].grab().toImage().pixelColor(5, 5) == picture_before
    assert make_window().commands["theme_light"].isChecked()
    opened.commands["theme_dark"].trigger()
    assert theme().palette is DARK


def test_the_theme_follows_the_system(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    class System:
        def colorScheme(self) -> Qt.ColorScheme:  # noqa: N802 (Qt's name)
            return Qt.ColorScheme.Light

        def setColorScheme(self, scheme: Qt.ColorScheme) -> None:  # noqa: N802 (Qt's name)
            forced.append(scheme)

    forced: list[Qt.ColorScheme] = []
    with monkeypatch.context() as patch:
        patch.setattr("app.look.theme.QGuiApplication.styleHints", System)
        theme().follow_system()
        assert theme().palette is LIGHT
        window.commands["theme_dark"].trigger()
        theme().follow_system()
        assert theme().palette is DARK, "who chose a theme keeps it"
        window.commands["theme_light"].trigger()
        window.commands["theme_system"].trigger()
        # So that title bars and the system's own dialogs are as light or dark.
        assert forced == [Qt.ColorScheme.Dark, Qt.ColorScheme.Light, Qt.ColorScheme.Unknown]
    theme().follow_system()
    assert theme().palette is DARK


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_text_can_be_read_in_both_themes(palette: Palette) -> None:
    grounds = ("window", "panel", "stripe", "raised")
    inks = ("text", "muted", "accent", "error", "machine", "uncertain", "accepted", "corrected")
    pairs = [(ink, ground) for ink in (*inks, "unalignable") for ground in grounds]
    pairs += [("text", "selection"), ("text", "plot"), ("muted", "plot")]
    poor = [
        (ink, ground)
        for ink, ground in pairs
        if _contrast(getattr(palette, ink), getattr(palette, ground)) < 4.5
    ]
    assert poor == []


# -- files -----------------------------------------------------------------------------


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


def test_a_picture_of_the_window(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    out = tmp_path / "shot.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    QTest.keyClick(opened, Key.Key_F12)
    qtbot.waitUntil(lambda: opened.exports.is_idle)
    assert out.stat().st_size > 10_000
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "x"), ""))
    QTest.keyClick(opened, Key.Key_F12)
    qtbot.waitUntil(lambda: opened.messages.message.kind is Kind.ERROR)
    QTest.keyClick(opened, Key.Key_F12, Modifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() == opened.width()


# -- messages, tips, demo --------------------------------------------------------------


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
    assert "Tab" in opened.tips.text
    opened.shell.keymap.give("next_uncertain", "J")
    assert "J goes to" in opened.tips.text
    enough = next(b for b in opened.tips.findChildren(QToolButton) if "No more" in b.text())
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


# -- keyboard and small screens --------------------------------------------------------


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
    assert button.accessibleName() == "Accept"
    QTest.keyClick(button, Key.Key_Space)
    assert opened.session.keypoints.state[0] is ReviewState.ACCEPTED
    QTest.keyClick(button, Key.Key_Tab)
    assert opened.focusWidget().accessibleName() == "Unalignable"


_TWICE = """
import sys
from PySide6.QtCore import QSize
from app.launch import make_app
from app.frame.main_window import MainWindow
app = make_app()
window = MainWindow(size=QSize(1100, 640), remembers=False)
window.show()
app.processEvents()
window.toolbar.grab().save(sys.argv[1])
window.close()
"""


def test_icons_are_sharp_on_a_fine_screen(tmp_path: Path) -> None:
    edges = {}
    for scale in ("1", "2"):
        out = tmp_path / f"{scale}.png"
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", _TWICE, str(out)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={
                "QT_QPA_PLATFORM": "offscreen",
                "QT_SCALE_FACTOR": scale,
                "HOME": str(tmp_path),
                "XDG_CONFIG_HOME": str(tmp_path),
            },
        )
        assert done.returncode == 0, done.stderr
        image = QImage(str(out)).copy(0, 0, 50 * int(scale), 50 * int(scale))
        edges[scale] = _steepest(image)
        if scale == "1":
            edges["blown up"] = _steepest(image.scaled(100, 100, mode=_SMOOTH))
    assert edges["2"] > 1.4 * edges["blown up"], edges


_SMOOTH = Qt.TransformationMode.SmoothTransformation


def _steepest(image: QImage) -> float:
    """How much pixels above each other differ, where they differ most."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), -1).astype(int)
    return float(np.sort(np.abs(np.diff(rows, axis=0)).ravel())[-40:].mean())


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


@pytest.mark.parametrize(("size", "hidden"), [((1600, 1000), 0), ((1280, 800), 2)])
def test_every_number_of_the_candidates_can_be_read(
    make_window: Make, stereo: Path, settle, size: tuple[int, int], hidden: int
) -> None:
    window = make_window(size=size)
    window.open([stereo])
    window.docks.by_title["Candidates"].raise_()
    settle(window)
    table = window.candidates
    header = table.horizontalHeader()
    shown = [c for c in range(header.count()) if not table.isColumnHidden(c)]
    assert len(shown) == header.count() - hidden
    for column in shown:
        assert table.columnWidth(column) >= table.sizeHintForColumn(column), column
    assert not table.horizontalScrollBar().isVisible()
    tip = table.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "level: " in tip


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


def test_titles_grow_with_the_persons_letters(window: MainWindow) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    usual = app.font()
    large = QFont(usual)
    large.setPointSizeF(18.0)
    try:
        app.setFont(large)
        theme().apply()
        titles = [q for q in window.findChildren(QLabel) if q.property("role") == "title"]
        assert titles
        assert all(title.font().pointSizeF() > 18.0 for title in titles)
    finally:
        app.setFont(usual)
        theme().apply()


def test_a_remark_takes_one_line_in_a_narrow_window(window: MainWindow) -> None:
    window.resize(1024, 600)
    window.messages.post(Message(Kind.INFO, "Nothing more."))
    QApplication.processEvents()
    assert window.messages.height() < 3 * window.messages.fontMetrics().height()
