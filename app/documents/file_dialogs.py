"""File dialogs: what to open, where the session is saved, where moved audio is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

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

    Signals
    -------
    opened(paths)
        A tuple of Path to open.
    session_path_chosen(path)
        Where the session is kept from now on; the person agreed to replace what is there.
    audio_folder_chosen(folder)
        Where moved audio is.
    """

    opened = Signal(object)
    session_path_chosen = Signal(object)
    audio_folder_chosen = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    @Slot()
    def choose_files(self) -> None:
        """Ask for files to open."""
        names, _kind = QFileDialog.getOpenFileNames(self._window, "Open", "", _KINDS)
        if names:
            self.opened.emit(tuple(map(Path, names)))

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder to open."""
        name = QFileDialog.getExistingDirectory(self._window, "Open folder")
        if name:
            self.opened.emit((Path(name),))

    @Slot()
    def save_session_as(self) -> None:
        """Ask where the session is kept from now on."""
        name, _kind = QFileDialog.getSaveFileName(
            self._window, "Save session as", "", f"Sessions (*{SUFFIX})"
        )
        if name:
            path = Path(name)
            has_suffix = path.suffix == SUFFIX
            self.session_path_chosen.emit(
                path if has_suffix else path.with_name(path.name + SUFFIX)
            )

    @Slot()
    def find_audio(self) -> None:
        """Ask for the folder where moved audio is now."""
        name = QFileDialog.getExistingDirectory(
            self._window, "Find audio in this folder and all inside"
        )
        if name:
            self.audio_folder_chosen.emit(Path(name))
