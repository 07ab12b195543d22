"""A hand on the mouse, over plots and other widgets."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.views.timeline.time_plot import TimePlot

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE = Qt.KeyboardModifier.NoModifier


def in_plot(plot: TimePlot, time_s: float, part: float = 0.5) -> QPoint:
    """Where a moment is in a plot, at a part of its height from below."""
    low, high = plot.box.viewRange()[1]
    return at_value(plot, time_s, low + part * (high - low))


def at_value(plot: TimePlot, time_s: float, y: float) -> QPoint:
    """Where something is in a plot, in the units of its axes."""
    return plot.mapFromScene(plot.box.mapViewToScene(QPointF(time_s, y)))


def drag(
    widget: QWidget,
    start: QPoint,
    end: QPoint,
    qtbot: QtBot,
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    """Press, move and release."""
    begin_drag(widget, start, end, qtbot, button, keys)
    QTest.mouseRelease(widget, button, keys, end)
    qtbot.wait(20)


def begin_drag(
    widget: QWidget,
    start: QPoint,
    end: QPoint,
    qtbot: QtBot,
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    """Press and move, and hold on."""
    QTest.mouseMove(widget, start)
    qtbot.wait(20)
    QTest.mousePress(widget, button, keys, start)
    for part in (1, 2, 3, 4):
        QTest.mouseMove(widget, start + (end - start) * part / 4)
        qtbot.wait(20)


def wheel(plot: TimePlot, at: QPoint, notches: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Turn the wheel over a plot."""
    view = plot.viewport()
    where, delta = QPointF(at), QPoint(0, 120 * notches)
    event = QWheelEvent(
        where,
        view.mapToGlobal(where),
        QPoint(),
        delta,
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003 (Qt takes it by position only)
    )
    QApplication.sendEvent(view, event)
