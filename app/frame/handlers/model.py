"""The commands about models: learn one, choose one, go back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.literal_text import without_mnemonic
from app.base.messages import Kind, Message
from app.base.save_dialog import ask_where_to_save
from app.commands.menus import allow
from app.session.edit_messages import open_first
from app.session.session_model import SessionModel
from app.settings.preferences import PreferenceStore
from app.views.dialogs.learn_dialog import LearnDialog
from app.views.dialogs.models_dialog import ModelsDialog
from app.work.learning import Learning
from app.work.model_files import (
    SUFFIX,
    ModelFile,
    keep_steps,
    name_of,
    read_steps,
    write_steps,
)
from app.work.workbench import Workbench

if TYPE_CHECKING:
    from core.model.model import Model

_WORK = "learning.partial"
"""Where learning keeps its finished steps, among the models."""
_KINDS = {f"Models (*{SUFFIX})": SUFFIX}


class ModelCommands(QObject):
    """Which model alignments go by, and how a person comes to another.

    A model that is chosen aligns anew what was aligned by another; going back does the same.

    Parameters
    ----------
    window : QMainWindow
    workbench : Workbench
        Aligns anew.
    session : SessionModel
    store : PreferenceStore
        Remembers the model in use.
    menus, actions : mapping of str to QMenu and QAction
        The first line of the menu says which model is in use.

    Attributes
    ----------
    learning : Learning

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    """

    message_posted = Signal(object)

    def __init__(
        self,
        window: QMainWindow,
        workbench: Workbench,
        session: SessionModel,
        store: PreferenceStore,
        menus: Mapping[str, QMenu],
        actions: Mapping[str, QAction],
    ) -> None:
        super().__init__(window)
        self._window, self._workbench, self._session = window, workbench, session
        self._store, self._actions = store, actions
        self._earlier: str | None = None
        self.learning = Learning(parent=self)
        self._listing = BackgroundRunner("models", self)
        self._files = BackgroundRunner("model", self)
        self._files.stepped.connect(self._on_file)
        self._files.ended.connect(self._on_ended)
        self._then: Callable[[str], None] = self._use
        self._in_use = QAction(window)
        self._in_use.setEnabled(False)
        menus["Model"].insertAction(actions["learn"], self._in_use)
        store.changed.connect(self._refresh)
        self._refresh()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is learned, read or written."""
        works = (self.learning, self._listing, self._files)
        return not any(work.is_running for work in works)

    @property
    def folder(self) -> Path:
        """Where models are that are to choose from."""
        chosen = self._store.value.models_folder
        if chosen:
            return Path(chosen)
        place = QStandardPaths.StandardLocation.AppDataLocation
        return Path(QStandardPaths.writableLocation(place)) / "models"

    def shut_down(self) -> None:
        """Stop all threads."""
        for work in (self.learning, self._listing, self._files):
            work.shut_down()

    # -- commands --------------------------------------------------------------------

    @Slot()
    def learn(self) -> None:
        """Show what there is to learn from, and learn."""
        if not self._session.recordings:
            self.message_posted.emit(open_first(self._session.selection))
            return
        if (shown := self._open(LearnDialog)) is not None:
            shown.raise_()
            return
        work = self.folder / _WORK
        dialog = LearnDialog(self.learning, self._session, self._store, work, self._window)
        dialog.use_asked.connect(self._use_learned)
        dialog.save_asked.connect(self._save)
        _show_beside(dialog)

    @Slot()
    def choose(self) -> None:
        """Ask for the file of a model, and align by it."""
        kinds = ";;".join((*_KINDS, "All (*)"))
        # Qt takes a folder that is not there yet for the name of a file.
        where = str(self.folder) if self.folder.is_dir() else ""
        name, _ = QFileDialog.getOpenFileName(self._window, "Choose a model", where, kinds)
        if name:
            self.use(name)

    @Slot()
    def show_all(self) -> None:
        """Show the models of the folder side by side."""
        dialog = ModelsDialog(self._store, self.folder, self._listing, self._window)
        dialog.chosen.connect(self.use)
        dialog.folder_chosen.connect(self._prefer_folder)
        _show_beside(dialog)

    @Slot()
    def use_earlier(self) -> None:
        """Use the model again that was in use before."""
        if self._earlier is not None:
            self.use(self._earlier)

    @Slot()
    def use_shipped(self) -> None:
        """Use the model that FinchSync comes with."""
        self.use("")

    @Slot(str)
    def use(self, path: str) -> None:
        """Use the model of a file, once it was read and belongs to the evidence; "" is shipped."""
        if not path:
            self._use(path)
            return
        self._work(partial(read_steps, Path(path), self._store.value.evidence.name), self._use)

    # -- what follows ----------------------------------------------------------------

    @Slot(object)
    def _use_learned(self, model: Model) -> None:
        path = self.folder / f"learned {datetime.now():%Y-%m-%d %H.%M.%S}{SUFFIX}"
        self._work(partial(keep_steps, path, model), self._use)

    @Slot(object)
    def _save(self, model: Model) -> None:
        suggested = self.folder / f"learned {datetime.now():%Y-%m-%d}{SUFFIX}"
        path = ask_where_to_save(self._window, "Save the model", suggested, _KINDS)
        if path is not None:
            self._work(partial(write_steps, path, model, overwrite=True), self._tell_saved)

    def _work(self, steps: Callable[[], Iterator[ModelFile]], then: Callable[[str], None]) -> None:
        self._then = then
        self._files.start(steps)

    @Slot(object)
    def _on_file(self, file: ModelFile) -> None:
        self._then(file.path)

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        if result.status is RunStatus.FAILED:
            text = f"The model in use stays. {result.message}"
            self._tell(Kind.ERROR, text, details=result.details)

    def _use(self, path: str) -> None:
        before = self._store.value.model
        if path == before:
            return
        self._earlier = before
        self._store.put(replace(self._store.value, model=path))
        count = self._workbench.align_anew()
        name = f"the model {name_of(path)}" if path else "the shipped model"
        text = f"Alignments go by {name} from now on."
        if count:
            again = "1 recording is" if count == 1 else f"{count:,} recordings are"
            text += f" {again} aligned anew; your decisions stand."
        self._tell(Kind.INFO, text, "earlier_model")

    def _tell_saved(self, path: str) -> None:
        self._tell(Kind.INFO, f"The model is in {path}.")

    def _tell(self, kind: Kind, text: str, action: str = "", details: str = "") -> None:
        in_use = self._store.value.model
        self.message_posted.emit(
            Message(kind, text, action, details, is_true=lambda: self._store.value.model == in_use)
        )
        if (shown := self._open(LearnDialog)) is not None:
            shown.tell(text)

    @Slot(str)
    def _prefer_folder(self, folder: str) -> None:
        self._store.put(replace(self._store.value, models_folder=folder))

    @Slot()
    def _refresh(self) -> None:
        in_use, earlier = self._store.value.model, self._earlier
        self._in_use.setText(f"In use: {without_mnemonic(name_of(in_use))}")
        allow(self._actions["shipped_model"], "" if in_use else "it is in use")
        is_other = earlier is not None and earlier != in_use
        allow(self._actions["earlier_model"], "" if is_other else "no other was in use")

    def _open(self, kind: type[LearnDialog]) -> LearnDialog | None:
        found = (each for each in self._window.findChildren(kind) if each.isVisible())
        return next(found, None)


def _show_beside(dialog: LearnDialog | ModelsDialog) -> None:
    """The window stays usable meanwhile."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
