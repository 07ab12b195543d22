"""Keypoints are dragged as they are found: no click before, and on either channel."""

from __future__ import annotations

import pytest
from fakes import curve_s
from pointing import at_value, begin_drag, drag, in_plot
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.views.timeline.time_plot import TimePlot
from core.keypoints import ReviewState

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def near(opened: MainWindow) -> MainWindow:
    """A window that shows 8 s to 13 s of 20 s, with a keypoint a second; 8 is selected."""
    opened.time.show_span(8.0, 13.0)
    opened.session.selection.select_keypoint(8)
    return opened


def mark_of(plot: TimePlot, index: int, window: MainWindow) -> QPoint:
    """Where the mark of a keypoint is."""
    keypoints = window.session.keypoints
    if plot is window.drift:
        return at_value(plot, keypoints.time_0_s[index], keypoints.offset_s[index])
    place = in_plot(plot, keypoints.time_0_s[index], 0.0 if plot.channel == 0 else 1.0)
    return place + QPoint(0, -8 if plot.channel == 0 else 8)


def test_a_keypoint_that_is_not_selected_is_corrected_in_one_go(
    near: MainWindow, qtbot: QtBot
) -> None:
    session, pane = near.session, near.panes[1]
    before = session.keypoints
    start = mark_of(pane, 11, near)
    drag(pane.viewport(), start, start + QPoint(30, 0), qtbot)
    assert session.selection.keypoint == 11
    assert session.keypoints.state[11] is ReviewState.CORRECTED
    moved_s = 30 * near.time.span_s / pane.box.width()
    assert session.keypoints.time_1_s[11] - before.time_1_s[11] == pytest.approx(moved_s, abs=0.01)
    assert session.selection.region is None


def test_who_prefers_the_hand_still_corrects(near: MainWindow, qtbot: QtBot) -> None:
    near.commands["hand_tool"].trigger()
    start = mark_of(near.panes[1], 11, near)
    drag(near.panes[1].viewport(), start, start + QPoint(30, 0), qtbot)
    assert near.session.keypoints.state[11] is ReviewState.CORRECTED
    assert near.time.start_s == 8.0


def test_so_it_is_by_its_line_and_in_the_drift_plot(near: MainWindow, qtbot: QtBot) -> None:
    session = near.session
    start = in_plot(near.panes[1], 10.0)
    drag(near.panes[1].viewport(), start, start + QPoint(25, 3), qtbot)
    assert session.keypoints.state[10] is ReviewState.CORRECTED
    before_s = session.keypoints.offset_s[12]
    start = mark_of(near.drift, 12, near)
    drag(near.drift.viewport(), start, start + QPoint(0, -30), qtbot)
    assert session.keypoints.state[12] is ReviewState.CORRECTED
    assert session.keypoints.offset_s[12] > before_s


def test_on_channel_0_the_question_moves_and_nobody_has_answered_it(
    near: MainWindow, qtbot: QtBot
) -> None:
    session, pane = near.session, near.panes[0]
    session.move_keypoint(11, 11.4)
    before = session.keypoints
    start = mark_of(pane, 11, near)
    drag(pane.viewport(), start, start + QPoint(60, 0), qtbot)
    after = session.keypoints
    moved_s = 60 * near.time.span_s / pane.box.width()
    assert len(after) == len(before)
    assert session.selection.keypoint == 11
    asked_s = after.time_0_s[11]
    assert asked_s == pytest.approx(11.0 + moved_s, abs=0.01)
    assert after.state[11] is ReviewState.UNREVIEWED
    assert after.time_1_s[11] == pytest.approx(asked_s + curve_s(asked_s), abs=0.02)
    assert "11.000 s" in near.messages.message.text
    QTest.keyClick(near, Key.Key_Z, CONTROL)
    assert session.keypoints.time_0_s[11] == 11.0
    assert session.keypoints.state[11] is ReviewState.CORRECTED
    assert session.keypoints.time_1_s[11] == 11.4


