"""Repaints large views one after the other, so that no turn of the event loop paints them all."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget


class StaggeredRepaint(QObject):
    """Holds views back and lets them draw again one by one.

    Parameters
    ----------
    views : sequence of QWidget
        In the order in which they draw.
    """

    def __init__(self, views: Sequence[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self._held: deque[QWidget] = deque()
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._let_one_draw)

    @property
    def is_done(self) -> bool:
        """Whether no view is held back."""
        return not self._held

    @Slot()
    def begin(self) -> None:
        """Something changes that all views show."""
        for view in self._views:
            if view not in self._held:
                view.setUpdatesEnabled(False)
                self._held.append(view)
        self._next.start()

    @Slot()
    def _let_one_draw(self) -> None:
        self._held.popleft().setUpdatesEnabled(True)
        if self._held:
            self._next.start()
