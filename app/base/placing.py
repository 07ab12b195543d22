"""Where windows go that a screen might not hold."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect


def corner_within(room: QRect, wanted: QRect) -> QPoint:
    """Where the top left corner goes so that all is in a room; its start, where that is too small.

    Parameters
    ----------
    room : QRect
        What a screen leaves for windows, pixels.
    wanted : QRect
        Where the window would be.

    Returns
    -------
    QPoint
    """
    left = min(wanted.left(), room.right() + 1 - wanted.width())
    top = min(wanted.top(), room.bottom() + 1 - wanted.height())
    return QPoint(max(left, room.left()), max(top, room.top()))
