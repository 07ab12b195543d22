"""A table of recordings that are open already: its times are offered, never taken unasked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.base.messages import Kind, Message, short_name, some_names
from app.session.entries import Entry
from app.session.session_model import SessionModel


class OfferedTable(QObject):
    """Holds what was opened last beside what stands, until the person takes it.

    Parameters
    ----------
    session : SessionModel

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    """

    message_posted = Signal(object)

    def __init__(self, session: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._offered: list[Entry] = []

    def begin(self) -> None:
        """Something is opened; what was offered before no longer is."""
        self._offered.clear()

    def look_at(self, opened: Sequence[Entry]) -> None:
        """Remember those of a table that are open already with other times."""
        open_now = {entry.identity: entry for entry in self._session.entries}
        for entry in opened:
            stands = open_now.get(entry.identity)
            if stands is None or stands.is_out or entry.imported is None:
                continue
            if _differ(stands, entry):
                self._offered.append(entry)

    def offer(self) -> None:
        """Say what could be taken; nothing if there is none."""
        if not self._offered:
            return
        imported = self._offered[0].imported
        assert imported is not None
        first, count = self._offered[0].recording.name, len(self._offered)
        stands = (
            f"{short_name(first)} is open already; its keypoints stand."
            if count == 1
            else f"{count} recordings of {imported.path.name} are open already; all of them stand."
        )
        text = f"{stands} The table's times can take the place of those that nobody decided on."
        self.message_posted.emit(
            Message(Kind.INFO, text, "take_table", is_true=lambda: bool(self._offered))
        )

    @Slot()
    def take_table(self) -> None:
        """Take the offered times for keypoints that nobody decided on."""
        if not self._offered:
            text = "Open a CSV of recordings that are open already; then its times can be taken."
            self.message_posted.emit(
                Message(Kind.INFO, text, "open", is_true=lambda: not self._offered)
            )
            return
        refused = [e.recording.name for e in self._offered if not self._session.propose_table(e)]
        self._offered.clear()
        if refused:
            names = some_names(refused, shown=1)
            text = f"The table has other keypoints on channel 0 for {names}; they stay as they are."
            self.message_posted.emit(Message(Kind.WARNING, text))


def _differ(stands: Entry, opened: Entry) -> bool:
    if stands.known.imported == opened.known.imported:
        return False
    now, new = stands.keypoints, opened.keypoints
    return len(now) != len(new) or not np.array_equal(now.time_1_s, new.time_1_s)
