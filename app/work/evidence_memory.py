"""Evidence of the recordings used last; older evidence gives its memory back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.session.session_model import SessionModel

MOST_BYTES = 1 << 29
"""An hour takes about 35 MB."""


class EvidenceMemory(QObject):
    """Lets the evidence go that was not used for longest; it is computed again when wanted.

    Parameters
    ----------
    session : SessionModel
    most_bytes : int
        How much memory all evidence may take; that of the recording shown stays in any case.
    """

    def __init__(
        self, session: SessionModel, most_bytes: int = MOST_BYTES, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.most_bytes = most_bytes
        self._used: list[int] = []
        session.recording_selected.connect(self._use_shown)
        session.replaced.connect(self._forget)

    @Slot(int)
    def use(self, index: int) -> None:
        """A recording's evidence is used."""
        self._used = [*(other for other in self._used if other != index), index]
        shown = self._session.current_index
        sizes = {i: self._session.entries[i].evidence.size_bytes for i in self._used}
        total = sum(sizes.values())
        for other in [i for i in self._used if i not in (index, shown)]:
            if total <= self.most_bytes:
                break
            total -= sizes[other]
            self._session.let_evidence_go(other)
            self._used.remove(other)

    @Slot()
    def _forget(self) -> None:
        self._used.clear()

    @Slot()
    def _use_shown(self) -> None:
        if self._session.current_index >= 0:
            self.use(self._session.current_index)
