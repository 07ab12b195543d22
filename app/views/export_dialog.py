"""Choosing what to export and where, with the counts first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.exporting import ExportPlan, suggested_path
from app.marks import Mark, mark_icon
from app.messages import short_name
from app.session_model import Entry
from core.errors import InputError
from core.keypoints import ReviewState

_SHOWN_NAMES = 3


class ExportDialog(QDialog):
    """Shows what would go out; asks before anything is overwritten.

    Parameters
    ----------
    current : Entry
        The recording shown.
    entries : tuple of Entry
        All open recordings.

    Attributes
    ----------
    plan : ExportPlan
        What the person chose.
    path : Path
        Where it goes.
    overwrite : bool
        Whether the person agreed to replace a file.
    """

    def __init__(
        self, current: Entry, entries: tuple[Entry, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export keypoints")
        self.setMinimumWidth(520)
        self._plans = (ExportPlan((current,)), ExportPlan(entries))
        self.overwrite = False
        self._one = QRadioButton(f"This recording: {short_name(current.recording.name)}")
        self._all = QRadioButton(f"All {len(entries)} open recordings")
        self._one.setChecked(len(entries) == 1)
        self._all.setChecked(len(entries) > 1)
        self._all.setVisible(len(entries) > 1)
        self._one.toggled.connect(self._refresh)
        self._counts = QGridLayout()
        self._counts.setColumnStretch(2, 1)
        self._warning = QLabel()
        self._warning.setWordWrap(True)
        self._warning.setProperty("role", "muted")
        self._place = QLineEdit()
        self._place.setAccessibleName("File to write")
        browse = QPushButton("Browse…")
        browse.clicked.connect(self._browse)
        place = QHBoxLayout()
        place.addWidget(self._place, 1)
        place.addWidget(browse)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._go = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._go.setText("Export")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        card = QFrame()
        card.setObjectName("card")
        card.setLayout(self._counts)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for widget in (self._one, self._all, card, self._warning, QLabel("BioDCASE CSV:")):
            layout.addWidget(widget)
        layout.addLayout(place)
        layout.addWidget(buttons)
        self._refresh()

    @property
    def plan(self) -> ExportPlan:
        """What the person chose."""
        return self._plans[0] if self._one.isChecked() else self._plans[1]

    @property
    def path(self) -> Path:
        """Where it goes."""
        text = self._place.text().strip()
        path = Path(text).expanduser()
        return path if path.suffix else path.with_suffix(".csv")

    def set_path(self, path: Path) -> None:
        """Fill in where it goes."""
        self._place.setText(str(path))

    @Slot()
    def accept(self) -> None:
        """Check the place, ask before overwriting, and close."""
        if not self._place.text().strip():
            self._place.setFocus()
            return
        try:
            self.plan.refuse(self.path)
        except InputError as error:
            QMessageBox.warning(self, "Export", str(error))
            return
        if self.path.exists():
            question = f"{self.path.name} already exists. Replace it?"
            answer = QMessageBox.question(self, "Export", question)
            if answer != QMessageBox.StandardButton.Yes:
                return
            self.overwrite = True
        super().accept()

    @Slot()
    def _refresh(self) -> None:
        plan = self.plan
        while (item := self._counts.takeAt(0)) is not None:
            if (label := item.widget()) is not None:
                label.deleteLater()
        reviewed = plan.count(ReviewState.ACCEPTED, ReviewState.CORRECTED)
        rows = (
            (Mark.ACCEPTED, reviewed, "reviewed (accepted or corrected)"),
            (Mark.MACHINE, plan.count(ReviewState.UNREVIEWED), "not reviewed"),
            (Mark.UNALIGNABLE, plan.count(ReviewState.UNALIGNABLE), "unalignable"),
        )
        for row, (mark, count, words) in enumerate(rows):
            sign = QLabel()
            sign.setPixmap(mark_icon(mark).pixmap(16, 16))
            number = QLabel(str(count))
            number.setAlignment(Qt.AlignmentFlag.AlignRight)
            for column, label in enumerate((sign, number, QLabel(words))):
                self._counts.addWidget(label, row, column)
        self._warning.setText("\n".join(_cautions(plan)))
        self._warning.setVisible(bool(self._warning.text()))
        self._go.setEnabled(not plan.repeated)
        self.set_path(suggested_path(plan.entries))

    @Slot()
    def _browse(self) -> None:
        chosen, _kind = QFileDialog.getSaveFileName(
            self,
            "Export keypoints",
            str(self.path),
            "CSV (*.csv)",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.set_path(Path(chosen))


def _cautions(plan: ExportPlan) -> list[str]:
    lines = []
    if plan.repeated:
        names = ", ".join(plan.repeated[:_SHOWN_NAMES])
        lines.append(
            f"Several open recordings are called {names}; a CSV cannot tell them apart. "
            "Export them one by one."
        )
    if plan.unaligned:
        names = ", ".join(plan.unaligned[:_SHOWN_NAMES])
        more = len(plan.unaligned) - _SHOWN_NAMES
        lines.append(
            f"Not aligned yet: {names}{f' and {more} more' if more > 0 else ''}. "
            "Their times on channel 1 are those of channel 0."
        )
    if plan.count(ReviewState.UNALIGNABLE):
        lines.append("The format knows no states: unalignable keypoints go out with their times.")
    if plan.kept:
        lines.append(
            f"{plan.kept} imported keypoints of recordings that are not open "
            "go out as they came in."
        )
    return lines
