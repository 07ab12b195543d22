"""Tips, one at a time, until they are turned off."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from app.commands.actions import shown_key
from app.commands.keymap import KeyMap, Keys
from app.look.icons import icon
from app.look.theme import theme
from app.settings.preferences import PreferenceStore
from app.views.parts.elided_label import ElidedLabel

_TIPS = (
    (
        "next_uncertain",
        "{} goes to the next keypoint the machine is unsure of.",
        "{}: next uncertain",
    ),
    (
        "accept",
        "{} accepts the keypoint as it stands; drag it, or nudge it, if it is wrong.",
        "{}: accept",
    ),
    ("explain", "{} says why a keypoint is as sure as it is.", "{}: why so sure"),
    (
        "warp",
        "{} shows channel 1 as recorded, or moved onto channel 0's clock.",
        "{}: channel 1's own clock",
    ),
    ("find_command", "{} finds any command by some of its letters.", "{}: any command"),
    (
        "fit",
        "{} shows the whole recording; Ctrl + wheel zooms at the cursor.",
        "{}: whole recording",
    ),
    (
        "zoom_region",
        "A drag selects a region, with Shift its frequencies too; {} zooms to it.",
        "{}: zoom to the region",
    ),
    ("shortcuts", "{} lists every key, and the preferences change them.", "{}: all keys"),
)


class TipStrip(QFrame):
    """Tips with the keys as they are now.

    Parameters
    ----------
    keymap : KeyMap
    preferences : PreferenceStore
        Whether tips are wanted.
    """

    def __init__(
        self, keymap: KeyMap, preferences: PreferenceStore, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._keymap, self._preferences = keymap, preferences
        self._at = 0
        self._text = ElidedLabel(Qt.AlignmentFlag.AlignLeft)
        further, self._enough = QToolButton(), QToolButton()
        further.setText("Next tip")
        self._enough.setAccessibleName("No more tips")
        self._enough.setToolTip("No more tips; the preferences bring them back")
        further.clicked.connect(self._next)
        self._enough.clicked.connect(self.refuse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 1, 4, 1)
        layout.addWidget(self._text, 1)
        layout.addWidget(further)
        layout.addWidget(self._enough)
        keymap.changed.connect(self._show)
        preferences.changed.connect(self._prefer)
        theme().changed.connect(self._paint)
        self._paint()
        self._show()
        self._prefer()

    @property
    def text(self) -> str:
        """The tip shown."""
        return self._text.text()

    @Slot()
    def refuse(self) -> None:
        """Never show tips again."""
        self._preferences.put(replace(self._preferences.value, shows_tips=False))

    @Slot()
    def _paint(self) -> None:
        self._enough.setIcon(icon("cancel"))

    @Slot()
    def _prefer(self) -> None:
        self.setVisible(self._preferences.value.shows_tips)

    @Slot()
    def _next(self) -> None:
        self._at += 1
        self._show()

    @Slot()
    def _show(self) -> None:
        if tips := tips_of(self._keymap.keys):
            tip, shorter = tips[self._at % len(tips)]
            self._text.setText(f"Tip: {tip}", shorter)


def tips_of(keys: Keys) -> list[tuple[str, str]]:
    """The tips for commands that have a key, each in a longer and a shorter wording."""
    named = [(shown_key(keys[name][0]), words) for name, *words in _TIPS if keys.get(name)]
    return [(longer.format(key), shorter.format(key)) for key, (longer, shorter) in named]
