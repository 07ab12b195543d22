"""The review queue with its filters, and a hint when its order is out of date."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.review.review_queue import ReviewQueue
from app.review.triage import Column, QueueFilter, Stage
from app.session.session_model import SessionModel
from app.views.panels.recordings_list import RecordingsList
from app.views.parts.empty_text import empty_text
from app.views.parts.search_line import SearchLine

_FILTER_CHARACTERS = 6


class QueuePanel(QWidget):
    """Find, filter, sort and choose recordings.

    Parameters
    ----------
    session : SessionModel
    queue : ReviewQueue

    Attributes
    ----------
    table : RecordingsList
    """

    def __init__(
        self, session: SessionModel, queue: ReviewQueue, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self.table = RecordingsList(session, queue)
        self._empty = empty_text("Recordings you open are listed here.", self.table)
        self._search = SearchLine(placeholderText="Find", clearButtonEnabled=True)
        self._search.setAccessibleName("Find a recording by its name")
        self._search.setMinimumWidth(60)
        self._filter = QComboBox()
        self._filter.setAccessibleName("Which recordings are listed")
        self._filter.setToolTip("Which recordings are listed")
        self._filter.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._filter.setMinimumContentsLength(_FILTER_CHARACTERS)
        for each in QueueFilter:
            self._filter.addItem(each, each)
        self._filters = QWidget()
        filters = QHBoxLayout(self._filters)
        filters.setContentsMargins(0, 0, 0, 0)
        filters.setSpacing(4)
        filters.addWidget(self._search, 1)
        filters.addWidget(self._filter, 1)
        self._none = QLabel()
        self._none.setProperty("role", "muted")
        self._none.setWordWrap(True)
        self._again = QToolButton()
        self._again.setObjectName("bordered")
        self._again.setText("Order out of date: sort again")
        self._again.setToolTip("The list stays as it is while you review, until you sort it again")
        self._again.setSizePolicy(
            self._again.sizePolicy().Policy.Ignored, self._again.sizePolicy().verticalPolicy()
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self._filters, self._none, self.table, self._again):
            layout.addWidget(widget, int(widget is self.table))
        self.setFocusProxy(self.table)
        self._search.textChanged.connect(self._on_filter)
        for away in (self._search.entered, self._search.left):
            away.connect(self.table.setFocus)
        self._filter.currentIndexChanged.connect(self._on_filter)
        self._again.clicked.connect(queue.sort_again)
        queue.rearranged.connect(self._refresh)
        queue.modelReset.connect(self._refresh)
        self._refresh()

    @property
    def hint(self) -> str:
        """What is said of the order; empty while it is up to date."""
        return "" if self._again.isHidden() else self._again.text()

    @Slot()
    def find_recording(self) -> None:
        """Put the keyboard into the search."""
        self._filters.show()
        self._search.setFocus()
        self._search.selectAll()

    @Slot()
    def choose_all(self) -> None:
        """Choose every recording listed."""
        self.table.selectAll()

    @Slot()
    def sort_again(self) -> None:
        """Bring the order up to date."""
        self._queue.sort_again()

    @Slot()
    def least_certain_first(self) -> None:
        """Sort by confidence, the least certain first."""
        self.table.sort_by(Column.CONFIDENCE, Qt.SortOrder.AscendingOrder)
        self.table.scrollToTop()

    def find_text(self, text: str) -> None:
        """Show only recordings whose name holds `text`."""
        self._search.setText(text)

    @Slot()
    def _on_filter(self) -> None:
        self._queue.show_only(QueueFilter(self._filter.currentData()), self._search.text())

    @Slot()
    def _refresh(self) -> None:
        rows = [row for row in self._queue.rows.values() if row.stage is not Stage.OUT]
        order = self._queue.order
        self._filters.setVisible(len(rows) > 1 or self._queue.is_filtered)
        self._again.setVisible(self._queue.is_stale)
        self._empty.setVisible(not rows)
        self._none.setVisible(bool(rows) and not order)
        self._none.setText(f"None of the {len(rows):,} recordings is like that.")
