"""What speaks for a keypoint, over the panel that asks."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.base.announcement import announce
from app.base.placing import corner_within
from app.views.parts.sentence_label import SentenceLabel

_CHARACTERS = 46


class ExplanationPopup(QFrame):
    """Sentences under a heading; a click beside them or any key closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self._heading = QLabel()
        self._heading.setProperty("role", "title")
        self._said = SentenceLabel()
        layout = QVBoxLayout(self)
        layout.addWidget(self._heading)
        layout.addWidget(self._said)

    @property
    def text(self) -> str:
        """The sentences, one a line."""
        return self._said.text()

    def show_under(self, widget: QWidget, heading: str, sentences: tuple[str, ...]) -> None:
        """Show under a widget, where the screen ends above it.

        Parameters
        ----------
        widget : QWidget
        heading : str
        sentences : tuple of str
        """
        self._heading.setText(heading)
        # As wide as the panel, and as a line is read with ease; the words take their room by it.
        line_px = _CHARACTERS * self.fontMetrics().averageCharWidth()
        self._said.setFixedWidth(max(widget.width(), line_px))
        self._said.setText("\n\n".join(sentences))
        self.adjustSize()
        screen = widget.screen().availableGeometry()
        under = widget.mapToGlobal(QPoint(0, widget.height()))
        self.move(corner_within(screen, QRect(under, self.size())))
        self.show()
        announce(self, " ".join(sentences))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Close, whatever was pressed."""
        event.accept()
        self.close()
