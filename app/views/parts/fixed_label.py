"""A label whose text changes often without moving the layout."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class FixedLabel(QWidget):
    """A label that takes the room there is.

    An ordinary one has everything up to the window laid out anew with every change of its
    words; this one only if they need another height.

    Parameters
    ----------
    role : str
        How it is dressed; see `app.look.theme`.
    align : Qt.AlignmentFlag
    lines : int
        For how many there is always room.
    wraps : bool
        Whether long lines are broken.
    """

    def __init__(
        self,
        role: str = "",
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter,
        *,
        lines: int = 1,
        wraps: bool = False,
    ) -> None:
        super().__init__()
        self._lines = lines
        self._wordings: tuple[str, ...] = ("",)
        # In no layout, so that nobody asks how large it would like to be.
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setProperty("role", role)
        self._label.setAlignment(align)
        self._label.setWordWrap(wraps)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._fit()

    def text(self) -> str:
        """All that is said."""
        return self._wordings[0]

    def setText(self, text: str, *shorter: str) -> None:  # noqa: N802 (as QLabel has it)
        """Show other words, or where they have no room shorter ones, the longest first."""
        if (text, *shorter) != self._wordings:
            self._wordings = (text, *shorter)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Take all the room."""
        self._label.resize(event.size())
        self._fit()

    def _fit(self) -> None:
        least_px = self._lines * self._label.fontMetrics().lineSpacing() + 4
        wraps, advance_px = self._label.wordWrap(), self._label.fontMetrics().horizontalAdvance
        fit = (words for words in self._wordings if advance_px(words) <= self.width())
        shown = next(fit, self._wordings[-1])
        if shown != self._label.text():
            self._label.setText(shown)
        wanted_px = self._label.heightForWidth(self.width()) if wraps else 0
        self.setFixedHeight(max(least_px, wanted_px))
