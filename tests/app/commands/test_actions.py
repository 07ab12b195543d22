from html import escape

import pytest
from finding import line, only
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.base.evidence_words import EVIDENCE_WORDS
from app.commands.actions import ACTIONS, MENUS, collisions
from app.commands.keymap import DEFAULTS
from app.commands.platform_keys import with_platform_keys
from app.frame.main_window import MainWindow
from app.views.dialogs.command_palette import CommandPalette
from app.views.dialogs.shortcut_sheet import sheet_html
from core.evidence.choice import EVIDENCE

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_no_two_actions_share_a_key() -> None:
    assert collisions(DEFAULTS) == {}
    assert collisions({"open": ["Ctrl+O"], "twin": ["ctrl+o"]}) == {"Ctrl+O": ["open", "twin"]}


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_no_two_actions_share_a_default_key_on_any_platform(platform: str) -> None:
    keys = {spec.id: spec.keys for spec in with_platform_keys(ACTIONS, platform)}
    assert collisions(keys) == {}


def test_keys_that_macos_uses_itself_do_on_it_what_they_do_elsewhere() -> None:
    specs = with_platform_keys(ACTIONS, "darwin")
    owner = {key: spec.id for spec in specs for key in spec.keys}
    assert owner["Ctrl+,"] == "preferences"
    assert owner["Ctrl+."] == "cancel"
    assert owner["Ctrl+Q"] == "quit"
    # Hide, minimise, the next program or window; and the key that says "delete".
    assert not {"Ctrl+H", "Ctrl+M", "Ctrl+W", "Ctrl+Tab", "Ctrl+`", "Backspace"} & set(owner)


def test_macos_does_not_guess_which_commands_go_to_its_own_menu(window: MainWindow) -> None:
    role = QAction.MenuRole
    roles = {name: action.menuRole() for name, action in window.commands.items()}
    placed = {name: found for name, found in roles.items() if found is not role.NoRole}
    assert placed == {
        "about": role.AboutRole,
        "preferences": role.PreferencesRole,
        "quit": role.QuitRole,
    }


def test_ids_keys_and_menus_make_sense() -> None:
    assert len({spec.id for spec in ACTIONS}) == len(ACTIONS)
    for spec in ACTIONS:
        assert spec.menu in MENUS
        for key in spec.keys:
            assert not QKeySequence(key).isEmpty(), key


def test_every_action_is_in_its_menu(window: MainWindow) -> None:
    for spec in ACTIONS:
        assert window.commands[spec.id] in window.menus[spec.menu].actions()
        assert window.commands[spec.id].toolTip()


def test_every_action_is_in_the_palette_and_so_within_reach_of_the_keys(
    window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_P, CONTROL | SHIFT)
    palette = only(window, CommandPalette)
    assert sorted(palette.shown) == sorted(spec.id for spec in ACTIONS)
    for spec in ACTIONS:
        line(palette).setText(window.commands[spec.id].text())
        assert spec.id in palette.shown[:2], "its whole name finds it"


def test_the_sheet_shows_every_action_with_a_key() -> None:
    html = sheet_html(DEFAULTS)
    for spec in ACTIONS:
        if spec.keys and spec.slot != "review.take_candidate":
            assert escape(spec.text.rstrip("…")) in html
    assert "1 … 9" in html


def test_controls_have_accessible_names(window: MainWindow) -> None:
    panes = (
        window.overview,
        window.links,
        window.drift,
        window.recordings,
        window.candidates,
        window.keypoint.clips,
        *window.panes,
    )
    for widget in panes:
        assert widget.accessibleName()
    for button in window.keypoint.findChildren(QToolButton):
        assert button.accessibleName()


def test_f6_walks_the_panels(window: MainWindow, stereo, settle, qtbot: QtBot) -> None:
    window.open([stereo])
    settle(window)
    seen: list[QWidget] = []
    for _ in range(8):
        window.commands["next_pane"].trigger()
        seen += [w for w in (window.recordings, window.drift, window.candidates) if w.hasFocus()]
    assert len(seen) == 3


def test_alt_and_a_letter_open_every_menu(window: MainWindow) -> None:
    titles = [action.text() for action in window.menuBar().actions()]
    letters = [title[title.index("&") + 1].upper() for title in titles]
    assert len(set(letters)) == len(titles) == 11


def test_a_menu_shows_what_is_switched_on(window: MainWindow) -> None:
    switches = [window.commands[spec.id] for spec in ACTIONS if spec.checkable]
    assert not any(action.isIconVisibleInMenu() for action in switches)
    assert window.commands["accept"].isIconVisibleInMenu()


def test_every_evidence_can_be_chosen_by_its_name() -> None:
    assert tuple(EVIDENCE_WORDS) == EVIDENCE
    assert {f"evidence_{name}" for name in EVIDENCE} <= {spec.id for spec in ACTIONS}
