"""The command palette: type some letters of a command, press Enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QBrush, QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.base.fuzzy_match import closeness
from app.commands.actions import ACTIONS
from app.commands.menus import why_not
from app.look.theme import theme
from app.views.parts.sentence_label import SentenceLabel

_SIZE_PX = (620, 420)
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}


class _Query(QLineEdit):
    """A line whose arrow keys are for the list below."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Pass arrows on."""
        step = _MOVES.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(step)


class CommandPalette(QDialog):
    """Every command, the best match first; what was used lately comes before the rest.

    Parameters
    ----------
    actions : mapping of str to QAction
        By id.
    recent : sequence of str
        Ids of the commands that were run from here, the last one first.

    Signals
    -------
    chosen(name)
        Id of the command to run.
    """

    chosen = Signal(str)

    def __init__(
        self, actions: Mapping[str, QAction], recent: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Commands")
        self._actions = actions
        self._recent = {name: place for place, name in enumerate(recent)}
        self._query = _Query()
        self._query.setPlaceholderText("Type some letters of a command")
        self._query.setAccessibleName("Command")
        self._query.setAccessibleDescription("Up and Down choose, Enter runs, Esc closes")
        self._query.setClearButtonEnabled(True)
        self._table = table = QTableWidget(0, 3)
        table.setAccessibleName("Matching commands")
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.horizontalHeader().hide()
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        fits, rest = QHeaderView.ResizeMode.ResizeToContents, QHeaderView.ResizeMode.Stretch
        for column, mode in enumerate((fits, rest, fits)):
            table.horizontalHeader().setSectionResizeMode(column, mode)
        table.setWordWrap(False)
        self._why = SentenceLabel("muted")
        table.currentCellChanged.connect(self._say_why)
        layout = QVBoxLayout(self)
        layout.addWidget(self._query)
        layout.addWidget(table, 1)
        layout.addWidget(self._why)
        self._query.textChanged.connect(self._show)
        self._query.moved.connect(self._move)
        self._query.returnPressed.connect(self._run)
        table.cellDoubleClicked.connect(self._run)
        width, height = _SIZE_PX
        room = height if parent is None else min(height, parent.height() - 80)
        self.resize(width, room)
        self._show("")

    @property
    def shown(self) -> list[str]:
        """Ids of the commands shown, from the top."""
        rows = range(self._table.rowCount())
        return [self._item(row).data(Qt.ItemDataRole.UserRole) for row in rows]

    @property
    def why(self) -> str:
        """Why the command that is marked cannot be run, all of it; empty if it can."""
        return self._why.text()

    def words(self, row: int) -> tuple[str, ...]:
        """What stands in a row: command, menu or why it is greyed, key."""
        cells = (self._table.item(row, column) for column in range(3))
        return tuple("" if cell is None else cell.text() for cell in cells)

    @Slot(str)
    def _show(self, query: str) -> None:
        found = []
        for place, spec in enumerate(ACTIONS):
            text = self._actions[spec.id].text()
            close = closeness(query, text)
            if close is None:
                close = closeness(query, f"{spec.menu} {text}")
                close = None if close is None else close / 2
            if close is not None:
                lately = self._recent.get(spec.id, len(self._recent))
                found.append((-close, lately, place, spec))
        found.sort(key=lambda one: one[:3])
        self._table.setRowCount(len(found))
        for row, (*_, spec) in enumerate(found):
            action = self._actions[spec.id]
            reason = why_not(action)
            key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            where = reason or " › ".join(spec.menu.split("/"))
            for column, text in enumerate((action.text(), where, key)):
                cell = QTableWidgetItem(text)
                grey = theme().palette.disabled if reason and column == 0 else theme().palette.muted
                if column or reason:
                    cell.setForeground(QBrush(QColor(grey)))
                self._table.setItem(row, column, cell)
            self._item(row).setData(Qt.ItemDataRole.UserRole, spec.id)
        if found:
            self._table.selectRow(0)
        self._say_why()

    @Slot()
    def _say_why(self) -> None:
        row = self._table.currentRow()
        cell = self._table.item(row, 0) if row >= 0 else None
        name = None if cell is None else cell.data(Qt.ItemDataRole.UserRole)
        self._why.setText("" if name is None else why_not(self._actions[name]))
        self._why.setVisible(bool(self._why.text()))

    @Slot(int)
    def _move(self, step: int) -> None:
        row = self._table.currentRow() + step
        self._table.selectRow(min(max(row, 0), self._table.rowCount() - 1))

    @Slot()
    def _run(self) -> None:
        row = self._table.currentRow()
        if row < 0 or not self._table.rowCount():
            return
        name = self._item(row).data(Qt.ItemDataRole.UserRole)
        if self._actions[name].isEnabled():
            self.accept()
            self.chosen.emit(name)

    def _item(self, row: int) -> QTableWidgetItem:
        item = self._table.item(row, 0)
        assert item is not None
        return item
