"""The recordings in the order in which they are reviewed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QIcon

from app.base.literal_text import literal
from app.base.messages import RunProgress
from app.base.time_format import time_text
from app.look.icons import icon
from app.look.table_headers import HeaderTexts
from app.look.theme import theme
from app.review.stage_icons import stage_icon
from app.review.triage import (
    STAGE_WORDS,
    Column,
    QueueFilter,
    QueueRow,
    Stage,
    arranged,
    queue_row,
    shown_names,
)
from app.session.entries import Entry
from app.session.session_model import SessionModel
from app.settings.evidence_preference import made_with
from core.align.claims.confidence import in_digits

_REFRESH_MS = 40
_AT_ONCE = 100
"""Recordings looked at before the window gets to answer."""

_HEADINGS = {
    Column.STAGE: ("", "How far the review is"),
    Column.NAME: ("Recording", "Name of the file"),
    Column.CONFIDENCE: ("conf.", "Mean confidence of the keypoints you have not decided on"),
    Column.UNCERTAIN: ("left", "Uncertain keypoints left"),
    Column.FLAG: (
        "!",
        "≠ other recorders contradict it, ≈ another alignment fits almost as well, ! something "
        "else to look at",
    ),
    Column.REVIEWED: ("done", "Keypoints you have decided on"),
}

_AT_REST = -1.0
"""Instead of a share, for recordings that are neither worked on nor wait."""

_Index = QModelIndex | QPersistentModelIndex


class ReviewQueue(HeaderTexts, QAbstractTableModel):
    """What the list of recordings shows, and the way through what is uncertain in them.

    The order changes only when it is asked for: a recording that is done stays where it is.

    Parameters
    ----------
    session : SessionModel

    Signals
    -------
    counted()
        What is known of recordings changed.
    rearranged()
        The order is another, or it got out of date.
    """

    counted = Signal()
    rearranged = Signal()
    headings = tuple(_HEADINGS[column] for column in Column)

    def __init__(self, session: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._seen: dict[int, Entry] = {}
        self._rows: dict[int, QueueRow] = {}
        self._names: dict[int, str] = {}
        self._order: list[int] = []
        self._column: Column | None = None
        self._descending = False
        self._only = QueueFilter.ALL
        self._text = ""
        self._is_stale = False
        self._shares: Mapping[int, float | None] = {}
        self._draw_icons()
        theme().changed.connect(self._draw_icons)
        self._soon = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        session.recordings_changed.connect(self._soon.start)
        session.replaced.connect(self._begin_again)

    # -- what is there ---------------------------------------------------------------

    @property
    def rows(self) -> Mapping[int, QueueRow]:
        """What is known of every recording, by its key, in the order opened."""
        return self._rows

    @property
    def order(self) -> tuple[int, ...]:
        """Keys of the recordings shown, first to last."""
        return tuple(self._order)

    @property
    def is_stale(self) -> bool:
        """Whether sorting again would change what is shown."""
        return self._is_stale

    @property
    def is_filtered(self) -> bool:
        """Whether some recordings may be left out."""
        return self._only is not QueueFilter.ALL or bool(self._text)

    def place(self, key: int | None) -> int:
        """Row in which a recording is shown, -1 if it is left out."""
        return self._order.index(key) if key in self._order else -1

    def after(self, key: int) -> list[int]:
        """The other recordings shown, from the one after `key` round to the one before."""
        at = self.place(key)
        return self._order[at + 1 :] + self._order[: max(at, 0)]

    # -- the order: only when asked for ------------------------------------------------

    @Slot()
    def sort_again(self) -> None:
        """Bring the order up to date."""
        self.refresh()
        self.beginResetModel()
        self._order = self._arranged()
        self.endResetModel()
        self._is_stale = False
        self.rearranged.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, or leave the order as opened for -1."""
        self._column = Column(column) if column >= 0 else None
        self._descending = order is Qt.SortOrder.DescendingOrder
        self.sort_again()

    def show_only(self, only: QueueFilter, text: str) -> None:
        """Leave out recordings that are otherwise, or whose name does not hold `text`."""
        if (only, text) != (self._only, self._text):
            self._only, self._text = only, text
            self.sort_again()

    def _arranged(self) -> list[int]:
        return arranged(
            self._rows,
            self._column,
            descending=self._descending,
            only=self._only,
            text=self._text,
        )

    # -- following the session -------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Look at recordings that were added or changed."""
        entries = self._session.recordings
        changed = [key for key, seen in self._seen.items() if seen is not entries[key]]
        added = [key for key in entries if key not in self._seen]
        at_once = (changed + added)[:_AT_ONCE]
        if len(at_once) < len(changed) + len(added):
            self._soon.start()
        if not at_once:
            return
        new = [key for key in at_once if key not in self._seen]
        if not self._look_at([key for key in at_once if key in self._seen]) and not new:
            return
        self._append(new)
        self._is_stale = self._arranged() != self._order
        self.counted.emit()
        self.rearranged.emit()

    @Slot(object)
    def show_progress(self, progress: RunProgress | None) -> None:
        """Show which recordings are aligned now, and which wait for it."""
        before, self._shares = self._shares, {} if progress is None else progress.shares
        for key in before.keys() | self._shares.keys():
            place = self.place(key)
            if place >= 0 and before.get(key, _AT_REST) != self._shares.get(key, _AT_REST):
                cell = self.index(place, Column.CONFIDENCE)
                self.dataChanged.emit(self.index(place, 0), cell)

    @Slot()
    def _begin_again(self) -> None:
        """Another session is open: nothing that was known counts for it."""
        self.beginResetModel()
        self._seen, self._rows, self._names, self._order = {}, {}, {}, []
        self.endResetModel()

    def _look_at(self, changed: list[int]) -> bool:
        """Take note of recordings; whether the list says anything else of them."""
        others, back = [], []
        for key in changed:
            before, entry = self._rows[key], self._session.recordings[key]
            self._seen[key], self._rows[key] = entry, queue_row(entry)
            if self._rows[key] != before:
                others.append(key)
            if before.stage is Stage.OUT and not entry.is_out:
                back.append(key)
        self._leave_out([key for key in others if self._seen[key].is_out])
        self._let_in(back)
        places = sorted(place for place in map(self.place, others) if place >= 0)
        if places:
            last = len(Column) - 1
            self.dataChanged.emit(self.index(places[0], 0), self.index(places[-1], last))
        return bool(others)

    def _leave_out(self, keys: list[int]) -> None:
        for place in sorted((p for p in map(self.place, keys) if p >= 0), reverse=True):
            self.beginRemoveRows(QModelIndex(), place, place)
            del self._order[place]
            self.endRemoveRows()

    def _let_in(self, keys: list[int]) -> None:
        """What is back stands where it belongs, if it is to be listed."""
        rank = {other: n for n, other in enumerate(self._arranged())} if keys else {}
        for key in filter(rank.__contains__, keys):
            later = (p for p, o in enumerate(self._order) if rank.get(o, -1) > rank[key])
            place = next(later, len(self._order))
            self.beginInsertRows(QModelIndex(), place, place)
            self._order.insert(place, key)
            self.endInsertRows()

    def _append(self, added: list[int]) -> None:
        if not added:
            return
        new = {key: self._session.recordings[key] for key in added}
        rows = {key: queue_row(entry) for key, entry in new.items()}
        self._seen |= new
        names = shown_names([entry.recording.title for entry in self._seen.values()])
        self._names = dict(zip(self._seen, names, strict=True))
        chosen = arranged(rows, None, only=self._only, text=self._text)
        self._rows |= rows
        if chosen:
            count = len(self._order)
            self.beginInsertRows(QModelIndex(), count, count + len(chosen) - 1)
            self._order += chosen
            self.endInsertRows()

    @Slot()
    def _draw_icons(self) -> None:
        self._icons = {stage: stage_icon(stage) for stage in Stage}
        self._at_work = icon("align")

    def _icon(self, key: int) -> QIcon:
        is_at_work = self._shares.get(key) is not None
        return self._at_work if is_at_work else self._icons[self._rows[key].stage]

    def _spoken(self, key: int, column: Column) -> str | None:
        row = self._rows[key]
        if column is Column.STAGE:
            return STAGE_WORDS[row.stage]
        if column is Column.CONFIDENCE and key in self._shares:
            waits = self._shares[key] is None
            return "waits for its alignment" if waits else "being aligned"
        if column is Column.NAME:
            words = [row.name, STAGE_WORDS[row.stage]]
            if row.concerns:
                words.append(f"needs review: {'; '.join(row.concerns)}")
            return ", ".join(words)
        if column is Column.FLAG:
            return "; ".join(row.concerns) or "no flag"
        return None

    # -- Qt's table --------------------------------------------------------------------

    def headerData(  # noqa: N802 (Qt's name)
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Headings stand over what they name: words at the left, numbers at the right."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(Column(section))
        return super().headerData(section, orientation, role)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 (Qt's)
        """Recordings shown."""
        return 0 if parent.isValid() else len(self._order)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows, and what a screen reader says of it."""
        key, column = self._order[index.row()], Column(index.column())
        row = self._rows[key]
        if role == Qt.ItemDataRole.DisplayRole:
            if column is Column.CONFIDENCE and key in self._shares:
                return _share_text(self._shares[key])
            return self._names[key] if column is Column.NAME else _text(row, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(key) if column is Column.STAGE else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return literal(_tip(self._seen[key], row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(key, column)
        return _side(column) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _side(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column > Column.NAME else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _share_text(share: float | None) -> str:
    return "waits" if share is None else f"{share:.0%}"


def _text(row: QueueRow, column: Column) -> str:
    if column is Column.CONFIDENCE:
        if row.stage is Stage.FAILED:
            return "failed"
        return "–" if math.isnan(row.confidence) else in_digits(row.confidence)
    if column is Column.UNCERTAIN:
        return f"{row.uncertain:,}" if row.uncertain else ""
    if column is Column.FLAG:
        if row.is_contradicted:
            return "≠"
        return "≈" if row.is_alias else "!" if row.concerns else ""
    return f"{row.reviewed}/{row.keypoints}" if column is Column.REVIEWED else ""


def _tip(entry: Entry, row: QueueRow) -> str:
    lines = [str(path) for path in entry.recording.paths]
    titles = entry.recording.side_titles
    for channel, source in enumerate(entry.recording.channels):
        file = "" if entry.recording.is_stereo_file else f"{titles[channel]}, "
        lines.append(
            f"channel {channel}: {file}{time_text(source.duration_s, 1)}, "
            f"{source.sample_rate_hz} Hz"
        )
    lines += entry.recording.notes
    if entry.imported is not None:
        lines.append(f"keypoints from {entry.imported.path.name}")
    if entry.run is not None:
        lines.append(f"aligned with {made_with(entry.run.made)}")
    left = f", {row.uncertain} uncertain left" if row.uncertain else ""
    lines.append(f"{STAGE_WORDS[row.stage]}: {row.reviewed} of {row.keypoints} reviewed{left}")
    if entry.problem:
        lines.append(entry.problem)
    lines += [f"Needs review: {concern}." for concern in entry.concerns]
    return "\n".join(lines)
