"""How much is to be learned: what can be had on this computer, and why the rest cannot."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from app.views.parts.sentence_label import SentenceLabel
from core.errors import InputError
from core.learn.tiers import MINUTES, SECONDS, TIERS, refuse_tier

_WORDS = {
    SECONDS: "In seconds: weights of the evidence, usual drift of the recorders, calibration",
    MINUTES: "In minutes: also how the recorders sound; helps most where noise is loud",
}
_HOURS = (
    "In hours, on a graphics card: File > Export training folder…, then the command "
    "finchsync train makes a scorer of your own"
)


class TierChoice(QWidget):
    """One button a tier."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._why = SentenceLabel("muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for tier in TIERS:
            button = QRadioButton(_WORDS[tier])
            self._group.addButton(button, tier)
            layout.addWidget(button)
        self._group.button(SECONDS).setChecked(True)
        layout.addWidget(self._why)
        hours = SentenceLabel("muted", _HOURS)
        layout.addWidget(hours)

    @property
    def tier(self) -> int:
        """One of `core.learn.tiers.TIERS`."""
        return self._group.checkedId()

    @property
    def why_not(self) -> str:
        """Why something cannot be chosen; empty if all can."""
        return self._why.text()

    def button(self, tier: int) -> QRadioButton:
        """What chooses a tier."""
        found = self._group.button(tier)
        assert isinstance(found, QRadioButton)
        return found

    def offer(self, evidence: str) -> None:
        """Offer what can be learned with an evidence, by its name."""
        problems = []
        for tier in TIERS:
            try:
                refuse_tier(tier, evidence)
            except InputError as error:
                word = _WORDS[tier].partition(":")[0]
                problems.append(str(InputError(word, error.what, error.fix)))
                self.button(tier).setEnabled(False)
                self.button(SECONDS).setChecked(True)
            else:
                self.button(tier).setEnabled(True)
        self._why.setText("\n".join(problems))
        self._why.setVisible(bool(problems))
