"""The message log: everything said since the window was opened."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QDateTime, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from app.base.messages import Message
from app.base.versions import versions_text

TimedMessage = tuple[QDateTime, Message]


def details_of(message: Message) -> str:
    """What a bug report needs of a message."""
    parts = (message.text, message.details, versions_text())
    return "\n\n".join(dict.fromkeys(part for part in parts if part))


def log_text(messages: Iterable[TimedMessage]) -> str:
    """Messages with their times, the last one first."""
    lines = []
    for when, message in reversed(list(messages)):
        lines.append(f"{when.toString('HH:mm:ss')}  {message.kind}  {message.text}")
        if message.details and message.details != message.text:
            lines += [f"    {line}" for line in message.details.splitlines()]
    return "\n".join(lines) or "Nothing was said so far."


class MessageLog(QDialog):
    """What was said, to be read again and copied.

    Parameters
    ----------
    messages : iterable of (QDateTime, Message)
    """

    def __init__(self, messages: Iterable[TimedMessage], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Messages")
        self.resize(760, 400)
        self._page = QPlainTextEdit(log_text(messages))
        self._page.setReadOnly(True)
        self._page.setTabChangesFocus(True)
        self._page.setAccessibleName("Messages, the last one first")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy all", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._page)
        layout.addWidget(buttons)

    @property
    def text(self) -> str:
        """What is on the page."""
        return self._page.toPlainText()

    @Slot()
    def _copy(self) -> None:
        text = f"{self.text}\n\n{versions_text()}"
        QGuiApplication.clipboard().setText(text)
