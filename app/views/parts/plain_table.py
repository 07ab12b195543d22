"""A table to read: rows are chosen, cells are text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

_LEAST_PX = 56
"""Of the first column, where the others leave it no room."""


class PlainTable(QTableWidget):
    """A table whose first column takes what room there is; numbers stand at the right.

    Parameters
    ----------
    name : str
        What it shows, for screen readers.
    headings : sequence of str
    """

    def __init__(self, name: str, headings: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(0, len(headings), parent)
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels(headings)
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.sectionResized.connect(self._on_resized)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """The first column gives way, so that the others stay in sight."""
        super().resizeEvent(event)
        self._give_way()

    @Slot(int, int, int)
    def _on_resized(self, column: int, *_: int) -> None:
        if column:
            self._give_way()

    def _give_way(self) -> None:
        """Qt leaves a column that stretches as wide as it was where nothing is left for it."""
        header = self.horizontalHeader()
        others_px = header.length() - header.sectionSize(0)
        if self.viewport().width() - others_px < _LEAST_PX:
            header.resizeSection(0, _LEAST_PX)

    @property
    def texts(self) -> list[tuple[str, ...]]:
        """What the cells say, row by row."""
        columns = range(self.columnCount())
        return [
            tuple(cell.text() for column in columns if (cell := self.item(row, column)) is not None)
            for row in range(self.rowCount())
        ]

    def fill(self, rows: Sequence[Sequence[str]]) -> None:
        """Show other rows, of as many cells as there are headings."""
        self.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                cell = QTableWidgetItem(text)
                cell.setToolTip("" if column else text)
                if column:
                    cell.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.setItem(row, column, cell)
