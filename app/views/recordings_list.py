"""The open recordings, with what is known and done of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    Qt,
    QTimer,
    Slot,
)
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.marks import Mark, mark_icon, marks_of
from app.session_model import Entry, SessionModel
from app.theme import DARK
from app.views.time_plot import time_text

_REFRESH_MS = 40
_LEAST_WIDTH_PX, _CONFIDENCE_FROM_PX = 150, 210
_BADGE, _SHORT_BADGE, _BADGE_PX = "review", "!", 7
_SHORT_UNDER_PX = 150
_COLUMNS = (
    ("Recording", "Name of the file"),
    ("conf.", "Mean confidence of its keypoints, once aligned"),
    ("done", "Keypoints you have decided on"),
)

_Index = QModelIndex | QPersistentModelIndex


class _RecordingModel(QAbstractTableModel):
    def __init__(self, session: SessionModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._count = 0
        self._shown: list[str] = []
        self._icons: dict[Mark, QIcon] = {mark: mark_icon(mark) for mark in Mark}

    def refresh(self) -> None:
        """Recordings were added or changed."""
        count = len(self._session.entries)
        if count > self._count:
            self._shown = shown_names([e.recording.name for e in self._session.entries])
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        if count:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(_COLUMNS) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 (Qt's)
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 (Qt's)
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(  # noqa: N802 (Qt's name)
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | None:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _COLUMNS[section][0]
            if role == Qt.ItemDataRole.ToolTipRole:
                return _COLUMNS[section][1]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self._session.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown[index.row()] if index.column() == 0 else _text(entry, index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._icons[_worst(entry)]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(entry)
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0 and entry.concerns:
            return f"{entry.recording.name}, needs review: {'; '.join(entry.concerns)}"
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column():
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


def shown_names(names: Sequence[str]) -> list[str]:
    """Names without the start and the ending that all share; what tells them apart is left."""
    ends = {Path(name).suffix for name in names}
    shortest = min(len(Path(name).stem) for name in names) if len(names) > 1 else 0
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    shared = names[0][: min(len(list(same)), shortest)] if shortest else ""
    # Only whole words go, so that "mon" and "mo" do not become "n" and "".
    start = max(shared.rfind(between) for between in "_-. ") + 1
    bare = [Path(name).stem if len(names) > 1 and len(ends) == 1 else name for name in names]
    return [f"…{name[start:]}" if start else name for name in bare]


def _text(entry: Entry, column: int) -> str:
    if column == 1:
        if entry.problem:
            return "failed"
        known = entry.keypoints.confidence[np.isfinite(entry.keypoints.confidence)]
        return f"{known.mean():.2f}" if len(known) else "–"
    return f"{entry.reviewed}/{len(entry.keypoints)}"


def _worst(entry: Entry) -> Mark:
    """The mark that says what is left to do for a recording."""
    if entry.problem:
        return Mark.UNALIGNABLE
    marks = marks_of(entry.keypoints)
    if np.any(marks == Mark.UNCERTAIN):
        return Mark.UNCERTAIN
    return Mark.MACHINE if np.any(marks == Mark.MACHINE) else Mark.ACCEPTED


def _tip(entry: Entry) -> str:
    lines = [str(path) for path in entry.recording.paths]
    for channel, source in enumerate(entry.recording.channels):
        lines.append(
            f"channel {channel}: {time_text(source.duration_s, 1)}, {source.sample_rate_hz} Hz"
        )
    if entry.imported is not None:
        lines.append(f"keypoints from {entry.imported.path.name}")
    if entry.problem:
        lines.append(entry.problem)
    lines += [f"Needs review: {concern}." for concern in entry.concerns]
    return "\n".join(lines)


class _Badged(QStyledItemDelegate):
    """Names with a badge behind those that need a look as a whole."""

    def __init__(self, session: SessionModel, table: QTableView) -> None:
        super().__init__(table)
        self._session = session
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw the name, shortened by the badge."""
        if not self._session.entries[index.row()].concerns:
            super().paint(painter, option, index)
            return
        full = QRectF(option.rect)
        metrics = option.fontMetrics
        words = _SHORT_BADGE if full.width() < _SHORT_UNDER_PX else _BADGE
        width = metrics.horizontalAdvance(words) + 2 * _BADGE_PX
        # The style draws the row's ground under the badge.
        ground = QStyleOptionViewItem(option)
        ground.rect = full.adjusted(full.width() - width - _BADGE_PX, 0, 0, 0).toRect()
        self.initStyleOption(ground, index)
        ground.text, ground.icon = "", QIcon()
        style = self._table.style()
        style.drawControl(style.ControlElement.CE_ItemViewItem, ground, painter, self._table)
        option.rect = full.adjusted(0, 0, -width - _BADGE_PX, 0).toRect()
        super().paint(painter, option, index)
        height = metrics.height() + 2
        badge = QRectF(
            full.right() - width - 3, full.center().y() - height / 2 + 0.5, width, height
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(DARK.uncertain)
        painter.setPen(QPen(colour, 1))
        painter.drawRoundedRect(badge, height / 2, height / 2)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()


class RecordingsList(QTableView):
    """Choosing a row shows that recording.

    Parameters
    ----------
    session : SessionModel
    """

    def __init__(self, session: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = _RecordingModel(session, self)
        self.setModel(self._model)
        self.setItemDelegateForColumn(0, _Badged(session, self))
        self.setAccessibleName("Recordings")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(36)
        self.setMinimumWidth(_LEAST_WIDTH_PX)
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._soon.timeout.connect(self._refresh)
        session.recordings_changed.connect(self._soon.start)
        session.recording_selected.connect(self._soon.start)
        self.selectionModel().selectionChanged.connect(self._on_row)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Where there is little room, it belongs to the names."""
        self.setColumnHidden(1, event.size().width() < _CONFIDENCE_FROM_PX)
        super().resizeEvent(event)

    @Slot()
    def _refresh(self) -> None:
        self._model.refresh()
        if self.currentIndex().row() != self._session.current_index:
            self.selectRow(self._session.current_index)

    @Slot(QItemSelection, QItemSelection)
    def _on_row(self, chosen: QItemSelection, _left: QItemSelection) -> None:
        rows = [index.row() for index in chosen.indexes()]
        if rows:
            self._session.select_recording(rows[0])
