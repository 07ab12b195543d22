"""How long a key has been held down, so that a held key moves things faster."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QWindow

_FASTER_FROM = ((35, 10), (20, 5), (10, 2))
"""Repeats of a held key, and how many times as far a step goes from then on."""
_FARTHEST_MS = 100
_NO_HAND_MS = 5


class HeldKey(QObject):
    """Counts how often the key that is down has repeated itself.

    It looks at what comes to the window, before any command is run by it: a command does not
    learn whether its key was pressed or is held.

    Attributes
    ----------
    repeats : int
        0 for a key just pressed.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.repeats = 0
        self._released = (0, 0)

    def watch(self, window: QWindow) -> None:
        """Look at the keys of a window."""
        window.installEventFilter(self)

    def faster(self, step_ms: int) -> int:
        """A step as it is while the key is held, farther by and by; up to 100 ms either way."""
        times = next((times for from_, times in _FASTER_FROM if self.repeats >= from_), 1)
        most_ms = max(abs(step_ms), _FARTHEST_MS)
        return max(-most_ms, min(times * step_ms, most_ms))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Count; every event goes on."""
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() is QEvent.Type.KeyRelease:
            self._released = event.key(), event.timestamp()
        elif event.type() is QEvent.Type.ShortcutOverride:
            key, released_ms = self._released
            # X11 lets a held key go and presses it in one moment, and Qt takes some for new.
            is_same = event.key() == key and event.timestamp() - released_ms <= _NO_HAND_MS
            self.repeats = self.repeats + 1 if event.isAutoRepeat() or is_same else 0
        return False
