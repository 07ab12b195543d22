"""Which files make recordings: guessed, put right by a person, opened or saved as a table."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.base.messages import some_names
from app.views.parts.pair_table import PairModel, PairTable
from core.audio.pairs.pair_draft import PairDraft
from core.audio.pairs.pairing import FoundFile
from core.audio.pairs.recorder_groups import checks_of

_SIZE = QSize(1240, 560)
_SHOWN = 12
_INTRODUCTION = (
    "A recording is two channels. These were put together by names, start times and lengths; "
    "double-click what is wrong. Channel 0 is the reference: its clock stands, channel 1 is "
    "aligned to it."
)


class PairingSheet(QDialog):
    """Stays open beside the window until its pairs are open or it is closed.

    Parameters
    ----------
    draft : PairDraft
        As it is guessed.

    Signals
    -------
    opening(pairs)
        The person wants these recordings, a tuple of Sources; once they can be had, whoever
        opens them ends the dialog by `done`.
    saving(pairs)
        The person wants a table of them.
    choosing(row, side)
        The person wants to choose a file for one side of a row.
    """

    opening = Signal(object)
    saving = Signal(object)
    choosing = Signal(int, int)

    def __init__(self, draft: PairDraft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Pair files")
        self.resize(_SIZE)
        self.model = PairModel(draft, self)
        self.table = PairTable(self.model)
        introduction = QLabel(_INTRODUCTION)
        introduction.setWordWrap(True)
        self._left = QLabel()
        self._left.setTextFormat(Qt.TextFormat.PlainText)
        self._left.setWordWrap(True)
        self._said = QLabel()
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self.swap = QPushButton("Swap sides")
        self.swap.setToolTip("Make the other file the reference, in the rows chosen or in all")
        self.choose = QPushButton("Choose the other file…")
        self.choose.setToolTip("Take a file from anywhere as channel 1 of the row")
        self.spread = QPushButton("Same in all rows")
        self.spread.setToolTip("Give all rows the channels and the spacing of the chosen one")
        self.check = QPushButton("Add checks")
        self.check.setToolTip(
            "Pair recorders that have one reference with each other as well: alignments that do "
            "not lead to the same place by way of a third are flagged"
        )
        self.join = QPushButton("Open as one recording")
        self.join.setToolTip(
            "The files of each folder follow each other on one clock: the two folders are aligned "
            "as one recording, gaps between files included"
        )
        self.take_out = QPushButton("Take out")
        self.take_out.setToolTip("Leave the chosen rows out")
        self.save = QPushButton("Save as table…")
        self.save.setToolTip("Keep the pairs in a table that finchsync align --list reads, too")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        self.open_button = self.buttons.button(QDialogButtonBox.StandardButton.Open)
        for button in (
            *(self.swap, self.spread, self.choose),
            *(self.join, self.check, self.take_out, self.save),
        ):
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.addWidget(introduction)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._left)
        layout.addWidget(self._said)
        layout.addWidget(self.buttons)
        self.swap.clicked.connect(self._swap)
        self.choose.clicked.connect(self._choose)
        self.spread.clicked.connect(self._spread)
        self.join.clicked.connect(self._join)
        self.check.clicked.connect(self._check)
        self.take_out.clicked.connect(self._take_out)
        self.save.clicked.connect(self._save)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.model.changed.connect(self._refresh)
        self.table.selectionModel().selectionChanged.connect(self._refresh_buttons)
        self._refresh()

    @property
    def draft(self) -> PairDraft:
        """The pairs as they stand."""
        return self.model.draft

    @property
    def unpaired(self) -> str:
        """What is said of files without a partner."""
        return self._left.text()

    @property
    def said(self) -> str:
        """What became of what the person asked for."""
        return self._said.text()

    def place(self, row: int, side: int, file: FoundFile) -> None:
        """Put a file on one side of a row."""
        self.model.put(self.draft.placed(row, side, file))

    def accept(self) -> None:
        """Ask for the pairs."""
        self.opening.emit(self.draft.pairs)

    def tell(self, text: str) -> None:
        """Say what became of it."""
        self._said.setText(text)

    @Slot()
    def _refresh(self) -> None:
        draft = self.draft
        count, left = len(draft.pairs), [draft.names[path] for path in draft.unpaired]
        self.open_button.setText(f"Open {count:,} recording{'' if count == 1 else 's'}")
        self.open_button.setEnabled(bool(count))
        self.save.setEnabled(bool(count))
        self.check.setVisible(bool(checks_of(draft.pairs)))
        self.join.setVisible(draft.of_folders is not None)
        have = "file has" if len(left) == 1 else "files have"
        stay = "stays" if len(left) == 1 else "stay"
        self._left.setVisible(bool(left))
        self._left.setText(
            f"{len(left):,} {have} no partner and {stay} closed: {some_names(left, _SHOWN)}"
        )
        self._said.setText("")
        self._refresh_buttons()

    @Slot()
    def _refresh_buttons(self) -> None:
        chosen = self.table.chosen
        self.swap.setText("Swap sides" if chosen else "Swap all sides")
        self.choose.setEnabled(self._row_to_fill is not None)
        self.spread.setEnabled(len(chosen) == 1 and len(self.draft.rows) > 1)
        self.take_out.setEnabled(bool(chosen))

    @property
    def _row_to_fill(self) -> int | None:
        """The row that another file is chosen for: the one selected, or the only one."""
        chosen = self.table.chosen or range(len(self.draft.rows))
        return chosen[0] if len(chosen) == 1 else None

    @Slot()
    def _swap(self) -> None:
        self.model.put(self.draft.swapped(self.table.chosen or range(len(self.draft.rows))))

    @Slot()
    def _choose(self) -> None:
        row = self._row_to_fill
        if row is not None:
            is_empty = self.draft.rows[row].sides[0] is None
            self.choosing.emit(row, 0 if is_empty else 1)

    @Slot()
    def _spread(self) -> None:
        (row,) = self.table.chosen
        self.model.put(self.draft.all_as(row))

    @Slot()
    def _join(self) -> None:
        self.opening.emit((self.draft.of_folders,))

    @Slot()
    def _check(self) -> None:
        self.model.put(self.draft.with_pairs(checks_of(self.draft.pairs)))

    @Slot()
    def _take_out(self) -> None:
        self.model.put(self.draft.without(self.table.chosen))

    @Slot()
    def _save(self) -> None:
        self.saving.emit(self.draft.pairs)
