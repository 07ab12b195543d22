"""Regions: selected with the mouse, seen on both channels, played, zoomed to, set aside."""

from __future__ import annotations

import pytest
from fakes import curve_s
from finding import only
from pointing import MIDDLE, NONE, begin_drag, drag, in_plot
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.views.dialogs.preferences_dialog import PreferencesDialog
from app.views.timeline.time_plot import RIGHT_PX, left_px
from core.keypoints import ReviewState

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier
SELECTED = (9.3, 11.6)


@pytest.fixture
def near(opened: MainWindow) -> MainWindow:
    """A window that shows 8 s to 13 s of 20 s, with a keypoint a second."""
    opened.time.show_span(8.0, 13.0)
    return opened


def press(window: MainWindow, key: Key, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(window, key, keys)


def select(
    window: MainWindow,
    qtbot: QtBot,
    ends_s: tuple[float, float] = SELECTED,
    plot: int = 0,
    **how: object,
) -> None:
    """Drag over a plot, from left to right."""
    shown = (*window.panes, window.drift)[plot]
    start, end = (in_plot(shown, time_s) for time_s in ends_s)
    drag(shown.viewport(), start, end, qtbot, **how)


@pytest.mark.parametrize("plot", [0, 1, 2])
def test_a_drag_selects_a_stretch_and_moves_nothing(
    near: MainWindow, qtbot: QtBot, plot: int
) -> None:
    keypoints = near.session.keypoints
    select(near, qtbot, plot=plot)
    region = near.session.selection.region
    assert (region.start_s, region.end_s) == pytest.approx(SELECTED, abs=0.02)
    assert region.band_hz is None
    assert (near.time.start_s, near.time.end_s) == (8.0, 13.0)
    assert near.session.keypoints is keypoints


def test_it_lies_where_the_same_sound_is_on_both_channels(near: MainWindow, qtbot: QtBot) -> None:
    select(near, qtbot)
    for pane in near.panes:
        assert pane.region.item.span_s == pytest.approx(SELECTED, abs=0.02)
    press(near, Key.Key_W)
    on_own_clock = tuple(t + curve_s(t) for t in SELECTED)
    assert near.panes[0].region.item.span_s == pytest.approx(SELECTED, abs=0.02)
    assert near.panes[1].region.item.span_s == pytest.approx(on_own_clock, abs=0.03)
    start = in_plot(near.panes[1], on_own_clock[0])
    drag(near.panes[1].viewport(), start, start - QPoint(40, 0), qtbot)
    assert near.session.selection.region.end_s == pytest.approx(SELECTED[1], abs=0.03)
    assert near.session.selection.region.start_s < SELECTED[0] - 0.05


def test_the_overview_shows_it(near: MainWindow, qtbot: QtBot) -> None:
    strip = near.overview
    before = strip.grab().toImage()
    select(near, qtbot)
    after = strip.grab().toImage()
    changed = [x for x in range(strip.width()) if before.pixel(x, 5) != after.pixel(x, 5)]
    second_px = (strip.width() - left_px() - RIGHT_PX) / 20.0
    ends_s = [(changed[end] - left_px()) / second_px for end in (0, -1)]
    assert ends_s == pytest.approx(SELECTED, abs=0.1)


def test_shift_selects_frequencies_too_and_both_are_measured(
    near: MainWindow, qtbot: QtBot
) -> None:
    pane = near.panes[0]
    corners = in_plot(pane, 9.3, 0.25), in_plot(pane, 11.6, 0.75)
    drag(pane.viewport(), *corners, qtbot, keys=SHIFT)
    region = near.session.selection.region
    assert region.band_hz == pytest.approx((1000, 3000), abs=60)
    length, band = pane.region.item.words.split(" · ")
    assert float(length.removesuffix(" s")) == pytest.approx(2.3, abs=0.02)
    assert band.startswith("1.0")
    assert band.endswith("kHz)")
    assert near.panes[1].region.item.words.endswith(band)
    assert "kHz" not in near.drift.region.item.words


def test_an_edge_is_dragged_and_the_other_one_stays(near: MainWindow, qtbot: QtBot) -> None:
    select(near, qtbot)
    select(near, qtbot, (SELECTED[1], 12.4))
    region = near.session.selection.region
    assert (region.start_s, region.end_s) == pytest.approx((9.3, 12.4), abs=0.03)
    select(near, qtbot, (9.3, 12.7))
    region = near.session.selection.region
    assert (region.start_s, region.end_s) == pytest.approx((12.4, 12.7), abs=0.04)


def test_escape_takes_it_away_also_in_the_middle_of_the_drag(
    near: MainWindow, qtbot: QtBot
) -> None:
    select(near, qtbot)
    press(near, Key.Key_Escape)
    assert near.session.selection.region is None
    view = near.panes[0].viewport()
    start, end = in_plot(near.panes[0], 9.3), in_plot(near.panes[0], 11.6)
    begin_drag(view, start, end, qtbot)
    assert near.session.selection.region is not None
    press(near, Key.Key_Escape)
    QTest.mouseMove(view, end + QPoint(20, 0))
    qtbot.wait(20)
    assert near.session.selection.region is None
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    select(near, qtbot)
    assert near.session.selection.region is not None


def test_a_click_and_another_recording_take_it_away(near: MainWindow, qtbot: QtBot) -> None:
    select(near, qtbot)
    QTest.mouseClick(
        near.panes[0].viewport(), Qt.MouseButton.LeftButton, pos=in_plot(near.panes[0], 12.0)
    )
    qtbot.waitUntil(lambda: near.session.selection.region is None)
    assert near.session.selection.keypoint == 12


def test_a_hand_that_is_not_quite_still_selects_nothing(near: MainWindow, qtbot: QtBot) -> None:
    view, start = near.panes[0].viewport(), in_plot(near.panes[0], 10.5)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.wait(600)
    QTest.mouseMove(view, start + QPoint(1, 1))
    qtbot.wait(20)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(1, 1))
    assert near.session.selection.region is None


