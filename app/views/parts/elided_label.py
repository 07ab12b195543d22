"""A label that says it shorter, or shortens its text, instead of making the window wider."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.base.literal_text import literal


class ElidedLabel(QLabel):
    """Plain text in the longest wording there is room for; the tip has all of it.

    Parameters
    ----------
    align : Qt.AlignmentFlag
        Left or right.
    """

    def __init__(self, align: Qt.AlignmentFlag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wordings: tuple[str, ...] = ("",)
        self.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """No width at all."""
        return QSize(0, super().minimumSizeHint().height())

    def text(self) -> str:
        """All of it."""
        return self._wordings[0]

    @property
    def shown_text(self) -> str:
        """What stands there; the last wording is cut where not even that has room."""
        room_px, metrics = self.contentsRect().width(), self.fontMetrics()
        fit = (words for words in self._wordings if metrics.horizontalAdvance(words) <= room_px)
        return next(fit, self._wordings[-1])

    def setText(self, text: str, *shorter: str) -> None:  # noqa: N802 (Qt's name)
        """Show other text, or where it has no room a shorter wording, the longest first.

        The layout need not know, whose room it fills.
        """
        if (text, *shorter) != self._wordings:
            self._wordings = (text, *shorter)
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
            width, words = self.contentsRect().width(), self.shown_text
            text = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, width)
            painter.drawText(self.contentsRect(), self.alignment(), text)
