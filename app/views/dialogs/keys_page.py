"""The page of the preferences where commands get other keys."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.commands.actions import ACTIONS, shown_key
from app.commands.keymap import DEFAULTS, KeyMap

_HOW = "Choose a command, click into the field and press the new key."
_TEXTS = {spec.id: spec.text for spec in ACTIONS}


class KeysPage(QWidget):
    """All commands with their keys; a key that is in use is named before it changes hands.

    Parameters
    ----------
    keymap : KeyMap
    """

    def __init__(self, keymap: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keymap = keymap
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("Search commands and keys")
        self._filter.setAccessibleName("Search commands and keys")
        self._filter.setClearButtonEnabled(True)
        self.table = table = QTableWidget(len(ACTIONS), 3)
        table.setAccessibleName("Commands and their keys")
        table.setHorizontalHeaderLabels(["Command", "Menu", "Keys"])
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.key = QKeySequenceEdit()
        self.key.setMaximumSequenceLength(1)
        self.key.setClearButtonEnabled(True)
        self.key.setAccessibleName("New key")
        self.give = QPushButton("Use this key")
        self._none = QPushButton("No key")
        self._reset = QPushButton("Reset")
        self._reset.setToolTip("Give this command its first keys again")
        self._reset_all = QPushButton("Reset all keys")
        self._said = QLabel(_HOW)
        self._said.setProperty("role", "muted")
        self._said.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.key, 1)
        for button in (self.give, self._none, self._reset, self._reset_all):
            button.setAutoDefault(False)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        for widget in (self._filter, table, self._said):
            layout.addWidget(widget)
        layout.addLayout(row)
        self._filter.textChanged.connect(self._show)
        table.itemSelectionChanged.connect(self._on_selected)
        self.key.keySequenceChanged.connect(self._look)
        self.give.clicked.connect(self._on_give)
        self._none.clicked.connect(self._on_none)
        self._reset.clicked.connect(self._on_reset)
        self._reset_all.clicked.connect(keymap.reset_all)
        keymap.changed.connect(self._fill)
        self._fill()
        table.selectRow(0)

    @property
    def said(self) -> str:
        """What is said over the field."""
        return self._said.text()

    def select(self, name: str) -> None:
        """Choose a command."""
        self.table.selectRow([spec.id for spec in ACTIONS].index(name))

    @Slot()
    def _fill(self) -> None:
        keys = self._keymap.keys
        for row, spec in enumerate(ACTIONS):
            shown = " · ".join(map(shown_key, keys[spec.id]))
            # A star, not a colour, tells which were changed.
            changed = " *" if keys[spec.id] != DEFAULTS[spec.id] else ""
            for column, text in enumerate(
                (spec.text, spec.menu.replace("/", " › "), shown + changed)
            ):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self._show()
        self._look()

    @Slot()
    def _show(self) -> None:
        wanted = self._filter.text().casefold().strip()
        for row in range(self.table.rowCount()):
            cells = (self.table.item(row, column) for column in range(3))
            words = " ".join(cell.text() for cell in cells if cell is not None)
            self.table.setRowHidden(row, wanted not in words.casefold())

    @Slot()
    def _on_selected(self) -> None:
        self.key.clear()
        self._look()

    @Slot()
    def _look(self) -> None:
        """Say what the key does now before it is given away."""
        pressed = self._pressed()
        owner = self._keymap.owner(pressed) if pressed else ""
        taken = owner not in ("", self._chosen())
        self.give.setEnabled(bool(pressed))
        self.give.setText("Take this key" if taken else "Use this key")
        if taken:
            self._said.setText(
                f"{shown_key(pressed)} runs “{_TEXTS[owner]}” now; that would lose it."
            )
        else:
            self._said.setText(_HOW)

    @Slot()
    def _on_give(self) -> None:
        pressed = self._pressed()
        if pressed:
            self._keymap.give(self._chosen(), pressed)
            self.key.clear()

    @Slot()
    def _on_none(self) -> None:
        self._keymap.clear(self._chosen())

    @Slot()
    def _on_reset(self) -> None:
        owner = self._keymap.reset(self._chosen())
        if owner:
            self._said.setText(f"“{_TEXTS[owner]}” has that key now; give it another one first.")

    def _pressed(self) -> str:
        return self.key.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def _chosen(self) -> str:
        return ACTIONS[max(self.table.currentRow(), 0)].id
