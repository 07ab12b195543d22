"""The table of a pairing sheet: a pair a row, edited in place."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.base.time_format import time_text
from core.align.limits import SPACINGS_M
from core.audio.pairs.pair_draft import PROBLEMS, DraftRow, PairDraft
from core.audio.pairs.pairing import FoundFile, later_than
from core.audio.sources import Source

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_NOWHERE = QModelIndex()


class _Kind(Enum):
    NAME = auto()
    FILE = auto()
    CHANNEL = auto()
    START = auto()
    LATER = auto()
    LENGTH = auto()
    SPACING = auto()
    PROBLEM = auto()


class _Column(NamedTuple):
    heading: str
    kind: _Kind
    side: int = 0
    tip: str = ""


_COLUMNS = (
    _Column("Channel 0, reference", _Kind.FILE, 0, "Its clock stands; double-click to choose"),
    _Column("Which", _Kind.CHANNEL, 0, "Which channel of the file, from 0"),
    _Column("Starts", _Kind.START, 0, "As the recorder told it, in the name or header of the file"),
    _Column("Lasts", _Kind.LENGTH, 0),
    _Column("Channel 1", _Kind.FILE, 1, "Its clock drifts; double-click to choose"),
    _Column("Which", _Kind.CHANNEL, 1, "Which channel of the file, from 0"),
    _Column("Starts", _Kind.LATER, 1, "How much later than channel 0, by the recorders' clocks"),
    _Column("Lasts", _Kind.LENGTH, 1),
    _Column("Spacing", _Kind.SPACING, 0, "Distance of the microphones in metres, if it is known"),
    _Column("Called", _Kind.NAME, 0, "What the recording is called in tables"),
    _Column("", _Kind.PROBLEM),
)
_MEASURED_ROWS = 32
"""By so many rows the widths are chosen, once: to measure thousands would hold the window up."""
_PADDING_PX = 16
_TO_THE_RIGHT = {_Kind.CHANNEL, _Kind.LATER, _Kind.LENGTH}
_EDITED = {_Kind.NAME, _Kind.FILE, _Kind.CHANNEL, _Kind.SPACING}


class PairModel(QAbstractTableModel):
    """A draft of pairs as a table.

    Parameters
    ----------
    draft : PairDraft

    Signals
    -------
    changed()
        The draft is another.
    """

    changed = Signal()

    def __init__(self, draft: PairDraft, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = draft

    @property
    def draft(self) -> PairDraft:
        """As it stands."""
        return self._draft

    def put(self, draft: PairDraft) -> None:
        """Show another draft."""
        if len(draft.rows) == len(self._draft.rows):
            self._draft = draft
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(draft.rows) - 1, len(_COLUMNS) - 1)
            )
        else:
            self.beginResetModel()
            self._draft = draft
            self.endResetModel()
        self.changed.emit()

    def choices(self, index: _Index) -> list[tuple[str, object]]:
        """What a cell may hold, with the words for it; empty where anything may be typed."""
        column = _COLUMNS[index.column()]
        if column.kind is _Kind.CHANNEL and (file := self._file(index)) is not None:
            return [(str(channel), channel) for channel in range(file.channels)]
        if column.kind is _Kind.FILE:
            paired = {path for pair in self._draft.pairs for path in pair.files}
            files = sorted(
                self._draft.files.values(), key=lambda file: (file.path in paired, file.path)
            )
            return [(self._draft.names[file.path], file) for file in files]
        return []

    def rowCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        """How many pairs there are."""
        return 0 if parent.isValid() else len(self._draft.rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        """How many cells a pair has."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(  # noqa: N802 (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        """The words above a column, or the number of a row."""
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1) if role == _Role.DisplayRole else None
        column = _COLUMNS[section]
        return {_Role.DisplayRole: column.heading, _Role.ToolTipRole: column.tip}.get(_Role(role))

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Which cells can be changed."""
        kind = _COLUMNS[index.column()].kind
        file = self._file(index)
        has_choice = kind is not _Kind.CHANNEL or (file is not None and file.channels > 1)
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if kind in _EDITED and has_choice else flags

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """What a cell says."""
        row, column = self._draft.rows[index.row()], _COLUMNS[index.column()]
        source = row.sides[column.side]
        if role == _Role.DisplayRole:
            if column.kind is _Kind.PROBLEM:
                return self._draft.problems[index.row()]
            if column.kind is _Kind.NAME:
                return self._draft.called[index.row()]
            return self._text(row, column, source)
        if role == _Role.EditRole:
            return self._held(index)
        if role == _Role.ToolTipRole and column.kind is _Kind.FILE and source is not None:
            return str(source.path)
        if role == _Role.TextAlignmentRole and column.kind in _TO_THE_RIGHT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:  # noqa: N802
        """Take what a person chose or typed; False where that cannot be."""
        at, column = index.row(), _COLUMNS[index.column()]
        if role != _Role.EditRole:
            return False
        if column.kind is _Kind.FILE and isinstance(value, FoundFile):
            if value == self._file(index):
                return False
            self.put(self._draft.placed(at, column.side, value))
        elif column.kind is _Kind.CHANNEL and isinstance(value, int):
            self.put(self._draft.with_channel(at, column.side, value))
        elif column.kind is _Kind.NAME:
            self.put(self._draft.named(at, str(value)))
        elif column.kind is _Kind.SPACING:
            try:
                self.put(self._draft.spaced(at, _metres(str(value))))
            except ValueError:
                return False
        else:
            return False
        return True

    def _held(self, index: _Index) -> object:
        """What `setData` would take for a cell to stay as it is."""
        row, column = self._draft.rows[index.row()], _COLUMNS[index.column()]
        match column.kind:
            case _Kind.FILE:
                return self._file(index)
            case _Kind.CHANNEL:
                source = row.sides[column.side]
                return None if source is None else source.channel or 0
            case _Kind.SPACING:
                return "" if row.spacing_m is None else f"{row.spacing_m:g}"
            case _:
                return row.name

    def _file(self, index: _Index) -> FoundFile | None:
        source = self._draft.rows[index.row()].sides[_COLUMNS[index.column()].side]
        return None if source is None else self._draft.files[source.path]

    def _text(self, row: DraftRow, column: _Column, source: Source | None) -> str:
        if column.kind is _Kind.SPACING:
            return "" if row.spacing_m is None else f"{row.spacing_m:g} m"
        if source is None:
            return "choose the other file" if column.kind is _Kind.FILE else ""
        file = self._draft.files[source.path]
        match column.kind:
            case _Kind.LATER:
                zero = self._draft.files[row.sides[0].path] if row.sides[0] else file
                later = later_than(zero, file)
                return "" if later is None else f"{later.total_seconds():+,.0f} s"
            case _Kind.FILE:
                return self._draft.names[source.path]
            case _Kind.CHANNEL:
                return f"{source.channel or 0} of {file.channels}" if file.channels > 1 else ""
            case _Kind.START:
                return "" if file.start is None else f"{file.start:%Y-%m-%d %H:%M:%S}"
            case _:
                return time_text(file.duration_s)


