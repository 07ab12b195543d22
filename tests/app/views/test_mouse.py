"""The mouse over the time axis: the overview, the panes, the drift plot; with Qt's own events."""

from __future__ import annotations

import pytest
from pointing import LEFT, at_value, drag, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow
from app.views.timeline.overview import OverviewStrip
from app.views.timeline.time_plot import RIGHT_PX, left_px

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def near(opened: MainWindow) -> MainWindow:
    """A window that shows 8 s to 12 s of 20 s."""
    opened.time.show_span(8.0, 12.0)
    return opened


def in_overview(strip: OverviewStrip, time_s: float, duration_s: float = 20.0) -> QPoint:
    width_px = strip.width() - left_px() - RIGHT_PX
    return QPoint(round(left_px() + time_s / duration_s * width_px), strip.height() // 2)


def span(window: MainWindow) -> tuple[float, float]:
    return window.time.start_s, window.time.end_s


def test_a_press_in_the_overview_goes_there_and_takes_the_window_along(
    near: MainWindow, qtbot: QtBot
) -> None:
    strip = near.overview
    drag(strip, in_overview(strip, 4.0), in_overview(strip, 6.0), qtbot)
    assert span(near) == pytest.approx((4.0, 8.0), abs=0.05)


def test_the_overviews_window_is_dragged_as_it_was_taken_hold_of(
    near: MainWindow, qtbot: QtBot
) -> None:
    strip = near.overview
    drag(strip, in_overview(strip, 9.0), in_overview(strip, 12.0), qtbot)
    assert span(near) == pytest.approx((11.0, 15.0), abs=0.05)
    drag(strip, in_overview(strip, 13.0), in_overview(strip, 40.0), qtbot)
    assert near.time.end_s == pytest.approx(20.0, abs=1.0)
    assert near.time.span_s == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("edge_s", "to_s", "shown_s"),
    [
        (8.0, 5.0, (5.0, 12.0)),
        (12.0, 17.0, (8.0, 17.0)),
        (12.0, 2.0, (8.0, 8.05)),
    ],
)
def test_an_edge_of_the_overviews_window_zooms(
    near: MainWindow, qtbot: QtBot, edge_s: float, to_s: float, shown_s: tuple[float, float]
) -> None:
    strip = near.overview
    drag(strip, in_overview(strip, edge_s), in_overview(strip, to_s), qtbot)
    assert span(near) == pytest.approx(shown_s, abs=0.05)


def test_the_pointer_over_the_overview_shows_what_it_would_do(near: MainWindow) -> None:
    strip, shapes = near.overview, {}
    for time_s in (4.0, 8.0, 10.0, 12.0):
        QTest.mouseMove(strip, in_overview(strip, time_s))
        shapes[time_s] = strip.cursor().shape()
    shape = Qt.CursorShape
    assert shapes == {
        4.0: shape.ArrowCursor,
        8.0: shape.SizeHorCursor,
        10.0: shape.OpenHandCursor,
        12.0: shape.SizeHorCursor,
    }
    assert span(near) == (8.0, 12.0)


@pytest.mark.parametrize("name", ["channel 0", "channel 1", "drift"])
def test_the_wheel_pans_and_zooms_where_the_pointer_is(near: MainWindow, name: str) -> None:
    plot = {"channel 0": near.panes[0], "channel 1": near.panes[1], "drift": near.drift}[name]
    at = at_value(plot, 9.0, sum(plot.box.viewRange()[1]) / 2)
    wheel(plot, at, -2)
    assert span(near) == pytest.approx((8.8, 12.8))
    wheel(plot, at, 2)
    assert span(near) == pytest.approx((8.0, 12.0))
    wheel(plot, at, 1, CONTROL)
    assert near.time.span_s == pytest.approx(4.0 / 1.25)
    assert (9.0 - near.time.start_s) / near.time.span_s == pytest.approx(0.25, abs=0.01)
    wheel(plot, at, -1, CONTROL)
    assert span(near) == pytest.approx((8.0, 12.0))


def test_shift_and_the_wheel_stretch_the_drift_plot_until_a_double_click(near: MainWindow) -> None:
    plot = near.drift
    low_s, high_s = plot.box.viewRange()[1]
    at = at_value(plot, 9.9, low_s + 0.25 * (high_s - low_s))
    wheel(plot, at, 3, SHIFT)
    close_low_s, close_high_s = plot.box.viewRange()[1]
    assert close_high_s - close_low_s == pytest.approx((high_s - low_s) / 1.25**3)
    still_s = low_s + 0.25 * (high_s - low_s)
    assert (still_s - close_low_s) / (close_high_s - close_low_s) == pytest.approx(0.25, abs=0.02)
    near.session.move_keypoint(9, 9.9)
    near.time.show_span(0.0, 20.0)
    assert plot.box.viewRange()[1] == [close_low_s, close_high_s], "it stays as it was set"
    # As from a hand: what QTest calls a double click is only the second press.
    QTest.mouseClick(plot.viewport(), LEFT, pos=at)
    QTest.mouseDClick(plot.viewport(), LEFT, pos=at)
    QTest.mouseRelease(plot.viewport(), LEFT, pos=at)
    follows_low_s, follows_high_s = plot.box.viewRange()[1]
    assert follows_low_s < near.session.keypoints.offset_s.min()
    assert follows_high_s > 0.9
    assert span(near) == pytest.approx((0.0, 20.0))
