"""Compares the alignments of several recorders with each other, in the background."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from app.base.background_runner import BackgroundRunner
from app.session.entries import Entry
from app.session.session_model import SessionModel
from core.keypoints import KeypointSet

_FEWEST = 3
_STILL_MS = 300
"""How long decisions rest before they are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class _Aligned:
    """What of a recording counts.

    Parameters
    ----------
    entry : Entry
    keypoints : KeypointSet
    tolerance_s : float
    """

    entry: Entry
    keypoints: KeypointSet
    tolerance_s: float


class Closing(QObject):
    """Says of each recording whether ways round by other recorders contradict it.

    Parameters
    ----------
    session : SessionModel
    """

    def __init__(self, session: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._compared: tuple[tuple[int, KeypointSet], ...] = ()
        self._runner = BackgroundRunner("closure", self)
        self._runner.stepped.connect(self._on_compared)
        self._soon = QTimer(self, singleShot=True, interval=_STILL_MS)
        self._soon.timeout.connect(self._compare)
        for changed in (session.recordings_changed, session.keypoints_changed):
            changed.connect(self._wait)

    @property
    def is_idle(self) -> bool:
        """Whether everything is compared."""
        return not self._soon.isActive() and not self._runner.is_running

    def shut_down(self) -> None:
        """Stop the thread."""
        self._soon.stop()
        self._runner.shut_down()

    @Slot()
    def _wait(self) -> None:
        # Below three there is no way round; one that there was may be gone.
        if len(self._session.recordings) >= _FEWEST or self._compared:
            self._soon.start()

    @Slot()
    def _compare(self) -> None:
        aligned = {
            key: _Aligned(entry, entry.keypoints, said.tolerance_s)
            for key, entry in self._session.recordings.items()
            if (said := entry.verdict) is not None and not entry.is_out
        }
        state = tuple((key, each.keypoints) for key, each in aligned.items())
        if state != self._compared:
            self._compared = state
            self._runner.start(partial(closure_steps, aligned))

    @Slot(object)
    def _on_compared(self, found: Mapping[int, str]) -> None:
        there = self._session.recordings
        self._session.set_contradictions({k: text for k, text in found.items() if k in there})


def closure_steps(aligned: Mapping[int, _Aligned]) -> Iterator[dict[int, str]]:
    """What ways round say against recordings, by key; runs in a worker thread."""
    from core.align.closure import Leg, closures, in_words, suspects

    legs = [
        Leg(*each.entry.recorders, each.keypoints, each.tolerance_s) for each in aligned.values()
    ]
    titles: dict[Hashable, str] = {}
    for each in aligned.values():
        titles |= zip(each.entry.recorders, each.entry.recording.side_titles, strict=True)
    keys = list(aligned)
    yield {
        keys[leg]: in_words(ways, titles[ways[0].third(leg)])
        for leg, ways in suspects(closures(legs)).items()
    }
