"""The models of a folder, side by side."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.settings.preferences import PreferenceStore
from app.views.parts.learning.comparison_view import figure_texts
from app.views.parts.plain_table import PlainTable
from app.work.model_files import ModelFile, list_steps

_HEADINGS = (
    "Model",
    "Learned from",
    "Made",
    "Error before → after",
    "Within 50 ms",
    "Calibration error",
)
_SHIPPED = ModelFile("", None)
_MOST_NAMES = 6


class ModelsDialog(QDialog):
    """The shipped model and those of a folder, with their figures before and after learning.

    Parameters
    ----------
    store : PreferenceStore
        Says which one is in use.
    folder : Path
    runner : BackgroundRunner
        Reads the folder.

    Signals
    -------
    chosen(path)
        The model to use from now on; empty for the shipped one.
    folder_chosen(path)
        Where models are from now on.
    """

    chosen = Signal(str)
    folder_chosen = Signal(str)

    def __init__(
        self,
        store: PreferenceStore,
        folder: Path,
        runner: BackgroundRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.resize(900, 420)
        self._store, self._folder, self._runner = store, folder, runner
        self._files: tuple[ModelFile, ...] = (_SHIPPED,)
        self.table = PlainTable("Models", _HEADINGS)
        self._where = QLabel()
        self._card = QLabel()
        for label in (self._where, self._card):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("role", "muted")
        self.use = QPushButton("Use")
        self._other = QPushButton("Other folder…")
        self._show = QPushButton("Show folder")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.use, self._other, self._show):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        layout.addWidget(self._where)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._card)
        layout.addWidget(buttons)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.table.itemDoubleClicked.connect(self.use.click)
        self.use.clicked.connect(self._use)
        self._other.clicked.connect(self._choose_folder)
        self._show.clicked.connect(self._show_folder)
        buttons.rejected.connect(self.reject)
        runner.stepped.connect(self._on_listed)
        runner.ended.connect(self._on_ended)
        store.changed.connect(self._fill)
        self._list()

    @property
    def card(self) -> str:
        """What is said of the model that is selected."""
        return self._card.text()

    @property
    def where(self) -> str:
        """Which folder is shown, or why it cannot be."""
        return self._where.text()

    def _list(self) -> None:
        self._where.setText(f"Models in {self._folder}")
        self._files = (_SHIPPED,)
        self._fill()
        self._runner.start(partial(list_steps, self._folder))

    @Slot(object)
    def _on_listed(self, found: object) -> None:
        if isinstance(found, tuple):
            self._files = (_SHIPPED, *found)
            self._fill()

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        if result.status is RunStatus.FAILED:
            self._where.setText(result.message)

    @Slot()
    def _fill(self) -> None:
        in_use = self._store.value.model
        self.table.fill([_row(each, is_used=each.path == in_use) for each in self._files])
        paths = [each.path for each in self._files]
        self.table.selectRow(paths.index(in_use) if in_use in paths else 0)
        self._on_selected()

    @property
    def _selected(self) -> ModelFile:
        return self._files[max(self.table.currentRow(), 0)]

    @Slot()
    def _on_selected(self) -> None:
        selected = self._selected
        is_usable = selected.path == "" or selected.model is not None
        self.use.setEnabled(is_usable and selected.path != self._store.value.model)
        self._card.setText(_card_text(selected))

    @Slot()
    def _use(self) -> None:
        self.chosen.emit(self._selected.path)

    @Slot()
    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of models", str(self._folder))
        if name:
            self._folder = Path(name)
            self.folder_chosen.emit(name)
            self._list()

    @Slot()
    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))


def _row(each: ModelFile, *, is_used: bool) -> tuple[str, ...]:
    name = f"{each.name} (in use)" if is_used else each.name
    card = None if each.model is None else each.model.card
    if card is None:
        return (name, "cannot be used" if each.problem else "", "", "", "", "")
    both = zip(figure_texts(card.before), figure_texts(card.after), strict=True)
    count = len(card.learned_from)
    return (
        name,
        f"{count:,} recordings",
        f"{card.made_at:%Y-%m-%d}",
        *(" → ".join(pair) for pair in both),
    )


def _card_text(each: ModelFile) -> str:
    if not each.path:
        return "The model that FinchSync comes with."
    if each.model is None or each.model.card is None:
        return each.problem
    card = each.model.card
    names = [part.name for part in card.learned_from[:_MOST_NAMES]]
    more = len(card.learned_from) - len(names)
    keypoints = sum(part.keypoints for part in card.learned_from)
    net = " The compact net was adapted to the recorders." if each.model.adaptation else ""
    return (
        f"Learned from {keypoints:,} keypoints of {', '.join(names)}"
        f"{f' and {more:,} more' if more > 0 else ''}, with {each.model.evidence} evidence, by "
        f"FinchSync {card.finchsync}. Better in {card.better:,} of them, worse in {card.worse:,}; "
        f"figures are of recordings that it was not learned from.{net}"
    )
