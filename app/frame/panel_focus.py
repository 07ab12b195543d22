"""Moves the keyboard from panel to panel."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QWidget


class PanelFocus(QObject):
    """Steps through those panels that are visible.

    Parameters
    ----------
    panels : sequence of QWidget
        In the order of the steps.
    """

    def __init__(self, panels: Sequence[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._panels = tuple(panels)

    @Slot()
    def focus_next(self) -> None:
        """Move the keyboard to the next panel."""
        self._step(1)

    @Slot()
    def focus_previous(self) -> None:
        """Move the keyboard to the previous panel."""
        self._step(-1)

    def _step(self, step: int) -> None:
        visible = [panel for panel in self._panels if panel.isVisible()]
        if not visible:
            return
        holder = QApplication.focusWidget()
        start = -1 if step > 0 else 0
        for place, panel in enumerate(visible):
            if holder is not None and (panel is holder or panel.isAncestorOf(holder)):
                start = place
        visible[(start + step) % len(visible)].setFocus(Qt.FocusReason.TabFocusReason)
