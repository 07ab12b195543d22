"""Evidence of the recordings used last; older evidence gives its memory back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.session.alignment_results import AlignmentResults
from app.session.entries import Entry
from app.session.session_model import SessionModel
from core.session import verdict_of

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
        session.selection.recording_changed.connect(self._use_shown)
        session.replaced.connect(self._forget)

    @Slot(int)
    def use(self, key: int) -> None:
        """A recording's evidence is used."""
        self._used = [*(other for other in self._used if other != key), key]
        shown, recordings = self._session.selection.recording, self._session.recordings
        sizes = {used: recordings[used].evidence.size_bytes for used in self._used}
        total = sum(sizes.values())
        for other in [used for used in self._used if used not in (key, shown)]:
            if total <= self.most_bytes:
                break
            total -= sizes[other]
            self._session.set_evidence(other, _let_go(recordings[other]))
            self._used.remove(other)

    @Slot()
    def _forget(self) -> None:
        self._used.clear()

    @Slot()
    def _use_shown(self) -> None:
        shown = self._session.selection.recording
        if shown is not None:
            self.use(shown)


def _let_go(entry: Entry) -> AlignmentResults:
    """What stays once the memory is given back: what was said of the recording."""
    said = None if entry.verdict is None else verdict_of(entry.verdict)
    return AlignmentResults(problem=entry.evidence.problem, said=said)