def test_it_ends_where_the_recording_does(opened: MainWindow, qtbot: QtBot) -> None:
    opened.time.fit()
    pane = opened.panes[0]
    start = in_plot(pane, 18.4)
    drag(pane.viewport(), start, QPoint(pane.width() + 200, start.y()), qtbot)
    assert opened.session.selection.region.end_s == 20.0


@pytest.mark.parametrize("how", ["middle button", "hand", "preference"])
def test_the_view_is_moved_by_the_middle_button_and_by_the_hand(
    near: MainWindow, qtbot: QtBot, how: str
) -> None:
    if how == "hand":
        press(near, Key.Key_D)
        assert near.shell.preferences.value.dragging_moves_view
    button = MIDDLE if how == "middle button" else Qt.MouseButton.LeftButton
    if how == "preference":
        near.commands["preferences"].trigger()
        dialog = only(near, PreferencesDialog)
        dialog.dragging.click()
        dialog.close()
        assert near.commands["hand_tool"].isChecked()
    select(near, qtbot, (11.5, 9.5), button=button)
    assert (near.time.start_s, near.time.end_s) == pytest.approx((10.0, 15.0), abs=0.05)
    assert near.session.selection.region is None


def test_the_time_axis_is_dragged_along(near: MainWindow, qtbot: QtBot) -> None:
    pane = near.panes[0]
    top = pane.mapFromScene(pane.box.sceneBoundingRect().topLeft()).y()
    start, end = (QPoint(in_plot(pane, time_s).x(), top - 8) for time_s in (11.5, 9.5))
    drag(pane.viewport(), start, end, qtbot)
    assert (near.time.start_s, near.time.end_s) == pytest.approx((10.0, 15.0), abs=0.05)
    assert near.session.selection.region is None


