"""A dialog that looks at what would go out, says it, and writes it in the background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus, Work
from app.views.parts.sentence_label import SentenceLabel
from core.errors import InputError

_LOOK_AGAIN_MS = 1000
_FEW_NOTES = 6
_WHOLE = 1000


class Offer(Protocol):
    """What would go out."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing would."""

    @property
    def said(self) -> str:
        """How much it is, a sentence."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What stays out, and why."""


class Written(Protocol):
    """What went out."""

    @property
    def said(self) -> str:
        """What is where, a sentence."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of it."""


class WritingDialog(QDialog):
    """Stays open beside the window, which can be used meanwhile; closing it stops the writing.

    Parameters
    ----------
    title : str
    options : sequence of QWidget
        What a person chooses; not while something is written.
    place : str
        Where it is offered.
    place_name : str
        What the place is, for screen readers.
    runner : BackgroundRunner
        Looks and writes.

    Signals
    -------
    written(written)
        A `Written` is there.
    """

    written = Signal(object)
    looking_text = "Looking at what was reviewed…"

    def __init__(
        self,
        title: str,
        options: Sequence[QWidget],
        place: str,
        place_name: str,
        runner: BackgroundRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 300)
        self._runner = runner
        self._offer: Offer | None = None
        self._is_writing = False
        self._written: Written | None = None
        self._said, self._notes, self._outcome = (
            SentenceLabel(role) for role in ("title", "muted", "")
        )
        self.place = QLineEdit(place)
        self.place.setAccessibleName(place_name)
        browse = QPushButton("Browse…")
        browse.setAutoDefault(False)
        self._bar = QProgressBar()
        self._bar.setRange(0, _WHOLE)
        self._bar.setAccessibleName("Progress of the export")
        self.go, self.stop = QPushButton("Export"), QPushButton("Stop")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.go, self.stop):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(browse)
        self._chosen = (*options, self.place, browse)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for widget in (self._said, self._notes, *options):
            layout.addWidget(widget)
        layout.addLayout(row)
        layout.addWidget(self._bar)
        layout.addWidget(self._outcome)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.go.setDefault(True)
        # Decisions come one after the other.
        self._again = QTimer(self, singleShot=True, interval=_LOOK_AGAIN_MS)
        self._again.timeout.connect(self.look)
        browse.clicked.connect(self._on_browse)
        self.go.clicked.connect(self._write)
        self.stop.clicked.connect(runner.cancel)
        buttons.rejected.connect(self.reject)
        runner.stepped.connect(self._on_step)
        runner.ended.connect(self._on_ended)

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

    def looking(self) -> Work:
        """What yields an `Offer`."""
        raise NotImplementedError

    def writing(self, offer: Offer) -> Work | None:
        """What writes an offer, yields the share of it that is written, and a `Written`.

        Of several files there may be a `Written` after each: the last one counts.

        None if the person does not want to after all. Raises `InputError` if what was chosen is
        of no use.
        """
        raise NotImplementedError

    def browse(self) -> str:
        """Ask for a place; empty if the person wants none."""
        raise NotImplementedError

    def chosen_file(self, kinds: str) -> str:
        """Ask for a file, as `browse`; whether it may be replaced is asked when it is written.

        Parameters
        ----------
        kinds : str
            Patterns of names, as Qt takes them.
        """
        chosen, _kind = QFileDialog.getSaveFileName(
            self,
            self.windowTitle(),
            self.place.text(),
            kinds,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        return chosen

    @Slot()
    def look_soon(self) -> None:
        """Look again once decisions pause."""
        self._again.start()

    @Slot()
    def look(self) -> None:
        """Look at what would go out."""
        if self._is_writing:
            return
        self._offer = None
        self._said.setText(self.looking_text)
        self._show()
        self._runner.start(self.looking())

    @Slot()
    def _write(self) -> None:
        assert self._offer is not None
        self._outcome.clear()
        try:
            work = self.writing(self._offer)
        except InputError as error:
            self._outcome.setText(str(error))
        else:
            if work is not None:
                self._is_writing, self._written = True, None
                self._bar.setValue(0)
                self._runner.start(work)
        self._show()

    @Slot(object)
    def _on_step(self, step: Offer | Written | float) -> None:
        if isinstance(step, float):
            self._bar.setValue(round(_WHOLE * step))
        elif self._is_writing:
            self._written = step
            self._outcome.setText(step.said)
            self._tell_notes(step.notes)
        else:
            self._offer = cast("Offer", step)
            self._said.setText(step.said)
            self._tell_notes(step.notes)
        self._show()

    @Slot(object)
    def _on_ended(self, result: RunResult) -> None:
        was_writing, self._is_writing = self._is_writing, False
        if result.status is RunStatus.FAILED:
            self._outcome.setText(f"Not exported. {result.message}")
        elif was_writing and result.status is RunStatus.CANCELLED:
            said = "; nothing was written." if self._written is None else f". {self._written.said}"
            self._outcome.setText(f"Stopped{said}")
        if was_writing and self._written is not None:
            self.written.emit(self._written)
        self._show()

    @Slot()
    def _on_browse(self) -> None:
        chosen = self.browse()
        if chosen:
            self.place.setText(chosen)

    def _tell_notes(self, notes: tuple[str, ...]) -> None:
        shown = list(notes[:_FEW_NOTES])
        if len(notes) > _FEW_NOTES:
            shown.append(f"… and {len(notes) - _FEW_NOTES:,} more")
        self._notes.setText("\n".join(shown))

    def _show(self) -> None:
        for widget in self._chosen:
            widget.setEnabled(not self._is_writing)
        self.go.setEnabled(
            not self._is_writing and self._offer is not None and not self._offer.is_empty
        )
        self._bar.setVisible(self._is_writing)
        self.stop.setVisible(self._is_writing)
        for label in (self._notes, self._outcome):
            label.setVisible(bool(label.text()))
