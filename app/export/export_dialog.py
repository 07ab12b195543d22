"""The export dialog: what goes out and where, with the counts first."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
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

from app.base.literal_text import literal, without_mnemonic
from app.base.messages import short_name, some_names
from app.base.save_dialog import may_replace, typed_path
from app.export.moments_choice import MomentsChoice
from app.export.table_export import ExportPlan
from app.look.keypoint_style import Mark, mark_icon
from app.session.entries import Entry
from app.views.parts.elided_label import ElidedLabel
from core.errors import InputError
from core.formats.files.atomic import check_writable
from core.formats.kinds.biodcase_csv import FORMAT as BIODCASE_CSV
from core.formats.registry import formats
from core.formats.sidecar import Rows, sidecar_path
from core.formats.tables.moments import AT_KEYPOINTS
from core.keypoints import ReviewState


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
        self._chosen = ((current,), entries)
        self.overwrite = False
        name = short_name(current.recording.title)
        self._one = QRadioButton(f"This recording: {without_mnemonic(name)}")
        self._all = QRadioButton(f"All {len(entries)} open recordings")
        has_choice = len(entries) > 1
        self._one.setChecked(not has_choice)
        self._all.setChecked(has_choice)
        for button in (self._one, self._all):
            button.setVisible(has_choice)
        self._name = QLabel(name)
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setProperty("role", "title")
        self._name.setVisible(not has_choice)
        self._every = QRadioButton("All keypoints, reviewed or not")
        self._reviewed = QRadioButton("Reviewed only: accepted and corrected")
        self._every.setChecked(True)
        self._what, self._which = QButtonGroup(self), QButtonGroup(self)
        for group, buttons in (
            (self._what, (self._one, self._all)),
            (self._which, (self._every, self._reviewed)),
        ):
            for button in buttons:
                group.addButton(button)
        self._one.toggled.connect(self._on_recordings)
        self._every.toggled.connect(self._refresh)
        self._counts = QGridLayout()
        self._counts.setColumnStretch(2, 1)
        self._warning = QLabel()
        self._warning.setTextFormat(Qt.TextFormat.PlainText)
        self._warning.setWordWrap(True)
        self._warning.setProperty("role", "muted")
        self._formats = formats()
        self._format = QComboBox()
        self._format.setAccessibleName("Format")
        self._format.addItems([each.title for each in self._formats])
        self._format.setCurrentText(BIODCASE_CSV.title)
        self._format.currentIndexChanged.connect(self._on_format)
        self._moments, self._asked = MomentsChoice(), AT_KEYPOINTS
        self._place = QLineEdit()
        self._place.setAccessibleName("File to write")
        browse = QPushButton("Browse…")
        browse.clicked.connect(self._browse)
        place = QHBoxLayout()
        place.addWidget(self._place, 1)
        place.addWidget(browse)
        self._place.textChanged.connect(self._show_sidecar)
        self._sidecar = ElidedLabel(Qt.AlignmentFlag.AlignLeft)
        self._sidecar.setProperty("role", "muted")
        standard = QDialogButtonBox.StandardButton
        box = QDialogButtonBox(standard.Ok | standard.Cancel)
        self._go = box.button(standard.Ok)
        self._go.setText("Export")
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        card = QFrame()
        card.setObjectName("card")
        card.setLayout(self._counts)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        chosen = (self._name, self._one, self._all)
        for widget in (*chosen, card, self._every, self._reviewed, self._warning):
            layout.addWidget(widget)
        layout.addWidget(self._format)
        layout.addWidget(self._moments)
        layout.addLayout(place)
        layout.addWidget(self._sidecar)
        layout.addStretch(1)
        layout.addWidget(box)
        self._on_recordings()

    @property
    def plan(self) -> ExportPlan:
        """What the person chose."""
        rows = Rows.REVIEWED if self._reviewed.isChecked() else Rows.ALL
        entries = self._chosen[0 if self._one.isChecked() else 1]
        return ExportPlan(entries, rows, self._formats[self._format.currentIndex()], self._asked)

    @property
    def path(self) -> Path:
        """Where it goes; raises InputError if that names no file."""
        return typed_path(self._place.text(), self.plan.format.suffix)

    def set_path(self, path: Path) -> None:
        """Fill in where it goes."""
        self._place.setText(str(path))

    @Slot()
    def accept(self) -> None:
        """Check the place, ask before overwriting, and close."""
        try:
            path = self.path
            if self.plan.format.has_moments:
                self._asked = self._moments.moments
            self.plan.refuse(path)
            places = self.plan.places(path)
            for place in places:
                check_writable(place, overwrite=True)
        except InputError as error:
            QMessageBox.warning(self, "Export", literal(str(error)))
            self._place.setFocus()
            return
        there = [place for place in places if place.exists()]
        if there and not may_replace(self, "Export", there):
            return
        self.overwrite = bool(there)
        super().accept()

    @Slot()
    def _on_recordings(self) -> None:
        self._refresh()
        self.set_path(self.plan.suggested_path)

    @Slot()
    def _on_format(self) -> None:
        with suppress(InputError):
            self.set_path(self.path.with_suffix(self.plan.format.suffix))
        self._show_sidecar()
        self._refresh()

    @Slot()
    def _show_sidecar(self) -> None:
        wordings = [""]
        with suppress(InputError):
            chosen, name = self.plan.format, sidecar_path(self.path).name
            beside = [f"States, confidence and origin go into {name}", f"Beside it: {name}"]
            wordings = beside if chosen.has_sidecar else [chosen.about]
        self._sidecar.setText(*wordings)

    @Slot()
    def _refresh(self) -> None:
        plan = self.plan
        while (item := self._counts.takeAt(0)) is not None:
            if (label := item.widget()) is not None:
                label.deleteLater()
        unreviewed, uncertain = plan.count(ReviewState.UNREVIEWED), plan.uncertain
        rows = (
            (Mark.ACCEPTED, plan.count(ReviewState.ACCEPTED), "accepted"),
            (Mark.CORRECTED, plan.count(ReviewState.CORRECTED), "corrected"),
            (Mark.MACHINE, unreviewed - uncertain, "not reviewed"),
            (Mark.UNCERTAIN, uncertain, "not reviewed and uncertain"),
            (
                Mark.UNALIGNABLE,
                plan.count(ReviewState.UNALIGNABLE),
                "unalignable: never in the table",
            ),
        )
        for row, (mark, count, words) in enumerate(rows):
            sign = QLabel()
            sign.setPixmap(mark_icon(mark).pixmap(16, 16))
            number = QLabel(f"{count:,}")
            number.setAlignment(Qt.AlignmentFlag.AlignRight)
            for column, label in enumerate((sign, number, QLabel(words))):
                self._counts.addWidget(label, row, column)
        self._warning.setText("\n".join(_cautions(plan)))
        self._warning.setVisible(bool(self._warning.text()))
        rows_written = plan.written + plan.kept
        self._moments.setVisible(plan.format.has_moments)
        counted = f"{rows_written:,} keypoint{'' if rows_written == 1 else 's'}"
        self._go.setText(f"Export {'the time map' if plan.format.has_moments else counted}")
        self._go.setEnabled(bool(rows_written))

    @Slot()
    def _browse(self) -> None:
        chosen, _kind = QFileDialog.getSaveFileName(
            self,
            "Export keypoints",
            self._place.text(),
            self.plan.format.pattern,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.set_path(Path(chosen))


def _cautions(plan: ExportPlan) -> list[str]:
    lines = []
    if unset := plan.unset:
        names = some_names([name for name, _ in unset])
        lines.append(
            f"{sum(count for _, count in unset):,} keypoints are left out: their recordings were "
            f"never aligned, and nothing has set them ({names}). Align them first."
        )
    elif not plan.written:
        lines.append("Nothing is reviewed yet: accept or correct keypoints, or export all of them.")
    if plan.kept:
        lines.append(
            f"{plan.kept} imported keypoints of recordings that are not open "
            "go out as they came in."
        )
    return lines
