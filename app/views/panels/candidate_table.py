"""Linear candidates, best first, in the opinion that is shown."""

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
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.look.table_headers import HeaderTexts
from app.session.session_model import SessionModel
from app.views.parts.empty_text import empty_text
from core.align.rankings import Ranking
from core.align.scores import CandidateScores

_SHOWN = 50
_REFRESH_MS = 60

_COLUMNS = (
    ("#", "Rank; press the number to take the candidate"),
    ("score", "Confidence-weighted score, the sum of its parts: the higher, the better it fits"),
    ("offset\ns", "Offset of channel 1 at the start, seconds"),
    ("drift\nppm", "Drift, parts per million: 1000 are a millisecond each second"),
    ("fits", "Share of the moments compared at which the channels rather match than not"),
    ("agreement", "How strongly those moments match that do, times their share; weighs 0.4"),
    ("best\nquarter", "How well the best quarter of the moments matches; weighs 0.3"),
    ("votes", "How many moments speak for it, each by how sure it is; weighs 0.2"),
    ("average", "How well all moments match on average (its exponential); weighs 0.1"),
    (
        "per\nmoment",
        "The score with the votes divided by the number of moments: the normalised form",
    ),
)
_WIDEST = (
    "50",
    "000.0",
    "+00.000",
    "+00000",
    "100 %",
    "00.00",
    "00.00",
    "000.0",
    "00.00",
    "00.00",
)
_PARTS = slice(5, None)
"""Columns that show only where a person asks for them."""
_PADDING_PX = 14
_LEAST_WANTED = 4
"""Where not all columns fit, this one goes; the tip of a row says what it holds."""

_Index = QModelIndex | QPersistentModelIndex


class _CandidateModel(HeaderTexts, QAbstractTableModel):
    headings = _COLUMNS

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._candidates: CandidateScores | None = None
        self._texts_of: dict[int, tuple[str, ...]] = {}

    def show(self, candidates: CandidateScores | None) -> None:
        """Show other candidates, best first."""
        self.beginResetModel()
        self._candidates = candidates
        self._texts_of.clear()
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 (Qt's)
        return 0 if self._candidates is None or parent.isValid() else len(self._candidates)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if self._candidates is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            texts = zip(_COLUMNS[1:], self._texts(index.row())[1:], strict=True)
            return "\n".join(f"{name}: {text}".replace("\n", " ") for (name, _tip), text in texts)
        is_shown = role == Qt.ItemDataRole.DisplayRole
        return self._texts(index.row())[index.column()] if is_shown else None

    def _texts(self, row: int) -> tuple[str, ...]:
        """What the cells of a row say, put into words when the first of them is looked at."""
        if row not in self._texts_of:
            self._texts_of[row] = self._worded(row)
        return self._texts_of[row]

    def _worded(self, row: int) -> tuple[str, ...]:
        found = self._candidates
        assert found is not None
        return (
            f"{row + 1}",
            _in_five(found.score[row]),
            f"{found.offset_s[row]:+.3f}",
            f"{round(found.drift_ppm[row]):+d}",
            f"{found.parts.count[row] / found.parts.used[row]:.0%}".replace("%", " %"),
            f"{found.parts.positive[row]:.2f}",
            f"{found.parts.top[row]:.2f}",
            _in_five(found.parts.votes[row]),
            f"{found.parts.level[row]:.2f}",
            f"{found.parts.normalised[row]:.2f}",
        )


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
        self._ranking: Ranking | None = None
        self._shows_parts = False
        self._empty = empty_text("Candidates show here while the recording is aligned.", self)
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._soon.timeout.connect(self._show_candidates)
        session.evidence_changed.connect(self._soon.start)
        session.selection.recording_changed.connect(self._show_candidates)
        session.selection.changed.connect(self._show_highlight)
        self.selectionModel().selectionChanged.connect(self._on_row)
        self.doubleClicked.connect(self._on_double_click)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Show columns as they fit."""
        self._fit_columns()
        super().resizeEvent(event)

    def _fit_columns(self) -> None:
        """Show the columns so that none has to be scrolled to, but for the parts of the score."""
        # Measuring the cells, as Qt would, asks for all of them with every change of style.
        advance = self.fontMetrics().horizontalAdvance
        heading_advance = self.horizontalHeader().fontMetrics().horizontalAdvance
        widths_px = [
            _PADDING_PX + max(*map(heading_advance, heading.split("\n")), advance(widest))
            for (heading, _tip), widest in zip(_COLUMNS, _WIDEST, strict=True)
        ]
        # Rows come later than the size; their scroll bar is to fit then.
        room_px = self.width() - 2 * self.frameWidth() - self.verticalScrollBar().sizeHint().width()
        shown = list(range(len(_WIDEST)))
        if not self._shows_parts:
            del shown[_PARTS]
            if sum(widths_px[c] for c in shown) > room_px:
                shown.remove(_LEAST_WANTED)
        spare_px = max(room_px - sum(widths_px[c] for c in shown), 0) // len(shown)
        for column, width_px in enumerate(widths_px):
            self.setColumnHidden(column, column not in shown)
            self.setColumnWidth(column, width_px + spare_px)

    @Slot(bool)
    def show_parts(self, shown: bool) -> None:
        """Show or hide what the scores are made of."""
        self._shows_parts = shown
        self._fit_columns()

    @Slot()
    def _show_candidates(self) -> None:
        found = self._session.selection.ranking
        if found is self._ranking:
            return
        self._ranking = found
        with QSignalBlocker(self.selectionModel()):
            self._model.show(None if found is None else found.candidates.ranked(_SHOWN))
        self._empty.setVisible(self._model.rowCount() == 0)
        self._show_highlight()

    @Slot()
    def _show_highlight(self) -> None:
        rank = self._session.selection.candidate
        if 0 <= rank < self._model.rowCount() and self.currentIndex().row() != rank:
            self.selectRow(rank)

    @Slot(QItemSelection, QItemSelection)
    def _on_row(self, chosen: QItemSelection, _left: QItemSelection) -> None:
        rows = [index.row() for index in chosen.indexes()]
        if rows:
            self._session.selection.highlight(rows[0])

    @Slot(QModelIndex)
    def _on_double_click(self, index: QModelIndex) -> None:
        self.taken.emit(index.row())


def _in_five(value: float) -> str:
    """A number that grows with the recording, in five characters."""
    return f"{value:.2f}" if abs(value) < 99.995 else f"{value:.1f}"
