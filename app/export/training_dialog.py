"""The dialog that makes a folder to train on: what goes out, what stays out, and where to."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from app.base.background_runner import BackgroundRunner, Work
from app.base.save_dialog import typed_folder
from app.export.training_export import TrainingOffer, folder_steps, offer_steps
from app.export.writing_dialog import Offer, WritingDialog
from app.session.session_model import SessionModel


class TrainingDialog(WritingDialog):
    """Makes a folder of what was reviewed.

    Parameters
    ----------
    session : SessionModel
        Whose reviewed keypoints go out.
    suggested : Path
        Where the folder is offered.
    runner : BackgroundRunner
    """

    def __init__(
        self,
        session: SessionModel,
        suggested: Path,
        runner: BackgroundRunner,
        parent: QWidget | None = None,
    ) -> None:
        self.imported = QCheckBox("Count imported times as reviewed: a person set them")
        self.copies = QCheckBox("Copy the audio (otherwise the folder holds links to it)")
        options = (self.imported, self.copies)
        place = str(suggested)
        super().__init__("Export training folder", options, place, "Folder to make", runner, parent)
        self._session = session
        session.decided.connect(self.look_soon)
        self.imported.toggled.connect(self.look)
        self.look()

    def looking(self) -> Work:
        """As `WritingDialog`."""
        wants_imported = self.imported.isChecked()
        return partial(offer_steps, self._session.value, include_imported=wants_imported)

    def writing(self, offer: Offer) -> Work:
        """As `WritingDialog`."""
        assert isinstance(offer, TrainingOffer)
        out = typed_folder(self.place.text())
        return partial(folder_steps, offer, out, copies=self.copies.isChecked())

    def browse(self) -> str:
        """As `WritingDialog`."""
        return QFileDialog.getExistingDirectory(self, "Folder to make", self.place.text())
