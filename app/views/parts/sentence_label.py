"""A label that says a sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel


class SentenceLabel(QLabel):
    """Words that are broken at its edge, with room for all their lines.

    The room that Qt keeps for them is that of another width, so that with large letters the last
    lines have none.

    Parameters
    ----------
    role : str
        How it is dressed; see `app.look.theme`.
    text : str
        Shown to the letter, unless another format is set.
    """

    def __init__(self, role: str = "", text: str = "") -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 (as QLabel has it)
        """Show other words."""
        super().setText(text)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Another width may take another number of lines."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        self.setMinimumHeight(self.heightForWidth(self.width()) if self.text() else 0)
