"""A line of text in a panel, to look for something in the list below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

_ENTERING = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_LEAVING = {Qt.Key.Key_Down, Qt.Key.Key_Escape}


class SearchLine(QLineEdit):
    """A line that keeps its keys from the window's commands; Esc empties it.

    Signals
    -------
    entered()
        Return or Enter was pressed.
    left()
        Down or Esc was pressed: the keyboard belongs to the list now.
    """

    entered = Signal()
    left = Signal()

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the search from the window's commands."""
        if isinstance(event, QKeyEvent) and event.key() in _ENTERING | _LEAVING:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                if event.key() == Qt.Key.Key_Escape:
                    self.clear()
                (self.entered if event.key() in _ENTERING else self.left).emit()
                return True
        return super().event(event)