def test_space_held_moves_the_view_and_tapped_it_plays(near: MainWindow, qtbot: QtBot) -> None:
    handle, pane = near.windowHandle(), near.panes[0]
    over = near.mapFromGlobal(pane.viewport().mapToGlobal(in_plot(pane, 9.5)))
    QTest.mouseMove(handle, over)
    qtbot.waitUntil(pane.underMouse)
    QTest.keyPress(handle, Key.Key_Space)
    assert not near.playback.is_playing
    select(near, qtbot, (11.5, 9.5))
    QTest.keyRelease(handle, Key.Key_Space)
    qtbot.wait(60)
    assert near.time.start_s == pytest.approx(10.0, abs=0.05)
    assert near.session.selection.region is None
    assert not near.playback.is_playing
    QTest.keyClick(handle, Key.Key_Space)
    qtbot.waitUntil(lambda: near.playback.is_playing)
    select(near, qtbot, (11.5, 12.5))
    assert near.session.selection.region is not None


def test_space_is_let_go_where_the_window_loses_the_keyboard(
    near: MainWindow, qtbot: QtBot
) -> None:
    handle, pane = near.windowHandle(), near.panes[0]
    QTest.mouseMove(handle, near.mapFromGlobal(pane.viewport().mapToGlobal(in_plot(pane, 9.5))))
    qtbot.waitUntil(pane.underMouse)
    QTest.keyPress(handle, Key.Key_Space)
    assert near.hand.is_held
    assert QApplication.overrideCursor().shape() is Qt.CursorShape.OpenHandCursor
    QApplication.sendEvent(handle, QFocusEvent(QEvent.Type.FocusOut))
    assert not near.hand.is_held
    assert QApplication.overrideCursor() is None
    qtbot.wait(40)
    assert not near.playback.is_playing


def test_a_region_is_selected_by_keys_alone(near: MainWindow) -> None:
    near.session.selection.select_keypoint(9)
    press(near, Key.Key_BracketLeft)
    region = near.session.selection.region
    assert (region.start_s, region.end_s) == (9.0, 13.0)
    near.session.selection.select_keypoint(12)
    press(near, Key.Key_BracketRight)
    region = near.session.selection.region
    assert (region.start_s, region.end_s) == (9.0, 12.0)
    near.session.selection.select_keypoint(8)
    press(near, Key.Key_BracketRight)
    assert near.session.selection.region == region, "nothing lies before the view"


def test_zooming_shows_the_region_and_goes_back(near: MainWindow, qtbot: QtBot) -> None:
    select(near, qtbot)
    press(near, Key.Key_Z)
    assert (near.time.start_s, near.time.end_s) == pytest.approx((9.185, 11.715), abs=0.03)
    press(near, Key.Key_Backspace)
    assert (near.time.start_s, near.time.end_s) == (8.0, 13.0)


def test_all_of_it_is_set_aside_in_one_step(near: MainWindow, qtbot: QtBot) -> None:
    session = near.session
    session.move_keypoint(11, 11.3)
    before = session.keypoints.state
    select(near, qtbot, (9.3, 11.6))
    press(near, Key.Key_U, SHIFT)
    aside = [i for i, s in enumerate(session.keypoints.state) if s is ReviewState.UNALIGNABLE]
    assert aside == [10, 11]
    press(near, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.keypoints.state == before
    press(near, Key.Key_U, SHIFT)
    press(near, Key.Key_U, SHIFT)
    assert session.keypoints.state[10] is ReviewState.UNREVIEWED
    assert session.keypoints.state[11] is ReviewState.UNREVIEWED


def test_commands_on_it_say_what_they_lack(near: MainWindow, qtbot: QtBot) -> None:
    zoom = near.commands["zoom_region"]
    assert not zoom.isEnabled()
    select(near, qtbot)
    assert zoom.isEnabled()


def test_playing_and_looping_are_about_it(near: MainWindow, qtbot: QtBot) -> None:
    select(near, qtbot)
    press(near, Key.Key_Space)
    (passage,) = near.playback._feed.wanted.passages
    assert (passage.start_s, passage.end_s) == pytest.approx(SELECTED, abs=0.02)
    assert not near.playback._feed.wanted.loops
    press(near, Key.Key_L, SHIFT)
    (passage,) = near.playback._feed.wanted.passages
    assert (passage.start_s, passage.end_s) == pytest.approx(SELECTED, abs=0.02)
    assert near.playback._feed.wanted.loops
    press(near, Key.Key_Space)
    assert not near.playback.is_playing
