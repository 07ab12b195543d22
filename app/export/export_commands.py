"""Export commands: tables, audio, training folders, drift curves, pictures of the window."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QDialog, QFileDialog, QMainWindow

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.messages import Kind, Message
from app.base.save_dialog import ask_where_to_save
from app.export.audio_dialog import AudioDialog
from app.export.carry_dialog import CarryDialog
from app.export.curve_plot import DriftCurve, picture_steps, suggested_picture
from app.export.export_dialog import ExportDialog
from app.export.table_export import ExportPlan, export_steps, named_apart
from app.export.training_dialog import TrainingDialog
from app.export.writing_dialog import WritingDialog, Written
from app.session.edit_messages import open_first
from app.session.session_model import SessionModel
from app.work.workbench import Workbench
from core.formats.files.atomic import write_whole
from core.formats.registry import label_endings

_FOLLOWED_SOON_MS = 50
_QUICKLY = 80
"""As Qt's quality: a PNG that is larger, not worse."""


class ExportCommands(QObject):
    """Asks where things go, and has them written.

    Parameters
    ----------
    window : QMainWindow
    session, workbench
        What there is, and whether it is all that follows.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    """

    message_posted = Signal(object)

    def __init__(
        self,
        window: QMainWindow,
        session: SessionModel,
        workbench: Workbench,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._workbench = workbench
        self._writing = BackgroundRunner("export", self)
        self._writing.stepped.connect(self._on_exported)
        self._writing.ended.connect(self._on_export_ended)
        self._pictures = BackgroundRunner("pictures", self)
        self._pictures.stepped.connect(self._on_picture)
        self._pictures.ended.connect(self._on_picture_ended)
        self._training = BackgroundRunner("training folder", self)
        self._audio = BackgroundRunner("aligned audio", self)
        self._labels = BackgroundRunner("labels", self)

    @property
    def is_idle(self) -> bool:
        """Whether everything is written."""
        return not any(runner.is_running for runner in self._runners)

    @property
    def _runners(self) -> tuple[BackgroundRunner, ...]:
        return (self._writing, self._pictures, self._training, self._audio, self._labels)

    @Slot()
    def export(self) -> None:
        """Show what an export would write, and write it."""
        entry = self._session.current
        if entry is None:
            self.message_posted.emit(open_first(self._session.selection))
            return
        if self._workbench.redecoding.is_running:
            # What follows from the last decision belongs into the table.
            QTimer.singleShot(_FOLLOWED_SOON_MS, self, self.export)
            return
        entries = tuple(e for e in self._session.entries if not e.is_out)
        dialog = ExportDialog(entry, named_apart(entries), self._window)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.write(dialog.plan, dialog.path, overwrite=dialog.overwrite)
        dialog.deleteLater()

    def write(self, plan: ExportPlan, path: Path, *, overwrite: bool) -> None:
        """Write a plan's keypoints with their sidecar."""
        self._writing.start(partial(export_steps, path, plan, overwrite=overwrite))

    @Slot()
    def export_training(self) -> None:
        """Show what was reviewed, and make a folder of it to train on."""
        entry = self._session.current
        if entry is None:
            self.message_posted.emit(open_first(self._session.selection))
            return
        if self._raised(TrainingDialog):
            return
        suggested = entry.folder.with_name(f"{entry.folder.name}_training")
        dialog = TrainingDialog(self._session, suggested, self._training, self._window)
        dialog.written.connect(self._on_written)
        dialog.show()

    @Slot()
    def export_audio(self) -> None:
        """Show what is known of the current recording, and write it as aligned audio."""
        if self._session.current is None:
            self.message_posted.emit(open_first(self._session.selection))
            return
        if self._raised(AudioDialog):
            return
        dialog = AudioDialog(self._session, self._audio, self._window)
        dialog.written.connect(self._on_written)
        dialog.show()

    @Slot()
    def carry_labels(self) -> None:
        """Ask for labels of the current recording, and write them for its other channel."""
        entry = self._session.current
        if entry is None:
            self.message_posted.emit(open_first(self._session.selection))
            return
        if self._raised(CarryDialog):
            return
        suffixes = " ".join(f"*{ending}" for ending in label_endings())
        name, _kind = QFileDialog.getOpenFileName(
            self._window,
            "Labels to carry across",
            str(entry.folder),
            f"Labels ({suffixes});;All (*)",
        )
        if name:
            dialog = CarryDialog(Path(name), self._session, self._labels, self._window)
            dialog.written.connect(self._on_written)
            dialog.show()

    def _raised(self, kind: type[WritingDialog]) -> bool:
        """Whether such a dialog is open already; then it comes to the front."""
        opened = self._window.findChildren(kind)
        shown = next((each for each in opened if each.isVisible()), None)
        if shown is not None:
            shown.raise_()
        return shown is not None

    @Slot()
    def save_curve(self) -> None:
        """Ask where the drift curve goes as a picture, and write it."""
        entry = self._session.current
        if entry is None:
            self.message_posted.emit(open_first(self._session.selection))
            return
        kinds = {"PNG picture (*.png)": ".png", "SVG drawing (*.svg)": ".svg"}
        suggested = suggested_picture(entry)
        path = ask_where_to_save(self._window, "Save drift curve", suggested, kinds)
        if path is not None:
            curve = DriftCurve.of(entry)
            self._writing.start(partial(picture_steps, path, curve, overwrite=True))

    @Slot()
    def save_picture(self) -> None:
        """Save a picture of the window as it is now."""
        image = self._window.grab().toImage()
        path = ask_where_to_save(
            self._window, "Save a picture of the window", "finchsync.png", {"PNG (*.png)": ".png"}
        )
        if path is not None:
            self._pictures.start(partial(_picture_steps, path, image))

    @Slot()
    def copy_picture(self) -> None:
        """Copy a picture of the window as it is now."""
        QGuiApplication.clipboard().setPixmap(self._window.grab())
        self._inform("A picture of the window is on the clipboard.")

    def shut_down(self) -> None:
        """Stop all threads."""
        for runner in self._runners:
            runner.shut_down()

    def _inform(self, text: str) -> None:
        self.message_posted.emit(Message(Kind.INFO, text))

    @Slot(object)
    def _on_exported(self, path: Path) -> None:
        self._inform(f"Exported to {path}.")

    @Slot(object)
    def _on_export_ended(self, result: RunResult) -> None:
        if result.status is RunStatus.FAILED:
            text = f"Not exported. {result.message}"
            self.message_posted.emit(Message(Kind.ERROR, text, details=result.details))

    @Slot(object)
    def _on_written(self, written: Written) -> None:
        self._inform(written.said)

    @Slot(object)
    def _on_picture(self, path: Path) -> None:
        self._inform(f"Picture saved to {path}.")

    @Slot(object)
    def _on_picture_ended(self, result: RunResult) -> None:
        if result.status is RunStatus.FAILED:
            text = f"No picture was saved. {result.message}"
            self.message_posted.emit(
                Message(Kind.ERROR, text, "save_picture", details=result.details)
            )


def _picture_steps(path: Path, image: QImage) -> Iterator[Path]:
    """Write a picture as PNG; runs in a worker thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    writer.setQuality(_QUICKLY)
    writer.write(image)
    with write_whole(path, overwrite=True) as file:
        file.write(buffer.data().data())
    yield path
