"""The loop as a person goes through it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fakes import curve_s
from PySide6.QtCore import QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.base.messages import RunProgress
from app.frame.main_window import MainWindow
from app.review.triage import Column
from core.align.limits import CERTAIN
from core.keypoints import ReviewState, Source

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier):
    QTest.keyClick(window, key, modifier)


def test_opening_aligns_and_shows_the_proposal(opened: MainWindow) -> None:
    keypoints = opened.session.keypoints
    assert keypoints is not None
    np.testing.assert_allclose(keypoints.offset_s, curve_s(keypoints.time_0_s), atol=1e-9)
    assert opened.candidates.model().rowCount() == 20
    assert opened.recordings.model().rowCount() == 1
    assert opened.messages.isHidden()
    assert opened.status.keypoint_text == "keypoint 1/20 · +0.200 s ± 30 ms · p(≤50 ms) 0.99"
    assert opened.workbench.spectrograms is not None
    assert all(s.is_complete for s in opened.workbench.spectrograms)


def test_stepping_with_keys(opened: MainWindow) -> None:
    session = opened.session
    for _ in range(3):
        press(opened, Key.Key_N)
    assert session.selection.keypoint == 3
    press(opened, Key.Key_P)
    assert session.selection.keypoint == 2
    press(opened, Key.Key_N, Modifier.ShiftModifier)
    assert session.selection.keypoint == 7
    assert session.keypoints.confidence[7] < CERTAIN
    press(opened, Key.Key_N, Modifier.ShiftModifier)
    assert session.selection.keypoint == 17
    assert opened.time.start_s <= session.keypoints.time_0_s[17] <= opened.time.end_s


def test_going_to_what_is_uncertain_wraps_and_says_when_nothing_is_left(opened: MainWindow) -> None:
    press(opened, Key.Key_N, Modifier.ShiftModifier)
    press(opened, Key.Key_Return)
    press(opened, Key.Key_Return)
    press(opened, Key.Key_N, Modifier.ShiftModifier)
    assert "No uncertain keypoint" in opened.messages.message.text


def test_accepting_goes_on_as_the_person_came(opened: MainWindow) -> None:
    session = opened.session
    for _ in range(2):
        press(opened, Key.Key_Return)
    assert session.selection.keypoint == 2
    press(opened, Key.Key_N, Modifier.ShiftModifier)
    press(opened, Key.Key_Return)
    assert session.selection.keypoint == 17
    press(opened, Key.Key_Return)
    assert session.selection.keypoint == 17
    assert opened.messages.message.text == "Nothing uncertain is left in two birds.wav."
    assert opened.messages.message.action == "accept_certain"
    accepted = [0, 1, 7, 17]
    assert session.keypoints.is_reviewed.nonzero()[0].tolist() == accepted


def test_accepting_comes_back_to_uncertain_keypoints_before(opened: MainWindow) -> None:
    opened.review.go_to(17)
    press(opened, Key.Key_Return)
    assert opened.session.selection.keypoint == 7


def test_accepting_without_going_on(opened: MainWindow) -> None:
    press(opened, Key.Key_Return, Modifier.ShiftModifier)
    assert opened.session.keypoints.state[0] is ReviewState.ACCEPTED
    assert opened.session.selection.keypoint == 0


@pytest.mark.parametrize(
    ("key", "modifier", "step_s"),
    [
        (Key.Key_Period, Modifier.NoModifier, 0.001),
        (Key.Key_Comma, Modifier.NoModifier, -0.001),
        (Key.Key_Period, Modifier.ShiftModifier, 0.010),
        (Key.Key_Comma, Modifier.ShiftModifier, -0.010),
        (Key.Key_Period, Modifier.ControlModifier, 0.100),
        (Key.Key_Comma, Modifier.ControlModifier, -0.100),
    ],
)
def test_nudging(
    opened: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier, step_s: float
) -> None:
    session = opened.session
    session.selection.select_keypoint(4)
    before_s = session.keypoints.time_1_s[4]
    press(opened, key, modifier)
    assert session.keypoints.time_1_s[4] == pytest.approx(before_s + step_s)
    assert session.keypoints.state[4] is ReviewState.CORRECTED
    assert session.keypoints.source[4] is Source.HUMAN


def test_a_held_nudge_goes_faster_and_is_one_step(opened: MainWindow) -> None:
    opened.review.go_to(5)
    before_s = float(opened.session.keypoints.offset_s[5])

    def nudge(*, held: bool) -> float:
        came = QKeyEvent(
            QEvent.Type.ShortcutOverride, Key.Key_Period, Modifier.NoModifier, ".", held
        )
        QApplication.sendEvent(opened.windowHandle(), came)
        was_s = float(opened.session.keypoints.offset_s[5])
        opened.commands["nudge_later_1"].trigger()
        return float(opened.session.keypoints.offset_s[5]) - was_s

    steps_s = [nudge(held=False), *(nudge(held=True) for _ in range(40))]
    np.testing.assert_allclose(steps_s[:5], 0.001)
    np.testing.assert_allclose(steps_s[-1], 0.010)
    assert np.all(np.diff(steps_s) > -1e-9)
    np.testing.assert_allclose(nudge(held=False), 0.001)
    opened.commands["undo"].trigger()
    np.testing.assert_allclose(opened.session.keypoints.offset_s[5], before_s)


def test_accepting_and_unalignable(opened: MainWindow) -> None:
    session = opened.session
    press(opened, Key.Key_Return)
    assert session.keypoints.state[0] is ReviewState.ACCEPTED
    press(opened, Key.Key_P)
    press(opened, Key.Key_U)
    assert session.keypoints.state[0] is ReviewState.UNALIGNABLE
    press(opened, Key.Key_U)
    assert session.keypoints.state[0] is ReviewState.UNREVIEWED
    press(opened, Key.Key_Period)
    press(opened, Key.Key_Return)
    assert session.keypoints.state[0] is ReviewState.CORRECTED


def test_taking_a_candidate_leaves_decisions_alone(opened: MainWindow) -> None:
    session = opened.session
    session.selection.select_keypoint(5)
    press(opened, Key.Key_Period)
    kept_s = session.keypoints.time_1_s[5]
    press(opened, Key.Key_2)
    linear = session.selection.ranking.candidates.ranked(2).time_map(1)
    expected_s = linear.to_channel_1(session.keypoints.time_0_s)
    others = np.arange(len(session.keypoints)) != 5
    np.testing.assert_allclose(session.keypoints.time_1_s[others], expected_s[others])
    assert session.keypoints.time_1_s[5] == kept_s
    assert session.selection.candidate == 1
    press(opened, Key.Key_0)
    assert session.keypoints.time_1_s[6] == pytest.approx(6 + curve_s(np.array([6.0]))[0])
    assert session.keypoints.time_1_s[5] == kept_s


def test_aligning_again_keeps_what_a_person_did(
    opened: MainWindow, settle: Callable[[MainWindow], None]
) -> None:
    session = opened.session
    session.move_keypoint(3, 4.5)
    session.review_keypoint(8, ReviewState.UNALIGNABLE)
    press(opened, Key.Key_R, Modifier.ControlModifier)
    settle(opened)
    assert session.keypoints.time_1_s[3] == 4.5
    assert session.keypoints.state[3] is ReviewState.CORRECTED
    assert session.keypoints.state[8] is ReviewState.UNALIGNABLE


def _drag(widget: QWidget, start: QPoint, end: QPoint, qtbot: QtBot) -> None:
    view = widget.viewport()
    QTest.mouseMove(view, start)
    qtbot.wait(30)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for part in (0.25, 0.5, 0.75, 1.0):
        QTest.mouseMove(view, start + (end - start) * part)
        qtbot.wait(30)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    qtbot.wait(30)


def test_dragging_in_the_drift_plot(opened: MainWindow, qtbot: QtBot) -> None:
    session, plot = opened.session, opened.drift
    session.selection.select_keypoint(10)
    qtbot.wait(50)
    before = session.keypoints
    at = QPointF(before.time_0_s[10], before.offset_s[10])
    start = plot.mapFromScene(plot.box.mapViewToScene(at))
    end = start - QPoint(0, 20)
    expected_s = plot.box.mapSceneToView(plot.mapToScene(end)).y()
    _drag(plot, start, end, qtbot)
    assert session.keypoints.state[10] is ReviewState.CORRECTED
    assert session.keypoints.offset_s[10] == pytest.approx(expected_s, abs=0.02)
    assert session.keypoints.offset_s[10] > before.offset_s[10]
    assert session.keypoints.time_0_s[10] == before.time_0_s[10]


@pytest.mark.parametrize("warped", [True, False])
def test_dragging_in_channel_1(opened: MainWindow, qtbot: QtBot, warped: bool) -> None:
    session, pane = opened.session, opened.panes[1]
    if not warped:
        press(opened, Key.Key_W)
    session.selection.select_keypoint(10)
    qtbot.wait(50)
    before_s = session.keypoints.time_1_s[10]
    pane_s = 10.0 if warped else before_s
    start = pane.mapFromScene(pane.box.mapViewToScene(QPointF(pane_s, 2.0)))
    _drag(pane, start, start + QPoint(15, 0), qtbot)
    moved_s = 15 * opened.time.span_s / pane.box.width()
    assert session.keypoints.time_1_s[10] == pytest.approx(before_s + moved_s, abs=0.05)
    assert session.keypoints.state[10] is ReviewState.CORRECTED


@pytest.mark.parametrize("where", ["drift plot", "channel 1"])
def test_escape_drops_a_drag_until_the_mouse_is_released(
    opened: MainWindow, qtbot: QtBot, where: str
) -> None:
    session = opened.session
    session.selection.select_keypoint(10)
    qtbot.wait(50)
    before = session.keypoints
    if where == "drift plot":
        plot, step = opened.drift, QPoint(0, -4)
        at = QPointF(before.time_0_s[10], before.offset_s[10])
    else:
        plot, step = opened.panes[1], QPoint(4, 0)
        at = QPointF(before.time_0_s[10], 2.0)
    start = plot.mapFromScene(plot.box.mapViewToScene(at))
    view = plot.viewport()
    QTest.mouseMove(view, start)
    qtbot.wait(30)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for part in (1, 2, 3, 4):
        QTest.mouseMove(view, start + step * part)
        qtbot.wait(30)
    assert session.preview.is_on
    press(opened, Key.Key_Escape)
    assert not session.preview.is_on
    for part in (5, 6, 7):
        QTest.mouseMove(view, start + step * part)
        qtbot.wait(30)
        assert not session.preview.is_on
    handle = opened.drift._handle.pos().y() if where == "drift plot" else plot._line.value()
    stands = before.offset_s[10] if where == "drift plot" else before.time_0_s[10]
    assert handle == pytest.approx(stands, abs=1e-6)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + step * 7)
    qtbot.wait(30)
    assert session.keypoints is before
    _drag(plot, start, start + step * 5, qtbot)
    assert session.keypoints.state[10] is ReviewState.CORRECTED


def test_clicks_select(opened: MainWindow, qtbot: QtBot) -> None:
    pane = opened.panes[0]
    QTest.mouseClick(
        pane.viewport(),
        Qt.MouseButton.LeftButton,
        pos=pane.mapFromScene(pane.box.mapViewToScene(QPointF(12.02, 2.0))),
    )
    qtbot.waitUntil(lambda: opened.session.selection.keypoint == 12)
    links = opened.links
    x = links._ends_px()[0][15]
    QTest.mouseClick(links, Qt.MouseButton.LeftButton, pos=QPoint(round(x), 10))
    assert opened.session.selection.keypoint == 15


def test_zoom_pan_fit_and_back(opened: MainWindow) -> None:
    time = opened.time
    press(opened, Key.Key_F)
    assert time.start_s <= 0
    assert time.end_s >= 20
    whole = (time.start_s, time.end_s)
    press(opened, Key.Key_Plus)
    assert time.span_s < whole[1] - whole[0]
    zoomed = time.start_s
    press(opened, Key.Key_Right)
    assert time.start_s > zoomed
    press(opened, Key.Key_Left)
    assert time.start_s == pytest.approx(zoomed)
    span_s = time.span_s
    press(opened, Key.Key_End)
    assert (time.end_s, time.span_s) == pytest.approx((whole[1], span_s))
    press(opened, Key.Key_Home)
    assert (time.start_s, time.span_s) == pytest.approx((whole[0], span_s))
    press(opened, Key.Key_Backspace)
    assert (time.start_s, time.end_s) == pytest.approx(whole)
    for pane in (*opened.panes, opened.drift):
        assert pane.box.viewRange()[0] == pytest.approx(list(whole))


def test_warp_and_links_toggle(opened: MainWindow) -> None:
    assert opened.display.warp is not None
    press(opened, Key.Key_W)
    assert opened.display.warp is None
    assert opened.links.isVisible()
    press(opened, Key.Key_L)
    assert not opened.links.isVisible()


def test_time_axes_line_up(opened: MainWindow) -> None:
    top_px, _bottom_px = opened.links._ends_px()
    for pane in (*opened.panes, opened.drift):
        at = pane.mapFromScene(pane.box.mapViewToScene(QPointF(5.0, 0.0)))
        assert at.x() == pytest.approx(top_px[5], abs=1.5)


def test_layout_is_remembered(opened: MainWindow, make_window: Callable[..., MainWindow]) -> None:
    opened.docks.by_title["Recordings"].hide()
    opened.close()
    again = make_window()
    assert not again.docks.by_title["Recordings"].isVisible()
    again.commands["reset_layout"].trigger()
    assert again.docks.by_title["Recordings"].isVisible()


def test_a_large_and_a_small_window_each_keep_their_layout(
    make_window: Callable[..., MainWindow],
) -> None:
    large = make_window(size=(1600, 1000))
    large.docks.by_title["Candidates"].hide()
    large.close()
    kept = QSettings().value("layout/state")
    # The screen of these tests is a small one.
    small = make_window()
    assert small.width() < 1300
    tabbed = small.tabifiedDockWidgets(small.docks.by_title["Keypoint"])
    assert small.docks.by_title["Candidates"] in tabbed
    small.close()
    assert QSettings().value("layout/state") == kept
    assert QSettings().value("layout/small_state") is not None


def test_the_window_keeps_a_small_size_while_it_works(
    make_window: Callable[..., MainWindow], stereo: Path, settle: Callable[[MainWindow], None]
) -> None:
    window = make_window()
    window.resize(1024, 600)
    window.open([stereo])
    settle(window)
    window.session.move_keypoint(3, 3.4)
    settle(window)
    window.status.show_progress(RunProgress("Aligning " + 40 * "long name ", 0.5, 3.0))
    window.status.note("path led through your keypoints; " * 4)
    QTest.qWait(50)
    assert window.width() == 1024
    assert window.recordings.columnWidth(Column.NAME) >= 90


def test_empty_panels_say_what_will_be_there(window: MainWindow, stereo: Path) -> None:
    assert "Candidates show here" in window.candidates._empty.text()
    assert not window.candidates._empty.isHidden()
    assert not window.queue_panel._empty.isHidden()
    assert not window.keypoint._curve._empty.isHidden()
