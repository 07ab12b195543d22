"""Whether dragging in a plot moves the view: as preferred, or while Space is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget

from app.settings.preferences import PreferenceStore

_KEY = Qt.Key.Key_Space
_LET_GO_MS = 20
"""X11 lets a held key go and presses it again in one moment."""


class HandTool(QObject):
    """The hand that moves the view.

    Space held over a plot takes the hand as long; tapped there, it runs its command when it is let
    go. Elsewhere, and where text is typed, it is a key like every other.

    Parameters
    ----------
    preferences : PreferenceStore
        Whether dragging moves the view without a key.
    """

    def __init__(self, preferences: PreferenceStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._plots: Sequence[QWidget] = ()
        self._tap: Callable[[], object] = lambda: None
        self._is_held = self._was_used = False
        self._let_go = QTimer(self, singleShot=True, interval=_LET_GO_MS)
        self._let_go.timeout.connect(self._on_let_go)

    @property
    def is_held(self) -> bool:
        """Whether every drag moves the view, since Space is held."""
        return self._is_held

    @property
    def is_preferred(self) -> bool:
        """Whether a drag moves the view where nothing else is to be held."""
        return self._preferences.value.dragging_moves_view

    def watch(self, window: QWindow, plots: Sequence[QWidget], tap: Callable[[], object]) -> None:
        """Look at the keys of a window; `tap` is called for a tap over one of the plots."""
        self._plots, self._tap = plots, tap
        window.installEventFilter(self)

    def use(self) -> None:
        """The view was moved: Space, if it is held, was no tap."""
        self._was_used = True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Keep Space to itself while it is the hand's."""
        if self._is_held and event.type() is QEvent.Type.FocusOut:
            # It will be let go elsewhere.
            self._take(is_held=False)
        if not isinstance(event, QKeyEvent) or event.key() != _KEY:
            return False
        if event.type() is QEvent.Type.KeyRelease:
            if self._is_held and not event.isAutoRepeat():
                self._let_go.start()
            return self._is_held
        if not self._is_held and (event.modifiers() or not self._is_wanted()):
            return False
        if not self._is_held:
            self._take(is_held=True)
        self._let_go.stop()
        # No shortcut takes it.
        event.accept()
        return True

    def _is_wanted(self) -> bool:
        focus = QApplication.focusWidget()
        is_typing: Any = focus is not None and focus.testAttribute(
            Qt.WidgetAttribute.WA_InputMethodEnabled
        )
        return not is_typing and any(plot.underMouse() for plot in self._plots)

    def _take(self, *, is_held: bool) -> None:
        """Take the hand, or put it away; the pointer shows it before the mouse is moved."""
        self._is_held, self._was_used = is_held, False
        self._let_go.stop()
        if is_held:
            QApplication.setOverrideCursor(Qt.CursorShape.OpenHandCursor)
        else:
            QApplication.restoreOverrideCursor()

    @Slot()
    def _on_let_go(self) -> None:
        is_tap = not self._was_used
        self._take(is_held=False)
        if is_tap:
            self._tap()
