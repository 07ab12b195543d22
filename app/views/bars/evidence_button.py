"""The toolbar button that shows and chooses the evidence that alignments use."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.base.evidence_words import EVIDENCE_WORDS
from app.base.literal_text import literal
from app.session.session_model import SessionModel
from app.settings.evidence_preference import EvidencePreference, made_with
from app.settings.preferences import PreferenceStore
from app.work.model_files import name_of
from core.evidence.choice import EVIDENCE

_DEVICES = {"auto": "fastest device", "cpu": "CPU", "cuda": "CUDA", "mps": "MPS"}
_ARROW_PX = 34


class EvidenceButton(QToolButton):
    """Names the evidence of the next alignments, with a menu to choose other.

    Parameters
    ----------
    session : SessionModel
    store : PreferenceStore
    actions : mapping of str to QAction
        By id.
    """

    def __init__(
        self,
        session: SessionModel,
        store: PreferenceStore,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._store = session, store
        self._has_room = True
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name in EVIDENCE:
            menu.addAction(actions[f"evidence_{name}"])
        menu.addSeparator()
        menu.addAction(actions["evidence"])
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setObjectName("bordered")
        # Like the rest of the toolbar; with the keyboard the menu does the same.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        store.changed.connect(self._refresh)
        session.selection.recording_changed.connect(self._refresh)
        session.recordings_changed.connect(self._refresh)
        self._refresh()

    def set_room(self, *, has_room: bool) -> None:
        """Say where it runs as well, or leave that to the tip."""
        self._has_room = has_room
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Of one width whatever is chosen, the toolbar stands still."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        preference, entry = self._store.value.evidence, self._session.current
        run = None if entry is None else entry.run
        used = "" if run is None or run.made.evidence != preference.name else run.made.device
        device = _DEVICES.get(_device_of(preference, used), used)
        words = preference.words
        title = words.title
        self.setText(f"{title} · {device}" if self._has_room else title)
        self.setAccessibleName(f"Evidence: {title} on {device}")
        tip = f"The next alignments go by {words.name}, on {device}."
        if model := self._store.value.model:
            tip += f"\nThey use the model {name_of(model)}."
        if run is not None:
            tip += f"\nThis recording was aligned with {made_with(run.made)}."
        self.setToolTip(literal(tip))
        self.setMinimumWidth(max(map(self._width_px, self._longest())))

    def _longest(self) -> list[str]:
        if not self._has_room:
            return [words.title for words in EVIDENCE_WORDS.values()]
        beats, spectral = (EVIDENCE_WORDS[name].title for name in ("beats", "spectral"))
        return [f"{beats} · {_DEVICES['auto']}", f"{spectral} · CUDA"]

    def _width_px(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + _ARROW_PX


def _device_of(preference: EvidencePreference, used: str) -> str:
    """Where it runs: BEATs where it ran last or was sent to, all else on the processor."""
    if preference.name != "beats":
        return "cpu"
    return preference.device if preference.device != "auto" else used or "auto"
