"""One line over the recording for all that is said: its place is kept, so that nothing moves."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.commands.keymap import KeyMap
from app.session.session_model import SessionModel
from app.settings.preferences import PreferenceStore
from app.views.bars.message_bar import MessageBar
from app.views.bars.tip_strip import TipStrip
from app.views.bars.warning_strip import WarningStrip


class NoticeLine(QWidget):
    """A message lies over the concern about the recording, and that over a tip.

    Parameters
    ----------
    session : SessionModel
    actions : mapping of str to QAction
        By id.
    keymap, preferences
        The keys that tips name, and whether tips are wanted.
    parent : QWidget
        A message that needs more than the line lies over it.
    """

    def __init__(
        self,
        session: SessionModel,
        actions: Mapping[str, QAction],
        keymap: KeyMap,
        preferences: PreferenceStore,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.messages = MessageBar(actions, parent)
        self.concern = WarningStrip(session)
        self.tips = TipStrip(keymap, preferences)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for strip in (self.tips, self.concern):
            kept = strip.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            strip.setSizePolicy(kept)
            layout.addWidget(strip, 0, 0)
        self.concern.raise_()

    def moveEvent(self, event: QMoveEvent) -> None:  # noqa: N802 (Qt's name)
        """The message goes along."""
        self.messages.set_place(self.geometry())
        super().moveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """The message goes along."""
        self.messages.set_place(self.geometry())
        super().resizeEvent(event)
