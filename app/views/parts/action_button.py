"""A button for a command, that says and shows what the command does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget


class ActionButton(QToolButton):
    """Runs `action`; its icon, tip and whether it is greyed or checked follow the action's.

    With the keyboard on it, Space presses it, whatever that key does elsewhere.

    Parameters
    ----------
    action : QAction
    text : str
        The words on it, or empty for the action's own.
    """

    def __init__(self, action: QAction, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self._words = text or action.text()
        self.setObjectName("bordered")
        self.setAccessibleName(action.text())
        self.setCheckable(action.isCheckable())
        self.clicked.connect(action.trigger)
        # Of a group, one is checked whatever is clicked.
        self.clicked.connect(self._follow)
        policy = QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, self.sizePolicy().verticalPolicy())
        if not action.icon().isNull():
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        action.changed.connect(self._follow)
        self._follow()

    def event(self, event: QEvent) -> bool:
        """Keep the key of a button."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.accept()
            return True
        return super().event(event)

    @Slot()
    def _follow(self) -> None:
        self.setIcon(self._action.icon())
        self.setText(self._words if self._action.icon().isNull() else f" {self._words}")
        self.setToolTip(self._action.toolTip())
        self.setAccessibleDescription(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())
        self.setChecked(self._action.isChecked())
