"""The preferences; every change acts at once."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.commands.keymap import KeyMap
from app.look.theme import ThemeChoice
from app.settings.preferences import LIMITS, Preferences, PreferenceStore
from app.views.dialogs.evidence_page import EvidencePage
from app.views.dialogs.keys_page import KeysPage
from app.views.parts.file_line import FileLine
from app.views.parts.sentence_label import SentenceLabel

_THEMES = {
    ThemeChoice.SYSTEM: "As the system",
    ThemeChoice.LIGHT: "Light",
    ThemeChoice.DARK: "Dark",
}
_PRIORS = "Usual drift (*.json);;All (*)"


class PreferencesDialog(QDialog):
    """A page of general preferences, one of the evidence, one of the keys.

    Parameters
    ----------
    store : PreferenceStore
    keymap : KeyMap
    """

    def __init__(
        self, store: PreferenceStore, keymap: KeyMap, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        room = 560 if parent is None else min(560, parent.height() - 60)
        self.resize(720, room)
        self._store = store
        self.theme = QComboBox()
        for choice, words in _THEMES.items():
            self.theme.addItem(words, choice)
        self.max_offset = QDoubleSpinBox(decimals=1, suffix=" s", singleStep=1.0)
        self.max_offset.setRange(*LIMITS["max_offset_s"])
        self.max_offset.setToolTip("The aligner searches offsets up to this one; more takes longer")
        low_s, high_s = LIMITS["tolerance_s"]
        self.tolerance = QSpinBox(suffix=" ms", singleStep=5)
        self.tolerance.setRange(round(1000 * low_s), round(1000 * high_s))
        self.tolerance.setToolTip("A keypoint this close to the truth counts as right")
        self.spacing = QDoubleSpinBox(decimals=1, suffix=" m", singleStep=1.0)
        self.spacing.setRange(*LIMITS["spacing_m"])
        self.spacing.setSpecialValueText("not given")
        self.spacing.setToolTip(
            "With it, confidence is about the clocks; without it, about the sounds, which reach "
            "one microphone before the other"
        )
        self.prior = FileLine("Usual drift of the recorders", _PRIORS)
        self.prior.text.setToolTip(
            "How the clocks of these two recorders usually drift, as 'finchsync prior' learned it "
            "from reviewed recordings; it helps where there is little to hear"
        )
        self.aligns = QCheckBox("Align a recording when it is opened")
        self.tips = QCheckBox("Show tips")
        self.dragging = QCheckBox("Dragging moves the view, instead of selecting a region")
        self.dragging.setToolTip("The middle button, and Space with a drag, always move the view")
        for spin in (self.max_offset, self.tolerance, self.spacing):
            spin.setKeyboardTracking(False)
        hint = SentenceLabel(
            "muted",
            "Offset, tolerance, spacing and usual drift act the next time a recording is aligned "
            "(Align › Align this recording).",
        )
        general = QWidget()
        form = QFormLayout(general)
        form.setSpacing(10)
        rows = (
            ("Theme", self.theme),
            ("Largest offset", self.max_offset),
            ("Tolerance", self.tolerance),
            ("Spacing of the microphones", self.spacing),
            ("Usual drift of the recorders", self.prior),
        )
        for words, widget in rows:
            form.addRow(words, widget)
            widget.setAccessibleName(words)
        for box in (self.aligns, self.tips, self.dragging):
            form.addRow("", box)
        form.addRow(hint)
        self.defaults = QPushButton("Reset this page")
        self.defaults.setAutoDefault(False)
        reset = QHBoxLayout()
        reset.addWidget(self.defaults)
        reset.addStretch(1)
        form.addRow(reset)
        self.evidence = EvidencePage(store)
        self.keys = KeysPage(keymap)
        self._tabs = QTabWidget()
        self._tabs.setAccessibleName("Pages of the preferences")
        self._tabs.addTab(general, "General")
        self._tabs.addTab(self.evidence, "Evidence")
        self._tabs.addTab(self.keys, "Keys")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.defaults.clicked.connect(self._on_defaults)
        layout = QVBoxLayout(self)
        layout.addWidget(self._tabs)
        layout.addWidget(buttons)
        self._fill()
        for signal in (
            self.theme.currentIndexChanged,
            self.max_offset.valueChanged,
            self.tolerance.valueChanged,
            self.spacing.valueChanged,
            self.prior.text.editingFinished,
            self.aligns.toggled,
            self.tips.toggled,
            self.dragging.toggled,
        ):
            signal.connect(self._on_changed)
        store.changed.connect(self._fill)

    def show_evidence(self) -> None:
        """Turn to the page of the evidence."""
        self._tabs.setCurrentWidget(self.evidence)

    @Slot()
    def _fill(self) -> None:
        value = self._store.value
        numbers = (self.max_offset, self.tolerance, self.spacing)
        widgets = (self.theme, *numbers, self.aligns, self.tips, self.dragging)
        blockers = [QSignalBlocker(widget) for widget in widgets]
        self.theme.setCurrentIndex(list(_THEMES).index(value.theme))
        self.max_offset.setValue(value.max_offset_s)
        self.tolerance.setValue(round(1000 * value.tolerance_s))
        self.spacing.setValue(value.spacing_m)
        self.prior.text.setText(value.prior)
        self.aligns.setChecked(value.aligns_on_open)
        self.tips.setChecked(value.shows_tips)
        self.dragging.setChecked(value.dragging_moves_view)
        for blocker in blockers:
            blocker.unblock()

    @Slot()
    def _on_changed(self) -> None:
        self._store.put(
            replace(
                self._store.value,
                theme=list(_THEMES)[self.theme.currentIndex()],
                max_offset_s=self.max_offset.value(),
                tolerance_s=self.tolerance.value() / 1000,
                spacing_m=self.spacing.value(),
                prior=self.prior.text.text().strip(),
                aligns_on_open=self.aligns.isChecked(),
                shows_tips=self.tips.isChecked(),
                dragging_moves_view=self.dragging.isChecked(),
            )
        )

    @Slot()
    def _on_defaults(self) -> None:
        value = self._store.value
        of_others = {name: getattr(value, name) for name in ("evidence", "model", "models_folder")}
        self._store.put(Preferences(**of_others))
