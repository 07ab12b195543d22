"""The table of open recordings: how far the review of each is, and how sure it is."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.review.review_queue import ReviewQueue
from app.review.triage import Column
from app.session.session_model import SessionModel

_LEAST_WIDTH_PX, _ROW_PX, _ROW_PADDING_PX = 150, 26, 6
_STAGE_PX, _PADDING_PX = 24, 14
_WIDEST = {Column.FLAG: "≈", Column.UNCERTAIN: "left", Column.CONFIDENCE: "failed"}
"""What they have to hold; the last one goes first where there is little room."""
_NAME = "recording 1"
"""So much of a name is seen, before what else is told of a recording."""
_UNSORTED = -1
_DELETING = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
"""Backspace says "delete" on keyboards for macOS; where it runs a command, it never comes here."""


class RecordingsList(QTableView):
    """Choosing a row shows that recording; several can be chosen for what is done to many.

    Parameters
    ----------
    session : SessionModel
    queue : ReviewQueue

    Signals
    -------
    deleted()
        The Delete key was pressed on the recording shown.
    """

    deleted = Signal()

    def __init__(
        self, session: SessionModel, queue: ReviewQueue, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._queue = queue
        self._widths_px: dict[Column, int] = {}
        self.setModel(queue)
        self.setAccessibleName("Recordings")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        # Rows of one height: thousands of them need not be measured.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        row_px = max(_ROW_PX, self.fontMetrics().height() + _ROW_PADDING_PX)
        self.verticalHeader().setDefaultSectionSize(row_px)
        self._set_columns()
        self.setMinimumWidth(_LEAST_WIDTH_PX)
        queue.rearranged.connect(self._follow)
        session.selection.recording_changed.connect(self._follow)
        self.selectionModel().selectionChanged.connect(self._on_rows)

    def sort_by(self, column: Column, order: Qt.SortOrder) -> None:
        """Sort as a click on a heading does."""
        header = self.horizontalHeader()
        if (header.sortIndicatorSection(), header.sortIndicatorOrder()) == (column, order):
            self._queue.sort_again()
        else:
            self.sortByColumn(column, order)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Where there is little room, it belongs to the names."""
        self._fit_columns()
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Delete is about the recording that is marked."""
        if event.key() in _DELETING and self.selectionModel().hasSelection():
            self.deleted.emit()
        else:
            super().keyPressEvent(event)

    def _set_columns(self) -> None:
        header = self.horizontalHeader()
        header.setMinimumSectionSize(_STAGE_PX)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(_UNSORTED, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.setColumnWidth(Column.STAGE, _STAGE_PX)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Give columns what their longest text takes; hide the last ones where names need it."""
        # Measuring the cells, as Qt would, takes time and room for a sort arrow in every column.
        most = max((row.keypoints for row in self._queue.rows.values()), default=0)
        self._make_room(Column.REVIEWED, "done", f"{most}/{most}")
        room_px = self.viewport().width() - self._width_px(_NAME)
        room_px -= _STAGE_PX + self._widths_px[Column.REVIEWED]
        for column, widest in _WIDEST.items():
            self._make_room(column, widest, f"{most:,}" if column is Column.UNCERTAIN else "")
            room_px -= self._widths_px[column]
            self.setColumnHidden(column, room_px < 0)

    def _make_room(self, column: Column, *texts: str) -> None:
        width_px = max(map(self._width_px, texts))
        if self._widths_px.get(column) != width_px:
            self._widths_px[column] = width_px
            self.setColumnWidth(column, width_px)

    def _width_px(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + _PADDING_PX

    @Slot()
    def _follow(self) -> None:
        """Mark the recording shown; the list itself stays where it is."""
        self._fit_columns()
        row = self._queue.place(self._session.selection.recording)
        with QSignalBlocker(self.selectionModel()):
            if row < 0:
                self.clearSelection()
            elif self.currentIndex().row() != row or not self.selectionModel().hasSelection():
                # Not selectRow, which adds to the others while Ctrl is held.
                flags = QItemSelectionModel.SelectionFlag
                marked, chosen = QItemSelection(), set(self._session.selection.chosen)
                for at, key in enumerate(self._queue.order):
                    if key in chosen:
                        marked.select(self._queue.index(at, 0), self._queue.index(at, 0))
                place = self._queue.index(row, 0)
                self.selectionModel().setCurrentIndex(place, flags.NoUpdate)
                self.selectionModel().select(marked, flags.ClearAndSelect | flags.Rows)
                self.scrollTo(place)
        self.viewport().update()

    @Slot()
    def _on_rows(self) -> None:
        rows = [index.row() for index in self.selectionModel().selectedRows()]
        if rows:
            current, order = self.currentIndex().row(), self._queue.order
            shown = current if current in rows else rows[0]
            self._session.selection.choose([order[row] for row in rows], order[shown])
