"""A plot over the shared time axis."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QGraphicsItem, QLabel, QWidget

from app.base.time_view import TimeView
from app.look.palette import DARK
from app.playback.cursor import Cursor
from app.views.parts.time_axis import TimeAxis
from app.views.timeline.hand_tool import HandTool
from app.views.timeline.play_cursor import PlayCursor
from app.views.timeline.time_box import TimeBox

RIGHT_PX = 10
"""Room right of the time axis, the same in every pane so that times line up."""
_LEFT_PX, _USUAL_LINE_PX = 60, 19
_CAPTION_PX = 5
"""From the upper edge of the plot to a caption."""

CAPTION_STYLE = (
    f"color: {DARK.text}; background: rgba(13, 15, 19, 190); padding: 1px 6px; border-radius: 4px;"
)
"""Words over a picture."""


def left_px() -> int:
    """Room left of the time axis for what stands there, the same in every pane."""
    line_px = QFontMetrics(QApplication.font()).height()
    return round(_LEFT_PX * max(1.0, line_px / _USUAL_LINE_PX))


class TimePlot(pg.PlotWidget):  # type: ignore[misc]
    """A plot whose x axis is the shared time axis.

    Wheel scrolls, Ctrl+wheel zooms at the cursor, Shift+wheel is left to the
    pane; what dragging does, `box` knows.

    Parameters
    ----------
    view : TimeView
    hand : HandTool
    name : str
        Accessible name.
    time_axis : str
        Side with the time ticks: "top", "bottom" or "" for none.
    caption : str
        Side of the caption, "top" or "bottom", both left.
    channel : int, optional
        Which channel it shows; none for both.

    Signals
    -------
    clicked(time_s, y)
        A click, in the units of the axes.
    pointed(time_0_s)
        The same, after `clicked`, on channel 0's clock.
    asked(pos)
        What can be done at a place, in pixels of the viewport; None for the menu key.
    stretched(factor, y)
        Shift+wheel at y.
    reset()
        A double click.
    """

    clicked = Signal(float, float)
    pointed = Signal(float)
    asked = Signal(object)
    stretched = Signal(float, float)
    reset = Signal()

    def __init__(
        self,
        view: TimeView,
        hand: HandTool,
        name: str,
        time_axis: str = "",
        caption: str = "top",
        channel: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        box = TimeBox(view, hand)
        sides = {time_axis: TimeAxis(time_axis)} if time_axis else {}
        super().__init__(parent, viewBox=box, axisItems=sides)
        self.view = view
        self.box = box
        self.channel = channel
        self._time_axis, self._caption_at = time_axis, caption
        self.setAccessibleName(name)
        self.setMinimumHeight(60)
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.layout.setContentsMargins(0, 0, RIGHT_PX, 0)
        item.getAxis("left").setWidth(left_px())
        item.getAxis("left").setStyle(hideOverlappingLabels=True)
        # It stands still while everything beside it moves.
        item.getAxis("left").setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        for side in ("top", "bottom"):
            item.showAxis(side, side == time_axis)
        for side in ("left", "right", "top", "bottom"):
            # Choosing a prefix lays the label out again on every movement, and paints twice.
            item.getAxis(side).enableAutoSIPrefix(enable=False)
        if time_axis:
            item.getAxis(time_axis).setStyle(tickLength=-4)
        self._cursor: Cursor | None = None
        self._play_cursor = PlayCursor(channel)
        self.addItem(self._play_cursor, ignoreBounds=True)
        self._captions: tuple[str, ...] = ("",)
        self._caption = QLabel(self)
        self._caption.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._style_caption()
        box.clicked.connect(self.clicked)
        box.clicked.connect(self._on_clicked)
        box.stretched.connect(self.stretched)
        box.reset.connect(self.reset)
        view.span_changed.connect(self._follow_view)
        self._follow_view()

    @Slot(object)
    def show_cursor(self, cursor: Cursor | None) -> None:
        """Show where the sound is, or would start."""
        self._cursor = cursor
        self.place_cursor()

    def place_cursor(self) -> None:
        """The pane's clock changed under the cursor."""
        at_s = 0.0 if self._cursor is None else self.on_axis_s(self._cursor.time_s)
        self._play_cursor.show_cursor(self._cursor, at_s)

    def on_axis_s(self, time_0_s: float) -> float:
        """Where a moment of channel 0 lies on the time axis of this pane."""
        return time_0_s

    def on_channel_0_s(self, axis_s: float) -> float:
        """Which moment of channel 0 lies at a place of this pane's time axis."""
        return axis_s

    def keypoint_near(self, axis_s: float) -> int:  # noqa: ARG002 (a plot may show some)
        """The keypoint that a click at a place of the axis is about, by its index; -1 if none."""
        return -1

    @property
    def caption(self) -> str:
        """The words in the corner, all of them, with their marks."""
        return self._captions[0]

    @property
    def caption_foot_px(self) -> int:
        """How far down a caption at the top reaches."""
        return self._caption.geometry().bottom()

    def set_caption(self, html: str, *shorter: str) -> None:
        """Words in a corner, or shorter ones where they have no room; empty to hide."""
        if (html, *shorter) == self._captions:
            return
        self._captions = (html, *shorter)
        self._caption.setVisible(bool(html))
        self._place_caption()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Keep the caption in its corner."""
        super().resizeEvent(event)
        # The base class resizes once before this object is complete.
        if hasattr(self, "_caption"):
            self._place_caption()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 (Qt's name)
        """Let others say what can be done here."""
        is_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.asked.emit(None if is_key else event.pos())
        event.accept()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Show what the others show, after a while in which it did not follow."""
        self._follow_view()
        super().showEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        """Show that the keyboard is here."""
        super().focusInEvent(event)
        self._style_caption()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        """It went elsewhere."""
        super().focusOutEvent(event)
        self._style_caption()

    def _style_caption(self) -> None:
        edge = DARK.accent if self.hasFocus() else "transparent"
        self._caption.setStyleSheet(f"{CAPTION_STYLE} border: 1px solid {edge};")

    def _place_caption(self) -> None:
        room_px = self.width() - left_px() - RIGHT_PX - 16
        for words in self._captions:
            self._caption.setText(words)
            if self._caption.sizeHint().width() <= room_px:
                break
        self._caption.adjustSize()
        top_px = _CAPTION_PX
        if self._caption_at == "bottom":
            top_px = self.height() - self._caption.height() - 8
        elif self._time_axis == "top":
            top_px += round(self.getPlotItem().getAxis("top").minimumHeight())
        self._caption.move(left_px() + 8, top_px)

    @Slot(float, float)
    def _on_clicked(self, axis_s: float, _y: float) -> None:
        self.pointed.emit(self.on_channel_0_s(axis_s))

    def show_heights(self, low: float, high: float) -> None:
        """Show a stretch of the other axis, in its unit."""
        self.box.setYRange(low, high, padding=0)
        # Left to the painting, this would ask for a second one.
        self.box.updateMatrix()

    @Slot()
    def _follow_view(self) -> None:
        if self.isHidden():
            return
        self.box.setXRange(self.view.start_s, self.view.end_s, padding=0)
        self.box.updateMatrix()
