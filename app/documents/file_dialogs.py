"""File dialogs: what to open, where the session is saved, where moved audio is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.base.save_dialog import ask_where_to_save
from app.documents.documents import Documents
from app.documents.session_store import SessionStore
from app.session.session_places import SUFFIX

_KINDS = (
    "Recordings, tables and sessions (*.wav *.flac *.ogg *.aif *.aiff *.mp3 *.w64 *.csv "
    f"*{SUFFIX});;All (*)"
)


class FileDialogs(QObject):
    """The commands that begin with a file dialog.

    Parameters
    ----------
    window : QWidget
        The dialogs stand over it.
    documents, store
        Open what was chosen, and keep the session where it was chosen.
    """

    def __init__(self, window: QWidget, documents: Documents, store: SessionStore) -> None:
        super().__init__(window)
        self._window = window
        self._documents, self._store = documents, store

    @Slot()
    def choose_files(self) -> None:
        """Ask for files to open."""
        names, _kind = QFileDialog.getOpenFileNames(self._window, "Open", "", _KINDS)
        if names:
            self._documents.open(tuple(map(Path, names)))

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder to open."""
        name = QFileDialog.getExistingDirectory(self._window, "Open folder")
        if name:
            self._documents.open((Path(name),))

    @Slot()
    def save_session_as(self) -> None:
        """Ask where the session is kept from now on."""
        kinds = {f"Sessions (*{SUFFIX})": SUFFIX}
        suggested = self._store.suggested_path or ""
        path = ask_where_to_save(self._window, "Save session as", suggested, kinds)
        if path is not None:
            self._store.save_as(path, overwrite=path.exists())

    @Slot()
    def find_audio(self) -> None:
        """Ask for the folder where moved audio is now."""
        name = QFileDialog.getExistingDirectory(
            self._window, "Find audio in this folder and all inside"
        )
        if name:
            self._documents.find_audio(Path(name))
