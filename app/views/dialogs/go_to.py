"""The dialog that goes to a time or a keypoint."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.base.time_format import HOW, Place, place_of
from core.keypoints import KeypointSet


class GoTo(QDialog):
    """One line to type a time or a keypoint's number; Enter goes there.

    Parameters
    ----------
    keypoints : KeypointSet
    duration_s : float
        Of the recording, seconds.

    Signals
    -------
    chosen(place)
        A `Place`.
    """

    chosen = Signal(object)

    def __init__(
        self, keypoints: KeypointSet, duration_s: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Go to")
        self.setMinimumWidth(380)
        self._keypoints = keypoints
        self._duration_s = duration_s
        self._where = QLineEdit()
        self._where.setAccessibleName("Time or keypoint")
        self._where.returnPressed.connect(self._go)
        self._said = QLabel(f"Type {HOW}; Enter goes there.")
        self._said.setProperty("role", "muted")
        self._said.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self._where)
        layout.addWidget(self._said)

    @property
    def said(self) -> str:
        """What is said under the line."""
        return self._said.text()

    @Slot()
    def _go(self) -> None:
        try:
            place: Place = place_of(self._where.text(), self._keypoints, self._duration_s)
        except ValueError as error:
            self._said.setText(str(error))
            self._where.selectAll()
            return
        self.accept()
        self.chosen.emit(place)
