"""Undo and redo, with menu texts that name the edit."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction

from app.base.literal_text import without_mnemonic
from app.commands.menus import allow
from app.session.session_model import SessionModel


class History(QObject):
    """Steps back and forth through what a person did.

    Parameters
    ----------
    session : SessionModel
    actions : mapping of str to QAction
        The texts of ``undo`` and ``redo`` say what they would do.
    """

    def __init__(
        self,
        session: SessionModel,
        actions: Mapping[str, QAction],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._actions = actions
        session.history_changed.connect(self._refresh)
        self._refresh()

    @Slot()
    def undo(self) -> None:
        """Take the last action back."""
        self._session.past.undo()

    @Slot()
    def redo(self) -> None:
        """Take the last undo back."""
        self._session.past.redo()

    def go_to(self, done: int) -> None:
        """Undo or redo until `done` actions are done."""
        past = self._session.past
        while len(past.done) > done:
            past.undo()
        while len(past.done) < done and past.undone:
            past.redo()

    @Slot()
    def _refresh(self) -> None:
        for name, steps in (("undo", self._session.done[-1:]), ("redo", self._session.undone[:1])):
            action = self._actions[name]
            what = steps[0].edit.text if steps else ""
            word = name.capitalize()
            text = f"{word} {what[:1].lower()}{what[1:]}" if what else word
            action.setText(without_mnemonic(text))
            allow(action, "" if steps else f"there is nothing to {name}")
