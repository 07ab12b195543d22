"""What mouse and wheel do in a plot over the shared time axis."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal

from app.base.time_view import TimeView
from app.views.timeline.hand_tool import HandTool

_LEFT_AXIS = 1
"""As pyqtgraph counts them, where an event was over an axis; the time axis is 0."""
_NOTCH = 120.0
_WHEEL_PAGE = 0.1
_WHEEL_ZOOM = 1.25


@dataclass(frozen=True, slots=True)
class Pull:
    """How far a drag went.

    Parameters
    ----------
    start, at : QPointF
        Where the button was pressed and where the pointer is, in the units of the axes.
    has_height : bool
        Whether it is meant upwards as well as along: Shift is held.
    """

    start: QPointF
    at: QPointF
    has_height: bool = False


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Hold:
    """What a press takes hold of: the pointer shows it before.

    Parameters
    ----------
    shape : Qt.CursorShape
    words : str
        What a drag would do, a sentence.
    pull : callable
        Follows a `Pull`.
    drop : callable
        The button was released.
    """

    shape: Qt.CursorShape
    words: str
    pull: Callable[[Pull], object]
    drop: Callable[[], object] = _nothing


Grip = Callable[[QPointF], Hold | None]
"""What there is to hold at a place, in the units of the axes."""


class TimeBox(pg.ViewBox):  # type: ignore[misc]
    """Wheel and the hand move the shared time axis; other drags pull what grips find.

    Parameters
    ----------
    view : TimeView
    hand : HandTool

    Signals
    -------
    clicked(time, y)
        A click, in the units of the axes.
    stretched(factor, y)
        Shift+wheel at y.
    reset()
        A double click.
    """

    clicked = Signal(float, float)
    stretched = Signal(float, float)
    reset = Signal()

    def __init__(self, view: TimeView, hand: HandTool) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self._view, self._hand = view, hand
        self._grips: tuple[Grip, ...] = ()
        self._ground: Grip = self._hand_at
        self._held: Hold | None = None
        self._start = QPointF()
        self.disableAutoRange()
        self.setMouseEnabled(x=False, y=False)

    def set_grips(self, grips: Iterable[Grip], ground: Grip) -> None:
        """Say what can be dragged; the first that finds something has it, or else the ground.

        Who prefers the hand to the ground holds that instead.
        """
        self._grips, self._ground = tuple(grips), ground

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:  # noqa: N802 (pyqtgraph's name)
        """Scroll, zoom or stretch, as the keys say that are held; over the left axis, stretch."""
        notches = ev.delta() / _NOTCH
        at = self.mapSceneToView(ev.scenePos())
        if axis == _LEFT_AXIS or ev.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.stretched.emit(_WHEEL_ZOOM**-notches, at.y())
        elif ev.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._view.zoom(_WHEEL_ZOOM**-notches, at.x())
        else:
            self._view.pan(-notches * _WHEEL_PAGE)
        ev.accept()

    def hoverEvent(self, ev: Any) -> None:  # noqa: N802 (pyqtgraph's name)
        """Show what a drag from here would do."""
        if self._held is not None or ev.isExit():
            return
        held = self._hold_at(self.mapToView(ev.pos()), moves_view=False)
        if held is not None:
            self.setCursor(held.shape)
            self.setToolTip(held.words)

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:  # noqa: N802 (pyqtgraph's name)
        """Pull what is held; the middle button, and a drag of the time axis, move the view."""
        buttons = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)
        if axis == _LEFT_AXIS or ev.button() not in buttons:
            return
        ev.accept()
        if ev.isStart():
            self._start = self.mapSceneToView(ev.buttonDownScenePos())
            moves_view = ev.button() == Qt.MouseButton.MiddleButton or axis is not None
            self._held = self._hold_at(self._start, moves_view=moves_view)
        if self._held is None:
            return
        has_height = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        at = self.mapSceneToView(ev.scenePos())
        self._held.pull(Pull(self._start, at, has_height))
        if ev.isFinish():
            held, self._held = self._held, None
            held.drop()

    def mouseClickEvent(self, ev: Any) -> None:  # noqa: N802 (pyqtgraph's name)
        """Pass a click on."""
        if ev.button() == Qt.MouseButton.LeftButton:
            at = self.mapToView(ev.pos())
            if ev.double():
                self.reset.emit()
            else:
                self.clicked.emit(at.x(), at.y())
            ev.accept()

    def _hold_at(self, at: QPointF, *, moves_view: bool) -> Hold | None:
        if moves_view or self._hand.is_held:
            return self._hand_at(at)
        ground = self._hand_at if self._hand.is_preferred else self._ground
        found = (grip(at) for grip in (*self._grips, ground))
        return next((held for held in found if held is not None), None)

    def _hand_at(self, _at: QPointF) -> Hold:
        return Hold(Qt.CursorShape.OpenHandCursor, "", self._pan)

    def _pan(self, pull: Pull) -> None:
        """Keep the moment that was taken hold of under the pointer."""
        self._hand.use()
        self._view.pan((pull.start.x() - pull.at.x()) / self._view.span_s)
