"""Right clicks: what is there is selected, and only what can be done with it is offered."""

from __future__ import annotations

import pytest
from pointing import drag, in_plot
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.commands.actions import ACTIONS
from app.commands.spec import Thing
from app.frame.main_window import MainWindow
from core.keypoints import ReviewState

ABOUT_NO_ONE_THING = {
    "what is opened and written, and the window": {
        *("new_window", "open", "pair_files", "open_folder", "save_session_as", "quit"),
        *("export_training", "save_picture", "copy_picture", "reset_layout", "next_pane"),
        *("previous_pane", "theme_system", "theme_light", "theme_dark"),
        *("find_command", "preferences"),
    },
    "history, and what is read": {
        *("undo", "redo", "day", "shortcuts", "manual", "try_demo", "messages", "about"),
    },
    "going somewhere": {
        *("previous_keypoint", "next_keypoint", "next_uncertain", "next_recording"),
        *(
            "next_doubtful",
            "previous_recording",
            "pan_left",
            "pan_right",
            "page_left",
            "page_right",
            "to_start",
            "to_end",
        ),
    },
    "all recordings": {
        *("least_certain_first", "sort_again", "find_recording", "choose_all", "bring_back"),
        *("align_all", "compare", "cancel", "take_table"),
    },
    "how it is aligned": {
        *("learn", "choose_model", "models", "earlier_model", "shipped_model", "evidence"),
        *("evidence_spectral", "evidence_compact", "evidence_beats"),
    },
    "how it sounds": {
        *("play_half_speed", "high_pass_0", "high_pass_200", "high_pass_500", "high_pass_1000"),
        *("next_high_pass", "louder", "quieter", "find_devices"),
    },
    "keys for what the list of candidates offers": {f"candidate_{n}" for n in range(1, 10)},
}


@pytest.fixture
def near(opened: MainWindow) -> MainWindow:
    """A window that shows 8 s to 13 s of 20 s, with a keypoint a second."""
    opened.time.show_span(8.0, 13.0)
    return opened


def ask(widget: QWidget, at: QPoint, *, by_key: bool = False) -> QMenu:
    """The menu that a right click opens, or the menu key."""
    reasons = QContextMenuEvent.Reason
    reason = reasons.Keyboard if by_key else reasons.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entries(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def choose(menu: QMenu, text: str) -> None:
    """Go to an entry by the arrows and press Enter."""
    (wanted,) = (action for action in menu.actions() if action.text() == text)
    menu.setActiveAction(wanted)
    QTest.keyClick(menu, Qt.Key.Key_Return)


def close(menu: QMenu) -> None:
    QTest.keyClick(menu, Qt.Key.Key_Escape)


@pytest.mark.parametrize("where", ["channel 0", "channel 1", "drift", "links"])
def test_a_right_click_on_a_keypoint_is_about_that_one(
    near: MainWindow, qtbot: QtBot, where: str
) -> None:
    plots = {"channel 0": near.panes[0], "channel 1": near.panes[1], "drift": near.drift}
    if where == "links":
        widget, at = near.links, QPoint(round(near.links._ends_px()[0][11]), 3)
    else:
        widget, at = plots[where].viewport(), in_plot(plots[where], 11.01)
    menu = ask(widget, at)
    assert near.session.selection.keypoint == 11
    assert entries(menu)[0] == "Keypoint 12"
    choose(menu, "Unalignable")
    assert near.session.keypoints.state[11] is ReviewState.UNALIGNABLE


def test_elsewhere_a_keypoint_can_be_added_where_the_click_was(near: MainWindow) -> None:
    menu = ask(near.panes[0].viewport(), in_plot(near.panes[0], 11.5))
    assert not any(entry.startswith("Keypoint ") for entry in entries(menu))
    choose(menu, "Add a keypoint")
    assert near.session.keypoints.time_0_s[12] == pytest.approx(11.5, abs=0.02)


def test_on_a_region_the_menu_is_about_it_and_it_stays(near: MainWindow, qtbot: QtBot) -> None:
    pane = near.panes[1]
    drag(pane.viewport(), in_plot(pane, 9.3), in_plot(pane, 11.6), qtbot)
    menu = ask(near.panes[0].viewport(), in_plot(near.panes[0], 10.5))
    assert "Region" in entries(menu)
    choose(menu, "Zoom to the region")
    assert near.time.start_s == pytest.approx(9.185, abs=0.03)
    assert near.session.selection.region is not None
    menu = ask(near.panes[0].viewport(), in_plot(near.panes[0], 11.68))
    assert "Region" not in entries(menu)
    close(menu)


def test_the_menu_key_is_about_what_is_selected(near: MainWindow) -> None:
    near.session.selection.select_keypoint(9)
    near.drift.setFocus()
    menu = ask(near.drift.viewport(), QPoint(5, 5), by_key=True)
    assert entries(menu)[0] == "Keypoint 10"
    close(menu)


def test_a_candidate_is_taken_by_a_right_click(near: MainWindow) -> None:
    table = near.candidates
    row = table.visualRect(table.model().index(2, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.RightButton, pos=row)
    menu = ask(table.viewport(), row)
    assert entries(menu)[0] == "Candidate 3"
    choose(menu, "Take the highlighted candidate")
    assert near.session.done[-1].edit.text == "Take candidate 3"


def test_what_cannot_be_done_says_why(window: MainWindow) -> None:
    menu = ask(window.recordings.viewport(), QPoint(20, 20))
    greyed = {action.text(): action.isEnabled() for action in menu.actions()}
    assert greyed["Take the recording out – open a recording first"] is False
    close(menu)


def test_what_would_do_nothing_to_what_is_there_says_so(near: MainWindow) -> None:
    row = near.recordings.visualRect(near.queue.index(0, 1)).center()
    menu = ask(near.recordings.viewport(), row)
    for reason in (
        "Remove the sync points – there are none",
        "Find audio… – all is where it was",
        "Use changed audio – none has changed",
        "Next with the same reference – no other recording has it",
    ):
        (greyed,) = (action for action in menu.actions() if action.text() == reason)
        assert not greyed.isEnabled()
    assert "Take the path" in entries(menu)
    close(menu)
    plot = near.drift.viewport()
    menu = ask(plot, in_plot(near.drift, 11.01))
    assert "Release – nobody decided on it" in entries(menu)
    choose(menu, "Accept and stay")
    menu = ask(plot, in_plot(near.drift, 11.01))
    choose(menu, "Release")
    assert near.session.keypoints.state[11] is ReviewState.UNREVIEWED


def test_the_list_of_recordings_offers_what_is_about_them(near: MainWindow) -> None:
    row = near.recordings.visualRect(near.queue.index(0, 1)).center()
    menu = ask(near.recordings.viewport(), row)
    assert entries(menu)[0] == "two birds.wav"
    choose(menu, "Take the recording out")
    assert near.session.current is None


def test_every_command_about_a_thing_is_offered_on_it() -> None:
    without = {spec.id for spec in ACTIONS if not spec.on}
    assert without == set().union(*ABOUT_NO_ONE_THING.values())
    assert {thing for spec in ACTIONS for thing in spec.on} == set(Thing)
