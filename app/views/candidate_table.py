"""Linear candidates, best first, with the parts of their score."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.session_model import SessionModel
from app.table_headers import HeaderTexts
from app.views.empty_text import empty_text
from core.align.alignment import CandidateScores

_SHOWN = 50
_REFRESH_MS = 60

_COLUMNS = (
    ("#", "Rank; press the number to take the candidate"),
    ("score", "Confidence-weighted score, the sum of its four parts"),
    ("offset", "Offset of channel 1 at the start, seconds"),
    ("ppm", "Drift, parts per million"),
    ("pos", "0.4 × mean of the positive predictions × their share"),
    ("top", "0.3 × mean of the top quarter of the predictions"),
    ("votes", "0.2 × sum of the predictions' sigmoids"),
    ("level", "0.1 × exp of the mean prediction"),
    ("n>0", "How many predictions are positive (the public baseline's score)"),
)
_WIDEST = ("50", "000.00", "+00.000", "+00000", "00.00", "00.00", "000.00", "00.00", "3600")
_PADDING_PX = 14

_Index = QModelIndex | QPersistentModelIndex


class _CandidateModel(HeaderTexts, QAbstractTableModel):
    headings = _COLUMNS

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._candidates: CandidateScores | None = None

    def show(self, candidates: CandidateScores | None) -> None:
        """Show other candidates, best first."""
        self.beginResetModel()
        self._candidates = candidates
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 (Qt's)
        return 0 if self._candidates is None or parent.isValid() else len(self._candidates)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole or self._candidates is None:
            return None
        row, found = index.row(), self._candidates
        return (
            f"{row + 1}",
            f"{found.score[row]:.2f}",
            f"{found.offset_s[row]:+.3f}",
            f"{round(found.drift_ppm[row]):+d}",
            f"{found.positive[row]:.2f}",
            f"{found.top[row]:.2f}",
            f"{found.votes[row]:.2f}",
            f"{found.level[row]:.2f}",
            f"{found.count[row]}",
        )[index.column()]


class CandidateTable(QTableView):
    """A click highlights a candidate in the drift plot, a double click takes it.

    Parameters
    ----------
    session : SessionModel

    Signals
    -------
    taken(rank)
        A candidate was double-clicked; rank 0 is the best.
    """

    taken = Signal(int)

    def __init__(self, session: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = _CandidateModel(self)
        self.setModel(self._model)
        self.setAccessibleName("Candidates")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        small = self.font()
        small.setPointSizeF(0.9 * small.pointSizeF())
        self.setFont(small)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(22)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight)
        # Measuring the cells, as Qt would, asks for all of them with every change of style.
        for column, widest in enumerate(_WIDEST):
            width_px = self.fontMetrics().horizontalAdvance(widest) + _PADDING_PX
            self.setColumnWidth(column, width_px)
        self._candidates: CandidateScores | None = None
        self._empty = empty_text("Candidates show here while the recording is aligned.", self)
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._soon.timeout.connect(self._show_candidates)
        session.evidence_changed.connect(self._soon.start)
        session.recording_selected.connect(self._show_candidates)
        session.selection_changed.connect(self._show_highlight)
        self.selectionModel().selectionChanged.connect(self._on_row)
        self.doubleClicked.connect(self._on_double_click)

    @Slot()
    def _show_candidates(self) -> None:
        entry = self._session.current
        found = None if entry is None else entry.candidates
        if found is self._candidates:
            return
        self._candidates = found
        with QSignalBlocker(self.selectionModel()):
            self._model.show(None if found is None else found.ranked(_SHOWN))
        self._empty.setVisible(self._model.rowCount() == 0)
        self._show_highlight()

    @Slot()
    def _show_highlight(self) -> None:
        rank = self._session.highlighted
        if 0 <= rank < self._model.rowCount() and self.currentIndex().row() != rank:
            self.selectRow(rank)

    @Slot(QItemSelection, QItemSelection)
    def _on_row(self, chosen: QItemSelection, _left: QItemSelection) -> None:
        rows = [index.row() for index in chosen.indexes()]
        if rows:
            self._session.highlight_candidate(rows[0])

    @Slot(QModelIndex)
    def _on_double_click(self, index: QModelIndex) -> None:
        self.taken.emit(index.row())