def test_a_question_stays_between_its_neighbours(near: MainWindow, qtbot: QtBot) -> None:
    session, pane = near.session, near.panes[0]
    start = mark_of(pane, 10, near)
    drag(pane.viewport(), start, mark_of(pane, 12, near) + QPoint(30, 0), qtbot)
    assert session.keypoints.time_0_s[10] == pytest.approx(10.999)
    assert len(session.keypoints) == 20


def test_escape_leaves_the_question_as_it_was(near: MainWindow, qtbot: QtBot) -> None:
    session, pane = near.session, near.panes[0]
    before = session.keypoints
    start = mark_of(pane, 11, near)
    begin_drag(pane.viewport(), start, start + QPoint(60, 0), qtbot)
    assert session.keypoints.time_0_s[11] > 11.1
    QTest.keyClick(near, Key.Key_Escape)
    QTest.mouseMove(pane.viewport(), start + QPoint(80, 0))
    qtbot.wait(20)
    QTest.mouseRelease(pane.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(80, 0))
    assert session.keypoints is before


@pytest.mark.parametrize("off_px", [-2, 0, 2])
def test_where_marks_stand_close_the_nearest_is_dragged(
    opened: MainWindow, qtbot: QtBot, off_px: int
) -> None:
    opened.session.placing.set_interval(0.1)
    opened.session.selection.select_keypoint(101)
    opened.time.fit()
    drift = opened.drift
    spacing_px = 0.1 * drift.box.width() / opened.time.span_s
    opened.time.show_span(8.0, 8.0 + opened.time.span_s * spacing_px / 5.0)
    start = mark_of(drift, 100, opened) + QPoint(off_px, 0)
    drag(drift.viewport(), start, start + QPoint(0, -30), qtbot)
    assert opened.session.keypoints.is_reviewed.nonzero()[0].tolist() == [100]


def test_where_marks_stand_close_a_drag_selects(opened: MainWindow, qtbot: QtBot) -> None:
    opened.time.fit()
    opened.session.placing.set_interval(0.05)
    pane = opened.panes[1]
    start = mark_of(pane, 200, opened)
    drag(pane.viewport(), start, start + QPoint(40, 0), qtbot)
    assert opened.session.selection.region is not None
    assert not opened.session.keypoints.is_reviewed.any()


def test_the_pointer_says_what_a_drag_would_do(near: MainWindow, qtbot: QtBot) -> None:
    said = {}
    first, second, drift = (*near.panes, near.drift)
    places = {
        "question": (first, mark_of(first, 11, near)),
        "answer": (second, mark_of(second, 11, near)),
        "offset": (drift, mark_of(drift, 11, near)),
        "nothing": (first, in_plot(first, 10.5)),
    }
    for name, (plot, place) in places.items():
        QTest.mouseMove(plot.viewport(), place)
        qtbot.wait(30)
        said[name] = (plot.box.cursor().shape(), plot.box.toolTip())
    shape = Qt.CursorShape
    assert [shown for shown, _ in said.values()] == [
        shape.SizeHorCursor,
        shape.SizeHorCursor,
        shape.SizeVerCursor,
        shape.CrossCursor,
    ]
    assert "another moment" in said["question"][1]
    assert "correct keypoint 12" in said["answer"][1]
    assert "offset" in said["offset"][1]
    assert said["nothing"][1] == "", "nothing stands in the way of what is looked at"


def test_the_caption_of_the_drift_plot_hides_no_mark(near: MainWindow, qtbot: QtBot) -> None:
    for off_s in (0.3, 0.6):
        near.session.move_keypoint(11, 11.0 + curve_s(11.0) + off_s)
        for height_px in (120, 220):
            near.drift.setFixedHeight(height_px)
            qtbot.wait(30)
            assert mark_of(near.drift, 11, near).y() >= near.drift.caption_foot_px + 8
