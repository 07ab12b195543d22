"""Messages to the person, inside the window, one line high."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.messages import Kind, Message
from app.theme import icon

_INFO_MS = 9000
_SIGNS = {Kind.INFO: "info", Kind.WARNING: "uncertain", Kind.ERROR: "unalignable"}


class MessageBar(QFrame):
    """Shows the latest message; errors and warnings stay until closed.

    Parameters
    ----------
    actions : mapping of str to QAction
        What a message may offer as a button.
    """

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.message: Message | None = None
        self.setObjectName("message")
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
        self._act, self._copy, self._close = QToolButton(), QToolButton(), QToolButton()
        self._act.setObjectName("bordered")
        self._copy.setText("Copy details")
        self._close.setIcon(icon("cancel"))
        self._close.setAccessibleName("Close message")
        self._act.clicked.connect(self._on_act)
        self._copy.clicked.connect(self._on_copy)
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 4, 4)
        layout.setSpacing(8)
        layout.addWidget(self._sign)
        layout.addWidget(self._text, 1)
        for button in (self._act, self._copy, self._close):
            layout.addWidget(button)
        self._away = QTimer(self, singleShot=True, interval=_INFO_MS)
        self._away.timeout.connect(self.hide)
        self.hide()

    @Slot(object)
    def tell(self, message: Message) -> None:
        """Show a message in place of the one before."""
        self.message = message
        self._sign.setPixmap(icon(_SIGNS[message.kind]).pixmap(18, 18))
        self._text.setText(message.text)
        self.setAccessibleName(message.text)
        self._act.setVisible(bool(message.action))
        if message.action:
            self._act.setText(self._actions[message.action].text())
        self._copy.setVisible(message.kind is not Kind.INFO)
        self.setProperty("kind", str(message.kind))
        self.style().polish(self)
        self.show()
        if message.kind is Kind.INFO and not message.action:
            self._away.start()
        else:
            self._away.stop()

    @Slot(str)
    def inform(self, text: str) -> None:
        """Show a passing remark."""
        self.tell(Message(Kind.INFO, text))

    @Slot()
    def _on_act(self) -> None:
        self.hide()
        if self.message is not None:
            self._actions[self.message.action].trigger()

    @Slot()
    def _on_copy(self) -> None:
        if self.message is not None:
            QGuiApplication.clipboard().setText(self.message.details or self.message.text)
