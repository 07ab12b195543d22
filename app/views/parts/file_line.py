"""A line for the path of a file."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget


class FileLine(QWidget):
    """A place for the path of a file, and a button to look for it.

    Parameters
    ----------
    what : str
        What the file is.
    kinds : str
        Name filters, as Qt's file dialogs take them.
    """

    def __init__(self, what: str, kinds: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what, self._kinds = what, kinds
        self.text = QLineEdit()
        self.text.setAccessibleName(what)
        self.text.setPlaceholderText("no file chosen")
        self._browse = QPushButton("Browse…")
        self._browse.setAccessibleName(f"Browse for a {what}")
        self._browse.setAutoDefault(False)
        self._browse.clicked.connect(self._on_browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self._browse)
        self.setFocusProxy(self.text)

    @Slot()
    def _on_browse(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, self._what, self.text.text(), self._kinds)
        if name:
            self.text.setText(name)
            self.text.editingFinished.emit()
