"""A label that shortens its text instead of making the window wider."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.base.literal_text import literal


class ElidedLabel(QLabel):
    """Plain text, shortened with an ellipsis where there is no room; the tip has all of it.

    Parameters
    ----------
    align : Qt.AlignmentFlag
        Left or right.
    """

    def __init__(self, align: Qt.AlignmentFlag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """No width at all."""
        return QSize(0, super().minimumSizeHint().height())

    def text(self) -> str:
        """All of it."""
        return self._words

    def setText(self, text: str) -> None:  # noqa: N802 (Qt's name)
        """Show other text; the layout need not know, whose room it fills."""
        if text != self._words:
            self._words = text
            self.setToolTip(literal(text))
            self.setAccessibleName(text)
            self.update()

    def clear(self) -> None:
        """Show none."""
        self.setText("")

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw what fits."""
        with QPainter(self) as painter:
            painter.setPen(self.palette().windowText().color())
            width = self.contentsRect().width()
            text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)
            painter.drawText(self.contentsRect(), self.alignment(), text)
