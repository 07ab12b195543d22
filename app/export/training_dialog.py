"""The dialog that makes a folder to train on: what goes out, what stays out, and where to."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.save_dialog import typed_folder
from app.export.training_export import TrainingFolder, TrainingOffer, folder_steps, offer_steps
from app.session.session_model import SessionModel
from core.errors import InputError

_LOOK_AGAIN_MS = 1000
_FEW_NOTES = 6
_WHOLE = 1000


class TrainingDialog(QDialog):
    """Stays open beside the window, which can be used meanwhile; closing it stops the writing.

    Parameters
    ----------
    session : SessionModel
        Whose reviewed keypoints go out.
    suggested : Path
        Where the folder is offered.
    runner : BackgroundRunner
        Looks and writes.

    Signals
    -------
    written(folder)
        A `TrainingFolder` is there.
    """

    written = Signal(object)

    def __init__(
        self,
        session: SessionModel,
        suggested: Path,
        runner: BackgroundRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export training folder")
        self.resize(640, 300)
        self._session, self._runner = session, runner
        self._offer: TrainingOffer | None = None
        self._is_writing = False
        self._said, self._notes, self._outcome = (_label(role) for role in ("title", "muted", ""))
        self.imported = QCheckBox("Count imported times as reviewed: a person set them")
        self.copies = QCheckBox("Copy the audio (otherwise the folder holds links to it)")
        self.place = QLineEdit(str(suggested))
        self.place.setAccessibleName("Folder to make")
        self._browse = QPushButton("Browse…")
        self._browse.setAutoDefault(False)
        self._bar = QProgressBar()
        self._bar.setRange(0, _WHOLE)
        self._bar.setAccessibleName("Progress of the export")
        self.go, self.stop = QPushButton("Export"), QPushButton("Stop")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.go, self.stop):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(self._browse)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for widget in (self._said, self._notes, self.imported, self.copies):
            layout.addWidget(widget)
        layout.addLayout(row)
        layout.addWidget(self._bar)
        layout.addWidget(self._outcome)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.go.setDefault(True)
        # Decisions come one after the other.
        self._again = QTimer(self, singleShot=True, interval=_LOOK_AGAIN_MS)
        self._again.timeout.connect(self._look)
        session.decided.connect(self._again.start)
        self.imported.toggled.connect(self._look)
        self._browse.clicked.connect(self._on_browse)
        self.go.clicked.connect(self._write)
        self.stop.clicked.connect(runner.cancel)
        buttons.rejected.connect(self.reject)
        runner.stepped.connect(self._on_step)
        runner.ended.connect(self._on_ended)
        self._look()

    @property
    def said(self) -> str:
        """What would go out."""
        return self._said.text()

    @property
    def notes(self) -> str:
        """What stays out, and why."""
        return self._notes.text()

    @property
    def outcome(self) -> str:
        """What came of it; empty before."""
        return self._outcome.text()

    def done(self, result: int) -> None:
        """What is not written yet never will be."""
        self._again.stop()
        self._runner.cancel()
        super().done(result)

    @Slot()
    def _look(self) -> None:
        if self._is_writing:
            return
        self._offer = None
        self._said.setText("Looking at what was reviewed…")
        self._show()
        wants_imported = self.imported.isChecked()
        self._runner.start(
            partial(offer_steps, self._session.value, include_imported=wants_imported)
        )

    @Slot()
    def _write(self) -> None:
        assert self._offer is not None
        self._outcome.clear()
        try:
            out = typed_folder(self.place.text())
        except InputError as error:
            self._outcome.setText(str(error))
        else:
            self._is_writing = True
            self._bar.setValue(0)
            copies = self.copies.isChecked()
            self._runner.start(partial(folder_steps, self._offer, out, copies=copies))
        self._show()

    @Slot(object)
    def _on_step(self, step: TrainingOffer | TrainingFolder | float) -> None:
        if isinstance(step, TrainingOffer):
            self._offer = step
            nothing = "Nothing is reviewed yet: accept or correct keypoints first."
            self._said.setText(nothing if step.is_empty else f"{step.sentence()}.")
            self._tell_notes(step.notes)
        elif isinstance(step, TrainingFolder):
            self._outcome.setText(f"Written to {step.path}: {step.sentence}.")
            self._tell_notes(step.notes)
            self.written.emit(step)
        else:
            self._bar.setValue(round(_WHOLE * step))
        self._show()

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        was_writing, self._is_writing = self._is_writing, False
        if result.status is RunStatus.FAILED:
            self._outcome.setText(f"Not exported. {result.message}")
        elif was_writing and result.status is RunStatus.CANCELLED:
            self._outcome.setText("Stopped; nothing was written.")
        self._show()

    @Slot()
    def _on_browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder to make", self.place.text())
        if chosen:
            self.place.setText(chosen)

    def _tell_notes(self, notes: tuple[str, ...]) -> None:
        shown = list(notes[:_FEW_NOTES])
        if len(notes) > _FEW_NOTES:
            shown.append(f"… and {len(notes) - _FEW_NOTES:,} more")
        self._notes.setText("\n".join(shown))

    def _show(self) -> None:
        for widget in (self.imported, self.copies, self.place, self._browse):
            widget.setEnabled(not self._is_writing)
        self.go.setEnabled(
            not self._is_writing and self._offer is not None and not self._offer.is_empty
        )
        self._bar.setVisible(self._is_writing)
        self.stop.setVisible(self._is_writing)
        for label in (self._notes, self._outcome):
            label.setVisible(bool(label.text()))


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("role", role)
    return label
