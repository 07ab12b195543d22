"""Shows a pairing sheet where files are to be paired, and does what it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message
from app.base.save_dialog import ask_where_to_save
from app.documents.documents import Documents
from app.views.dialogs.pairing_sheet import PairingSheet
from core.audio.pairs.pair_draft import PairDraft
from core.audio.pairs.pairing import FoundFile, guess_pairs
from core.audio.recording import open_sources
from core.audio.sources import Sources
from core.errors import InputError
from core.formats.tables.pair_list import write_pairs

_TABLES = {"Tables of pairs (*.csv)": ".csv"}


class PairFiles(QObject):
    """Pairs files with the person; headers are read and tables written in a thread.

    Parameters
    ----------
    window : QWidget
        The sheet stands over it.
    documents : Documents
        Wants files paired, and opens the pairs.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    """

    message_posted = Signal(object)

    def __init__(self, window: QWidget, documents: Documents) -> None:
        super().__init__(window)
        self._window, self._documents = window, documents
        self._sheet: PairingSheet | None = None
        self._place = (0, 0)
        self._files = BackgroundRunner("pairs", self)
        self._files.stepped.connect(self._on_step)
        self._files.ended.connect(self._on_ended)
        documents.pairing_wanted.connect(self.show)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is read or written."""
        return not self._files.is_running

    @property
    def sheet(self) -> PairingSheet | None:
        """The sheet that is shown."""
        return self._sheet

    @Slot()
    def choose_files(self) -> None:
        """Ask for files to pair, stereo ones too."""
        names, _ = QFileDialog.getOpenFileNames(self._window, "Pair files")
        if names:
            self._files.start(partial(_draft_steps, tuple(map(Path, names))))

    @Slot(object)
    def show(self, draft: PairDraft) -> None:
        """Show a sheet; one that is open takes the files in."""
        if self._sheet is not None:
            self._sheet.model.put(self._sheet.draft.joined(draft.files.values()))
            self._sheet.raise_()
            return
        self._sheet = sheet = PairingSheet(draft, self._window)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.opening.connect(self._open)
        sheet.saving.connect(self._save)
        sheet.choosing.connect(self._choose)
        sheet.finished.connect(self._on_closed)
        sheet.show()

    def shut_down(self) -> None:
        """Stop the thread."""
        self._files.shut_down()

    @Slot(int, int)
    def _choose(self, row: int, side: int) -> None:
        assert self._sheet is not None
        beside = min(self._sheet.draft.rows[row].paths)
        name, _ = QFileDialog.getOpenFileName(
            self._sheet, "Choose the other file", str(beside.parent)
        )
        if name:
            self._place = (row, side)
            self._files.start(partial(_found_steps, Path(name)))

    @Slot(object)
    def _open(self, pairs: Sequence[Sources]) -> None:
        self._files.start(partial(_openable_steps, tuple(pairs)))

    @Slot(object)
    def _save(self, pairs: Sequence[Sources]) -> None:
        suggested = pairs[0].files[0].parent / "pairs.csv"
        path = ask_where_to_save(self._window, "Save pairs as a table", suggested, _TABLES)
        if path is not None:
            self._files.start(partial(_write_steps, path, tuple(pairs)))

    @Slot(object)
    def _on_step(self, step: object) -> None:
        if isinstance(step, PairDraft):
            self.show(step)
        elif self._sheet is None:
            return
        elif isinstance(step, FoundFile):
            self._sheet.place(*self._place, step)
        elif isinstance(step, Path):
            self._sheet.tell(f"The pairs are in {step}.")
        elif isinstance(step, tuple):
            self._sheet.done(PairingSheet.DialogCode.Accepted)
            self._documents.open_pairs(step)

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        if result.status is not RunStatus.FAILED:
            return
        if self._sheet is not None:
            self._sheet.tell(result.message)
        else:
            self.message_posted.emit(Message(Kind.ERROR, result.message, details=result.details))

    @Slot()
    def _on_closed(self) -> None:
        self._sheet = None


def _draft_steps(paths: Sequence[Path]) -> Iterator[PairDraft]:
    files = [FoundFile.at(path) for path in paths]
    yield PairDraft.of(guess_pairs(files, of_stereo=True), files)


def _found_steps(path: Path) -> Iterator[FoundFile]:
    yield FoundFile.at(path)


def _write_steps(path: Path, pairs: Sequence[Sources]) -> Iterator[Path]:
    write_pairs(path, pairs, overwrite=True)
    yield path


def _openable_steps(pairs: tuple[Sources, ...]) -> Iterator[tuple[Sources, ...]]:
    """The pairs, if any can be opened; what is wrong with the others is told where they are."""
    first: InputError | None = None
    for pair in pairs:
        try:
            open_sources(pair)
        except InputError as error:
            first = first or error
        else:
            yield pairs
            return
    if first is not None:
        raise first
