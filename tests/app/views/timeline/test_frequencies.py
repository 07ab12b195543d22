"""Frequencies are zoomed on both channels together, until a key parts them."""

from __future__ import annotations

import pytest
from pointing import at_value, drag, in_plot, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.frame.main_window import MainWindow

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def bands(window: MainWindow) -> list[tuple[float, float]]:
    return [tuple(pane.box.viewRange()[1]) for pane in window.panes]


@pytest.mark.parametrize("channel", [0, 1])
def test_zooming_one_channel_zooms_the_other(opened: MainWindow, channel: int) -> None:
    pane = opened.panes[channel]
    wheel(pane, at_value(pane, 5.0, 2.0), 3, SHIFT)
    first, second = bands(opened)
    assert first == second
    assert first[1] - first[0] == pytest.approx(4.0 / 1.25**3, rel=0.02)


def test_the_wheel_over_the_left_axis_zooms_frequencies(opened: MainWindow) -> None:
    pane, before = opened.panes[0], (opened.time.start_s, opened.time.end_s)
    place = at_value(pane, opened.time.start_s, 2.0)
    wheel(pane, place - QPoint(20, 0), 3)
    low, high = bands(opened)[0]
    assert high - low == pytest.approx(4.0 / 1.25**3, rel=0.02)
    assert (opened.time.start_s, opened.time.end_s) == before


def test_a_key_parts_them_and_brings_them_together(opened: MainWindow) -> None:
    QTest.keyClick(opened, Key.Key_K)
    first, second = opened.panes
    (whole, _) = bands(opened)
    wheel(second, at_value(second, 5.0, 2.0), 3, SHIFT)
    assert bands(opened)[0] == whole
    assert bands(opened)[1] != whole
    wheel(first, at_value(first, 5.0, 1.0), 2, SHIFT)
    QTest.keyClick(opened, Key.Key_K)
    assert bands(opened)[0] == bands(opened)[1]
    assert bands(opened)[0][1] - bands(opened)[0][0] == pytest.approx(whole[1] / 1.25**2)


def test_zooming_to_a_region_takes_its_frequencies(opened: MainWindow, qtbot: QtBot) -> None:
    pane = opened.panes[1]
    corners = in_plot(pane, 4.3, 0.25), in_plot(pane, 7.6, 0.75)
    drag(pane.viewport(), *corners, qtbot, keys=SHIFT)
    QTest.keyClick(opened, Key.Key_Z)
    for band in bands(opened):
        assert band == pytest.approx((1.0, 3.0), abs=0.06)
