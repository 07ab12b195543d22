"""How much of everything open is reviewed, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from app.review.review_pace import Pace, time_left_text
from app.review.review_queue import ReviewQueue
from app.session.session_model import SessionModel


class ReviewProgress(QObject):
    """Counts over all open recordings, with the person's pace.

    Parameters
    ----------
    session : SessionModel
    queue : ReviewQueue
        Knows the counts.
    clock : callable
        Seconds on a clock that never goes back.

    Attributes
    ----------
    text : str
        All counts; empty for none.
    shorter : list of str
        The same where there is less room, the longest first.

    Signals
    -------
    changed()
        `text` is another.
    """

    changed = Signal()

    def __init__(
        self,
        session: SessionModel,
        queue: ReviewQueue,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._queue = queue
        self._clock = clock
        self._reviewed: dict[int, int] = {}
        self._pace = Pace()
        self.text = ""
        self.shorter: list[str] = []
        session.decided.connect(self._on_decided)
        queue.counted.connect(self._count)

    @Slot(int)
    def _on_decided(self, key: int) -> None:
        # Moving a keypoint again settles nothing more; its time counts for the next decision.
        before, now = self._reviewed.get(key, 0), self._session.recordings[key].reviewed
        self._reviewed[key] = now
        if now > before:
            self._pace = self._pace.decided(self._clock(), now - before)

    @Slot()
    def _count(self) -> None:
        rows = self._queue.rows
        self._reviewed = {key: row.reviewed for key, row in rows.items()}
        reviewed = sum(self._reviewed.values())
        keypoints = sum(row.keypoints for row in rows.values())
        words = [f"{reviewed:,} of {keypoints:,} reviewed"]
        if uncertain := sum(row.uncertain for row in rows.values()):
            words.append(f"{uncertain:,} uncertain left")
        left_s = self._pace.left_s(keypoints - reviewed)
        if left_s is not None and reviewed < keypoints:
            words.append(f"{time_left_text(left_s)} left at your pace")
        self.text, *self.shorter = (
            (" · ".join(words[first:]) for first in range(len(words) + 1)) if keypoints else ("",)
        )
        self.changed.emit()
