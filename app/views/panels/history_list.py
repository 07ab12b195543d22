"""The edit history: everything a person did, with the way back to any moment."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QListView, QWidget

from app.base.literal_text import literal
from app.review.triage import shown_names
from app.session.history import History
from app.session.session_model import SessionModel
from core.session import Step

_SPACING_PX = 2

Index = QModelIndex | QPersistentModelIndex


class HistoryModel(QAbstractListModel):
    """One row for the beginning, and one an action: done ones first, then what can be redone."""

    def __init__(self, session: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._actions: list[tuple[Step, ...]] = []
        self._was_done = 0
        self._named: tuple[int, ...] = ()
        self._names: dict[int, str] = {}
        session.history_changed.connect(self._refresh)
        session.replaced.connect(self._forget_names)

    @property
    def done(self) -> int:
        """Row of the moment that is shown."""
        return len(self._session.past.done)

    def rowCount(self, _parent: Index | None = None) -> int:  # noqa: N802 (Qt's name)
        """How many rows there are."""
        return 1 + len(self._actions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, tip and look of a row."""
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row)
        if role == Qt.ItemDataRole.ToolTipRole and row:
            edit = self._actions[row - 1][0].edit
            name = self._session.recordings[edit.recording].recording.name
            made = edit.made_at.astimezone()
            where = self._several(row) or name
            return literal(f"{edit.text} – {where}, {made:%Y-%m-%d %H:%M:%S}")
        if role == Qt.ItemDataRole.FontRole and row > self.done:
            font = QFont()
            font.setItalic(True)
            return font
        return None

    def _text(self, row: int) -> str:
        if row == 0:
            return "Before all edits"
        edit = self._actions[row - 1][0].edit
        where = self._several(row)
        if not where and len(self._session.recordings) > 1:
            where = self._name_of(edit.recording)
        undone = "  (undone)" if row > self.done else ""
        return f"{edit.text}{f' – {where}' if where else ''}{undone}"

    def _several(self, row: int) -> str:
        """How many recordings an action was about; empty for a single one."""
        count = len({step.edit.recording for step in self._actions[row - 1]})
        return f"{count:,} recordings" if count > 1 else ""

    def _name_of(self, key: int) -> str:
        """What tells a recording from the others; there is little room."""
        keys = tuple(self._session.recordings)
        if keys != self._named:
            self._named = keys
            names = shown_names([entry.recording.title for entry in self._session.entries])
            self._names = dict(zip(self._named, names, strict=True))
        return self._names[key]

    @Slot()
    def _forget_names(self) -> None:
        self._named = ()

    @Slot()
    def _refresh(self) -> None:
        past = self._session.past
        actions = [*past.done, *past.undone]
        if (len(actions), self.done) == (len(self._actions), self._was_done):
            # An action went on: a nudge more, or what followed from it.
            self._actions = actions
            self.dataChanged.emit(self.index(0), self.index(len(actions)))
            return
        self.beginResetModel()
        self._actions, self._was_done = actions, self.done
        self.endResetModel()


class HistoryList(QListView):
    """Shows the history; activating a row goes back or forth to it.

    Parameters
    ----------
    session : SessionModel
    history : History
    """

    def __init__(
        self, session: SessionModel, history: History, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._history = history
        self._model = HistoryModel(session, self)
        self.setModel(self._model)
        self.setUniformItemSizes(True)
        self.setSpacing(_SPACING_PX)
        self.setAccessibleName("Edit history")
        self.setToolTip("Double-click a step, or press Enter on it, to go back or forth to it")
        self.activated.connect(self._go_to)
        self._model.modelReset.connect(self._follow)

    @Slot(QModelIndex)
    def _go_to(self, index: QModelIndex) -> None:
        self._history.go_to(index.row())

    @Slot()
    def _follow(self) -> None:
        current = self._model.index(self._model.done)
        self.setCurrentIndex(current)
        self.scrollTo(current)
