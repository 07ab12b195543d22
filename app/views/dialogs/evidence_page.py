"""The evidence page of the preferences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.base.evidence_words import EVIDENCE_WORDS
from app.settings.evidence_preference import EvidencePreference, why_no_beats
from app.settings.preferences import PreferenceStore
from app.views.parts.file_line import FileLine
from core.evidence.choice import EVIDENCE, Precision

_DEVICES = {
    "auto": "The fastest there is",
    "cuda": "NVIDIA graphics card (CUDA)",
    "mps": "Apple graphics (MPS)",
    "cpu": "Processor",
}
_PRECISIONS: dict[Precision, str] = {
    "float32": "Single, as BEATs was made",
    "half": "Half, for graphics cards",
    "int8": "8 bits, for processors",
}
_CHECKPOINTS = "BEATs checkpoints (*.pt *.pth *.safetensors);;All (*)"
_SCORERS = "Pair scorers (*.safetensors);;All (*)"
_INDENT_PX, _GAP_PX = 22, 8


class EvidencePage(QWidget):
    """What alignments go by; every change acts on the next one.

    Parameters
    ----------
    store : PreferenceStore
    """

    def __init__(self, store: PreferenceStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._group = QButtonGroup(self)
        self.choices = {name: QRadioButton(EVIDENCE_WORDS[name].choice) for name in EVIDENCE}
        self.checkpoint = FileLine("BEATs checkpoint", _CHECKPOINTS)
        self.scorer = FileLine("Pair scorer", _SCORERS)
        self.device = _choice_of("Device", "Where BEATs runs", _DEVICES)
        self.precision = _choice_of("Precision", "What BEATs computes in", _PRECISIONS)
        self._obstacle = QLabel()
        self._obstacle.setTextFormat(Qt.TextFormat.PlainText)
        self._obstacle.setWordWrap(True)
        self._obstacle.setProperty("role", "caution")
        self._obstacle.setIndent(_INDENT_PX)
        self._lay_out()
        self._group.idClicked.connect(self._on_changed)
        for box in (self.device, self.precision):
            box.currentIndexChanged.connect(self._on_changed)
        for line in (self.checkpoint, self.scorer):
            line.text.editingFinished.connect(self._on_changed)
        store.changed.connect(self._fill)
        self._fill()

    @property
    def obstacle(self) -> str:
        """What is said to stand in the way; empty if nothing does."""
        return self._obstacle.text()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setSpacing(4)
        why_not = why_no_beats()
        for number, (name, button) in enumerate(self.choices.items()):
            self._group.addButton(button, number)
            about = _muted(why_not if name == "beats" and why_not else EVIDENCE_WORDS[name].about)
            about.setIndent(_INDENT_PX)
            button.setAccessibleDescription(about.text())
            button.setEnabled(name != "beats" or not why_not)
            layout.addWidget(button)
            layout.addWidget(about)
            layout.addSpacing(_GAP_PX)
        form = QFormLayout()
        form.setSpacing(8)
        form.setContentsMargins(_INDENT_PX, 0, 0, 0)
        form.addRow("BEATs checkpoint", self.checkpoint)
        form.addRow("Pair scorer", self.scorer)
        form.addRow("Device", self.device)
        form.addRow("Precision", self.precision)
        layout.addLayout(form)
        layout.addWidget(self._obstacle)
        layout.addSpacing(_GAP_PX)
        layout.addWidget(
            _muted(
                "Acts the next time a recording is aligned (Align › Align this recording). "
                "What you have reviewed stays as it is."
            )
        )
        layout.addStretch(1)

    @Slot()
    def _fill(self) -> None:
        preference = self._store.value.evidence
        self.choices[preference.name].setChecked(True)
        for box, value in (
            (self.device, preference.device),
            (self.precision, preference.precision),
        ):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
            box.setEnabled(preference.name == "beats")
        self.checkpoint.text.setText(preference.checkpoint)
        self.scorer.text.setText(preference.scorer)
        for line in (self.checkpoint, self.scorer):
            line.setEnabled(preference.name == "beats")
        self._obstacle.setText(preference.obstacle())
        self._obstacle.setVisible(bool(self._obstacle.text()))

    @Slot()
    def _on_changed(self) -> None:
        preference = EvidencePreference(
            EVIDENCE[self._group.checkedId()],
            self.checkpoint.text.text().strip(),
            self.scorer.text.text().strip(),
            self.device.currentData(),
            self.precision.currentData(),
        )
        self._store.put(replace(self._store.value, evidence=preference))


def _choice_of(name: str, tip: str, choices: Mapping[Any, str]) -> QComboBox:
    """A box with the words for each value."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(tip)
    for value, words in choices.items():
        box.addItem(words, value)
    return box


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    return label