def _metres(text: str) -> float | None:
    """A distance as it was typed; raises ValueError if it is none."""
    text = text.strip().removesuffix("m").strip().replace(",", ".")
    if not text:
        return None
    value = float(text)
    if not SPACINGS_M[0] <= value <= SPACINGS_M[1]:
        raise ValueError(text)
    return value


class PairTable(QTableView):
    """A pair a row; files and channels are chosen, name and spacing typed."""

    def __init__(self, model: PairModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Pairs")
        self.setModel(model)
        self._chooser = _Chooser(model.choices, self)
        self.setItemDelegate(self._chooser)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setResizeContentsPrecision(_MEASURED_ROWS)
        self.resizeColumnsToContents()
        problem_px = self.fontMetrics().horizontalAdvance(max(PROBLEMS, key=len))
        for section, column in enumerate(_COLUMNS):
            if column.kind in (_Kind.FILE, _Kind.NAME):
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
            elif column.kind is _Kind.PROBLEM:
                self.setColumnWidth(section, problem_px + _PADDING_PX)

    @property
    def chosen(self) -> list[int]:
        """The rows that are selected."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())


class _Chooser(QStyledItemDelegate):
    """Offers what there is to choose from; lets the rest be typed.

    Parameters
    ----------
    choices : callable
        Of a cell.
    """

    def __init__(
        self, choices: Callable[[_Index], list[tuple[str, object]]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._choices = choices

    def createEditor(  # noqa: N802 (Qt's name)
        self, parent: QWidget, option: QStyleOptionViewItem, index: _Index
    ) -> QWidget:
        """A list of choices, or a line."""
        choices = self._choices(index)
        if not choices:
            return super().createEditor(parent, option, index)
        box = QComboBox(parent)
        for text, value in choices:
            box.addItem(text, value)
        box.activated.connect(self._commit)
        QTimer.singleShot(0, box, box.showPopup)
        return box

    def setEditorData(self, editor: QWidget, index: _Index) -> None:  # noqa: N802 (Qt's name)
        """Begin with what stands there."""
        if isinstance(editor, QComboBox):
            held = index.data(_Role.EditRole)
            values = [editor.itemData(number) for number in range(editor.count())]
            editor.setCurrentIndex(values.index(held) if held in values else -1)
        else:
            super().setEditorData(editor, index)

    def setModelData(  # noqa: N802 (Qt's name)
        self, editor: QWidget, model: QAbstractItemModel, index: _Index
    ) -> None:
        """Take what was chosen."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        else:
            super().setModelData(editor, model, index)

    def _commit(self) -> None:
        box = self.sender()
        if isinstance(box, QComboBox):
            self.commitData.emit(box)
            self.closeEditor.emit(box)
