"""The toolbar: words beside the icons where there is room for all of them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from app.commands.actions import ACTIONS, TOOLBAR
from app.look.icons import icon_px
from app.views.bars.evidence_button import EvidenceButton

_TIGHT_PX = 1000
"""In less, icons stand closer together."""


class ToolBar(QToolBar):
    """The commands of `TOOLBAR`.

    Parameters
    ----------
    actions : mapping of str to QAction
        By id.
    """

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__("Tools")
        self.setObjectName("tools")
        self.setMovable(False)
        self.setIconSize(QSize(icon_px(), icon_px()))
        labelled = {spec.id for spec in ACTIONS if spec.label}
        self._labelled: list[QToolButton] = []
        for word in TOOLBAR.split():
            if word == "|":
                self.addSeparator()
                continue
            self.addAction(actions[word])
            button = self.widgetForAction(actions[word])
            if isinstance(button, QToolButton):
                button.setAccessibleName(actions[word].text())
                if word in labelled:
                    self._labelled.append(button)
        self._evidence: EvidenceButton | None = None
        self._roomy_px = 0
        self._label(words=True)

    def show_at_end(self, button: EvidenceButton) -> None:
        """Let a button that says what alignments go by stand at the far end."""
        between = QWidget()
        between.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(between)
        self.addWidget(button)
        self._evidence = button

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Drop the words rather than hide a command behind an arrow."""
        self._fit(event.size().width())
        super().resizeEvent(event)

    def _fit(self, width_px: int) -> None:
        if not self._roomy_px:
            self._roomy_px = self.sizeHint().width()
        words = width_px >= self._roomy_px
        if words != self._has_words:
            self._label(words=words)
        is_tight = not words and width_px < _TIGHT_PX
        if is_tight != self.property("tight"):
            self.setProperty("tight", is_tight)
            self.style().polish(self)
            for button in self.findChildren(QToolButton):
                button.style().polish(button)

    def _label(self, *, words: bool) -> None:
        self._has_words = words
        style = Qt.ToolButtonStyle
        if self._evidence is not None:
            self._evidence.set_room(has_room=words)
        for button in self._labelled:
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly
            )
