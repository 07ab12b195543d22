"""The playback cursor: a line where the sound is."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.palette import DARK
from app.playback.cursor import Cursor
from core.audio.aligned import ChannelSelection

_CHANNELS = (ChannelSelection.CHANNEL_0, ChannelSelection.CHANNEL_1)
_ABOVE_HANDLES = 30


def cursor_pen(cursor: Cursor, channel: int | None = None) -> QPen:
    """Solid where it is heard, dotted over a channel that is not, dashed while it rests.

    Parameters
    ----------
    cursor : Cursor
    channel : int, optional
        Of which channel a pane is; none for both.
    """
    style = Qt.PenStyle.SolidLine
    if not cursor.is_playing:
        style = Qt.PenStyle.DashLine
    elif channel is not None and cursor.channels is _CHANNELS[1 - channel]:
        style = Qt.PenStyle.DotLine
    pen = QPen(QColor(DARK.playing), 1, style)
    pen.setCosmetic(True)
    return pen


class PlayCursor(pg.InfiniteLine):  # type: ignore[misc]
    """The line in a pane.

    Parameters
    ----------
    channel : int, optional
        Of which channel the pane is; none for both.
    """

    def __init__(self, channel: int | None = None) -> None:
        super().__init__(movable=False)
        self._channel = channel
        self.setZValue(_ABOVE_HANDLES)
        self.setAcceptHoverEvents(False)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.hide()

    def show_cursor(self, cursor: Cursor | None, pane_s: float) -> None:
        """Stand at `pane_s` on the pane's clock, or go away."""
        self.setVisible(cursor is not None)
        if cursor is not None:
            pen = cursor_pen(cursor, self._channel)
            if pen != self.pen:
                self.setPen(pen)
            self.setValue(pane_s)


def draw_cursor(painter: QPainter, cursor: Cursor, line: QLineF) -> None:
    """Draw it in a widget that is no plot."""
    painter.setPen(cursor_pen(cursor))
    painter.drawLine(line)
