"""At which moments a time map is told: at keypoints, every so many seconds, at video frames."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QWidget

from core.errors import InputError
from core.formats.tables.exact import exact
from core.formats.tables.moments import Moments

_AT_KEYPOINTS, _EVERY, _FRAMES = range(3)
_TITLES = (
    "At every keypoint",
    "Every so many seconds",
    "At every frame of a video",
)
_UNITS = {_EVERY: "seconds", _FRAMES: "frames a second"}
_USUAL = {
    _EVERY: ("1", "0.1", "0.01", "10", "60"),
    _FRAMES: ("25", "30", "30000/1001", "50", "60", "60000/1001", "100"),
}


class MomentsChoice(QWidget):
    """What `Moments` a person wants."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.when = QComboBox()
        self.when.setAccessibleName("Moments of the time map")
        self.when.addItems(_TITLES)
        self.when.setToolTip("The video starts with channel 0")
        self.step = QComboBox(editable=True, minimumContentsLength=11)
        self._unit = QLabel()
        self.known = QCheckBox("Leave out what has no counterpart, as before channel 1 starts")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.when, 0, 0)
        layout.addWidget(self.step, 0, 1)
        layout.addWidget(self._unit, 0, 2)
        layout.addWidget(self.known, 1, 0, 1, 3)
        layout.setColumnStretch(0, 1)
        self.when.currentIndexChanged.connect(self._on_when)
        self._on_when()

    @property
    def moments(self) -> Moments:
        """What was chosen.

        Raises
        ------
        InputError
            If the step is no number.
        """
        return Moments(self._step_s(), with_unknown=not self.known.isChecked())

    def _step_s(self) -> Fraction | None:
        chosen = self.when.currentIndex()
        if chosen == _AT_KEYPOINTS:
            return None
        try:
            typed = exact(self.step.currentText())
        except ValueError as error:
            raise InputError(self.step.accessibleName(), str(error), "correct it") from error
        return typed if chosen == _EVERY else 1 / typed

    @Slot()
    def _on_when(self) -> None:
        chosen = self.when.currentIndex()
        for widget in (self.step, self._unit):
            widget.setVisible(chosen in _UNITS)
        self.step.clear()
        self.step.addItems(_USUAL.get(chosen, ()))
        self._unit.setText(_UNITS.get(chosen, ""))
        self.step.setAccessibleName(_UNITS.get(chosen, "").capitalize())
