"""Tips, one at a time, until they are turned off."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from app.commands.actions import shown_key
from app.commands.keymap import Keys
from app.views.parts.elided_label import ElidedLabel

_TIPS = (
    ("next_uncertain", "{} goes to the next keypoint the machine is unsure of."),
    ("accept", "{} accepts the keypoint as it stands; drag it, or nudge it, if it is wrong."),
    ("warp", "{} shows channel 1 as recorded, or moved onto channel 0's clock."),
    ("find_command", "{} finds any command by some of its letters."),
    ("fit", "{} shows the whole recording; Ctrl + wheel zooms at the cursor."),
    ("shortcuts", "{} lists every key, and the preferences change them."),
)


class TipStrip(QFrame):
    """Tips with the keys as they are now.

    Parameters
    ----------
    keys : dict of str to tuple of str
        The keys of every command.

    Signals
    -------
    refused()
        The person wants no tips any more.
    """

    refused = Signal()

    def __init__(self, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._tips = tips_of(keys)
        self._at = 0
        self._text = ElidedLabel(Qt.AlignmentFlag.AlignLeft)
        further, enough = QToolButton(), QToolButton()
        further.setText("Next tip")
        enough.setText("No more tips")
        enough.setToolTip("The preferences bring them back")
        further.clicked.connect(self._next)
        enough.clicked.connect(self.refused)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 1, 4, 1)
        layout.addWidget(self._text, 1)
        layout.addWidget(further)
        layout.addWidget(enough)
        self._show()

    @property
    def text(self) -> str:
        """The tip shown."""
        return self._text.text()

    def set_keys(self, keys: Keys) -> None:
        """Name other keys."""
        self._tips = tips_of(keys)
        self._show()

    @Slot()
    def _next(self) -> None:
        self._at += 1
        self._show()

    def _show(self) -> None:
        if self._tips:
            self._text.setText(f"Tip: {self._tips[self._at % len(self._tips)]}")


def tips_of(keys: Keys) -> list[str]:
    """The tips for commands that have a key."""
    return [text.format(shown_key(keys[name][0])) for name, text in _TIPS if keys.get(name)]
