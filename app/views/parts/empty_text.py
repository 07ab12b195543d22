"""Placeholder text over an empty panel."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QGraphicsView, QLabel, QWidget

from app.look.palette import DARK


class _Cover(QLabel):
    """As large as its parent, without a say in how large that is."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Follow the parent's size."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False


def empty_text(text: str, over: QWidget) -> QLabel:
    """Muted words in the middle of `over`; hide and show them as needed."""
    label = _Cover(text, over)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    label.setWordWrap(True)
    label.setObjectName("empty")
    if isinstance(over, QGraphicsView):
        # Pictures are dark in both themes.
        label.setStyleSheet(f"color: {DARK.muted};")
    over.installEventFilter(label)
    return label
